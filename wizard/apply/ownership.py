"""Whose work a resource is. Ours: absent just before our intent, and created after it by our own operation."""

from __future__ import annotations

from wizard.apply.record import Attempt
from wizard.plan.step import Op
from wizard.ports import Operation, Writes
from wizard.records import Ref

_MAKES = {Op.CREATE, Op.REPLACE}
_KNOWN_BY_REQUEST = {"subnet", "firewall", "router"}
"""Kinds whose operations carry the request id, so that somebody else's is never taken for ours."""


async def creation_of_ours(cloud: Writes, ref: Ref, attempt: Attempt, *, refused: bool = False) -> Operation | None:
    """The operation by which `attempt`, whose reply never came, created the resource; None when it is not ours.

    What stood there before the intent cannot be ours, unless the attempt was to replace it. Nor can it when the one
    call that was sent was `refused` because it exists: method, target and time would fit somebody else's operation as
    well. Raises CloudError.
    """
    if attempt.change.op not in _MAKES or not (attempt.absent_before or attempt.change.op is Op.REPLACE):
        return None
    if refused and attempt.change.op is Op.CREATE and ref.kind not in _KNOWN_BY_REQUEST:
        return None
    return await cloud.creation(ref, since=attempt.at, request_id=attempt.request_id)
