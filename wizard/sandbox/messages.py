"""The message types of the emulated APIs, built from `messages.json` in a descriptor pool of their own.

The pool is private: a process that also imports Google's clients (the tests) has their definitions in the default one.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message

from wizard.sandbox.knative import schema
from wizard.sandbox.routes import BY_HAND, HERE, extra_message, read

Field = descriptor_pb2.FieldDescriptorProto

SCALARS = {"string": Field.TYPE_STRING, "bool": Field.TYPE_BOOL, "int32": Field.TYPE_INT32}


@cache
def pool() -> DescriptorPool:
    """Every message type that a call can carry."""
    definitions = descriptor_pb2.FileDescriptorSet()
    files = json.loads((HERE / "messages.json").read_text(encoding="utf-8"))
    json_format.ParseDict({"file": files}, definitions)
    by_name = {file.name: file for file in definitions.file}
    result = DescriptorPool()
    for name in list(by_name):
        _add(result, by_name, name)
    knative = schema.definition()
    result.Add(knative)
    result.Add(_extra_messages([*definitions.file, knative]))
    return result


def _add(target: DescriptorPool, waiting: dict[str, Any], name: str) -> None:
    """Add a file after those it depends on."""
    file = waiting.pop(name, None)
    if file is not None:
        for dependency in file.dependency:
            _add(target, waiting, dependency)
        target.Add(file)


def _extra_messages(files: list[descriptor_pb2.FileDescriptorProto]) -> descriptor_pb2.FileDescriptorProto:
    """The request messages of the routes written by hand."""
    package, _, _ = extra_message("").rpartition(".")
    file = descriptor_pb2.FileDescriptorProto(name="sandbox/extra.proto", package=package, syntax="proto3")
    file.dependency.extend(f.name for f in files)
    for entry in (entry for name in BY_HAND for entry in read(name) if "fields" in entry):
        message = file.message_type.add(name=extra_message(entry["method"]).rpartition(".")[2])
        for number, (name, kind) in enumerate(entry["fields"].items(), start=1):
            message.field.append(_field(name, number, kind))
    return file


def _field(name: str, number: int, kind: str) -> Field:
    repeated, _, base = kind.rpartition(" ")
    label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
    if base in SCALARS:
        return Field(name=name, number=number, label=label, type=SCALARS[base])
    return Field(name=name, number=number, label=label, type=Field.TYPE_MESSAGE, type_name=f".{base}")


@cache
def message_type(full_name: str) -> type[Message]:
    """The class of a message. Raises KeyError for a name that no route uses."""
    return message_factory.GetMessageClass(pool().FindMessageTypeByName(full_name))


def descriptor(full_name: str) -> Descriptor:
    """What a message is made of."""
    found: Descriptor = pool().FindMessageTypeByName(full_name)
    return found


def known(full_name: str) -> bool:
    """Whether there is a message of this name."""
    try:
        return bool(descriptor(full_name))
    except KeyError:
        return False


def field_of(message: Descriptor, key: str) -> FieldDescriptor | None:
    """The field that a JSON key means: its camelCase or its original name."""
    return _fields(str(message.full_name)).get(key)


@cache
def _fields(full_name: str) -> dict[str, FieldDescriptor]:
    fields = descriptor(full_name).fields
    return {field.name: field for field in fields} | {field.json_name: field for field in fields}
