"""Which text may stand in the path of a request. What may not cannot be the name of anything that exists."""

from __future__ import annotations

import re

from wizard.errors import CloudError, InputError
from wizard.records import Ref

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)*")
"""Wider than any one API's rule: domain-scoped projects have a colon, revisions a slash, APIs dots, secrets `_`."""


def check_ref(ref: Ref) -> None:
    """Raise INVALID_ARGUMENT when a part of the reference could not be put into a path."""
    for what, text in (("project", ref.project), ("location", ref.location), (ref.kind, ref.name)):
        if not _NAME.fullmatch(text):
            message = f"{text!r} cannot be the name of a {what}"
            raise CloudError(message, status="INVALID_ARGUMENT", resource=str(ref), fix="correct the name")


def check_scope(project: str, region: str) -> None:
    """Raise InputError when project or region cannot be names; an empty region means that none is known yet."""
    if not _NAME.fullmatch(project) or "/" in project:
        raise InputError(f"{project!r} cannot be a project id", field="project", fix="such as demo-project")
    if region and (not _NAME.fullmatch(region) or "/" in region):
        raise InputError(f"{region!r} cannot be a region", field="region", fix="such as us-central1")
