"""What the page of a trace is about: what is missing, targets, sources, the live test, firewalls and repairs."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.plan.worlds import URLS, tutorial, wishes
from tests.screens import runs
from tests.screens.stage import model
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.trace import (
    NOW,
    PLANNED,
    Traces,
    failed_targets,
    first_source,
    first_target,
    missing,
    probed,
    same_ground,
    targets,
)
from wizard.inventory import Inventory
from wizard.records import VpcAccess


def connected(vpc: VpcAccess | None = None) -> Inventory:
    """The tutorial with the service in the network."""
    service = tutorial().service
    assert service is not None
    service = structs.replace(service, vpc=vpc or VpcAccess(network="my-vpc", subnet="my-subnet"))
    return tutorial(service=service, services=(service,))


def failed(state: Path, facts: Inventory | None = None) -> Model:
    shown = model(state, Page.CONNECTIVITY, facts, wishes("direct"))
    plan = model(state, Page.CONNECTIVITY, answers=wishes("direct")).plan
    assert plan is not None
    return structs.replace(shown, run=runs.failed(plan))


def test_targets_of_the_answers_come_first_and_each_once(tmp_path: Path) -> None:
    found = targets(model(tmp_path, Page.FIREWALL, answers=wishes(targets=(URLS[2],))))
    assert found[0] == URLS[2]
    assert URLS[0] in found
    assert len(set(found)) == len(found)


def test_nothing_is_missing_when_all_is_known(tmp_path: Path) -> None:
    assert missing(model(tmp_path, Page.WELCOME)) == ""
    assert missing(Model()) != ""


def test_the_first_target_of_a_failed_test_is_one_that_failed(tmp_path: Path) -> None:
    shown = failed(tmp_path)
    assert failed_targets(shown) == URLS[:2]
    assert first_target(shown) == URLS[0]
    swapped = structs.replace(shown, targets=tuple(reversed(shown.targets)))
    assert first_target(swapped) == URLS[0]
    assert first_target(structs.replace(swapped, page=Page.FIREWALL)) == URLS[2]


def test_a_live_test_stands_for_the_settings_it_was_made_with(tmp_path: Path) -> None:
    """As long as the service has not got them they are planned; a test before any change is about what there is."""
    shown = failed(tmp_path)
    met = probed(shown, PLANNED, URLS[0])
    assert met is not None
    assert met.verdict == "timeout"
    assert probed(shown, NOW, URLS[0]) is None
    assert (first_source(shown, URLS[0]), first_source(shown, URLS[2])) == (PLANNED, NOW)
    assert shown.run is not None
    name, results = shown.run.probes[0]
    early = structs.replace(shown, run=structs.replace(shown.run, probes=(("probe/runvpc-before-x", results),)))
    assert probed(early, NOW, URLS[0]) is not None
    assert probed(early, PLANNED, URLS[0]) is None
    assert first_source(early, URLS[0]) == NOW
    assert name != "probe/runvpc-before-x"


def test_once_the_service_has_the_settings_the_test_is_about_what_there_is(tmp_path: Path) -> None:
    facts = connected()
    shown = failed(tmp_path, facts)
    wanted = structs.replace(shown.answers, subnet="my-subnet", network="my-vpc")
    done = structs.replace(model(tmp_path, Page.CONNECTIVITY, facts, wanted), run=shown.run)
    assert probed(done, NOW, URLS[0]) is not None
    assert first_source(done, URLS[0]) == NOW


def test_both_sources_of_one_target(tmp_path: Path) -> None:
    traces = Traces(model(tmp_path, Page.FIREWALL, connected(), wishes("direct")))
    now, then = traces.trace(NOW, URLS[0]), traces.trace(PLANNED, URLS[0])
    assert (now.verdict, then.verdict) == ("DROP", "DELIVER")
    assert traces.trace(NOW, URLS[0]) is now


def test_a_firewall_tells_its_rules_and_why_the_others_cannot(tmp_path: Path) -> None:
    traces = Traces(model(tmp_path, Page.FIREWALL, connected(), wishes("direct")))
    table = traces.table(NOW, URLS[0], 1)
    assert (table.title, table.total) == ("Ingress firewall of my-vpc", 3)
    assert [(row.rule, row.outcome) for row in table.rows] == [
        ("allow-redis-from-app", "no match"),
        ("deny-redis-by-default", "decides"),
        ("implied deny ingress", "not reached"),
    ]
    assert [miss.rule for miss in table.near] == ["allow-redis-from-app"]


def test_what_helps_is_worked_out_once_and_only_when_asked_for(tmp_path: Path) -> None:
    traces = Traces(model(tmp_path, Page.FIREWALL, connected(), wishes("direct")))
    assert traces.known_repairs(NOW, URLS[0]) is None
    found = traces.repairs(NOW, URLS[0])
    assert found.verified
    assert [fix.step.id for fix in found.fixes if fix.step is not None] == ["firewall/runvpc-my-service-1"]
    assert traces.known_repairs(NOW, URLS[0]) is found


@pytest.mark.parametrize(
    ("source", "changes", "words"),
    [
        (NOW, {"service": None, "services": ()}, "does not exist yet"),
        (PLANNED, {"networks": ()}, "as far as the service"),
    ],
    ids=["no service", "no network"],
)
def test_a_source_that_is_not_there_says_so(
    source: str, changes: dict[str, object], words: str, tmp_path: Path
) -> None:
    traces = Traces(model(tmp_path, Page.FIREWALL, tutorial(**changes)))
    with pytest.raises(InputError, match=words):
        traces.trace(source, URLS[0])


def test_without_a_plan_nothing_is_planned(tmp_path: Path) -> None:
    traces = Traces(structs.replace(model(tmp_path, Page.FIREWALL), plan=None))
    with pytest.raises(InputError, match="no plan yet"):
        traces.trace(PLANNED, URLS[0])


def test_traces_hold_until_project_plan_or_service_change(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.FIREWALL)
    assert same_ground(shown, structs.replace(shown, page=Page.REVIEW, reading="x"))
    assert not same_ground(shown, structs.replace(shown, inventory=tutorial(firewalls=())))
    assert not same_ground(shown, structs.replace(shown, plan=None))
    assert not same_ground(shown, structs.replace(shown, answers=wishes(service="other")))
