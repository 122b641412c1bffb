"""Containers: Knative's and v2's. They differ in variables from secrets, in times without a unit, and in volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wizard.sandbox.api import ApiError, Body

SAME = ("name", "image", "command", "args", "workingDir")
"""Fields that both have alike."""

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
PROBE_TIMES = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold")
SAID = (*SAME, *PROBES, "env", "ports", "resources", "volumeMounts", "dependsOn")
"""Fields of a v2 container that v1 can say; the others are kept when v1 replaces it."""


def to_v2(container: Body, secrets: Mapping[str, str]) -> Body:
    """A v2 container; `secrets` has the full names of secrets that v1 calls by an alias."""
    return _translated(container, lambda variable: _variable_to_v2(variable, secrets))


def to_v1(container: Body, aliases: Mapping[str, str]) -> Body:
    """A Knative container; `aliases` has the names by which v1 calls secrets of other projects."""
    return _translated(container, lambda variable: _variable_to_v1(variable, aliases))


def _translated(container: Body, variable: Callable[[Body], Body]) -> Body:
    """What both can say of a container; only variables are said differently."""
    body = {key: value for key, value in picked(container, SAME).items() if value}
    if container.get("env"):
        body["env"] = [variable(one) for one in container["env"]]
    if container.get("ports"):
        body["ports"] = [picked(port, ("name", "containerPort")) for port in container["ports"]]
    limits = (container.get("resources") or {}).get("limits")
    if limits:
        body["resources"] = {"limits": dict(limits)}
    if container.get("volumeMounts"):
        body["volumeMounts"] = [picked(mount, ("name", "mountPath", "subPath")) for mount in container["volumeMounts"]]
    return body | {key: _probe(container[key]) for key in PROBES if container.get(key)}


def picked(body: Body, keys: tuple[str, ...]) -> Body:
    """Those of the keys that a body has."""
    return {key: body[key] for key in keys if key in body}


def kept(before: list[Body], after: list[Body]) -> list[Body]:
    """The containers with what only v2 can say of them, from those of the same name (or place, without a name)."""
    named = {container["name"]: container for container in before if container.get("name")}
    result = []
    for index, container in enumerate(after):
        same = before[index] if index < len(before) and not container.get("name") else {}
        old: Body = named.get(container.get("name", ""), same)
        result.append({key: value for key, value in old.items() if key not in SAID} | container)
    return result


def _probe(probe: Body) -> Body:
    """A probe, in either direction: v2 has no `successThreshold`, no host, no scheme and no command."""
    body = picked(probe, PROBE_TIMES)
    if "httpGet" in probe:
        body["httpGet"] = picked(probe["httpGet"], ("path", "port", "httpHeaders"))
    if "tcpSocket" in probe:
        body["tcpSocket"] = picked(probe["tcpSocket"], ("port",))
    if "grpc" in probe:
        body["grpc"] = picked(probe["grpc"], ("port", "service"))
    return body


def _variable_to_v2(variable: Body, secrets: Mapping[str, str]) -> Body:
    source = variable.get("valueFrom") or {}
    if source.get("configMapKeyRef"):
        raise ApiError(400, f"env[{variable.get('name')}].valueFrom.configMapKeyRef: config maps are not supported.")
    reference = source.get("secretKeyRef")
    if not reference:
        return {"name": variable.get("name", ""), **picked(variable, ("value",))}
    name = str(reference.get("name", ""))
    wanted = {"secret": secrets.get(name, name), "version": reference.get("key", "latest")}
    return {"name": variable.get("name", ""), "valueSource": {"secretKeyRef": wanted}}


def _variable_to_v1(variable: Body, aliases: Mapping[str, str]) -> Body:
    reference = (variable.get("valueSource") or {}).get("secretKeyRef")
    if not reference:
        return picked(variable, ("name", "value"))
    secret = str(reference.get("secret", ""))
    wanted = {"name": aliases.get(secret, secret), "key": reference.get("version", "latest")}
    return {"name": variable.get("name", ""), "valueFrom": {"secretKeyRef": wanted}}


def volume_to_v2(volume: Body, secrets: Mapping[str, str]) -> Body:
    """A v2 volume. Raises ApiError(400) for a kind that Cloud Run does not have."""
    name = {"name": volume.get("name", "")}
    if "secret" in volume:
        given = volume["secret"]
        secret = str(given.get("secretName", ""))
        items = [{**picked(i, ("path", "mode")), "version": i.get("key", "latest")} for i in given.get("items") or []]
        return {**name, "secret": _filled(secret=secrets.get(secret, secret), items=items) | _mode(given)}
    if "emptyDir" in volume:
        medium = {"medium": "MEMORY"} if volume["emptyDir"].get("medium") == "Memory" else {}
        return {**name, "emptyDir": {**medium, **picked(volume["emptyDir"], ("sizeLimit",))}}
    if "nfs" in volume:
        return {**name, "nfs": picked(volume["nfs"], ("server", "path", "readOnly"))}
    if (volume.get("csi") or {}).get("driver") == GCS:
        csi = volume["csi"]
        attributes = csi.get("volumeAttributes") or {}
        options = [option for option in attributes.get("mountOptions", "").split(",") if option]
        bucket = _filled(bucket=attributes.get("bucketName", ""), mountOptions=options)
        return {**name, "gcs": bucket | picked(csi, ("readOnly",))}
    raise ApiError(400, f"spec.volumes[{volume.get('name')}]: this kind of volume is not supported.")


GCS = "gcsfuse.run.googleapis.com"
"""The driver by which v1 names a Cloud Storage bucket."""


def volume_to_v1(volume: Body, aliases: Mapping[str, str]) -> Body:
    """A Knative volume of a v2 one that is not Cloud SQL's."""
    name = {"name": volume.get("name", "")}
    if "secret" in volume:
        given = volume["secret"]
        secret = str(given.get("secret", ""))
        items = [{**picked(i, ("path", "mode")), "key": i.get("version", "latest")} for i in given.get("items") or []]
        return {**name, "secret": _filled(secretName=aliases.get(secret, secret), items=items) | _mode(given)}
    if "emptyDir" in volume:
        medium = {"medium": "Memory"} if volume["emptyDir"].get("medium") == "MEMORY" else {}
        return {**name, "emptyDir": {**medium, **picked(volume["emptyDir"], ("sizeLimit",))}}
    if "gcs" in volume:
        bucket = volume["gcs"]
        options = ",".join(bucket.get("mountOptions") or [])
        attributes = _filled(bucketName=bucket.get("bucket", ""), mountOptions=options)
        return {**name, "csi": {"driver": GCS, "volumeAttributes": attributes, **picked(bucket, ("readOnly",))}}
    return {**name, **picked(volume, ("nfs",))}


def _filled(**fields: Any) -> Body:
    return {key: value for key, value in fields.items() if value}


def _mode(secret: Body) -> Body:
    return picked(secret, ("defaultMode",))
