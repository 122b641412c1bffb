"""REST to request messages and replies to REST, as Google's front end transcodes them.

A request message is put together from the variables of the path, the query and the body, then checked strictly: an
unknown field or a value of a wrong type is a 400 in the real wording. What handlers see is the message's JSON form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from wizard.sandbox import messages
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.routes import Match, Route

SYSTEM_PARAMETERS = {
    "$alt",
    "$fields",
    "$prettyPrint",
    "$unique",
    "$xgafv",
    "access_token",
    "alt",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "returnPartialSuccess",
    "upload_protocol",
    "uploadType",
    "userIp",
}
"""Query parameters that every API takes and that are no field of a request; `returnPartialSuccess` is one of compute's
lists in REST v1 (gcloud sends it) that the client package's messages do not have."""

INTEGER_ENUMS = "enum-encoding=int"

UNKNOWN_FIELD = re.compile(r'has no field named "(?P<field>[^"]*)" at "(?P<at>[^"]*)"')


def to_request(match: Match, query: Iterable[tuple[str, str]], payload: bytes) -> Body:
    """The request message of a REST call, as JSON. Raises ApiError(400) with the real text for whatever is unknown."""
    kind = messages.descriptor(match.route.request)
    request: Body = {}
    _put_body(request, kind, match.rule.body, payload)
    for key, value in query:
        if key not in SYSTEM_PARAMETERS:
            _put_query(request, kind, key, value)
    for path, value in match.variables.items():
        _put(request, kind, path.split("."), value)
    message = checked(match.route, request)
    if match.route.api == "compute" and match.rule.verb in ("PATCH", "PUT"):
        _keep_emptied(request, message)
    return message


def _keep_emptied(given: Body, message: Body) -> None:
    """A list that a change empties (gcloud takes a router's last NAT away like this) is not the same as no list."""
    for key, value in given.items():
        if value == []:
            message[key] = []
        elif isinstance(value, dict) and isinstance(message.get(key), dict):
            _keep_emptied(value, message[key])


def checked(route: Route, request: Body) -> Body:
    """The request in canonical form: camelCase keys, enums by name. Raises ApiError(400)."""
    message = messages.message_type(route.request)()
    try:
        json_format.ParseDict(request, message, descriptor_pool=messages.pool())
    except json_format.ParseError as error:
        raise ApiError(400, _wording(str(error)), reason="badRequest") from None
    return to_json(message)


def to_json(message: Message) -> Body:
    """The JSON form of a message."""
    body: Body = json_format.MessageToDict(message, descriptor_pool=messages.pool())
    return body


def from_json(full_name: str, body: Body) -> bytes:
    """The wire form of a reply; fields that the message does not have are left out."""
    message = messages.message_type(full_name)()
    json_format.ParseDict(body, message, ignore_unknown_fields=True, descriptor_pool=messages.pool())
    return message.SerializeToString()


def with_integer_enums(full_name: str, body: Body) -> Body:
    """A reply with enums as numbers, for clients that ask so (`$alt=json;enum-encoding=int`)."""
    kind = messages.descriptor(full_name)
    return {key: _integers(messages.field_of(kind, key), value) for key, value in body.items()}


def _integers(field: FieldDescriptor | None, value: Any) -> Any:
    if isinstance(value, list):
        return [_integers(field, item) for item in value]
    if field is None:
        return value
    if field.enum_type is not None and isinstance(value, str):
        known = field.enum_type.values_by_name.get(value)
        return known.number if known else value
    if field.message_type is None or not isinstance(value, dict):
        return value
    if field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        return {key: _integers(inner, item) for key, item in value.items()}
    return with_integer_enums(_type_inside(field.message_type, value), value)


def _type_inside(kind: Descriptor, value: Body) -> str:
    """The message type of a value; of an Any, the type that it names if that is known."""
    named = str(value.get("@type", "")).rpartition("/")[2]
    return named if kind.full_name == "google.protobuf.Any" and messages.known(named) else str(kind.full_name)


def _put_body(request: Body, kind: Descriptor, field: str, payload: bytes) -> None:
    if not payload.strip():
        return
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        raise ApiError(400, "Invalid JSON payload received. Unexpected token.", reason="parseError") from None
    if not isinstance(content, dict):
        raise ApiError(400, 'Invalid JSON payload received. Unknown name "": Root element must be a message.')
    if field == "*":
        request.update({_key(kind, key): value for key, value in content.items()})
    elif field:
        request[_key(kind, field)] = content


def _put_query(request: Body, kind: Descriptor, key: str, value: str) -> None:
    *parents, last = key.split(".")
    for part in parents:
        if messages.field_of(kind, part) is None:
            raise _unbound(key)
        request = _child(request, _key(kind, part))
        kind = _inner(kind, part)
    field = messages.field_of(kind, last)
    if field is None:
        raise _unbound(key)
    if field.is_repeated:
        request.setdefault(field.json_name, []).append(_parsed(field, value))
    else:
        request[field.json_name] = _parsed(field, value)


def _put(request: Body, kind: Descriptor, path: list[str], value: str) -> None:
    """Set a variable of the path, which wins over the body."""
    *parents, last = path
    for part in parents:
        request = _child(request, _key(kind, part))
        kind = _inner(kind, part)
    request[_key(kind, last)] = value


def _child(request: Body, key: str) -> Body:
    child = request.setdefault(key, {})
    if not isinstance(child, dict):
        raise ApiError(400, f"Invalid value at '{key}', expected a message.", reason="badRequest")
    return child


def _inner(kind: Descriptor, name: str) -> Descriptor:
    """The message type of a field; a field that holds no message stays where it is, for the strict check to refuse."""
    field = messages.field_of(kind, name)
    return field.message_type if field is not None and field.message_type is not None else kind


def _parsed(field: FieldDescriptor, value: str) -> Any:
    """A query value as JSON: what protobuf's own parser does not take as text."""
    if field.type == field.TYPE_BOOL and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if field.enum_type is not None and value.lstrip("-").isdigit():
        return int(value)
    if field.message_type is not None and field.message_type.full_name == "google.protobuf.FieldMask":
        return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), value)
    return value


def _key(kind: Descriptor, name: str) -> str:
    field = messages.field_of(kind, name)
    return field.json_name if field is not None else name


def _unbound(key: str) -> ApiError:
    text = (
        f'Invalid JSON payload received. Unknown name "{key}": Cannot bind query parameter. '
        f"Field '{key}' could not be found in request message."
    )
    return ApiError(400, text, reason="badRequest")


def _wording(error: str) -> str:
    """protobuf's complaint in the words of Google's front end."""
    unknown = UNKNOWN_FIELD.search(error)
    if unknown is None:
        return f"Invalid value: {error.splitlines()[0]}"
    at = ".".join(_snake(part) for part in unknown["at"].split(".")[1:])
    place = f" at '{at}'" if at else ""
    return f'Invalid JSON payload received. Unknown name "{unknown["field"]}"{place}: Cannot find field.'


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
