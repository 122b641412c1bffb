"""After a live test that failed: the configuration is read and traced, and both are read together."""

from __future__ import annotations

from msgspec import structs

from wizard.apply.events import RunStatus
from wizard.apply.state import RunState
from wizard.cli.trace_facts import read_for
from wizard.desk import Session
from wizard.network.path import trace
from wizard.plan.plan import Plan
from wizard.plan.steps.probe import RunProbe
from wizard.probe.targets import parse
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.origins import origin_of
from wizard.trace.reading import Reading, reading


async def readings(session: Session, plan: Plan, state: RunState, sender: str) -> dict[str, Reading]:
    """By target, for those that the run's last live test did not reach; traced with the settings of that test.

    `sender` names whose settings they are, for people. Nothing is read when all connected, when the run was stopped,
    or when the test was only the one before any change.
    """
    failed = [result for result in state.probe if not result.connected]
    step = _tested(plan, state)
    if state.status is not RunStatus.FAILED or step is None or not failed:
        return {}
    job = step.job()
    facts = await read_for(session, job, "")
    topology, origin = topology_of(facts), structs.replace(origin_of(facts, job), resource=sender)
    return {
        result.target: reading(trace(topology, origin, goal_of(facts, origin, parse(result.target))), result)
        for result in failed
    }


def _tested(plan: Plan, state: RunState) -> RunProbe | None:
    """The live test whose results are the last; None for one before any change, which is meant to fail."""
    last = state.probes[-1][0] if state.probes else ""
    steps = (one.step for one in plan.steps if one.id == last)
    return next((step for step in steps if isinstance(step, RunProbe) and not step.baseline), None)
