"""The message types of the Cloud Run Admin API v1 (Knative), which no client package here has.

`messages.json` names the fields that a request's body can have, so that unknown ones are refused.
"""

from __future__ import annotations

import json
from pathlib import Path

from google.protobuf import descriptor_pb2

Field = descriptor_pb2.FieldDescriptorProto

PACKAGE = "sandbox.knative"
SCALARS = {
    "string": Field.TYPE_STRING,
    "bool": Field.TYPE_BOOL,
    "int32": Field.TYPE_INT32,
    "int64": Field.TYPE_INT64,
}


def definition() -> descriptor_pb2.FileDescriptorProto:
    """The types as a file of proto2, whose fields tell 0 from left out (`maxRetries`)."""
    types: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))
    file = descriptor_pb2.FileDescriptorProto(name="sandbox/knative.proto", package=PACKAGE, syntax="proto2")
    for name, fields in types.items():
        message = file.message_type.add(name=name)
        for number, (field, kind) in enumerate(fields.items(), start=1):
            message.field.append(_field(message, field, number, kind))
    return file


def _field(message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> Field:
    if kind == "map":
        return _map(message, name, number)
    repeated, _, base = kind.rpartition(" ")
    label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
    if base in SCALARS:
        return Field(name=name, number=number, label=label, type=SCALARS[base])
    return Field(name=name, number=number, label=label, type=Field.TYPE_MESSAGE, type_name=f".{PACKAGE}.{base}")


def _map(message: descriptor_pb2.DescriptorProto, name: str, number: int) -> Field:
    """A map of text to text: a list of entries of a type of its own."""
    entry = message.nested_type.add(name=f"{name[0].upper()}{name[1:]}Entry")
    entry.options.map_entry = True
    for at, part in enumerate(("key", "value"), start=1):
        entry.field.append(Field(name=part, number=at, label=Field.LABEL_OPTIONAL, type=Field.TYPE_STRING))
    kind = f".{PACKAGE}.{message.name}.{entry.name}"
    return Field(name=name, number=number, label=Field.LABEL_REPEATED, type=Field.TYPE_MESSAGE, type_name=kind)
