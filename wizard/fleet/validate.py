"""The answers of a migration, checked: each wrong one is named with its rule and an example."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise

from wizard.errors import InputError
from wizard.fleet.answers import CONNECTOR, DIRECT, MigrateAnswers, StageAnswers
from wizard.network.names import check_network_tags, check_resource_name
from wizard.probe.targets import parse

_CHOICES = {
    "to": (DIRECT, CONNECTOR),
    "firewall": ("add", "leave"),
    "nat": ("auto", "leave"),
    "startup": ("leave", "extend"),
    "blocked": ("stop", "skip"),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LONGEST_WATCH = 24 * 3600.0
_MOST_AT_ONCE = 50
_MOST_CALLS = 100


def check_answers(answers: MigrateAnswers) -> None:
    """Raise InputError for the first answer that cannot be meant. Names of services are looked up elsewhere."""
    for field, allowed in _CHOICES.items():
        _one_of(field, getattr(answers, field), allowed)
    _one_of("rollout.on_failure", answers.rollout.on_failure, ("stop", "go_on"))
    _check_stages(answers.stages)
    _within("rollout.concurrency", answers.rollout.concurrency, 1, _MOST_AT_ONCE, "3")
    check_network_tags(answers.tags, field="tags")
    if answers.network:
        check_resource_name(answers.network.rsplit("/", 1)[-1], field="network")
    if answers.subnet:
        check_resource_name(answers.subnet.rsplit("/", 1)[-1], field="subnet")
    check_time(answers.rollout.not_before, "rollout.not_before")
    for wave in answers.wave:
        check_time(wave.not_before, "wave.not_before")
    for urls in answers.targets.values():
        for url in urls:
            parse(url)


def check_time(text: str, field: str) -> None:
    """An RFC 3339 date and time with its offset, or nothing."""
    if text and not _is_time(text):
        rule = "must be a date and time with its offset from UTC (RFC 3339)"
        raise InputError(f"{field} {text[:40]!a}: {rule}", field=field, fix="for example 2026-12-01T22:00:00+01:00")


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _check_stages(stages: StageAnswers) -> None:
    steps = stages.steps
    rising = all(one < other for one, other in pairwise(steps))
    if not steps or not rising or steps[0] < 1 or steps[-1] != 100:
        words = ",".join(map(str, steps)) or "nothing"
        rule = "must be percentages from 1 on that rise and end with 100"
        raise InputError(f"stages.steps {words}: {rule}", field="stages.steps", fix="for example 10,50,100")
    _within("stages.watch", stages.watch, 0, _LONGEST_WATCH, "10")
    _within("stages.soak", stages.soak, 0, _LONGEST_WATCH, "60")
    _within("stages.calls", stages.calls, 0, _MOST_CALLS, "3")
    _within("stages.timer", stages.timer, 0, 7 * _LONGEST_WATCH, "1800, or 0 for never")


def _within(field: str, value: float, least: float, most: float, example: str) -> None:
    if not least <= value <= most:
        raise InputError(f"{field} {value:g}: must be {least:g} to {most:g}", field=field, fix=f"for example {example}")


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        rule = f"must be {' or '.join(allowed)}"
        raise InputError(f"{field} {value[:40]!a}: {rule}", field=field, fix=f"for example {allowed[0]}")
