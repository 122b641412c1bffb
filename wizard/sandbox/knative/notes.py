"""Settings that v1 has as annotations (text) and v2 as fields: which is which, and how each is spelled.

The names are those that gcloud reads and writes (facts: 2.1).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.api import ApiError, Body

RUN, SCALE, SERVING, GOOGLE = (
    "run.googleapis.com/",
    "autoscaling.knative.dev/",
    "serving.knative.dev/",
    "cloud.googleapis.com/",
)
SYSTEM = (RUN, SCALE, SERVING, GOOGLE)
"""Namespaces of labels and annotations that v2 refuses (facts: 6.1)."""

CONNECTOR, INTERFACES, EGRESS = (
    RUN + "vpc-access-connector",
    RUN + "network-interfaces",
    RUN + "vpc-access-egress",
)
LOCATION = GOOGLE + "location"
"""The label from which gcloud reads the region."""


class Unreadable(Exception):
    """An annotation's text means nothing."""


@dataclass(frozen=True)
class Setting:
    """The v2 field at `path` (`scaling.maxInstanceCount`), read from and written as text."""

    path: tuple[str, ...]
    read: Callable[[str], Any]
    show: Callable[[Any], str]


def _text(path: str) -> Setting:
    return Setting(tuple(path.split(".")), str, str)


def _number(path: str) -> Setting:
    return Setting(tuple(path.split(".")), _int, str)


def _flag(path: str) -> Setting:
    return Setting(tuple(path.split(".")), _bool, lambda value: "true" if value else "false")


def _list(path: str, read: Callable[[str], list[Any]]) -> Setting:
    return Setting(tuple(path.split(".")), read, lambda value: json.dumps(value, sort_keys=True))


def _word(path: str, words: Mapping[str, str]) -> Setting:
    """A choice: v1's word to v2's; of several for one, the first is written."""
    back = {value: key for key, value in reversed(list(words.items()))}

    def read(text: str) -> str:
        if text not in words:
            raise Unreadable(f"must be one of {', '.join(words)}")
        return words[text]

    return Setting(tuple(path.split(".")), read, lambda value: back.get(value, str(value)))


