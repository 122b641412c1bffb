"""Templates of revisions and tasks: what Cloud Run refuses at the request.

Texts: facts, section 6.1 and prior art, 1.5. A text for which there is no source follows their form.
"""

from __future__ import annotations

import re

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

CONNECTOR = re.compile(r"projects/[^/]+/locations/[^/]+/connectors/[^/]+")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
SYSTEM_NAMESPACES = (
    "run.googleapis.com/",
    "serving.knative.dev/",
    "cloud.googleapis.com/",
    "autoscaling.knative.dev/",
)
PROBE_BUDGET = 240
"""Seconds that a start-up probe may take altogether, and each of its times (facts: 6.1)."""


def violation(field: str, why: str) -> ApiError:
    """A 400 in Cloud Run's form."""
    return ApiError(400, f"Violation in {field}: {why}.")


def check_names(field: str, body: Body) -> None:
    """Labels and annotations of Google's own namespaces are not for v2 clients to set."""
    for kind in ("annotations", "labels"):
        for key in body.get(kind) or {}:
            if key.startswith(SYSTEM_NAMESPACES):
                raise violation(f"{field}.{kind}", f"system {kind} are not supported: {key}")


def check_template(field: str, template: Body) -> None:
    """A revision or task template; `field` is its path, such as `CreateServiceRequest.service.template`."""
    check_names(field, template)
    containers = template.get("containers") or []
    if not containers:
        raise violation(f"{field}.containers", "must not be empty")
    for index, container in enumerate(containers):
        _check_container(f"{field}.containers[{index}]", container)
    if template.get("vpcAccess"):
        _check_vpc(f"{field}.vpc_access", template["vpcAccess"])


def _check_container(field: str, container: Body) -> None:
    if not container.get("image"):
        raise violation(f"{field}.image", "must not be empty")
    names = [str(variable.get("name", "")) for variable in container.get("env") or []]
    for index, name in enumerate(names):
        if not VARIABLE.fullmatch(name):
            raise violation(f"{field}.env[{index}].name", "invalid name")
        if name in names[:index]:
            raise violation(f"{field}.env[{index}].name", f"duplicate name '{name}'")
    if container.get("startupProbe"):
        _check_probe(f"{field}.startup_probe", container["startupProbe"])


def _check_probe(field: str, probe: Body) -> None:
    """Defaults: period 10 s, timeout 1 s, threshold 3."""
    period, timeout = int(probe.get("periodSeconds") or 10), int(probe.get("timeoutSeconds") or 1)
    threshold = int(probe.get("failureThreshold") or 3)
    if not 1 <= period <= PROBE_BUDGET:
        raise violation(f"{field}.period_seconds", f"must be between 1 and {PROBE_BUDGET}")
    if not 0 <= int(probe.get("initialDelaySeconds") or 0) <= PROBE_BUDGET:
        raise violation(f"{field}.initial_delay_seconds", f"must be between 0 and {PROBE_BUDGET}")
    if timeout > period:
        raise violation(f"{field}.timeout_seconds", "must not be greater than period_seconds")
    if period * threshold > PROBE_BUDGET:
        raise violation(field, f"failure_threshold * period_seconds must not exceed {PROBE_BUDGET}")


def _check_vpc(field: str, access: Body) -> None:
    connector, interfaces = access.get("connector"), access.get("networkInterfaces") or []
    if bool(connector) == bool(interfaces):
        raise violation(f"{field}.connector", "one and only one of connector and network_interfaces must be set")
    if connector and not CONNECTOR.fullmatch(str(connector)):
        raise violation(f"{field}.connector", "must be in form projects/*/locations/*/connectors/*")
    if len(interfaces) > 1:
        raise violation(f"{field}.network_interfaces", "only 1 network interface is allowed")
    if interfaces and not interfaces[0].get("network") and not interfaces[0].get("subnetwork"):
        raise violation(f"{field}.network_interfaces[0]", "at least one of network or subnetwork should not be empty")


def with_egress(template: Body) -> Body:
    """The template with the egress setting that is meant when there is none (facts: 5)."""
    access = template.get("vpcAccess")
    return {**template, "vpcAccess": {"egress": "PRIVATE_RANGES_ONLY", **access}} if access else template


def missing_secret(world: World, template: Body, project: str) -> str:
    """Cloud Run's text for the first secret that the template refers to and that does not exist, or empty."""
    for container in template.get("containers") or []:
        for variable in container.get("env") or []:
            wanted = (variable.get("valueSource") or {}).get("secretKeyRef") or {}
            short = str(wanted.get("secret", "")).rsplit("/", 1)[-1]
            if short and world.store.get(f"secretmanager/projects/{project}/secrets/{short}") is None:
                version = wanted.get("version") or "latest"
                return f"Secret projects/{project}/secrets/{short}/versions/{version} was not found"
    return ""
