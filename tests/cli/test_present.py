"""What people read: plan, probe, progress and end of a run, within 80 columns and without escape codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.export.sample import PLAN, PROBE
from wizard.apply.events import (
    Event,
    Phase,
    ProbeReported,
    RunEnded,
    RunStarted,
    RunStatus,
    StepDecided,
    StepEnded,
    StepNote,
    StepOperation,
    StepStarted,
    StepStatus,
    StepSummary,
)
from wizard.apply.state import RunState, replay
from wizard.cli.documents import whole_document
from wizard.cli.execute import exit_of
from wizard.cli.present import end_lines, plan_lines, probe_lines, reading_lines
from wizard.cli.progress import HEARTBEAT_SECONDS, Progress
from wizard.errors import Exit
from wizard.plan.plan import Finding, Plan, Severity
from wizard.plan.step import Change, Op
from wizard.trace.reading import Reading
from wizard.trace.reading_causes import Cause


def assert_plain(lines: list[str]) -> None:
    assert all(len(line) <= 80 for line in lines)
    assert all(c.isprintable() for line in lines for c in line)


def test_a_plan_is_a_table_with_findings_and_cost() -> None:
    lines = plan_lines(PLAN)
    assert_plain(lines)
    text = "\n".join(lines)
    for planned in PLAN.steps:
        assert any(planned.change.op in line.split() and planned.id in line.split() for line in lines), planned.id
    assert "WARN  it has a *price* | <b>" in text
    assert "12.50 to 18.75 US dollars a month" in text
    assert text.index("WARN") < text.index("info")


@given(st.text(max_size=300), st.text(max_size=300))
def test_findings_of_any_text_stay_plain(message: str, fix: str) -> None:
    finding = Finding(severity=Severity.BLOCK, code="c", message=message, fix=fix)
    assert_plain(plan_lines(Plan(flow="setup", project="p", region="r", findings=(finding,))))


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_a_reading_of_any_text_stays_plain(target: str, said: str, look: str) -> None:
    found = Reading(configuration=said, met=said, agree=None, summary="s", causes=(Cause(said, look), Cause("x", look)))
    lines = reading_lines(target, found)
    assert_plain(lines)
    assert "  2. x" in lines


def test_a_probe_is_a_table() -> None:
    lines = probe_lines(PROBE)
    assert_plain(lines)
    assert lines[1].split() == ["redis://10.0.0.3:6379", "connected", "protocol", "1.2", "ms", "1", "of", "1"]
    assert lines[2].split() == ["tcp://10.0.0.9:1", "timeout", "tcp", "0", "of", "1"]


SUMMARIES = (
    StepSummary(id="subnet/s", title="subnet", op="create"),
    StepSummary(id="connector/c", title="connector", op="create", usual=150.0),
    StepSummary(id="probe/j", title="probe", op="create"),
)
STARTED = RunStarted(run="abc123", at="t", flow="setup", project="p", region="r", steps=SUMMARIES)
SUBNET_DONE = (
    StepStarted(id="subnet/s", at="t"),
    StepDecided(id="subnet/s", change=Change(op=Op.CREATE, reason="new")),
    StepEnded(id="subnet/s", status=StepStatus.DONE, seconds=3.0),
)
CONNECTOR_GOES_ON = (
    StepStarted(id="connector/c", at="t"),
    StepDecided(id="connector/c", change=Change(op=Op.CREATE, reason="new")),
    StepOperation(id="connector/c", operation="operations/1"),
)


def ended(*events: Event, status: RunStatus) -> RunState:
    return replay((STARTED, *events, RunEnded(status=status, at="t")))


def test_a_stopped_run_says_what_exists_and_how_to_go_on() -> None:
    lines = end_lines(ended(*SUBNET_DONE, *CONNECTOR_GOES_ON, status=RunStatus.STOPPED), " --sandbox seed")
    assert_plain(lines)
    text = "\n".join(lines)
    assert "subnet/s" in text
    assert "accepted by the cloud" in text
    assert "probe/j" not in text
    assert "runvpc resume abc123 --sandbox seed" in text
    assert "runvpc undo abc123 --sandbox seed" in text


def test_a_failed_run_says_why_and_what_to_do() -> None:
    failed = StepEnded(
        id="connector/c", status=StepStatus.FAILED, error="no quota", code="resource", fix="ask for more"
    )
    text = "\n".join(end_lines(ended(*SUBNET_DONE, failed, status=RunStatus.FAILED), ""))
    assert "FAILED connector/c: no quota" in text
    assert "fix: ask for more" in text


def test_a_run_that_is_done_says_how_to_take_it_back_and_an_undone_one_does_not() -> None:
    assert "runvpc undo abc123" in end_lines(ended(*SUBNET_DONE, status=RunStatus.DONE), "")[-1]
    assert "runvpc" not in "\n".join(end_lines(ended(*SUBNET_DONE, status=RunStatus.UNDONE), ""))
    waiting = replace(ended(status=RunStatus.WAITING), phase=Phase.UNDO)
    text = "\n".join(end_lines(waiting, ""))
    assert "runvpc resume abc123" in text
    assert "runvpc undo" not in text
    assert "1 to 2 hours" in text
    assert "has changed" not in text, "an undo that waits has nothing of its own to show"


def test_a_run_that_failed_before_its_first_change_says_so() -> None:
    assert "This run has changed nothing" in end_lines(ended(status=RunStatus.FAILED), "")


NOT_CONNECTED = StepEnded(id="probe/j", status=StepStatus.FAILED, error="timeout", code="not_connected")
OTHER = StepEnded(id="connector/c", status=StepStatus.FAILED, error="quota", code="resource_exhausted")
FOLLOWS = StepEnded(id="subnet/s", status=StepStatus.SKIPPED, error="not started", code="dependency")


@pytest.mark.parametrize(
    ("events", "status", "code"),
    [
        ((), RunStatus.DONE, Exit.DONE),
        ((), RunStatus.UNDONE, Exit.DONE),
        ((), RunStatus.STOPPED, Exit.STOPPED),
        ((), RunStatus.WAITING, Exit.FAILED),
        ((NOT_CONNECTED,), RunStatus.FAILED, Exit.NOT_CONNECTED),
        ((NOT_CONNECTED, FOLLOWS), RunStatus.FAILED, Exit.NOT_CONNECTED),
        ((NOT_CONNECTED, OTHER), RunStatus.FAILED, Exit.FAILED),
        ((OTHER, FOLLOWS), RunStatus.FAILED, Exit.FAILED),
    ],
)
def test_the_exit_code_says_how_it_ended(events: tuple[Event, ...], status: RunStatus, code: Exit) -> None:
    assert exit_of(ended(*events, status=status)) == code


def test_the_document_keeps_the_contract() -> None:
    state = ended(*SUBNET_DONE, ProbeReported(id="probe/j", results=PROBE), status=RunStatus.DONE)
    document = whole_document(PLAN, state)
    assert set(document) == {"plan", "run", "probe"}
    assert set(whole_document(PLAN, None)) == {"plan", "probe"}
    plan = document["plan"]
    assert isinstance(plan, dict)
    assert set(plan) == {"steps", "findings", "cost"}
    keys = {"id", "kind", "op", "resource", "reason", "depends_on", "reversible", "gcloud"}
    assert all(set(step) == keys for step in plan["steps"])
    assert all(set(finding) == {"severity", "code", "message", "fix"} for finding in plan["findings"])
    assert set(plan["cost"]) == {"monthly_usd_min", "monthly_usd_max", "basis"}


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_progress_tells_what_happens_and_is_never_silent_for_long() -> None:
    said: list[str] = []
    watch = Watch()
    progress = Progress(said.append, watch)
    for event in (STARTED, *SUBNET_DONE, *CONNECTOR_GOES_ON):
        progress(event)
    watch.now += HEARTBEAT_SECONDS - 1
    before = len(said)
    progress.beat()
    assert len(said) == before
    watch.now += 1
    progress.beat()
    assert said[-1] == "[   30s] connector/c: still running, 30s so far (usually 2m30s)"
    progress.beat()
    assert len(said) == before + 1
    progress(StepNote(id="connector/c", text="half\x1b way"))
    progress(StepEnded(id="connector/c", status=StepStatus.FAILED, seconds=31, error="no\nquota"))
    assert said[-1] == "[   30s] connector/c: FAILED in 31s: no quota"
    assert_plain(said)
    watch.now += 99
    progress.beat()
    assert said[-1].endswith("no quota")
