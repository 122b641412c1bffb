"""Reading protobuf messages so that a value from tomorrow, or none at all, does no harm."""

from __future__ import annotations

from typing import Any

import proto


def enum_name(message: proto.Message, field: str) -> str:
    """The name of an enum field's value; `UNKNOWN_7` for a number that this client does not know yet."""
    raw = type(message).pb(message)
    number: int = getattr(raw, field)
    known = raw.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number.get(number)
    return str(known.name) if known is not None else f"UNKNOWN_{number}"


def timestamp(message: proto.Message, field: str) -> str:
    """A time field as RFC 3339 text; empty when it is not set."""
    raw: Any = type(message).pb(message)
    return str(getattr(raw, field).ToJsonString()) if raw.HasField(field) else ""


def seconds(message: proto.Message, field: str) -> int:
    """A duration field in whole seconds; 0 when it is not set."""
    raw: Any = type(message).pb(message)
    return int(getattr(raw, field).seconds)
