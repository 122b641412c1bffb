"""A plan as a bash script of gcloud commands."""

from __future__ import annotations

import shlex

from wizard.plan.plan import Plan, Planned
from wizard.plan.steps.probe import RunProbe
from wizard.plan.steps.traffic_stage import StageTraffic
from wizard.wording import one_line


def render(plan: Plan) -> str:
    """A script that does what the plan would: each argument quoted, stops at the first failure.

    Steps that always run (removing a probe job) run as well when the script stops early.
    """
    lines = [
        "#!/usr/bin/env bash",
        f"# {plan.flow}: project {plan.project}, region {plan.region}. Written by runvpc.",
        "# A resource that was found as wanted is a comment.",
        "set -euo pipefail",
    ]
    cleaners = {id_: later for later in plan.steps if later.step.always for id_ in later.depends_on}
    group = ""
    for planned in plan.ordered():
        if planned.group != group:
            group = planned.group
            lines += ["", f"# ---- {one_line(group)}: by itself; what fails here is to be taken back before you go on"]
        lines += ["", f"# {one_line(planned.step.title)}: {planned.change.op}, {one_line(planned.change.reason)}"]
        if not planned.change.op.writes:
            continue
        if planned.id in cleaners:
            lines.append(f"trap {shlex.quote(_one_line_commands(cleaners[planned.id]))} EXIT")
        lines += [*_commands(planned), *_looking(planned)]
        if planned.step.always:
            lines.append("trap - EXIT")
    return "\n".join(lines) + "\n"


def _commands(planned: Planned) -> list[str]:
    tolerated = " || true" if isinstance(planned.step, RunProbe) and planned.step.baseline else ""
    return [wrapped(command) + tolerated for command in planned.step.gcloud()]


def _looking(planned: Planned) -> list[str]:
    """A script cannot judge what it sees: it gives the person the time to look."""
    step = planned.step
    if not isinstance(step, StageTraffic) or not step.watch:
        return []
    return [f"sleep {step.watch:.0f}  # look at the revision under the tag {step.hold}: does it answer as before?"]


def _one_line_commands(planned: Planned) -> str:
    return "; ".join(shlex.join(command) for command in planned.step.gcloud())


def wrapped(command: list[str]) -> str:
    """One command, quoted, each option on a line of its own."""
    words = [shlex.quote(word) for word in command]
    first = next((n for n, word in enumerate(command) if word.startswith("-")), len(words))
    return " \\\n  ".join([" ".join(words[:first]), *words[first:]])
