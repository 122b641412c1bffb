"""What the review page says, as content: drawn from the records of `wizard.guide.review`."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual.content import Content

from screens.language import Tone, commands, line, lines, state
from screens.widgets.facts import Fact
from screens.widgets.filter_list import Item
from wizard.flow.model import Model
from wizard.guide.review import Concern, Row, concerns, summary
from wizard.plan.plan import Severity
from wizard.wording import duration, one_line

_WIDTH = 50
"""Cells of a finding's text: it fits beside the rail of a small terminal."""


def facts(model: Model) -> tuple[Fact, ...]:
    """The head of the page: all of the plan in three lines."""
    if model.plan is None:
        return (("reading", f"{model.reading}…", Tone.MUTED),) if model.reading else ()
    if model.plan.blocked:
        count = sum(1 for concern in concerns(model.plan) if concern.severity is Severity.BLOCK)
        what = "a finding has" if count == 1 else f"{count} findings have"
        return (("writes", f"✗ nothing: {what} to be solved first", Tone.BAD),)
    said = summary(model.plan)
    return ("writes", said.does, Tone.PLAIN), ("takes", said.takes, Tone.PLAIN), ("costs", said.costs, Tone.PLAIN)


def details(row: Row | None) -> tuple[Content, tuple[Fact, ...], Content]:
    """A step's title, the facts about it, and its commands."""
    if row is None:
        return line(), (), line()
    undo = "can be taken back" if row.reversible else "! cannot be taken back"
    told: list[Fact] = [("why", row.reason, Tone.PLAIN)]
    for field in row.fields:
        told.append((one_line(field.field), one_line(f"{field.before} → {field.after}"), Tone.WARN))
    told.append(("after", ", ".join(row.waits_for), Tone.PLAIN))
    told.append(("takes", f"usually {duration(row.usual)}" if row.usual else "", Tone.PLAIN))
    told.append(("costs", f"{row.cost}; {one_line(row.basis)}" if row.cost else "", Tone.PLAIN))
    if row.writes:
        told.append(("undo", undo, Tone.PLAIN if row.reversible else Tone.WARN))
    told.append(("needs", ", ".join(row.permissions), Tone.MUTED))
    lacks = f"✗ not granted: {', '.join(row.lacking)}" if row.lacking else ""
    told.append(("lacks", lacks, Tone.BAD))
    words = line("\n", commands(row.gcloud)) if row.gcloud else line()
    return line((row.title, Tone.STRONG)), tuple(told), words


def concern_items(found: Sequence[Concern]) -> list[Item]:
    """Findings as rows; Enter or a click goes to the page that can solve one."""
    return [_concern(number, concern) for number, concern in enumerate(found)]


def _concern(number: int, concern: Concern) -> Item:
    said = "".join(f"\n  {row}" for row in wrap(concern.message, _WIDTH, break_on_hyphens=False))
    fix = "".join(f"\n  {row}" for row in wrap(concern.fix, _WIDTH, break_on_hyphens=False))
    if concern.where:
        where = (f"Enter goes to {concern.where}", Tone.MUTED if concern.severity is Severity.INFO else Tone.CHOSEN)
    else:
        where = ("can be done outside of this wizard" if concern.fix else "good to know", Tone.MUTED)
    return Item(
        id=str(number), title="", mark=state(concern.severity.value), detail=line(where, said, (fix, Tone.MUTED))
    )


def differences(rows: Sequence[Row]) -> Content:
    """Fields of what exists, before and after; and what is new."""
    parts: list[Content] = []
    for row in rows:
        if row.fields:
            parts += [line(state(row.op), (f"  {row.label}", Tone.STRONG))]
            for field in row.fields:
                parts.append(line((f"  {one_line(field.field)}", Tone.MUTED)))
                parts += _side("- before", field.before, Tone.BAD)
                parts += _side("+ after ", field.after, Tone.GOOD)
            parts.append(line())
    made = [line(state(row.op), f"  {row.label}") for row in rows if row.writes and not row.fields]
    if not parts:
        parts = [line(("no existing resource is changed", Tone.MUTED)), line()]
    return lines([*parts, *made])


def _side(word: str, text: str, tone: Tone) -> list[Content]:
    first, *rest = wrap(one_line(text), _WIDTH - 10, break_on_hyphens=False) or ["nothing"]
    blank = " " * (len(word) + 4)
    return [line((f"  {word}  {first}", tone)), *(line((blank + row, tone)) for row in rest)]
