"""How the settings of a service are worded and compared: shared by the steps that write a service."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from wizard.plan.step import FieldChange
from wizard.records import EnvValue, FromRevision, Literal, SecretRef, Service, StartupProbe, Traffic, Unset, VpcAccess

DEFAULT_EGRESS = "private-ranges-only"


def vpc_words(vpc: VpcAccess) -> str:
    """`connector c1, all-traffic`, `network n / subnet s, private-ranges-only`, or `none`."""
    if vpc.kind == "none":
        return "none"
    egress = vpc.egress or DEFAULT_EGRESS
    if vpc.connector:
        return f"connector {vpc.connector.rsplit('/', 1)[-1]}, {egress}"
    tags = f", tags {' '.join(vpc.tags)}" if vpc.tags else ""
    return f"network {short(vpc.network)} / subnet {short(vpc.subnet)}{tags}, {egress}"


def same_vpc(one: VpcAccess, other: VpcAccess) -> bool:
    """Whether two settings mean the same: short and full names, a default egress, tags in any order."""
    return _normal(one) == _normal(other)


def _normal(vpc: VpcAccess) -> tuple[object, ...]:
    if vpc.kind == "none":
        return ("none",)
    connector = "/".join(vpc.connector.split("/")[-3:])
    return (connector, short(vpc.network), short(vpc.subnet), frozenset(vpc.tags), vpc.egress or DEFAULT_EGRESS)


def short(link: str) -> str:
    """The last segment of a resource name."""
    return link.rsplit("/", 1)[-1]


def env_words(value: EnvValue | None) -> str:
    """What may be shown of a variable: never a literal value."""
    match value:
        case None | Unset():
            return "unset"
        case Literal():
            return "a literal value"
        case SecretRef(secret, version):
            return f"secret {secret}:{version}"
        case FromRevision(revision):
            return f"as in {revision}"


def vpc_change(found: VpcAccess, wanted: VpcAccess) -> tuple[FieldChange, ...]:
    """The difference, if any."""
    return () if same_vpc(found, wanted) else (FieldChange("vpc access", vpc_words(found), vpc_words(wanted)),)


def env_changes(found: Mapping[str, EnvValue], wanted: Mapping[str, EnvValue]) -> tuple[FieldChange, ...]:
    """One difference per variable that would be set or removed."""
    return tuple(
        FieldChange(f"env {name}", env_words(found.get(name)), env_words(value))
        for name, value in wanted.items()
        if found.get(name, Unset()) != value
    )


def startup_changes(found: StartupProbe | None, failures: int) -> tuple[FieldChange, ...]:
    """The difference in how often a start-up probe may fail; 0 leaves it. A service without one has nothing to set."""
    if not failures or found is None or found.failure_threshold == failures:
        return ()
    before, after = found.failure_threshold, failures
    return (FieldChange("start-up probe", f"{before} tries", f"{after} tries"),)


def startup_flags(probe: StartupProbe) -> list[str]:
    """gcloud's flag for a whole start-up probe."""
    kind = {"http": "httpGet", "grpc": "grpc"}.get(probe.type, "tcpSocket")
    parts = [f"{kind}.port={probe.port}"] if probe.port else []
    parts += [f"{kind}.path={probe.path}"] if probe.path else []
    parts += [f"initialDelaySeconds={probe.initial_delay}", f"periodSeconds={probe.period}"]
    parts += [f"timeoutSeconds={probe.timeout}", f"failureThreshold={probe.failure_threshold}"]
    return ["--startup-probe=" + ",".join(parts)]


def env_flags(env: Mapping[str, EnvValue]) -> list[str]:
    """gcloud's flags; `^@^` changes the separator so that a value may hold commas."""
    literals = [f"{name}={value.value}" for name, value in env.items() if isinstance(value, Literal)]
    secrets = [f"{name}={value.secret}:{value.version}" for name, value in env.items() if isinstance(value, SecretRef)]
    removed = [name for name, value in env.items() if isinstance(value, Unset)]
    flags = (("--update-env-vars", literals), ("--update-secrets", secrets), ("--remove-env-vars", removed))
    return [f"{flag}={_joined(values)}" for flag, values in flags if values]


