"""Templates of revisions and tasks: Knative's metadata and spec on one side, v2's one body on the other."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.knative import notes
from wizard.sandbox.knative.containers import kept, picked, to_v1, to_v2, volume_to_v1, volume_to_v2
from wizard.sandbox.knative.notes import CONNECTOR, EGRESS, INTERFACES, RUN

SECRETS, SQL = RUN + "secrets", RUN + "cloudsql-instances"
THROTTLING, BOOST, DEPENDENCIES = (
    RUN + "cpu-throttling",
    RUN + "startup-cpu-boost",
    RUN + "container-dependencies",
)
ACCELERATOR = RUN + "accelerator"
OF_CONTAINERS = (SECRETS, SQL, THROTTLING, BOOST, DEPENDENCIES)
"""Annotations that say something of containers and volumes."""

SQL_VOLUME, SQL_PATH = "cloudsql", "/cloudsql"


def fields_of(settings: notes.Settings, given: dict[str, str], at: str, place: str) -> tuple[Body, Body]:
    """The v2 fields of a template's annotations, and the annotations that are left.

    A connector's short name is one of `place` (`projects/P/locations/R`). The egress setting alone means nothing to v2
    and is left.
    """
    text = given.get(CONNECTOR, "")
    named = {CONNECTOR: f"{place}/connectors/{text}"} if text and "/" not in text else {}
    lone = {} if text or given.get(INTERFACES) else picked(given, (EGRESS,))
    meant = {key: value for key, value in given.items() if key not in (*OF_CONTAINERS, *lone)} | named
    fields, left = notes.read(settings, meant, at)
    return fields, left | lone


def spec_to_v2(spec: Body, given: dict[str, str], before: Body) -> Body:
    """The fields of a v2 template that are in a Knative spec and the annotations of its containers.

    `before` is the template that it replaces: what only v2 can say of a container is taken over.
    """
    secrets = dict(pair.split(":", 1) for pair in given.get(SECRETS, "").split(",") if ":" in pair)
    containers = [to_v2(container, secrets) for container in spec.get("containers") or []]
    volumes = [volume_to_v2(volume, secrets) for volume in spec.get("volumes") or []]
    instances = [name for name in given.get(SQL, "").split(",") if name]
    if instances:
        volumes.append({"name": SQL_VOLUME, "cloudSqlInstance": {"instances": instances}})
    for container in containers if instances else []:
        mount = {"name": SQL_VOLUME, "mountPath": SQL_PATH}
        container["volumeMounts"] = [*(container.get("volumeMounts") or []), mount]
    for name, needed in _dependencies(given).items():
        for container in containers:
            if container.get("name") == name:
                container["dependsOn"] = needed
    body: Body = {"containers": kept(before.get("containers") or [], containers)}
    body |= {"volumes": volumes} if volumes else {}
    if spec.get("timeoutSeconds") is not None:
        body["timeout"] = f"{spec['timeoutSeconds']}s"
    if spec.get("serviceAccountName"):
        body["serviceAccount"] = spec["serviceAccountName"]
    accelerator = (spec.get("nodeSelector") or {}).get(ACCELERATOR)
    return body | ({"nodeSelector": {"accelerator": accelerator}} if accelerator else {})


def put_processor(containers: list[Body], given: dict[str, str]) -> None:
    """Whether the containers of a service have their processor between requests, and more of it at the start."""
    for container in containers:
        resources = container.setdefault("resources", {})
        resources["cpuIdle"] = given.get(THROTTLING, "true").lower() != "false"
        if given.get(BOOST):
            resources["startupCpuBoost"] = given[BOOST].lower() == "true"


def _dependencies(given: dict[str, str]) -> dict[str, list[str]]:
    try:
        value = json.loads(given.get(DEPENDENCIES) or "{}")
    except (ValueError, RecursionError):
        value = None
    lists = list(value.values()) if isinstance(value, dict) else [None]
    if not all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in lists):
        raise ApiError(400, f"metadata.annotations[{DEPENDENCIES}]: must be names of containers by container in JSON.")
    return dict(value)


def spec_to_v1(body: Body) -> tuple[Body, dict[str, str]]:
    """The Knative spec of a v2 template, and the annotations of its containers."""
    aliases = dict(_aliases(body))
    said = {SECRETS: ",".join(f"{alias}:{secret}" for secret, alias in aliases.items())} if aliases else {}
    sql = [volume for volume in body.get("volumes") or [] if "cloudSqlInstance" in volume]
    hidden = {volume["name"] for volume in sql}
    instances = [name for volume in sql for name in volume["cloudSqlInstance"].get("instances") or []]
    if instances:
        said[SQL] = ",".join(instances)
    containers = []
    for container in body.get("containers") or []:
        mounts = [mount for mount in container.get("volumeMounts") or [] if mount.get("name") not in hidden]
        containers.append(to_v1({**container, "volumeMounts": mounts}, aliases))
    spec: Body = {"containers": containers}
    volumes = [volume_to_v1(v, aliases) for v in body.get("volumes") or [] if v.get("name") not in hidden]
    spec |= {"volumes": volumes} if volumes else {}
    if body.get("serviceAccount"):
        spec["serviceAccountName"] = body["serviceAccount"]
    accelerator = (body.get("nodeSelector") or {}).get("accelerator")
    spec |= {"nodeSelector": {ACCELERATOR: accelerator}} if accelerator else {}
    return spec, said | _processor(body) | _depending(body)


def _aliases(body: Body) -> Iterator[tuple[str, str]]:
    """The secrets of other projects, by full name, and what v1 calls them."""
    named = [v.get("secret", {}).get("secret") for v in body.get("volumes") or []]
    variables = [variable for c in body.get("containers") or [] for variable in c.get("env") or []]
    named += [((v.get("valueSource") or {}).get("secretKeyRef") or {}).get("secret") for v in variables]
    taken = {name for name in named if name and "/" not in name}
    for secret in dict.fromkeys(name for name in named if name and "/" in name):
        short = secret.rsplit("/", 1)[-1]
        alias = next(name for name in (short, *(f"{short}-{n}" for n in range(len(taken) + 1))) if name not in taken)
        taken.add(alias)
        yield secret, alias


def _processor(body: Body) -> dict[str, str]:
    """What v1 says of all containers, from the one that takes the requests."""
    containers = body.get("containers") or [{}]
    serving = next((c for c in containers if c.get("ports")), containers[0])
    resources = serving.get("resources") or {}
    said = {THROTTLING: "false"} if resources and not resources.get("cpuIdle") else {}
    return said | ({BOOST: str(resources["startupCpuBoost"]).lower()} if "startupCpuBoost" in resources else {})


def _depending(body: Body) -> dict[str, str]:
    needed = {c["name"]: c["dependsOn"] for c in body.get("containers") or [] if c.get("name") and c.get("dependsOn")}
    return {DEPENDENCIES: json.dumps(needed)} if needed else {}


def seconds(duration: object) -> int:
    """Whole seconds of a duration such as `300s`."""
    return int(float(str(duration).removesuffix("s")))
