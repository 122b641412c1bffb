"""The inventory as rows, what may be done about findings, and the plan by services."""

from __future__ import annotations

from msgspec.structs import replace

from tests.screens.migrate.fleets import JOBS, SERVICES, fleet, moving
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.planner import plan_migration
from wizard.guide.fleet_table import (
    FleetRow,
    choose,
    chosen,
    fleet_rows,
    groups_in,
    of_owner,
    summary,
    with_or_without,
)
from wizard.guide.move_plan import in_the_way, ordered_findings, plan_parts
from wizard.guide.remedies import remedy
from wizard.guide.review import expected_seconds
from wizard.plan.plan import Finding, Plan, Severity

ALL = MigrateAnswers(connector="legacy", subnet="run", nat="leave")
GROUPS = (*SERVICES, *(f"job:{name}" for name in JOBS))


def planned(answers: MigrateAnswers) -> Plan:
    return plan_migration(fleet(), answers, "t0k3n")


def rows(answers: MigrateAnswers) -> dict[str, FleetRow]:
    return {row.group: row for row in fleet_rows(fleet(), answers, planned(answers))}


def test_what_keeps_each_back_is_said() -> None:
    found = rows(ALL)
    assert (found["web"].word, found["web"].targets) == ("moves", ("redis://10.0.0.3:6379",))
    assert found["reports"].word == "blocked"
    assert "nothing says what these must reach" in found["reports"].why[0]
    assert "Terraform" in found["catalog"].why[0]
    assert "google_cloud_run_v2_service" in found["catalog"].words
    assert found["mailer"].egress == "all-traffic"
    assert "--vpc-egress=all-traffic" in found["mailer"].words
    still = (found["1st gen function resize"], found["shop"])
    assert [(row.movable, row.project, row.word) for row in still] == [(False, "", "stays"), (False, "team-a", "stays")]
    assert summary(row for row in found.values() if row.movable) == "4 move, 5 blocked"


def test_the_filter_knows_kind_owner_and_state() -> None:
    words = rows(ALL)["catalog"].filter_words
    assert words == "kind:service owner:Terraform egress:private-ranges-only project: is:blocked"


def test_choosing_and_leaving() -> None:
    without = choose(fleet(), ALL, ("web", "job:import", "stranger"), False)
    assert without.skip == ("web", "job:import")
    assert "web" not in chosen(fleet(), without)
    assert choose(fleet(), without, ("web", "job:import"), True) == ALL
    named = replace(ALL, services=("web",))
    assert chosen(fleet(), choose(fleet(), named, ("orders",), True)) == ("orders", "web")
    assert chosen(fleet(), choose(fleet(), ALL, GROUPS, False)) == ()
    assert of_owner(fleet(), "catalog") == ("catalog",)
    assert "catalog" not in of_owner(fleet(), "web")
    assert with_or_without(("a",), "b") == ("a", "b")
    assert with_or_without(("a", "b"), "a") == ("b",)


def test_what_has_moved_but_for_a_tag_is_not_called_blocked() -> None:
    base = fleet()
    users = tuple(replace(u, template=False) if u.name == "web" else u for u in base.users)
    tagged = tuple(
        replace(u, serving=tuple(replace(s, percent=0, tags=("old",)) for s in u.serving)) if u.name == "web" else u
        for u in users
    )
    there = replace(base, users=tagged)
    found = next(row for row in fleet_rows(there, ALL, plan_migration(there, ALL, "t")) if row.group == "web")
    assert (found.word, found.chosen) == ("stays", True)
    assert "only a tag reaches" in found.why[0]


def test_names_in_a_message_are_whole_ones() -> None:
    message = "nothing is known of web-2, job:web and api.web; but: web"
    assert groups_in(message, ("web", "web-2", "job:web", "be")) == ("web", "web-2", "job:web")
    assert groups_in("only job:web and web-2", ("web",)) == ()


def test_what_a_fix_proposes_can_be_done() -> None:
    done = ALL
    for finding in planned(ALL).findings:
        found = remedy(finding, done)
        done = found.answers if found is not None else done
    assert done.acknowledged == ("catalog",)
    assert done.no_probe == ("auth", "reports", "job:cleanup", "job:import")
    assert not planned(done).blocked
    assert all(remedy(finding, done) is None for finding in planned(ALL).findings)
    startup = Finding(severity=Severity.WARN, code="c", message="m", fix="--startup extend gives more tries")
    extended = remedy(startup, ALL)
    assert extended is not None
    assert extended.answers.startup == "extend"
    assert remedy(Finding(severity=Severity.INFO, code="c", message="m", fix="--skip them"), ALL) is None


def test_the_plan_by_services() -> None:
    plan = planned(moving())
    parts = plan_parts(plan)
    assert [part.name for part in parts] == list(plan.groups)
    assert {part.name: part.does for part in parts}["web"] == "10 → 50 → 100 %"
    assert {op for part in parts for op, _, _ in part.steps} <= {"create", "change", "delete", "reuse"}
    assert [found.severity for found in ordered_findings(planned(ALL))][:2] == [Severity.BLOCK, Severity.BLOCK]
    alone = replace(plan, rollout=replace(plan.rollout, concurrency=1, waves=()))
    together = replace(plan, rollout=replace(plan.rollout, concurrency=9, waves=()))
    longest = max(part.usual for part in parts)
    assert expected_seconds(together) <= longest < expected_seconds(alone) <= sum(part.usual for part in parts)


def test_why_it_cannot_be_applied() -> None:
    plan = planned(moving())
    assert in_the_way(plan) == ""
    assert in_the_way(plan, read_only=True)
    assert in_the_way(plan, reading="reading") == "reading"
    assert in_the_way(plan, running=True) == "a run is under way"
    assert in_the_way(planned(ALL)) == "something is in the way"
    assert in_the_way(replace(plan, steps=())) == "nothing is to be done"
    assert in_the_way(None)
