"""Runs that wait for somebody else to let go of something: what each waits for, since when, and until about when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from wizard.apply.events import Event, RunEnded, RunStatus, StepStatus
from wizard.apply.record import RunRow
from wizard.apply.state import RunState, replay
from wizard.network.address_budget import held_hours

_SUBNET = ("subnet/", "subnet-retire/")


class Held(Struct, frozen=True, kw_only=True):
    """A step that could not delete its resource yet, and the cloud's own words for the reason."""

    step: str
    why: str


class Waiting(Struct, frozen=True, kw_only=True):
    """One run of the clean-up queue. Times are RFC 3339; `free_from` and `free_until` are empty when nobody knows."""

    run: str
    flow: str
    project: str
    held: tuple[Held, ...]
    since: str = ""
    free_from: str = ""
    free_until: str = ""


def waiting_rows(rows: Iterable[RunRow]) -> tuple[RunRow, ...]:
    """The runs that wait, the oldest first."""
    return tuple(row for row in reversed(tuple(rows)) if row.status is RunStatus.WAITING)


def describe(row: RunRow, events: Iterable[Event]) -> Waiting:
    """What a run waits for. Addresses of Direct VPC egress are given back some time after their last user is gone."""
    known = tuple(events)
    state = replay(known)
    held = _held(state)
    since = next((e.at for e in known if isinstance(e, RunEnded) and e.status is RunStatus.WAITING), "")
    estimate = _estimate(since) if since and any(one.step.startswith(_SUBNET) for one in held) else ("", "")
    return Waiting(
        run=row.id,
        flow=row.flow,
        project=row.project,
        held=held,
        since=since,
        free_from=estimate[0],
        free_until=estimate[1],
    )


def _held(state: RunState) -> tuple[Held, ...]:
    left = (step for step in state.steps if step.status is StepStatus.LEFT and step.error)
    return tuple(Held(step=step.id, why=step.error) for step in left)


def _estimate(since: str) -> tuple[str, str]:
    begun = datetime.fromisoformat(since)
    least, most = (begun + timedelta(hours=hours) for hours in held_hours())
    return _text(least), _text(most)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
