"""Google's own Connectivity Test beside a trace. Live only: the sandbox has no such analysis.

The test is made and removed as a run of its own, with a journal, like a live test.
"""

from __future__ import annotations

from msgspec import Struct

from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.cli.console import Console
from wizard.cli.execute import carry_out
from wizard.desk import Session
from wizard.errors import InputError
from wizard.network.tracing import DELIVER, DROP, Trace
from wizard.paths import find_paths
from wizard.plan.plan import Plan, Planned
from wizard.plan.step import Change, Op
from wizard.plan.steps.connectivity_test import DeleteConnectivityTest, RunConnectivityTest
from wizard.records import Job, Revision, Service
from wizard.tokens import new_token

_SAME = {"REACHABLE": DELIVER, "UNREACHABLE": DROP}
_CAVEAT = "it analyses configuration as well, and says REACHABLE where it may not read on"


class Opinion(Struct, frozen=True, kw_only=True):
    """What Google's test says: its result and ends in its own words; `agrees` is None when it does not decide."""

    result: str
    agrees: bool | None


def check_possible(session: Session, trace: Trace) -> None:
    """Raise InputError where no Connectivity Test can be made of this question."""
    if session.simulated:
        raise InputError(
            "Connectivity Tests are Google's own: the sandbox has none",
            field="--second-opinion",
            fix="leave it out, or use the live cloud",
        )
    if not trace.goal.address or trace.goal.port is None:
        raise InputError(
            f"{trace.goal.host} has no address here: a Connectivity Test goes to an IPv4 address and a port",
            field="TARGET",
            fix="for example 10.0.0.3:6379",
        )


async def second_opinion(
    session: Session, subject: Service | Revision | Job, trace: Trace, console: Console
) -> Opinion:
    """Make the test, read what it says, remove it."""
    plan = opinion_plan(session.project, session.region, subject, trace, new_token())
    with Journal.open(find_paths().journal) as journal, journal.begin(plan, session.environment) as handle:
        state = await carry_out(run, handle, session.cloud, console)
    step = state.step(plan.steps[0].step.id)
    return opinion_of(step.observed or step.error, trace)


def opinion_of(said: str, trace: Trace) -> Opinion:
    """Google's answer against ours."""
    word = said.partition(":")[0]
    return Opinion(result=said or "no answer", agrees=_SAME[word] == trace.verdict if word in _SAME else None)


def opinion_plan(project: str, region: str, subject: Service | Revision | Job, trace: Trace, token: str) -> Plan:
    """The test and its removal. Raises InputError for a service that has no revision yet."""
    kind = "jobs" if isinstance(subject, Job) else "revisions"
    name = subject.latest_ready if isinstance(subject, Service) else subject.name
    if not name:
        raise InputError(f"{trace.origin.resource} has no revision that is ready", field="SERVICE")
    test = RunConnectivityTest(
        project=project,
        name=f"runvpc-{token}",
        source=f"projects/{project}/locations/{region}/{kind}/{name}",
        address=trace.goal.address,
        port=trace.goal.port or 0,
    )
    clean = DeleteConnectivityTest(project=project, name=test.name)
    removal = Change(op=Op.DELETE, reason="a test is never left behind")
    steps = (
        Planned(step=test, change=test.decide(None)),
        Planned(step=clean, change=removal, depends_on=(test.id,)),
    )
    return Plan(flow="second-opinion", project=project, region=region, steps=steps)


def opinion_lines(opinion: Opinion) -> list[str]:
    """For people."""
    word = {True: "agrees", False: "DISAGREES", None: "does not decide"}[opinion.agrees]
    return ["", f"Google's Connectivity Test {word}: {opinion.result}", f"  ({_CAVEAT})"]
