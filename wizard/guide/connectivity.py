"""What the live tests met: each target before and after, each attempt, and what to do about a failure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from wizard.apply.state import RunState
from wizard.errors import InputError
from wizard.guide.running import BASELINE
from wizard.probe.targets import parse
from wizard.probe.verdicts import advice
from wizard.records import ProbeAttempt, ProbeResult

LAYERS = ("dns", "tcp", "tls", "protocol")
SLOW_START_SECONDS = 5.0
"""From here on the wait for the network of a fresh instance is worth a word."""

_WITH_TLS = frozenset({"rediss", "https"})


class AttemptRow(Struct, frozen=True, kw_only=True):
    """One fresh instance, counted from 1; milliseconds, and seconds until its network was up."""

    number: int
    verdict: str
    latency_ms: float | None
    start_s: float | None
    detail: str


class TargetRow(Struct, frozen=True, kw_only=True):
    """A target: verdicts `before` (empty: not tested) and `after`, the layer, and what it took.

    `reached` says of each layer of `LAYERS` whether it worked: True, False, or None when it was not come to.
    `connected` of `attempts` fresh instances connected; `slowest_start` seconds until their network was up.
    `differ` are the attempts when they did not all end the same way; `detail` is what the probe read, in its words.
    """

    target: str
    before: str
    after: str
    layer: str
    latency_ms: float | None
    connected: int
    attempts: int
    slowest_start: float | None
    reached: tuple[bool | None, ...]
    advice: str
    detail: str = ""
    differ: tuple[AttemptRow, ...] = ()


def only_before(state: RunState) -> bool:
    """Whether targets were tested before any change, and not since."""
    return bool(state.probes) and all(BASELINE in id_ for id_, _ in state.probes)


def target_rows(state: RunState) -> tuple[TargetRow, ...]:
    """One row for each target of the last live test; of the baseline alone while there is no other yet."""
    before = {r.target: r for id_, results in state.probes if BASELINE in id_ for r in results}
    after = [results for id_, results in state.probes if BASELINE not in id_]
    if not after:
        return tuple(_row(result, None) for result in before.values())
    return tuple(_row(result, before.get(result.target)) for result in after[-1])


def _row(result: ProbeResult, before: ProbeResult | None) -> TargetRow:
    delays = [a.start_delay_s for a in result.attempts if a.start_delay_s]
    attempts = tuple(_attempt(number, a) for number, a in enumerate(result.attempts, 1))
    return TargetRow(
        target=result.target,
        before=before.verdict if before is not None else "",
        after=result.verdict,
        layer=result.layer,
        latency_ms=result.latency_ms,
        connected=sum(attempt.verdict == "connected" for attempt in result.attempts),
        attempts=len(result.attempts),
        slowest_start=max(delays) if delays else None,
        reached=_reached(result),
        advice="" if result.connected else advice(result.verdict, result.layer),
        detail=next((a.detail for a in result.attempts if a.verdict == result.verdict and a.detail), ""),
        differ=attempts if len({a.verdict for a in result.attempts}) > 1 else (),
    )


def _attempt(number: int, attempt: ProbeAttempt) -> AttemptRow:
    return AttemptRow(
        number=number,
        verdict=attempt.verdict,
        latency_ms=attempt.latency_ms,
        start_s=attempt.start_delay_s,
        detail=attempt.detail,
    )


def _reached(result: ProbeResult) -> tuple[bool | None, ...]:
    """Everything below the deciding layer worked; a test that did not run says nothing of any."""
    if not result.connected and result.layer not in LAYERS:
        return (None,) * len(LAYERS)
    decided = LAYERS.index(result.layer) if result.layer in LAYERS else len(LAYERS)
    marks: list[bool | None] = []
    for number, there in enumerate(_layers_of(result.target)):
        if not there or (number > decided and not result.connected):
            marks.append(None)
        else:
            marks.append(result.connected or number < decided)
    return tuple(marks)


def _layers_of(target: str) -> tuple[bool, ...]:
    """Which layers a target has: an address needs no name server, and only some schemes have TLS or a protocol."""
    try:
        parsed = parse(target)
    except InputError:
        return (True, True, False, False)
    return (not parsed.address, True, parsed.scheme in _WITH_TLS, parsed.scheme != "tcp")


def verdict_line(rows: Sequence[TargetRow]) -> str:
    """`3 of 3 targets connected`."""
    good = sum(row.after == "connected" for row in rows)
    return f"{good} of {len(rows)} targets connected"


def all_connected(rows: Sequence[TargetRow]) -> bool:
    """Whether there were targets, and every instance connected to every one."""
    return bool(rows) and all(row.after == "connected" for row in rows)


def start_note(rows: Sequence[TargetRow]) -> str:
    """A word on instances whose network came late; empty when it came at once."""
    slowest = max((row.slowest_start or 0.0 for row in rows), default=0.0)
    if slowest < SLOW_START_SECONDS:
        return ""
    return (
        f"The network of a new instance took up to {round(slowest)} seconds to come up. Until then its connections "
        "fail: let the service try again, or give it a startup probe that connects to the target."
    )
