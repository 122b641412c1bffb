"""The resource that a call is about, as the log and the refusals name it: `projects/p/global/networks/n`."""

from __future__ import annotations

import re

from wizard.sandbox.api import Body
from wizard.sandbox.routes import Route

VARIABLE = re.compile(r"\{([^=}]+)[^}]*\}")
HEAD = re.compile(r"^/((compute|dns)/)?v[0-9]+/")


def resource_of(route: Route, request: Body) -> str:
    """The path of the call's address, without version and verb, plus the name of what is being created.

    Verbs stand behind a colon, in compute as the last part of the path (`…/operations/O/wait`).
    """
    rule = route.http[0]
    uri, verb = rule.uri, "/" + route.method.rpartition(".")[2]
    path = VARIABLE.sub(lambda match: _text(request, match[1]), uri.removesuffix(verb))
    plain = HEAD.sub("", path.partition(":")[0])
    creates = rule.verb == "POST" and ":" not in uri and not uri.endswith(verb)
    created = _created(request, rule.body) if creates else ""
    return f"{plain}/{created}" if created else plain


def _text(request: Body, path: str) -> str:
    """The text at `connector.name` of a request message."""
    value: object = request
    for part in path.split("."):
        value = value.get(camel(part), "") if isinstance(value, dict) else ""
    return str(value)


def _created(request: Body, body_field: str) -> str:
    """The name of what a POST to a collection creates: in the body (compute), or beside it (`connectorId`)."""
    content = request.get(camel(body_field))
    if not isinstance(content, dict):
        return ""
    beside = (value for key, value in request.items() if key.endswith("Id") and key != "requestId")
    name = next(beside, "") or content.get("name", "")
    return name if isinstance(name, str) and "/" not in name else ""


def camel(name: str) -> str:
    """The JSON form of a field's name: `network_resource` is `networkResource`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
