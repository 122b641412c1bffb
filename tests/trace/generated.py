"""Random scenarios, the same ones from the same seed: everything that can decide where a packet goes, in few addresses.

Source ranges of rules hold whole ranges of senders: a trace speaks for a range, the gateway for one address of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

SERVICES = (
    "none",
    "open-none",
    "direct",
    "direct-all",
    "tagged",
    "roomy",
    "con",
    "con-all",
    "con-sub",
    "con-ill",
    "far",
)
JOBS = ("nightly",)
TARGETS = (
    "10.0.0.3",
    "10.0.0.5",
    "10.0.0.20",
    "10.9.0.4",
    "10.60.0.5",
    "10.20.0.7",
    "10.21.0.7",
    "10.30.0.7",
    "203.0.113.10",
    "199.36.153.9",
)
NOBODY = ("10.0.0.99", "10.77.0.1", "172.16.0.1", "240.0.0.5")
"""Addresses that no target has. Only such of which the project itself can know it."""
PORTS = (80, 5432, 6379)

_FROM = ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/26", "10.1.1.0/26", "10.8.0.0/28", "10.8.1.0/28")
_TO = ("0.0.0.0/0", "10.0.0.0/24", "10.0.0.3/32", "10.9.0.0/16", "199.36.153.8/30")
_TAGS = ("app", "db", "redis", "vpc-connector", "vpc-connector-us-central1-con")
_LAYERS = ("all", "tcp", "tcp:80", "tcp:5432-6379", "6:6379", "udp", "tcp:667")

_FIXED = """
[project]
id = "demo-project"
region = "us-central1"

[[subnet]]
name = "machines"
network = "my-vpc"
range = "10.0.0.0/24"

[[subnet]]
name = "con-subnet"
network = "my-vpc"
range = "10.8.1.0/28"

[[subnet]]
name = "far"
network = "far"
range = "10.50.0.0/26"

[[network]]
name = "far"
default_routes = false

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[connector]]
name = "con-sub"
subnet = "con-subnet"

[[service]]
name = "none"

[[service]]
name = "open-none"
egress = "all-traffic"

[[service]]
name = "direct"
network = "my-vpc"
subnet = "run"

[[service]]
name = "direct-all"
network = "my-vpc"
subnet = "run"
egress = "all-traffic"

[[service]]
name = "tagged"
network = "my-vpc"
subnet = "run"
tags = ["app", "db"]
egress = "all-traffic"

[[service]]
name = "roomy"
network = "my-vpc"
subnet = "roomy"
egress = "all-traffic"

[[service]]
name = "con"
connector = "con"

[[service]]
name = "con-all"
connector = "con"
egress = "all-traffic"

[[service]]
name = "con-sub"
connector = "con-sub"
egress = "all-traffic"

[[service]]
name = "con-ill"
connector = "ill"

[[service]]
name = "far"
network = "far"
subnet = "far"

[[job]]
name = "nightly"
network = "my-vpc"
subnet = "roomy"

