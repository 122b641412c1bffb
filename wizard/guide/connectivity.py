"""What the live tests met: each target before and after, each attempt, and what to do about a failure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from wizard.apply.state import RunState
from wizard.probe.verdicts import advice
from wizard.records import ProbeResult

BASELINE = "runvpc-before-"
LAYERS = ("dns", "tcp", "tls", "protocol")


class TargetRow(Struct, frozen=True, kw_only=True):
    """A target: verdicts `before` (empty: not tested) and `after`, the layer, and what it took.

    `reached` says of each layer of `LAYERS` whether it worked: True, False, or None when it was not come to.
    `connected` of `attempts` fresh instances connected; `slowest_start` seconds until their network was up.
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


def target_rows(state: RunState) -> tuple[TargetRow, ...]:
    """One row for each target of the last live test; of the baseline alone while there is no other yet."""
    before = {r.target: r for id_, results in state.probes if BASELINE in id_ for r in results}
    after = [r for id_, results in state.probes if BASELINE not in id_ for r in results]
    return tuple(_row(result, before.get(result.target)) for result in after or before.values())


def _row(result: ProbeResult, before: ProbeResult | None) -> TargetRow:
    delays = [a.start_delay_s for a in result.attempts if a.start_delay_s]
    return TargetRow(
        target=result.target,
        before=before.verdict if before is not None and before is not result else "",
        after=result.verdict,
        layer=result.layer,
        latency_ms=result.latency_ms,
        connected=sum(attempt.verdict == "connected" for attempt in result.attempts),
        attempts=len(result.attempts),
        slowest_start=max(delays) if delays else None,
        reached=_reached(result),
        advice="" if result.connected else advice(result.verdict, result.layer),
    )


def _reached(result: ProbeResult) -> tuple[bool | None, ...]:
    """Everything below the deciding layer worked; TLS and protocol only where the scheme has them."""
    scheme = result.target.partition("://")[0] if "://" in result.target else "tcp"
    has_tls, has_protocol = scheme in ("rediss", "https"), scheme != "tcp"
    present = (True, True, has_tls, has_protocol)
    decided = LAYERS.index(result.layer) if result.layer in LAYERS else len(LAYERS)
    marks: list[bool | None] = []
    for number, there in enumerate(present):
        if not there or (number > decided and not result.connected):
            marks.append(None)
        else:
            marks.append(result.connected or number < decided)
    return tuple(marks)


def verdict_line(rows: Sequence[TargetRow]) -> str:
    """`3 of 3 targets connected`."""
    good = sum(row.after == "connected" for row in rows)
    return f"{good} of {len(rows)} targets connected"
