"""Every list page by page with Google's clients, and what no API knows refused."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.calls import SCENARIO, Body
from tests.sandbox.calls.clients import Clients, Refused
from tests.sandbox.calls.walking import EMULATED, ROUTES, STEPS, walk
from tests.sandbox.serving import serving
from wizard.sandbox import messages
from wizard.sandbox.knative.facade import is_v1
from wizard.sandbox.routes import HttpRule, Route

SIZES = ("max_results", "page_size", "limit")
"""The field that says how many a page may have."""

NARROWING = ("filter", "query", "type", "label_selector", *SIZES)
NAMES_WITHIN = ("dns.resourceRecordSets.list",)
"""Lists whose field `name` is no parent but narrows them."""

AT_MOST_ONE = {
    "compute.globalForwardingRules.list": "a scenario has none",
    "compute.zoneOperations.list": "nothing in a zone can be changed",
    "compute.instanceGroups.listInstances": "a scenario's load balancer has one machine",
}

MAKING = [step for step in STEPS if not any(word in step.method.lower() for word in ("delete", "cancel"))]


def _sized(route: Route) -> str:
    """The field of a request that limits a page, empty when there is none."""
    fields = {field.name for field in messages.descriptor(route.request).fields}
    return next((name for name in SIZES if name in fields), "")


LISTS = sorted(key for key in EMULATED if _sized(ROUTES[key]))


async def test_every_list_can_be_walked_in_pages_of_one(tmp_path: Path) -> None:
    async with serving(tmp_path, SCENARIO) as server:
        clients = Clients(server.port, "rest")
        problems = await asyncio.to_thread(walk, clients, MAKING)
        await asyncio.gather(*server.world.running)
        found = await asyncio.to_thread(_both_ways, clients)
        clients.close()
    assert [problem for problem in problems if "refused" in problem] == []
    assert sorted(found) == LISTS
    alone = {key: [[item] for item in whole] or [[]] for key, (whole, _) in found.items()}
    assert [key for key, (_, pages) in found.items() if _sorted(pages) != _sorted(alone[key])] == []
    assert {key for key, (whole, _) in found.items() if len(whole) < 2} == set(AT_MOST_ONE)


def _sorted(pages: list[list[Any]]) -> list[str]:
    """Aggregated lists have no order among their scopes."""
    return sorted(json.dumps(page, sort_keys=True) for page in pages)


def _both_ways(clients: Clients) -> dict[str, tuple[list[Any], list[list[Any]]]]:
    """For every list: its items at once, and page by page."""
    requests = {step.method: step.request for step in reversed(STEPS)}
    found = {}
    for key in LISTS:
        route = ROUTES[key]
        narrowing = (*NARROWING, "name") if key in NAMES_WITHIN else NARROWING
        request = {field: value for field, value in requests[key].items() if field not in narrowing}
        whole = [item for reply in clients.call(route, request) for item in _items(reply)]
        found[key] = whole, [_items(reply) for reply in _pages(clients, route, {**request, _sized(route): 1})]
    return found


def _pages(clients: Clients, route: Route, request: Body) -> list[Body]:
    """Clients walk the pages by themselves, but not those of operations and locations; and some APIs have none."""
    replies = clients.call(route, request)
    field = "continue" if is_v1(route) else "page_token"
    while token := replies[-1].get("nextPageToken") or replies[-1].get("metadata", {}).get("continue"):
        replies += clients.call(route, {**request, field: token})
    return replies


def _items(reply: Body) -> list[Any]:
    """What a list's reply lists, whatever the field is called; of an aggregated list, of all its scopes."""
    items = reply.get("items")
    if isinstance(items, dict):
        lists = (inner for scope in items.values() for inner in scope.values() if isinstance(inner, list))
        return [item for inner in lists for item in inner]
    return next((value for value in reply.values() if isinstance(value, list)), [])


UNKNOWN = 'Invalid JSON payload received. Unknown name "nonsense"'

APIS = sorted({key.partition(".")[0] for key in EMULATED})


async def test_what_no_api_knows_is_refused_by_each(tmp_path: Path) -> None:
    async with serving(tmp_path, SCENARIO) as server:
        said = await asyncio.to_thread(_unknown, server.port)
    expected = {}
    for api in APIS:
        if _first(api, with_body=False):
            expected[f"{api} query"] = (400, f"{UNKNOWN}: Cannot bind query parameter.")
        if _first(api, with_body=True):
            expected[f"{api} body"] = (400, UNKNOWN)
    assert {key: (status, text[: len(expected[key][1])]) for key, (status, text) in said.items()} == expected


def _unknown(port: int) -> dict[str, tuple[int, str]]:
    """What each API says to a word that it does not know, in the query and in the body."""
    clients = Clients(port, "rest")
    said = {}
    try:
        for api in APIS:
            for part, with_body in (("query", False), ("body", True)):
                rule = _first(api, with_body=with_body)
                if rule is None:
                    continue
                path = _filled(rule)
                with pytest.raises(Refused) as caught:
                    if with_body:
                        clients.ask(rule.verb, path, {"nonsense": 1}, api)
                    else:
                        clients.ask(rule.verb, f"{path}?nonsense=1", None, api)
                said[f"{api} {part}"] = caught.value.status, caught.value.message
    finally:
        clients.close()
    return said


def _first(api: str, *, with_body: bool) -> HttpRule | None:
    """The first emulated address of an API that has a body, or that has none."""
    routes = (ROUTES[key] for key in sorted(EMULATED) if key.startswith(f"{api}."))
    return next((rule for route in routes for rule in route.http if bool(rule.body) is with_body), None)


def _filled(rule: HttpRule) -> str:
    """An address with something in the place of its variables."""
    return re.sub(r"\{[^}=]+=?([^}]*)\}", lambda match: (match[1] or "*").replace("*", "x"), rule.uri)
