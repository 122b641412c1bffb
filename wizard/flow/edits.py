"""What an edit invalidates: later answers that were given for what is being changed."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from wizard.answers import Answers, Value, by_key, from_keys
from wizard.flow.pages import PAGE_OF, Page

INVALIDATES: Mapping[str, tuple[str, ...]] = {
    "project": ("service", "network", "subnet", "range", "connector.name", "secrets"),
    "region": ("service", "subnet", "range", "connector.name"),
    "network": ("subnet", "range", "connector.name"),
    "egress_path": ("subnet", "range"),
    "egress": ("nat",),
    "subnet": ("range",),
    "range": ("subnet",),
}
"""Answers that name something inside what the key names, or that only make sense with its old value."""

_DEFAULTS = by_key(Answers())


class Cleared(Struct, frozen=True, kw_only=True):
    """An answer that an edit takes back: what it was, and the page on which to give it again."""

    key: str
    was: Value
    page: Page


def consequences(answers: Answers, key: str, value: Value) -> tuple[Cleared, ...]:
    """The later answers that go when `key` becomes `value`. Nothing goes for a first answer, or for none."""
    held = by_key(answers)
    before = held[key]
    if value == before or (before == _DEFAULTS[key] and key in ("project", "region")):
        return ()
    if key in ("subnet", "range") and value == _DEFAULTS[key]:
        return ()
    return tuple(
        Cleared(key=later, was=held[later], page=PAGE_OF[later])
        for later in INVALIDATES.get(key, ())
        if held[later] != _DEFAULTS[later]
    )


def edit(answers: Answers, key: str, value: Value) -> Answers:
    """The answers with `key` as `value`, and without those that this invalidates."""
    values = by_key(answers)
    for cleared in consequences(answers, key, value):
        values[cleared.key] = _DEFAULTS[cleared.key]
    values[key] = value
    return from_keys(values)


def default(key: str) -> Value:
    """The value of an answer that was not given."""
    return _DEFAULTS[key]
