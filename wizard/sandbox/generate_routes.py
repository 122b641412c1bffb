"""Writes `routes.json`: every method of Google's installed clients with its HTTP rules, gRPC path and message types.

Run by hand when a client package changes (`python -m wizard.sandbox.generate_routes`); a test compares the result with
the file in the tree. It reads the transports' own tables (private names, hence the pinned versions).
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc

TABLE = Path(__file__).with_name("routes.json")

COMPUTE_SERVICES = (
    "addresses",
    "firewalls",
    "forwarding_rules",
    "global_addresses",
    "global_forwarding_rules",
    "global_operations",
    "instances",
    "networks",
    "projects",
    "region_network_firewall_policies",
    "region_operations",
    "routers",
    "routes",
    "subnetworks",
    "zone_operations",
)

PACKAGES = {"compute": "google.cloud.compute_v1", "run": "google.cloud.run_v2", "vpcaccess": "google.cloud.vpcaccess_v1"}


class _Recorder(grpc.Channel):
    """A gRPC channel that only remembers what a transport asks of it."""

    def __init__(self) -> None:
        self.paths: dict[str, tuple[Any, Any]] = {}

    def unary_unary(self, method: str, *arguments: Any, **options: Any) -> Any:
        self.paths[method] = (options.get("request_serializer"), options.get("response_deserializer"))
        if arguments:
            self.paths[method] = (arguments[0], arguments[1])
        return object()

    def unary_stream(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self.unary_unary(method, *arguments, **options)

    def stream_unary(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self.unary_unary(method, *arguments, **options)

    def stream_stream(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self.unary_unary(method, *arguments, **options)

    def subscribe(self, callback: Any, try_to_connect: Any = None) -> None:
        """Nothing to watch: there is no connection."""

    def unsubscribe(self, callback: Any) -> None:
        """Nothing was subscribed."""

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> _Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def generate() -> list[dict[str, Any]]:
    """The table, sorted by method."""
    routes: list[dict[str, Any]] = []
    for api, package in PACKAGES.items():
        for name in _services(package, api):
            grpc = {} if api == "compute" else _grpc_methods(f"{package}.services.{name}")
            for rpc, rules in _http_rules(f"{package}.services.{name}"):
                routes.append(_route(api, name, rpc, rules, grpc.get(rpc)))
    unique = {json.dumps(route): route for route in routes}
    return sorted(unique.values(), key=lambda route: str(route["method"]))


def _services(package: str, api: str) -> list[str]:
    module = importlib.import_module(f"{package}.services")
    names = [info.name for info in pkgutil.iter_modules(module.__path__)]
    return [name for name in names if api != "compute" or name in COMPUTE_SERVICES]


def _http_rules(service: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    base = importlib.import_module(f"{service}.transports.rest_base")
    transport = next(c for n, c in vars(base).items() if n.startswith("_Base") and n.endswith("RestTransport"))
    for name, method in vars(transport).items():
        options: Callable[[], list[dict[str, str]]] | None = getattr(method, "_get_http_options", None)
        if name.startswith("_Base") and options is not None:
            yield name.removeprefix("_Base"), options()


def _grpc_methods(service: str) -> dict[str, dict[str, str]]:
    module: ModuleType = importlib.import_module(f"{service}.transports.grpc")
    kind = next(c for n, c in vars(module).items() if n.endswith("GrpcTransport"))
    recorder = _Recorder()
    transport = kind(channel=recorder)
    transport._logged_channel = recorder
    transport._stubs.clear()
    for name, value in inspect.getmembers(kind, lambda member: isinstance(member, property)):
        if value is not None and not name.startswith(("_", "grpc_channel", "operations_client", "kind", "host")):
            getattr(transport, name)
    found = {}
    for path, (serialize, deserialize) in recorder.paths.items():
        found[path.rsplit("/", 1)[1]] = {
            "path": path,
            "request": _type_name(serialize),
            "response": _type_name(deserialize),
        }
    return found


def _type_name(method: Any) -> str:
    owner = getattr(method, "__self__", None)
    return f"{owner.__module__}:{owner.__name__}" if owner is not None else ""


def _route(
    api: str, service: str, rpc: str, rules: list[dict[str, str]], grpc: dict[str, str] | None
) -> dict[str, Any]:
    method = f"compute.{_camel(service)}.{rpc[0].lower()}{rpc[1:]}" if api == "compute" else f"{api}.{rpc}"
    http = [{"verb": r["method"].upper(), "uri": r["uri"], "body": r.get("body", "")} for r in rules]
    return {"method": method, "http": http, **({"grpc": grpc} if grpc else {})}


def _camel(text: str) -> str:
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), text)


def render() -> str:
    """The table as it stands in the file."""
    return "[\n" + ",\n".join(json.dumps(route) for route in generate()) + "\n]\n"


if __name__ == "__main__":
    TABLE.write_text(render(), encoding="utf-8")
