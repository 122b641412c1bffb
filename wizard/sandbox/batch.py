"""Several calls in one HTTP request (`multipart/mixed`), as gcloud sends them when a command names several resources.

The form is that of Google's batch endpoints: each part is an HTTP request without its host, each part of the answer an
HTTP reply whose `Content-ID` is that of the request with `response-` before it.
"""

from __future__ import annotations

import email
from collections.abc import Awaitable, Callable
from email.message import Message

from aiohttp import web

from wizard.sandbox.api import ApiError

PATH = "/batch/compute/v1"
MOST_CALLS = 1000
"""In one request, as the real endpoint takes."""

BOUNDARY = "batch_of_the_sandbox"

Answer = Callable[[str, str, bytes], Awaitable[web.Response]]
"""The reply to one call: verb, path with query, body."""


async def answer(content_type: str, payload: bytes, one: Answer) -> web.Response:
    """The replies to all parts, made one after the other. Raises ApiError(400) for what is no batch."""
    whole = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + payload)
    parts = [part for part in whole.walk() if part.get_content_type() == "application/http"]
    if not whole.is_multipart() or not 0 < len(parts) <= MOST_CALLS:
        raise ApiError(400, f"The batch request is malformed, or has no calls or more than {MOST_CALLS}.")
    replies = [_part(part, await one(*_call(part))) for part in parts]
    text = "".join(f"--{BOUNDARY}\r\n{reply}\r\n" for reply in replies) + f"--{BOUNDARY}--\r\n"
    return web.Response(body=text.encode(), headers={"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"})


def _call(part: Message) -> tuple[str, str, bytes]:
    """Verb, path with query, and body of one part."""
    content = part.get_payload(decode=True)
    line, _, rest = (content if isinstance(content, bytes) else b"").partition(b"\n")
    words = line.decode("ascii", "replace").split()
    if len(words) < 2 or not words[1].startswith("/"):
        raise ApiError(400, "A part of the batch request is no HTTP request.")
    body = email.message_from_bytes(rest).get_payload(decode=True)
    return words[0], words[1], body if isinstance(body, bytes) else b""


def _part(request: Message, reply: web.Response) -> str:
    id_ = str(request.get("Content-ID", "")).strip("<>")
    head = f"Content-Type: application/http\r\nContent-ID: <response-{id_}>\r\n\r\n"
    return f"{head}HTTP/1.1 {reply.status} {reply.reason}\r\nContent-Type: application/json\r\n\r\n{reply.text}"
