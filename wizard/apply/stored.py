"""A resource as it was before a write, in the form in which the journal keeps it: JSON without anybody's values.

A literal value of an environment variable may be a secret. It is replaced by a reference to the revision that has it;
the arguments of a job are left out.
"""

from __future__ import annotations

from typing import get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wizard.records import AnyResource, EnvValue, FromRevision, Job, Literal, Revision, Service

_TYPES: dict[str, type[AnyResource]] = {record.__name__: record for record in get_args(AnyResource)}


class _Envelope(Struct, frozen=True, kw_only=True):
    type: str
    body: msgspec.Raw


def redacted(resource: AnyResource) -> AnyResource:
    """The same record without literal values of variables and without a job's arguments."""
    match resource:
        case Service():
            return replace(resource, env=_without_values(resource.env, resource.latest_created))
        case Revision():
            return replace(resource, env=_without_values(resource.env, resource.name))
        case Job():
            return replace(resource, env=_without_values(resource.env, ""), args=())
        case _:
            return resource


def encode(resource: AnyResource | None) -> str:
    """JSON text of the redacted record; empty text for None."""
    if resource is None:
        return ""
    body = msgspec.Raw(msgspec.json.encode(redacted(resource)))
    return msgspec.json.encode(_Envelope(type=type(resource).__name__, body=body)).decode()


def decode(text: str) -> AnyResource | None:
    """The record again. Raises msgspec.ValidationError for a body that does not fit, KeyError for an unknown type."""
    if not text:
        return None
    envelope = msgspec.json.decode(text, type=_Envelope)
    return msgspec.json.decode(envelope.body, type=_TYPES[envelope.type])


def _without_values(env: dict[str, EnvValue], revision: str) -> dict[str, EnvValue]:
    return {name: FromRevision(revision) if isinstance(value, Literal) else value for name, value in env.items()}