[[address]]
name = "managed"
network = "my-vpc"
range = "10.9.0.0/24"
"""


def scenario(seed: int) -> str:
    """The TOML of one scenario."""
    dice = random.Random(seed)
    parts = [*_parts(dice), _RARE[seed // 4 % len(_RARE)]]
    return _FIXED + "\n".join(line for part in parts for line in part) + "\n"


def _special(name: str, action: str, ports: str, **fields: object) -> list[str]:
    return _table("firewall", name=name, network="my-vpc", priority=10, action=action, rules=[ports], **fields)


def before_classic(seed: int) -> bool:
    """Whether network policies of this scenario come before classic rules; scenario files have no word for it."""
    return random.Random(-seed - 1).random() < 0.5


def _parts(dice: random.Random) -> Iterator[list[str]]:
    yield _table("network", name="my-vpc", default_routes=dice.random() < 0.7)
    for name, range_ in (("run", "10.1.0.0/26"), ("roomy", "10.1.1.0/26")):
        access = dice.random() < 0.5
        yield _table("subnet", name=name, network="my-vpc", range=range_, private_google_access=access)
    state = dice.choice(("ERROR", "CREATING", "UPDATING", "READY"))
    yield _table("connector", name="ill", network="my-vpc", range="10.8.0.16/28", state=state)
    yield from _ways(dice)
    yield from _machines(dice)
    for number in range(dice.randrange(2, 14)):
        yield _rule(dice, number)
    for number in range(dice.randrange(0, 4)):
        yield _policy(dice, number)


def _ways(dice: random.Random) -> Iterator[list[str]]:
    choices = (
        ("vpn", "10.20.0.0/16", "vpn"),
        ("learned", "10.21.0.0/16", "bgp"),
        ("appliance", "10.30.0.0/16", dice.choice(("10.0.0.9", "10.0.0.250"))),
        ("over-managed", "10.9.0.0/26", "vpn"),
        ("narrow", "10.60.0.0/24", "vpn"),
        ("second-default", "0.0.0.0/0", dice.choice(("internet", "vpn"))),
        ("half", "128.0.0.0/1", "internet"),
    )
    for name, range_, hop in choices:
        if dice.random() < 0.5:
            tags = dice.choice((["app"], ["vpc-connector"], [], [])) if hop != "bgp" else []
            priority = dice.choice((100, 900, 1100))
            yield _table("route", name=name, network="my-vpc", range=range_, next_hop=hop, priority=priority, tags=tags)
    if dice.random() < 0.6:
        yield _table("nat", name="nat", network="my-vpc", subnets=dice.choice((["all"], ["run"], ["con-subnet"])))
    if dice.random() < 0.7:
        routes = dice.choice((["10.9.0.0/24"], ["10.9.0.0/24", "10.60.0.0/16"]))
        yield _table("peering", name="peer", network="my-vpc", routes=routes)


def _machines(dice: random.Random) -> Iterator[list[str]]:
    kinds = {"10.0.0.20": "ilb", "10.9.0.4": "redis"}
    for number, address in enumerate(("10.0.0.9", *TARGETS)):
        inside = address.startswith("10.0.0.")
        yield _table(
            "target",
            name=f"target-{number}",
            address=address,
            network="my-vpc",
            kind=kinds.get(address, "vm" if inside else "psa"),
            tags=dice.sample(("redis", "db", "web"), dice.randrange(0, 3)) if inside else [],
            service_account="sa@x.iam.gserviceaccount.com" if inside and dice.random() < 0.4 else "",
            serves=["http:80", "refuse:5432"],
        )


def _rule(dice: random.Random, number: int) -> list[str]:
    ingress, by_account = dice.random() < 0.7, dice.random() < 0.15
    fields: dict[str, object] = {
        "name": f"rule-{number}",
        "network": dice.choice(("my-vpc", "my-vpc", "my-vpc", "far")),
        "direction": "INGRESS" if ingress else "EGRESS",
        "priority": dice.choice((50, 100, 900, 1000, 1000, 1001, 65534)),
        "action": dice.choice(("allow", "allow", "allow", "deny")),
        "rules": dice.sample(_LAYERS, dice.randrange(1, 3)),
        "disabled": dice.random() < 0.1,
    }
    if dice.random() < 0.6 and ingress:
        fields["sources"] = dice.sample(_FROM, dice.randrange(1, 3))
    if dice.random() < 0.5 and (not ingress or dice.random() < 0.3):
        fields["destinations"] = dice.sample(_TO, dice.randrange(1, 3))
    if by_account:
        fields["target_service_accounts"] = ["sa@x.iam.gserviceaccount.com"]
    elif dice.random() < 0.4:
        fields["target_tags"] = dice.sample(("redis", "db", "app", "vpc-connector"), dice.randrange(1, 3))
    if ingress and not by_account and dice.random() < 0.3:
        fields["source_tags"] = dice.sample(_TAGS, dice.randrange(1, 3))
    return _table("firewall", **fields)


def _policy(dice: random.Random, number: int) -> list[str]:
    level = dice.choice(("organization", "folder", "global", "us-central1", "europe-west1"))
    rules = ", ".join(_policy_rule(dice, priority) for priority in dice.sample(range(30), dice.randrange(1, 4)))
    return [*_table("firewall_policy", name=f"policy-{number}", level=level, network="my-vpc"), f"rules = [{rules}]"]


def _policy_rule(dice: random.Random, priority: int) -> str:
    ingress = dice.random() < 0.6
    fields: dict[str, object] = {
        "priority": priority,
        "action": dice.choice(("allow", "deny", "goto_next", "goto_next")),
        "direction": "INGRESS" if ingress else "EGRESS",
        "rules": [dice.choice(_LAYERS)],
    }
    if ingress:
        fields["sources"] = [dice.choice(_FROM)]
    elif dice.random() < 0.7:
        fields["destinations"] = [dice.choice(_TO)]
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in fields.items()) + " }"


def _table(kind: str, /, **fields: object) -> list[str]:
    return [f"\n[[{kind}]]", *(f"{key} = {_value(value)}" for key, value in fields.items())]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return str(value) if isinstance(value, int) else f'"{value}"'


_RARE: tuple[list[str], ...] = (
    _special("no-cloud-run", "deny", "tcp:667", sources=["35.199.224.0/20"]),
    _special("no-health", "deny", "tcp:667", sources=["130.211.0.0/22"]),
    _special("by-tag", "allow", "tcp:5432", source_tags=["app"]),
    [],
)
"""What chance brings too seldom: one for each scenario in turn."""
