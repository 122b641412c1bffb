"""The version check before a change."""

from __future__ import annotations

from wizard.errors import CloudError
from wizard.records import Ref


def refuse_if_changed(ref: Ref, expected: str, found: str) -> None:
    """Raise ABORTED when the resource is no longer the version that the change was planned on."""
    if expected != found:
        raise CloudError(
            f"{ref} was changed meanwhile: planned on version {expected}, now {found or 'without version'}",
            status="ABORTED",
            doing=f"change {ref}",
            resource=str(ref),
            fix="look at the difference, then plan again",
        )
