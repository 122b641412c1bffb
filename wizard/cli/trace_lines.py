"""A trace as lines of text: the answer first, then the path with the hop that decides, then what to do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from wizard.cli.table import paragraph, table
from wizard.network.tracing import ABORT, DELIVER, DROP, NearMiss, Trace
from wizard.plan.repair import Repairs

DECIDES = ">"
"""Stands before the hop that decides."""

NEAREST = 5
"""Near misses that people are shown; the document has more."""


NOTHING = Repairs()


def trace_lines(trace: Trace, near: Sequence[NearMiss] = (), repairs: Repairs = NOTHING) -> list[str]:
    """The whole answer; at most 80 columns wide but for commands, which are never broken."""
    lines = ["", *paragraph(f"{trace.origin.resource} to {trace.goal.label}", indent=0), *_answer(trace), ""]
    lines += table([_row(trace, number) for number in range(len(trace.hops)) if not _is_end(trace, number)], indent=0)
    lines += _listed("Looks as if it decided, but cannot", [f"{miss.rule}: {miss.why_not}" for miss in near[:NEAREST]])
    return [*lines, *_repair_lines(repairs), *_listed("Only a live test settles", trace.verify)]


def _answer(trace: Trace) -> list[str]:
    if trace.verdict == DELIVER:
        return paragraph(f"DELIVER  decided by {trace.decided_by}" if trace.decided_by else "DELIVER", indent=0)
    return paragraph(f"{trace.verdict}  {trace.cause}: {trace.hops[-1].detail}", indent=0)


def _is_end(trace: Trace, number: int) -> bool:
    """Whether the hop only repeats the answer above."""
    return trace.hops[number].state in (DROP, ABORT)


def _row(trace: Trace, number: int) -> tuple[str, str, str]:
    hop = trace.hops[number]
    text = ": ".join(part for part in (hop.resource, hop.detail) if part)
    return DECIDES if number == trace.deciding else "", hop.state, text


def _repair_lines(repairs: Repairs) -> list[str]:
    """What to do, in gcloud's words too, and what else it is felt by; or who could do something."""
    if repairs.cannot_fix is not None:
        cannot = repairs.cannot_fix
        return ["", "No fix from here:", *paragraph(f"{cannot.reason}: ask {cannot.who}"), *_commands(cannot.gcloud)]
    lines = ["", "Fix:"] if repairs.fixes else []
    for fix in repairs.fixes:
        lines += paragraph(fix.title, mark="- ")
        lines += _commands((fix.runvpc, *fix.gcloud) if fix.runvpc else fix.gcloud)
        lines += [line for who in fix.also for line in paragraph(f"also for {who}", indent=4)]
        if fix.proof is not None:
            others = sum(not change.asked for change in fix.proof.changed) or "no"
            lines += paragraph(f"{others} other of {fix.proof.total:,} known verdicts would change", indent=4)
    return lines


def _commands(commands: Sequence[Sequence[str]]) -> list[str]:
    return [f"    {shlex.join(command)}" for command in commands]


def _listed(heading: str, texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    return ["", f"{heading}:", *(line for text in texts for line in paragraph(text, mark="- "))]
