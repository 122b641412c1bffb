"""`runvpc sandbox watch` and `log --follow`: every request as it happens, one line each."""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from shutil import get_terminal_size
from time import monotonic
from typing import Any

from wizard.cli.console import Console
from wizard.cli.durations import seconds
from wizard.cli.place import Place, ask
from wizard.errors import Exit, InputError
from wizard.wording import one_line

LONGEST_WAIT = 20
"""Seconds for which the sandbox keeps one question waiting."""

METHOD, REST = 30, 47
"""Columns of a method's name where there is room, and of everything else at the least."""

QUIET = 2.0
"""Real seconds after which a row of repeated reads has ended."""

NEWEST = 10**15 - 1
"""A number that no request has yet."""

BOLD, RED, PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[0m"

_PROJECT = re.compile(r"^projects/[^/]+/")
"""Left out of names: the sandbox has one project, or few."""

Request = dict[str, Any]


class _NobodyReads(Exception):
    """Standard output is gone (`watch | head`)."""


@dataclass
class Repeats:
    """A read that was shown and came again: how often, and when (real time) last."""

    request: Request
    count: int = 0
    last: float = field(default_factory=monotonic)


def watch(place: Place, parsed: Namespace, console: Console) -> Exit:
    """What comes from now on; the same read again and again is one line, and one more with its count."""
    after = ask(place.sandbox, "GET", f"log?after={NEWEST}")["last"]
    console.note(f"watching the sandbox {place.name}; Ctrl+C ends")
    return _follow(place, parsed, console, after=after, collapse=not console.json)


def log(place: Place, parsed: Namespace, console: Console) -> Exit:
    """The log as a document; with `--follow`, what it has and what comes, a line for each request."""
    if not parsed.follow:
        if parsed.time or parsed.count:
            raise InputError("--for and --count go with --follow", field="--follow", fix="log --follow --count 10")
        console.json = True
        console.document(ask(place.sandbox, "GET", "log"))
        return Exit.DONE
    return _follow(place, parsed, console, after=0, collapse=False)


def _follow(place: Place, parsed: Namespace, console: Console, *, after: int, collapse: bool) -> Exit:
    end = monotonic() + seconds(parsed.time, "--for") if parsed.time else None
    if parsed.count < 0:
        raise InputError("--count: must not be below 0", field="--count", fix="--count 10")
    show = _Lines(console, collapse=collapse)
    left = parsed.count or NEWEST
    try:
        for requests in _batches(place, after, end):
            for request in requests[:left]:
                show.request(request)
            left -= len(requests)
            show.quiet(monotonic() - QUIET)
            if left <= 0:
                break
        show.quiet(monotonic())
    except _NobodyReads:
        return Exit.DONE
    return Exit.DONE


def _batches(place: Place, after: int, end: float | None) -> Iterator[list[Request]]:
    """The requests that came since the last question; empty when none did for a while. Ends at `end` (real time)."""
    wait = 0
    while True:
        reply = ask(place.sandbox, "GET", f"log?after={after}&wait={wait}")
        after = reply["last"]
        yield reply["requests"]
        rest = LONGEST_WAIT if end is None else end - monotonic()
        if rest <= 0:
            return
        wait = max(1, min(round(QUIET), round(rest)))


class _Lines:
    """Writes requests: as JSON objects, or as lines for people, below the name of the client that made them."""

    def __init__(self, console: Console, *, collapse: bool) -> None:
        self._console = console
        self._collapse = collapse
        on_terminal = console.stdout.isatty()
        self._colour = on_terminal and not os.environ.get("NO_COLOR")
        self._width = get_terminal_size().columns if on_terminal else 0
        self._client = ""
        self._repeats: dict[tuple[object, ...], Repeats] = {}

    def request(self, request: Request) -> None:
        """One request. Raises _NobodyReads."""
        if self._console.json:
            self._write(json.dumps(request))
            return
        key = (request["client"], request["method"], request["resource"], request["status"])
        known = self._repeats.get(key) if self._collapse and not request["write"] else None
        if known is not None:
            known.count += 1
            known.last, known.request = monotonic(), request
            return
        if self._collapse and not request["write"]:
            self._repeats[key] = Repeats(request)
        self._line(request)

    def quiet(self, since: float) -> None:
        """Tell how often the reads came again that did not come since then (real time)."""
        for key, repeats in list(self._repeats.items()):
            if repeats.last <= since:
                del self._repeats[key]
                if repeats.count:
                    self._line(repeats.request, f"again, {repeats.count} times")

    def _line(self, request: Request, instead: str = "") -> None:
        if request["client"] != self._client:
            self._client = request["client"]
            self._write(one_line(self._client))
        self._write(self._marked(request, line(request, instead, width=self._width)))

    def _marked(self, request: Request, text: str) -> str:
        if not self._colour or (not request["write"] and request["status"] < 400):
            return text
        return f"{RED if request['status'] >= 400 else BOLD}{text}{PLAIN}"

    def _write(self, text: str) -> None:
        try:
            self._console.stdout.write(text + "\n")
            self._console.stdout.flush()
        except (OSError, ValueError) as error:
            raise _NobodyReads from error


def line(request: Request, instead: str = "", *, width: int = 0) -> str:
    """`10:00:00  write  run.UpdateService  my-service  200  12 ms`; `instead` of status and latency.

    With a `width` (columns) what is too long is cut in its middle; a name loses the path before it first.
    """
    mark = "write" if request["write"] else "     "
    ended = instead or f"{request['status'] or 'reset':>5}{request.get('latency_ms', 0):>6.0f} ms"
    method, resource = one_line(request["method"]), one_line(_PROJECT.sub("", request["resource"]))
    wide = min(METHOD, max(8, width - REST)) if width else METHOD
    if width:
        method = _fitting(method, wide)
        room = width - len(f"{request['at'][11:19]}  {mark}  ") - wide - 4 - len(ended)
        if len(resource) > room:
            resource = _fitting(resource.rpartition("/")[2], room)
        resource = f"{resource:{max(0, room)}}"
    return f"{request['at'][11:19]}  {mark}  {method:{wide}}  {resource}  {ended}"


def _fitting(text: str, room: int) -> str:
    """The text, or its beginning and its end."""
    half = max(1, (room - 1) // 2)
    return text if len(text) <= room else f"{text[: max(1, room - 1 - half)]}\u2026{text[-half:]}"
