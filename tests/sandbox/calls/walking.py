"""Steps taken one after the other, and what was not as it should be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf import json_format

from tests.sandbox.calls import Body, Step, compute, knative, run, small
from tests.sandbox.calls.clients import Clients, Refused
from wizard.sandbox import services
from wizard.sandbox.api import HANDLERS
from wizard.sandbox.knative import facade
from wizard.sandbox.routes import Route, table

services.load()

STEPS = (*compute.STEPS, *run.SERVERLESS, *run.CONNECTORS, *knative.STEPS, *small.STEPS)

OPERATION_ID = "run.googleapis.com/operation-id"
"""The annotation in which a reply of Knative's names its operation."""

ROUTES: dict[str, Route] = {}
for _route in table().routes:
    _key = _route.method
    while _key in ROUTES:
        _key += "'"
    ROUTES[_key] = _route
"""By method; a method has an apostrophe for every route of its name before it (v1 of what has v2 as well)."""

EMULATED = {key for key, route in ROUTES.items() if route.method in {*HANDLERS, *facade.METHODS}}


def walk(clients: Clients, steps: Iterable[Step]) -> list[str]:
    """Take the steps. Returns what is wrong, one line for each difference."""
    known: dict[str, str] = {}
    problems = []
    for step in steps:
        route = ROUTES[step.method]
        try:
            replies = clients.call(route, _filled(step.request, known))
        except Refused as error:
            replies = [{"message": error.message}]
            if error.status != step.refused:
                problems.append(f"{step.method}: refused with {error.status}: {error.message}")
        except json_format.ParseError as error:
            problems.append(f"{step.method}: {error}")
            continue
        problems += [f"{step.method}: {text}" for reply in replies for text in _differences(step.says, reply, "")]
        problems += [f"{step.method}: nobody knows {name}" for reply in replies for name in _unknown(step, reply)]
        known |= _remembered(replies[0], writes=route.writes) if replies else {}
    return problems


def _unknown(step: Step, reply: Body) -> list[str]:
    """Fields of a reply that the API's reference does not have, where no client's message is there to tell."""
    known = next((words.split() for prefix, words in small.FIELDS.items() if step.method.startswith(prefix)), None)
    if known is None or step.refused:
        return []
    return sorted(_names(reply) - {*known})


def _names(value: Any) -> set[str]:
    """Every name of a field in a reply."""
    if isinstance(value, dict):
        return {*value}.union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


def _filled(value: Any, known: dict[str, str]) -> Any:
    """A request with what is known in the place of `{operation}` and the like."""
    if isinstance(value, dict):
        return {key: _filled(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known) for inner in value]
    if isinstance(value, str):
        for key, text in known.items():
            value = value.replace(f"{{{key}}}", text)
    return value


def _remembered(reply: Body, *, writes: bool) -> dict[str, str]:
    """What later steps may name."""
    known: dict[str, str] = {key: reply[key] for key in ("fingerprint", "labelFingerprint") if key in reply}
    if writes and "name" in reply:
        known["operation"] = reply["name"]
    metadata = reply.get("metadata") or {}
    if writes and reply.get("kind") in ("Service", "Job", "Execution"):
        known["made"] = metadata["name"]
        known["operationId"] = (metadata.get("annotations") or {}).get(OPERATION_ID, "")
    return known


def _differences(said: Any, found: Any, at: str) -> list[str]:
    """Where a reply does not say what it should; a name may be the last part of a full one, or `…/` its beginning."""
    if isinstance(said, dict):
        if not isinstance(found, dict):
            return [f"{at} is {found!r}"]
        return [text for key, inner in said.items() for text in _differences(inner, found.get(key), f"{at}.{key}")]
    if isinstance(said, list):
        if not isinstance(found, list) or len(found) != len(said):
            return [f"{at} is {found!r}"]
        pairs = enumerate(zip(said, found, strict=True))
        return [text for index, (one, other) in pairs for text in _differences(one, other, f"{at}[{index}]")]
    if isinstance(said, str) and isinstance(found, str):
        same = found == said or found.endswith(f"/{said}") or (said.endswith("/") and found.startswith(said))
        return [] if same or (at == ".message" and said in found) else [f"{at} is {found!r}"]
    return [] if found == said else [f"{at} is {found!r}"]
