"""Criteria on what exists: a resource with some values, or none."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import ClassVar

from msgspec import Struct

from wizard.lessons import expressions
from wizard.lessons.expressions import Wanted
from wizard.lessons.ports import Body, Packets, State


class Judged(Struct, frozen=True, kw_only=True):
    """Whether a criterion is met, and what was seen instead when it is not."""

    met: bool
    found: str = ""


class Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every criterion has: what is asked, for people, and hints from the gentle to the strong one."""

    EXAMPLE: ClassVar[str] = ""

    text: str
    hints: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.hints or not all(hint.strip() for hint in (self.text, *self.hints)):
            raise ValueError("text and at least one hint are needed")
        self.check()

    def check(self) -> None:
        """Raise ValueError for values that make no sense together."""

    def judge(self, state: State, packets: Packets) -> Judged:
        """Whether it is met."""
        raise NotImplementedError


def named(state: State, pattern: str) -> list[tuple[str, Body]]:
    """The resources whose full name fits a pattern, in the order of their names."""
    return [(key, state[key]) for key in sorted(state) if fnmatchcase(key, pattern)]


def short(key: str) -> str:
    """The last part of a resource's full name."""
    return key.rsplit("/", 1)[-1]


class Exists(Base, frozen=True, kw_only=True):
    """A resource exists, and what `where` says holds: path expressions to values."""

    EXAMPLE: ClassVar[str] = 'resource = "vpcaccess/*/connectors/shop-net", where = { state = "READY" }'

    resource: str
    where: dict[str, Wanted] = {}

    def check(self) -> None:
        for expression in self.where:
            expressions.check(expression)

    def judge(self, state: State, packets: Packets) -> Judged:
        candidates = named(state, self.resource)
        wrong = [self._difference(key, body) for key, body in candidates]
        if not candidates:
            return Judged(met=False, found=f"there is no {short(self.resource)}")
        return Judged(met=True) if "" in wrong else Judged(met=False, found=wrong[0])

    def _difference(self, key: str, body: Body) -> str:
        for expression, wanted in self.where.items():
            held = expressions.values(body, expression)
            if not expressions.fits(held, wanted):
                seen = ", ".join(map(str, held)) or "nothing"
                return f"{short(key)}: {expression} is {seen}, not {_said(wanted)}"
        return ""


class Absent(Base, frozen=True, kw_only=True):
    """No resource exists for which this holds."""

    EXAMPLE: ClassVar[str] = 'resource = "vpcaccess/*/connectors/*", where = { state = "ERROR" }'

    resource: str
    where: dict[str, Wanted] = {}

    def check(self) -> None:
        for expression in self.where:
            expressions.check(expression)

    def judge(self, state: State, packets: Packets) -> Judged:
        there = [
            short(key)
            for key, body in named(state, self.resource)
            if all(expressions.fits(expressions.values(body, path), wanted) for path, wanted in self.where.items())
        ]
        return Judged(met=False, found=f"there is {', '.join(there)}") if there else Judged(met=True)


def _said(wanted: Wanted) -> str:
    return str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
