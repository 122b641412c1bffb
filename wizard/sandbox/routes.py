"""The table of routes: which method an HTTP request or a gRPC call means.

`routes.json` comes from Google's client packages; `routes_extra.json` adds by hand what they lack (the APIs without a
client here, and `UpdateConnector`, which the vpc-access client does not have although REST v1 does);
`routes_knative.json` is the Cloud Run Admin API v1, whose own methods are called `run.v1.…`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

HERE = Path(__file__).parent

BY_HAND = ("routes_extra.json", "routes_knative.json", "routes_servicenetworking.json", "routes_legacy.json")
"""The files of the table that no client package provides."""

READING_POSTS = {"testiampermissions", "list", "listinstances", "wait", "waitoperation"}
"""Last words of methods that are sent by POST and change nothing."""

GOOGLE = ".googleapis.com"

HOSTS = {"www": "compute"}
"""First labels of Google's host names that are not the name of the API."""


@dataclass(frozen=True)
class HttpRule:
    """One HTTP address of a method: `pattern` matches the path, `body` names the field that the body is (`*`: all)."""

    verb: str
    uri: str
    body: str
    pattern: re.Pattern[str]
    variables: tuple[str, ...]
    slashes: int


@dataclass(frozen=True)
class Route:
    """One method: its addresses, and the full names of its message types (`response` empty: not known)."""

    method: str
    http: tuple[HttpRule, ...]
    grpc: tuple[str, ...]
    request: str
    response: str

    @property
    def api(self) -> str:
        return self.method.partition(".")[0]

    @property
    def writes(self) -> bool:
        """Whether a call of it changes something."""
        reads = self.http[0].verb == "GET" or self.method.rpartition(".")[2].lower() in READING_POSTS
        return not reads


@dataclass(frozen=True)
class Match:
    """What an HTTP request means: the method, the rule by which it was found, and the variables in its path."""

    route: Route
    rule: HttpRule
    variables: dict[str, str]


class Table:
    """Finds routes by HTTP verb and path, by gRPC path, or by method (of several for one, the first)."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self.routes = [_route(entry) for entry in entries]
        self.by_method = {route.method: route for route in reversed(self.routes)}
        self.by_grpc: dict[str, list[Route]] = defaultdict(list)
        self._by_shape: dict[tuple[str, int], list[tuple[Route, HttpRule]]] = defaultdict(list)
        for route in self.routes:
            for path in route.grpc:
                self.by_grpc[path].append(route)
            for rule in route.http:
                self._by_shape[rule.verb, rule.slashes].append((route, rule))
        for candidates in self._by_shape.values():
            candidates.sort(key=lambda pair: (not _has_custom_verb(pair[1].uri), len(pair[1].variables)))

    def match(self, verb: str, raw_path: str, api: str = "") -> Match | None:
        """The method that `verb` on this (still escaped) path means, of one API only if `api` is given."""
        for route, rule in self._by_shape.get((verb, raw_path.count("/")), ()):
            found = rule.pattern.fullmatch(raw_path) if api in ("", route.api) else None
            if found:
                values = (unquote(value) for value in found.groups())
                return Match(route, rule, dict(zip(rule.variables, values, strict=True)))
        return None


def api_of(host: str) -> str:
    """The API that one of Google's host names stands for (`us-central1-run.googleapis.com` is `run`), else empty."""
    name = host.lower().partition(":")[0]
    if not name.endswith(GOOGLE):
        return ""
    label = name.removesuffix(GOOGLE).partition(".")[0].rpartition("-")[2]
    return HOSTS.get(label, label)


@cache
def table() -> Table:
    """The routes of the files in the tree."""
    return Table([entry for file in ("routes.json", *BY_HAND) for entry in read(file)])


def read(file: str) -> list[dict[str, Any]]:
    """The entries of one of the table's files."""
    entries: list[dict[str, Any]] = json.loads((HERE / file).read_text(encoding="utf-8"))
    return entries


def _route(entry: dict[str, Any]) -> Route:
    rules = tuple(_rule(rule["verb"], rule["uri"], rule["body"]) for rule in entry["http"])
    request = entry.get("request") or extra_message(entry["method"])
    return Route(entry["method"], rules, tuple(entry.get("grpc", ())), request, entry.get("response", ""))


def extra_message(method: str) -> str:
    """The full name of the request message of a method written by hand."""
    return "sandbox.extra." + method.replace(".", "_") + "_Request"


def _rule(verb: str, uri: str, body: str) -> HttpRule:
    variables = []
    pattern = ""
    slashes = uri.count("/")
    for literal, variable in re.findall(r"([^{]+)|\{([^}]+)\}", uri):
        name, _, shape = variable.partition("=")
        if name:
            variables.append(name)
            inner = "/".join("[^/]+" if part == "*" else re.escape(part) for part in (shape or "*").split("/"))
            pattern += f"({inner})"
        else:
            pattern += re.escape(literal)
    return HttpRule(verb, uri, body, re.compile(pattern), tuple(variables), slashes)


def _has_custom_verb(uri: str) -> bool:
    return ":" in uri.rpartition("}")[2]
