"""The owned fields of a service, set on the message that was just read; everything else in it stays as it is.

This works on the bare protobuf, which keeps fields that this client does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.cloud import run_v2 as api
from msgspec import UNSET

from wizard.cloud import run_messages as messages
from wizard.cloud.run_records import ingress_index
from wizard.ports import ServicePatch
from wizard.records import EnvValue, FromRevision, Literal, SecretRef

_SYSTEM = ("run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev")
"""Namespaces of labels and annotations that the API refuses in a request, also when a reply had them (facts: 6.1)."""


def apply(service: api.Service, patch: ServicePatch, earlier: Mapping[str, api.Revision]) -> None:
    """Set what `patch` names on `service`. `earlier` holds the revisions that its `FromRevision` values name."""
    raw = api.Service.pb(service)
    container = raw.template.containers[ingress_index(service.template.containers)]
    if patch.vpc is not UNSET:
        raw.template.ClearField("vpc_access")
        if patch.vpc.kind != "none":
            raw.template.vpc_access.CopyFrom(api.VpcAccess.pb(messages.vpc_access(patch.vpc)))
    if patch.startup_failures is not UNSET:
        container.startup_probe.failure_threshold = patch.startup_failures
    for name, value in patch.env.items():
        _set_variable(container, name, _wanted(name, value, earlier))
    if patch.traffic is not UNSET:
        raw.ClearField("traffic")
        raw.traffic.extend(api.TrafficTarget.pb(messages.traffic(t)) for t in patch.traffic)
    if makes_revision(patch):
        raw.template.ClearField("revision")
    for carrier in (raw, raw.template):
        drop_system(carrier.labels)
        drop_system(carrier.annotations)


def makes_revision(patch: ServicePatch) -> bool:
    """Whether the patch touches the template. A name given to the last revision would then conflict."""
    return patch.vpc is not UNSET or patch.startup_failures is not UNSET or bool(patch.env)


def _wanted(name: str, value: EnvValue, earlier: Mapping[str, api.Revision]) -> Any:
    """The variable's message; None when there is to be no such variable."""
    if isinstance(value, Literal | SecretRef):
        return api.EnvVar.pb(messages.variable(name, value))
    if not isinstance(value, FromRevision):
        return None
    revision = earlier[value.revision]
    raw = api.Revision.pb(revision)
    variables = raw.containers[ingress_index(revision.containers)].env
    return next((v for v in variables if v.name == name), None)


def _set_variable(container: Any, name: str, wanted: Any) -> None:
    """Replace a variable where it stands, add it at the end, or remove it: others may refer to it by order."""
    at = next((i for i, v in enumerate(container.env) if v.name == name), None)
    if wanted is None:
        if at is not None:
            del container.env[at]
    elif at is None:
        container.env.add().CopyFrom(wanted)
    else:
        container.env[at].CopyFrom(wanted)


def drop_system(names: Any) -> None:
    """Take the names that the API refuses out of a map of labels or annotations."""
    for name in [n for n in names if n.partition("/")[0].endswith(_SYSTEM) and "/" in n]:
        del names[name]
