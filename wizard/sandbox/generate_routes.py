"""Writes `routes.json` and `messages.json`: what Google's installed clients say of their APIs.

`routes.json` holds every method with its HTTP rules, gRPC paths and message types; `messages.json` the definitions of
those messages, as a `FileDescriptorSet` in JSON. With both in the tree the server starts without the clients, which
take seconds to import. Run by hand when a client package changes (`python -m wizard.sandbox.generate_routes`); a test
compares the result with the files. The transports' own tables are private names, hence the pinned versions.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor

HERE = Path(__file__).parent

COMPUTE_SERVICES = (
    "addresses",
    "firewall_policies",
    "firewalls",
    "forwarding_rules",
    "global_addresses",
    "global_forwarding_rules",
    "global_operations",
    "instance_groups",
    "instances",
    "network_firewall_policies",
    "networks",
    "projects",
    "region_backend_services",
    "region_instance_groups",
    "region_network_firewall_policies",
    "region_operations",
    "routers",
    "routes",
    "subnetworks",
    "zone_operations",
)

PACKAGES = {
    "compute": "google.cloud.compute_v1",
    "run": "google.cloud.run_v2",
    "vpcaccess": "google.cloud.vpcaccess_v1",
}

ALSO = (
    ("google.protobuf.empty_pb2", "Empty"),
    ("google.protobuf.field_mask_pb2", "FieldMask"),
    ("google.cloud.location.locations_pb2", "Location"),
    ("google.cloud.vpcaccess_v1.types", "OperationMetadata"),
    ("google.rpc.error_details_pb2", "ErrorInfo"),
    ("google.rpc.error_details_pb2", "Help"),
)
"""Messages that travel inside an `Any`, or that the table written by hand (`routes_extra.json`) names."""

Route = dict[str, Any]


def generate() -> tuple[list[Route], descriptor_pb2.FileDescriptorSet]:
    """The routes sorted by method, and the definitions of every message they can carry."""
    routes: dict[str, Route] = {}
    messages: list[Descriptor] = [_descriptor(getattr(importlib.import_module(m), name)) for m, name in ALSO]
    for api, package in PACKAGES.items():
        for service in _services(package, api):
            for route, used in _routes(api, f"{package}.services.{service}"):
                _merge(routes, route)
                messages += used
    return sorted(routes.values(), key=lambda route: str(route["method"])), _definitions(messages)


def _services(package: str, api: str) -> list[str]:
    names = [info.name for info in pkgutil.iter_modules(importlib.import_module(f"{package}.services").__path__)]
    return [name for name in names if api != "compute" or name in COMPUTE_SERVICES]


def _routes(api: str, service: str) -> Iterator[tuple[Route, list[Descriptor]]]:
    paths = _grpc_paths(service) if api != "compute" else {}
    types = _message_types(service)
    for rpc, rules in _http_rules(service):
        request, response = types[_snake(rpc)]
        route = {
            "method": _method(api, service.rpartition(".")[2], rpc),
            "http": [{"verb": r["method"].upper(), "uri": r["uri"], "body": r.get("body", "")} for r in rules],
            "grpc": [paths[rpc]] if rpc in paths else [],
            "request": request.full_name,
            "response": response.full_name if response is not None else "google.protobuf.Empty",
        }
        yield route, [m for m in (request, response) if m is not None]


def _merge(routes: dict[str, Route], route: Route) -> None:
    """Several services of one API have methods of one name (`GetIamPolicy`): one method with several addresses."""
    known = routes.setdefault(route["method"], route)
    for kind in ("http", "grpc"):
        known[kind] += [address for address in route[kind] if address not in known[kind]]


def _method(api: str, service: str, rpc: str) -> str:
    return f"compute.{_camel(service)}.{rpc[0].lower()}{rpc[1:]}" if api == "compute" else f"{api}.{rpc}"


def _http_rules(service: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for name, method in vars(_transport(service, "rest_base")).items():
        if name.startswith("_Base") and hasattr(method, "_get_http_options"):
            yield name.removeprefix("_Base"), method._get_http_options()


def _grpc_paths(service: str) -> dict[str, str]:
    """gRPC paths (`/google.cloud.run.v2.Jobs/RunJob`) by method, as they stand in the transport's source."""
    source = inspect.getsource(importlib.import_module(f"{service}.transports.grpc"))
    return {path.rpartition("/")[2]: path for path in re.findall(r'"(/[\w.]+/\w+)"', source)}


