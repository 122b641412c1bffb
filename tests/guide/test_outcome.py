"""What a run came to: parts, what can be done with it, and the commands for later."""

from __future__ import annotations

import shlex

import pytest
from msgspec.structs import replace

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState
from wizard.cli.parser import parse
from wizard.guide.outcome import (
    Part,
    can_resume,
    can_undo,
    commands,
    failed,
    left,
    made,
    reused,
    service_of,
    undone,
    waiting,
)

S = StepStatus


def step(id_: str, status: S = S.DONE, op: str = "create", **words: str) -> StepState:
    return replace(StepState(id=id_, op=op, status=status), **words)


def run(*steps: StepState, status: RunStatus = RunStatus.DONE, phase: Phase = Phase.APPLY) -> RunState:
    return RunState(run="r-1", project="demo-project", region="us-central1", status=status, phase=phase, steps=steps)


def test_what_was_made_and_what_was_there() -> None:
    state = run(
        step("api/a", S.REUSED, "reuse", observed="enabled"),
        step("subnet/b", observed="10.8.0.0/28"),
        step("probe/runvpc-probe-t"),
        step("probe-cleanup/runvpc-probe-t", op="delete"),
        step("service/web", op="change"),
        step("traffic/web", S.SKIPPED, op="skip"),
    )
    assert made(state) == (
        Part(label="subnet b", word="create", note="10.8.0.0/28"),
        Part(label="service web", word="change"),
    )
    assert reused(state) == (Part(label="api a", word="reuse", note="enabled"),)
    assert (failed(state), left(state), undone(state), waiting(state)) == ((), (), (), ())


def test_what_the_cloud_took_and_then_failed_may_be_there() -> None:
    state = run(
        step("connector/c", S.FAILED, operation="op-1", error="no quota", fix="ask for more"),
        step("firewall/d", S.FAILED, error="denied"),
        status=RunStatus.FAILED,
    )
    assert made(state) == (Part(label="connector c", word="create", note="accepted by the cloud, then failed"),)
    assert failed(state)[0] == Part(label="connector c", word="failed", note="no quota", fix="ask for more")
    assert len(failed(state)) == 2


def test_a_call_that_was_in_flight_when_it_stopped_goes_on_in_the_cloud() -> None:
    state = run(step("connector/c", S.RUNNING, operation="op-1"), status=RunStatus.STOPPED)
    assert [part.note for part in made(state)] == ["accepted, and going on there"]
    assert can_undo(state)


def test_after_it_was_taken_back() -> None:
    state = run(
        step("api/a", S.LEFT, "reuse", observed="not created by this run: enabled"),
        step("subnet/b", S.LEFT, "delete", error="in use by serverless-ipv4-1"),
        step("connector/c", S.UNDONE, "delete"),
        step("service/web", S.UNDONE, "change"),
        step("firewall/d", S.UNDONE, "skip", observed="already gone"),
        step("probe/runvpc-probe-t", S.UNDONE, "skip"),
        step("nat/e", S.FAILED, error="from the first time"),
        status=RunStatus.WAITING,
        phase=Phase.UNDO,
    )
    assert [(part.label, part.note) for part in undone(state)] == [
        ("connector c", "gone"),
        ("service web", "as it was before"),
        ("firewall d", "already gone"),
    ]
    assert [part.note for part in waiting(state)] == ["in use by serverless-ipv4-1"]
    assert [part.label for part in left(state)] == ["api a"]
    assert (made(state), reused(state), failed(state)) == ((), (), ())
    assert (can_undo(state), can_resume(state)) == (False, True)


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (run(step("subnet/b")), True),
        (run(step("subnet/b"), status=RunStatus.RUNNING), False),
        (run(step("subnet/b", S.PLANNED), status=RunStatus.STOPPED), False),
        (run(step("subnet/b", S.REUSED, "reuse")), False),
        (run(step("subnet/b", S.FAILED, error="no answer"), status=RunStatus.FAILED), True),
        (run(step("subnet/b", S.UNDONE), status=RunStatus.UNDONE, phase=Phase.UNDO), False),
    ],
)
def test_undo_is_offered_where_something_is_or_may_be(state: RunState, possible: bool) -> None:
    assert can_undo(state) is possible


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        (("subnet/b", "service/web"), "web"),
        (("service-create/new",), "new"),
        (("traffic/web",), "web"),
        (("subnet/b",), ""),
    ],
)
def test_the_service_of_a_run(ids: tuple[str, ...], name: str) -> None:
    assert service_of(run(*(step(id_) for id_ in ids))) == name


STATES = {
    "done": run(step("subnet/b"), step("service/web", op="change")),
    "failed": run(step("subnet/b"), status=RunStatus.FAILED),
    "waiting": run(step("subnet/b", S.LEFT, error="x"), status=RunStatus.WAITING, phase=Phase.UNDO),
    "undone": run(step("subnet/b", S.UNDONE), status=RunStatus.UNDONE, phase=Phase.UNDO),
}
WORDS = {
    "done": ["undo", "status", "probe"],
    "failed": ["resume", "undo", "status"],
    "waiting": ["resume", "status"],
    "undone": ["status"],
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("scenario", ["", "my scenario.toml"])
def test_the_commands_for_later_are_commands(name: str, scenario: str) -> None:
    argvs = [shlex.split(words) for words, _ in commands(STATES[name], "web", scenario)]
    assert [argv[1] for argv in argvs] == WORDS[name]
    for argv in argvs:
        parsed = parse(argv[1:])
        assert argv[0] == "runvpc"
        assert getattr(parsed, "sandbox", "") == scenario


def test_full_names_are_shortened_where_people_read() -> None:
    error = (
        "The subnetwork resource 'projects/demo-project/regions/us-central1/subnetworks/my-service-direct' is already "
        "being used by 'projects/demo-project/regions/us-central1/addresses/serverless-ipv4-1'"
    )
    held = step("subnet/my-service-direct", S.LEFT, error=error)
    state = RunState(run="r-1", status=RunStatus.WAITING, phase=Phase.UNDO, steps=(held,))
    (part,) = waiting(state)
    assert part.note == ("The subnetwork resource 'my-service-direct' is already being used by 'serverless-ipv4-1'")
