"""A plan, and what its live test met, as Markdown for a review or a ticket."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from wizard.export.gcloud import wrapped
from wizard.plan.plan import Plan
from wizard.records import ProbeResult
from wizard.wording import one_line

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def render(plan: Plan, probe: tuple[ProbeResult, ...] = ()) -> str:
    """Plan, findings, cost, commands and the probe's table. Text from elsewhere is escaped."""
    parts = [f"# Plan: {text(plan.flow)} in {text(plan.project)}, {text(plan.region)}", _steps(plan)]
    if plan.findings:
        parts += ["## Findings", findings(plan)]
    parts += ["## Cost", _cost(plan), "## Commands", _commands(plan)]
    if probe:
        parts += ["## Live test", _probe(probe)]
    return "\n\n".join(parts) + "\n"


def text(value: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", one_line(value))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of texts that are escaped already."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _steps(plan: Plan) -> str:
    rows = [
        (p.change.op.value, text(p.step.title), text(p.change.reason), "yes" if p.step.reversible else "no")
        for p in plan.ordered()
    ]
    return table(("What", "Step", "Why", "Can be undone"), rows)


def findings(plan: Plan) -> str:
    """The findings as a list; a fix of several lines is code, and stands in a block of its own."""
    lines = []
    for finding in plan.findings:
        several = "\n" in finding.fix
        fix = f" Fix: {text(finding.fix)}" if finding.fix and not several else ""
        lines.append(f"- **{finding.severity}** {text(finding.message)}.{fix}")
        if several:
            lines += ["", textwrap.indent(fenced(finding.fix), "  "), ""]
    return "\n".join(lines)


def fenced(body: str, language: str = "") -> str:
    """A block of code that nothing in it can end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
    return f"{fence}{language}\n{body}\n{fence}"


def _cost(plan: Plan) -> str:
    cost = plan.cost
    return f"{cost.monthly_usd_min:.2f} to {cost.monthly_usd_max:.2f} US dollars a month ({text(cost.basis)})."


def _commands(plan: Plan) -> str:
    commands = [wrapped(c) for p in plan.ordered() if p.change.op.writes for c in p.step.gcloud()]
    body = "\n".join(commands)
    return fenced(body, "sh")


def _probe(probe: tuple[ProbeResult, ...]) -> str:
    rows = [
        (
            text(result.target),
            result.verdict,
            result.layer,
            "" if result.latency_ms is None else f"{result.latency_ms:.1f} ms",
            str(len(result.attempts)),
        )
        for result in probe
    ]
    return table(("Target", "Verdict", "Layer", "Latency", "Attempts"), rows)
