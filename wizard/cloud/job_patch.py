"""The owned fields of a job, set on the message that was just read; everything else in it stays as it is."""

from __future__ import annotations

from google.cloud import run_v2 as api

from wizard.cloud import run_messages as messages
from wizard.cloud.run_patch import drop_system
from wizard.ports import JobPatch


def apply(job: api.Job, patch: JobPatch) -> None:
    """Set what `patch` names on `job`, on the bare protobuf, which keeps fields that this client does not know."""
    raw = api.Job.pb(job)
    task = raw.template.template
    task.ClearField("vpc_access")
    if patch.vpc.kind != "none":
        task.vpc_access.CopyFrom(api.VpcAccess.pb(messages.vpc_access(patch.vpc)))
    for carrier in (raw, raw.template):
        drop_system(carrier.labels)
        drop_system(carrier.annotations)
