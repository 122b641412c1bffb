"""What stands below the way: why it ends there, what would help, and the rules of the firewall that was met."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from textwrap import wrap

from textual.content import Content

from screens.language import Tone, fit, glyph, heading, line, lines, state
from wizard.guide.trace import FirewallTable
from wizard.guide.trace_picture import STOPS, UNCLEAR, HopRow
from wizard.network.tracing import NearMiss, RuleRow, Trace
from wizard.plan.repair import CannotFix, Fix, Repairs
from wizard.records import ProbeResult
from wizard.trace.reading import Reading
from wizard.wording import one_line

_PRIORITY, _ACTION, _OUTCOME, _NAME = 6, 9, 13, 60
_MOST_NAMES = 4


def verdict(words: str, trace: Trace) -> Content:
    """The answer in one line."""
    sign = "delivered" if trace.delivered else "blocked" if trace.verdict == "DROP" else "unclear"
    tone = Tone.GOOD if trace.delivered else Tone.BAD if trace.verdict == "DROP" else Tone.WARN
    return line(glyph(sign), " ", (one_line(words), tone))


def met(result: ProbeResult | None, read: Reading | None) -> Content:
    """What the last live test met at this target, in a line, and whether the trace agrees; nothing without a test."""
    if result is None:
        return line()
    where = f" in {one_line(result.layer)}" if result.layer and not result.connected else ""
    agrees = f"  {read.summary}" if read is not None else ""
    return line(("live test ", Tone.MUTED), state(result.verdict), (where + agrees, Tone.MUTED))


def causes(read: Reading | None, width: int) -> Content:
    """What would explain the live test beside the trace, the likeliest first, each with what to look at."""
    if read is None or not read.causes:
        return line()
    made = [heading("What would explain the live test")]
    for cause in read.causes:
        made.append(line(one_line(cause.text)))
        made += [
            line((f"    {row}", Tone.MUTED)) for row in wrap(f"look at: {one_line(cause.look)}", max(width - 4, 20))
        ]
    return lines(made)


def hop(row: HopRow) -> Content:
    """The hop itself: what people call it, Google's word for it, and what happened."""
    first = line((row.label[:1].upper() + row.label[1:], Tone.STRONG), (f"  {row.api}" if row.api else "", Tone.MUTED))
    stops = row.state in (STOPS, UNCLEAR)
    texts = (row.said or row.text,) if stops else dict.fromkeys((row.text, row.said))
    return lines([first, *(line(one_line(text)) for text in texts if text)])


def help_of(found: Repairs | None, width: int) -> Content:
    """What would help, in gcloud's words, or who could do something."""
    if found is None:
        return lines([heading("What would help"), line(("looking …", Tone.MUTED))])
    if found.cannot_fix is not None:
        return _cannot(found.cannot_fix, width)
    if not found.fixes:
        return line()
    made = [heading("What would help")]
    for fix in found.fixes:
        made += [line(one_line(fix.title)), *_typed((fix.runvpc,) if fix.runvpc else (), width)]
        made += [*_typed(fix.gcloud, width), *_proven(fix)]
    if found.verified:
        made.append(line(("Traced again with this: delivered.", Tone.MUTED)))
    return lines(made)


def _proven(fix: Fix) -> list[Content]:
    said = []
    if fix.proof is not None:
        what = "no other changes" if fix.proof.holds else "others change, too"
        said.append(f"{fix.proof.total} verdicts compared before and after: {what}.")
    if fix.also:
        more = f" and {len(fix.also) - _MOST_NAMES} more" if len(fix.also) > _MOST_NAMES else ""
        said.append(f"Also felt by {', '.join(one_line(name) for name in fix.also[:_MOST_NAMES])}{more}.")
    return [line((" ".join(said), Tone.MUTED))] if said else []


def _typed(argvs: Iterable[Sequence[str]], width: int) -> list[Content]:
    """Commands as they would be typed in a shell, as many words on a line as there is room for."""
    made: list[Content] = []
    for argv in argvs:
        rows = [""]
        for word in (shlex.quote(one_line(word)) for word in argv):
            if rows[-1] and len(rows[-1]) + len(word) + 3 > width:
                rows[-1] += " \\"
                rows.append(f"  {word}")
            else:
                rows[-1] = f"{rows[-1]} {word}".strip() if len(rows) == 1 else f"{rows[-1]} {word}"
        made += [line((row, Tone.WORDS)) for row in rows]
    return made


def _cannot(found: CannotFix, width: int) -> Content:
    made = [
        heading("Nothing here helps"),
        line(one_line(found.reason)),
        line(("ask ", Tone.MUTED), one_line(found.who)),
    ]
    return lines([*made, *_typed(found.gcloud, width)])


def near(misses: Sequence[NearMiss], width: int) -> Content:
    """Rules that only look as if they decided."""
    if not misses:
        return line()
    made = [heading("Looks as if, but cannot")]
    for miss in misses:
        made += [line(one_line(miss.rule)), *_below(miss.why_not, width)]
    return lines(made)


def doubts(points: Iterable[str]) -> Content:
    """What only a live test settles."""
    rows = [line(("? ", Tone.WARN), one_line(point)) for point in points]
    return lines([heading("Only a live test settles"), *rows]) if rows else line()


def rules(table: FirewallTable, width: int) -> Content:
    """The rules in the order in which they are asked; the one that decides stands out by sign, word and weight."""
    shown = len(table.rows)
    count = f"{table.total} rules" if shown == table.total else f"{shown} of {table.total} rules, around the decision"
    head = f"  {'':<{_OUTCOME}}{'prio':>{_PRIORITY}}  {'action':<{_ACTION}}rule"
    made = [line((table.title, Tone.STRONG), (f"  {count}", Tone.MUTED)), line((head, Tone.MUTED))]
    several, layer = len({row.layer for row in table.rows[:-1]}) > 1, ""
    for row in table.rows:
        if row.layer != layer and several:
            layer = row.layer
            made.append(line((one_line(layer), Tone.MUTED)))
        made += _rule(row, width)
    return lines(made)


def _rule(row: RuleRow, width: int) -> list[Content]:
    word = state(row.outcome)
    decides = row.outcome == "decides"
    tone = Tone.STRONG if decides else Tone.PLAIN if row.outcome == "passes on" else Tone.MUTED
    gap = " " * max(1, _OUTCOME + 2 - word.cell_length)
    name = fit(one_line(row.rule), max(12, min(_NAME, width - _OUTCOME - _PRIORITY - _ACTION - 5)))
    cells = f"{row.priority:>{_PRIORITY}}  {fit(one_line(row.action), _ACTION - 1):<{_ACTION}}{name}"
    return [line(word, gap, (cells, tone)), *(_below(row.why, width) if row.why else ())]


def _below(text: str, width: int) -> list[Content]:
    rows = wrap(one_line(text), max(20, width - 4), break_on_hyphens=False)
    return [line((f"    {row}", Tone.MUTED)) for row in rows]