def _message_types(service: str) -> dict[str, tuple[Descriptor, Descriptor | None]]:
    """Request and response by method (`create_job`): the transport's properties are annotated with them."""
    found: dict[str, tuple[Descriptor, Descriptor | None]] = {}
    for name, member in vars(_transport(service, "base")).items():
        if not isinstance(member, property):
            continue
        arguments = typing.get_args(typing.get_type_hints(member.fget).get("return"))
        if arguments and isinstance(arguments[0], list):
            answer = (typing.get_args(arguments[1]) or (arguments[1],))[0]
            found[name] = _descriptor(arguments[0][0]), None if answer in (None, type(None)) else _descriptor(answer)
    return found


def _transport(service: str, module: str) -> type:
    members = vars(importlib.import_module(f"{service}.transports.{module}"))
    kinds = [c for n, c in members.items() if n.endswith("Transport") and c.__module__.endswith(module)]
    return typing.cast(type, kinds[0])


def _descriptor(kind: Any) -> Descriptor:
    return typing.cast(Descriptor, (kind.pb() if hasattr(kind, "pb") else kind).DESCRIPTOR)


def _definitions(messages: Iterable[Descriptor]) -> descriptor_pb2.FileDescriptorSet:
    """The files that define these messages and all they are made of, without anything else."""
    reachable = _reachable(messages)
    files = {d.file.name: d.file for d in reachable.values()}
    result = descriptor_pb2.FileDescriptorSet()
    for name in sorted(files):
        file = descriptor_pb2.FileDescriptorProto()
        files[name].CopyToProto(file)
        _prune(file, reachable.keys(), files.keys())
        result.file.append(file)
    return result


def _reachable(messages: Iterable[Descriptor]) -> dict[str, Descriptor | EnumDescriptor]:
    found: dict[str, Descriptor | EnumDescriptor] = {}
    waiting = list(messages)
    while waiting:
        message = waiting.pop()
        if message.full_name in found:
            continue
        found[message.full_name] = message
        waiting += [field.message_type for field in message.fields if field.message_type]
        found |= {field.enum_type.full_name: field.enum_type for field in message.fields if field.enum_type}
    return found


def _prune(file: descriptor_pb2.FileDescriptorProto, names: Iterable[str], files: Iterable[str]) -> None:
    kept = [m for m in file.message_type if any(f"{n}.".startswith(f"{file.package}.{m.name}.") for n in names)]
    enums = [e for e in file.enum_type if f"{file.package}.{e.name}" in names]
    dependencies = sorted(d for d in file.dependency if d in files)
    for field in ("message_type", "enum_type", "dependency", "public_dependency", "service", "extension", "options"):
        file.ClearField(field)
    file.message_type.extend(kept)
    file.enum_type.extend(enums)
    file.dependency.extend(dependencies)
    for message in file.message_type:
        _prune_message(message, f"{file.package}.{message.name}", names)


def _prune_message(message: descriptor_pb2.DescriptorProto, name: str, names: Iterable[str]) -> None:
    """Without options, and without nested enums that no field refers to (compute's are documentation only)."""
    enums = [e for e in message.enum_type if f"{name}.{e.name}" in names]
    message.ClearField("enum_type")
    message.enum_type.extend(enums)
    if not message.options.map_entry:
        message.ClearField("options")
    for field in message.field:
        field.ClearField("options")
        field.ClearField("json_name")
        if field.label == field.LABEL_OPTIONAL:
            field.ClearField("label")
    for nested in message.nested_type:
        _prune_message(nested, f"{name}.{nested.name}", names)


def _camel(text: str) -> str:
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), text)


def _snake(text: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", text).lower()


def render() -> dict[str, str]:
    """The text of each file, by name: one route or one message a line, so that a change is seen as one."""
    routes, definitions = generate()
    files = json_format.MessageToDict(definitions)["file"]
    return {"routes.json": _lines(routes), "messages.json": "[\n" + ",\n".join(map(_file_lines, files)) + "\n]\n"}


def _file_lines(file: dict[str, Any]) -> str:
    head = {key: value for key, value in file.items() if key != "messageType"}
    return json.dumps(head)[:-1] + ', "messageType": ' + _lines(file.get("messageType", [])).rstrip() + "}"


def _lines(items: Iterable[Any]) -> str:
    return "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]\n"


if __name__ == "__main__":
    for file_name, text in render().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