def _int(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Unreadable("must be a number that is not negative")
    return int(text)


def _bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Unreadable("must be true or false")
    return text.lower() == "true"


def _json_list(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise Unreadable("must be a list in JSON")
    return value


def _texts(text: str) -> list[Any]:
    """A list of texts in JSON."""
    found = _json_list(text)
    if not all(isinstance(item, str) for item in found):
        raise Unreadable("must be a list of texts in JSON")
    return found


def _interfaces(text: str) -> list[Any]:
    """The network interfaces of Direct VPC egress: objects with network, subnetwork and tags."""
    found = _json_list(text)
    for item in found:
        if not isinstance(item, dict) or not all(key in INTERFACE for key in item):
            raise Unreadable(f"must be a list of objects with {', '.join(INTERFACE)}")
        tags = item.get("tags", [])
        if not isinstance(tags, list) or not all(isinstance(t, str) for t in (*tags, *_without_tags(item))):
            raise Unreadable("network and subnetwork must be texts, tags a list of texts")
    return found


INTERFACE = ("network", "subnetwork", "tags")


def _without_tags(item: Body) -> list[Any]:
    return [value for key, value in item.items() if key != "tags"]


def _seconds(text: str) -> str:
    return f"{_int(text) * 3600}s"


def _hours(value: str) -> str:
    return str(int(float(value.removesuffix("s"))) // 3600)


LONGEST_NUMBER = 9
"""Digits, so that every number fits into v2's fields."""

EGRESSES = {
    "all-traffic": "ALL_TRAFFIC",
    "all": "ALL_TRAFFIC",
    "private-ranges-only": "PRIVATE_RANGES_ONLY",
}
INGRESSES = {
    "all": "INGRESS_TRAFFIC_ALL",
    "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
}

STAGES = ("GA", "BETA", "ALPHA", "EARLY_ACCESS", "PRELAUNCH", "UNIMPLEMENTED", "DEPRECATED")

CLIENT = {
    RUN + "launch-stage": _word("launchStage", {stage: stage for stage in STAGES}),
    RUN + "client-name": _text("client"),
    RUN + "client-version": _text("clientVersion"),
    RUN + "binary-authorization-breakglass": _text("binaryAuthorization.breakglassJustification"),
}

BINARY = RUN + "binary-authorization"

SERVICE = {
    **CLIENT,
    RUN + "ingress": _word("ingress", INGRESSES),
    RUN + "description": _text("description"),
    RUN + "minScale": _number("scaling.minInstanceCount"),
    RUN + "maxScale": _number("scaling.maxInstanceCount"),
    RUN + "manualInstanceCount": _number("scaling.manualInstanceCount"),
    RUN + "scalingMode": _word("scaling.scalingMode", {"automatic": "AUTOMATIC", "manual": "MANUAL"}),
    RUN + "invoker-iam-disabled": _flag("invokerIamDisabled"),
    RUN + "default-url-disabled": _flag("defaultUriDisabled"),
    RUN + "iap-enabled": _flag("iapEnabled"),
    RUN + "custom-audiences": _list("customAudiences", _texts),
}

TASK = {
    CONNECTOR: _text("vpcAccess.connector"),
    INTERFACES: _list("vpcAccess.networkInterfaces", _interfaces),
    EGRESS: _word("vpcAccess.egress", EGRESSES),
    RUN + "execution-environment": _word(
        "executionEnvironment", {"gen1": "EXECUTION_ENVIRONMENT_GEN1", "gen2": "EXECUTION_ENVIRONMENT_GEN2"}
    ),
    RUN + "encryption-key": _text("encryptionKey"),
    RUN + "gpu-zonal-redundancy-disabled": _flag("gpuZonalRedundancyDisabled"),
}

REVISION = {
    **TASK,
    SCALE + "minScale": _number("scaling.minInstanceCount"),
    SCALE + "maxScale": _number("scaling.maxInstanceCount"),
    RUN + "sessionAffinity": _flag("sessionAffinity"),
    RUN + "health-check-disabled": _flag("healthCheckDisabled"),
    RUN + "mesh": _text("serviceMesh.mesh"),
    RUN + "post-key-revocation-action-type": _word(
        "encryptionKeyRevocationAction", {"prevent-new": "PREVENT_NEW", "shut-down": "SHUTDOWN"}
    ),
    RUN + "encryption-key-shutdown-hours": Setting(("encryptionKeyShutdownDuration",), _seconds, _hours),
}

Settings = Mapping[str, Setting]


def read(settings: Settings, given: Mapping[str, str], at: str) -> tuple[Body, dict[str, str]]:
    """The v2 fields that annotations mean, and the annotations that are none of these settings.

    Raises ApiError(400) for a text that means nothing; `at` is the path of the annotations, for its message.
    """
    fields: Body = {}
    for key, text in given.items():
        if key in settings and text:
            try:
                put(fields, settings[key].path, settings[key].read(text))
            except Unreadable as error:
                raise ApiError(400, f"{at}[{key}]: {error}.") from None
    return fields, {key: text for key, text in given.items() if key not in settings}


def show(settings: Settings, body: Body) -> dict[str, str]:
    """The annotations that say what the fields of a v2 body say; a field that is not set has none."""
    found = ((key, look(body, setting.path), setting) for key, setting in settings.items())
    return {key: setting.show(value) for key, value, setting in found if value not in (None, "", [])}


def read_resource(settings: Settings, meta: Body) -> tuple[Body, dict[str, str]]:
    """`read` for the annotations of a service or job, which say of binary authorization one of two things."""
    fields, left = read(settings, meta.get("annotations") or {}, "metadata.annotations")
    policy = left.pop(BINARY, "")
    if policy:
        chosen: Body = {"useDefault": True} if policy == "default" else {"policy": policy}
        fields["binaryAuthorization"] = {**(fields.get("binaryAuthorization") or {}), **chosen}
    return fields, left


def show_resource(settings: Settings, body: Body) -> dict[str, str]:
    """`show` for a service or job."""
    policy = body.get("binaryAuthorization") or {}
    text = "default" if policy.get("useDefault") else str(policy.get("policy", ""))
    return show(settings, body) | ({BINARY: text} if text else {})


def names(meta: Body, left: Mapping[str, str]) -> Body:
    """The labels of a metadata and the annotations that are no setting, as far as v2 takes them."""
    labels, _ = divided(meta.get("labels") or {})
    notes, _ = divided(left)
    return {key: value for key, value in (("labels", labels), ("annotations", notes)) if value}


def put(body: Body, path: tuple[str, ...], value: Any) -> None:
    """Set the field at a path."""
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value


def look(body: Body, path: tuple[str, ...]) -> Any:
    """The field at a path; None when it is not set."""
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def divided(names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Labels or annotations that v2 takes, and those of Google's namespaces, which are v1's alone."""
    ours = {key: text for key, text in names.items() if not key.startswith(SYSTEM)}
    return ours, {key: text for key, text in names.items() if key.startswith(SYSTEM)}