def _joined(values: list[str]) -> str:
    if not any("," in value for value in values):
        return ",".join(values)
    separator = next(s for s in ("@", "#", "~", "|||") if not any(s in value for value in values))
    return f"^{separator}^{separator.join(values)}"


def vpc_flags(vpc: VpcAccess) -> list[str]:
    """gcloud's flags for a service or job."""
    if vpc.connector:
        return [f"--vpc-connector={vpc.connector}", f"--vpc-egress={vpc.egress or DEFAULT_EGRESS}"]
    if vpc.kind == "none":
        return ["--clear-network"]
    flags = [f"--network={vpc.network}", f"--subnet={vpc.subnet}", f"--vpc-egress={vpc.egress or DEFAULT_EGRESS}"]
    return [*flags, *([f"--network-tags={','.join(vpc.tags)}"] if vpc.tags else [])]


_CLEAR = {"connector": "--clear-vpc-connector", "direct": "--clear-network"}


def switch_flags(vpc: VpcAccess, leaves: str) -> list[list[str]]:
    """gcloud's flags, by command, to go from one way of egress to the other.

    Clearing the old way takes the egress setting with it, and with all-traffic it is refused unless the other setting
    is named: so all-traffic needs a command of its own (facts: traps 5 and 6).
    """
    flags = [flag for flag in vpc_flags(vpc) if not flag.startswith("--vpc-egress=")]
    first = [_CLEAR[leaves], *flags, f"--vpc-egress={DEFAULT_EGRESS}"]
    egress = vpc.egress or DEFAULT_EGRESS
    return [first, *([[f"--vpc-egress={egress}"]] if egress != DEFAULT_EGRESS else [])]


def vpc_block(vpc: VpcAccess) -> dict[str, object]:
    """The `vpc_access` block of Terraform."""
    egress = (vpc.egress or DEFAULT_EGRESS).replace("-", "_").upper()
    if vpc.connector:
        return {"connector": vpc.connector, "egress": egress}
    interface: dict[str, object] = {"network": vpc.network, "subnetwork": vpc.subnet}
    if vpc.tags:
        interface["tags"] = list(vpc.tags)
    return {"egress": egress, "network_interfaces": interface}


def env_blocks(env: Mapping[str, EnvValue]) -> list[dict[str, object]]:
    """The `env` blocks of Terraform."""
    blocks: list[dict[str, object]] = []
    for name, value in env.items():
        if isinstance(value, Literal):
            blocks.append({"name": name, "value": value.value})
        elif isinstance(value, SecretRef):
            reference = {"secret": value.secret, "version": value.version}
            blocks.append({"name": name, "value_source": {"secret_key_ref": reference}})
    return blocks


def effective_traffic(traffic: tuple[Traffic, ...]) -> tuple[Traffic, ...]:
    """What an empty list means: everything to the latest ready revision."""
    return traffic or (Traffic(percent=100),)


def held(traffic: tuple[Traffic, ...], current: str, tag: str) -> tuple[Traffic, ...]:
    """The same split with the latest revision's share pinned to `current`, and the next revision at 0 % under `tag`."""
    pinned = tuple(
        Traffic(revision=t.revision or current, percent=t.percent, tag=t.tag) for t in effective_traffic(traffic)
    )
    return (*pinned, Traffic(percent=0, tag=tag))


def with_traffic(service: Service, traffic: tuple[Traffic, ...]) -> Service:
    """The service with another split."""
    return replace(service, traffic=traffic)


def held_words(tag: str) -> str:
    """The split of `held`, whichever revision serves meanwhile."""
    return f"the earlier revision; the new one waits at 0 % (tag {tag})"


def traffic_words(traffic: tuple[Traffic, ...]) -> str:
    """`latest 100 %`, `api-00001 100 % + latest 0 % (tag t)`."""
    return " + ".join(
        f"{t.revision or 'latest'} {t.percent} %" + (f" (tag {t.tag})" if t.tag else "")
        for t in effective_traffic(traffic)
    )
