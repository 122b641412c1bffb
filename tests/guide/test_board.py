"""The rows of the stage board, out of the events of a run."""

from __future__ import annotations

from msgspec.structs import replace

from tests.screens.migrate.fleets import (
    LATER,
    NOW,
    begun,
    fleet,
    moving,
    over,
    taken_back,
    through,
    under_way,
    until,
)
from wizard.apply.events import GroupRecalled, StepEnded, StepStarted, StepStatus
from wizard.apply.state import RunState, replay
from wizard.fleet.planner import plan_migration
from wizard.guide.board import BoardRow, board, can_go_on, of_interest, probe_of, rows_of, summary
from wizard.plan.plan import Plan, Rollout, Wave

PLAN = plan_migration(fleet(), moving(), "t0k3n")


def row(state: RunState, group: str, plan: Plan = PLAN) -> BoardRow:
    return next(row for row in board(state, plan, NOW) if row.group == group)


def test_every_group_has_a_row_with_its_stage_and_traffic() -> None:
    rows = board(under_way(PLAN), PLAN, NOW)
    assert [(r.group, r.word, r.stage, r.percent) for r in rows] == [
        ("catalog", "moved", "", 100),
        ("mailer", "moving", "50 %", 50),
        ("orders", "taken back", "", 0),
        ("web", "waiting", "", 0),
        ("job:nightly", "waiting", "", None),
    ]
    assert summary(rows) == "1 moved, 1 moving, 2 waiting, 1 taken back"
    assert of_interest(rows) == "mailer"
    mailer, orders, web = rows[1], rows[2], rows[3]
    assert (mailer.seconds, mailer.doing) == (NOW - 1787217164.0, "3 of 3 calls answered 200 [/x]")
    assert (orders.code, orders.why, orders.seconds) == ("not_connected", "10.0.0.5:5432: timeout [/x]", 120.0)
    assert (mailer.can_go_back, orders.can_go_back, web.can_go_back, web.seconds) == (True, False, True, None)


def test_the_stages_have_names() -> None:
    names = []
    for at in ("t0k3n", "traffic-pin/web", "service/web", "web-0", "web-10", "web-100", "traffic-shape/web"):
        names.append(row(replay([*begun(PLAN), *until(PLAN, "web", at)]), "web"))
    stages = ["live test", "pin", "new revision", "0 %", "10 %", "soak", "shape"]
    assert [r.stage for r in names] == stages
    assert [r.percent for r in names] == [0, 0, 0, 0, 10, 100, 100]


def test_a_stage_that_was_not_accepted_yet_has_no_traffic() -> None:
    started = StepStarted(id="traffic-stage/web-50", at=LATER)
    events = [*until(PLAN, "web", "web-10"), StepEnded(id="traffic-stage/web-10", status=StepStatus.DONE), started]
    found = row(replay([*begun(PLAN), *events]), "web")
    assert (found.stage, found.percent) == ("50 %", 10)


def test_what_is_taken_back_gives_its_traffic_back_at_once() -> None:
    recalled = GroupRecalled(group="web", at=LATER, code="recalled", error="taken back as you asked")
    before = replay([*begun(PLAN), *until(PLAN, "web", "web-50"), recalled])
    assert (row(before, "web").word, row(before, "web").percent) == ("taking back", 50)
    gone = StepEnded(id="traffic-stage/web-50", status=StepStatus.UNDONE)
    after = replay([*begun(PLAN), *until(PLAN, "web", "web-50"), recalled, gone])
    assert (row(after, "web").word, row(after, "web").percent) == ("taking back", 0)
    assert row(after, "web").why == "taken back as you asked"


def test_a_wave_says_from_when() -> None:
    waves = (Wave(groups=("catalog",)), Wave(groups=("web",), not_before="2026-12-01T22:00:00+01:00"))
    plan = replace(PLAN, rollout=Rollout(waves=waves))
    assert row(replay(begun(plan)), "web", plan).doing == "not before 2026-12-01 22:00"


def test_the_details_are_of_one_group() -> None:
    state = under_way(PLAN)
    assert {step.id for step in rows_of(state, "mailer", NOW)} == {p.id for p in PLAN.group("mailer")}
    assert [result.verdict for result in probe_of(state, "orders")] == ["timeout"]
    assert probe_of(state, "web") == ()


def test_resume_is_offered_only_where_something_is_left_to_do() -> None:
    assert not can_go_on(over(PLAN))
    events = [*begun(PLAN), *through(PLAN, "catalog"), *taken_back(PLAN, "mailer")]
    stopped = replace(replay(events), status=over(PLAN).status)
    assert can_go_on(stopped), "the others wait"
