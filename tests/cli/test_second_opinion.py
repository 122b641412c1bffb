"""A Connectivity Test beside a trace: made, read and removed as a run, and never on the sandbox."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from msgspec import structs

from tests.apply.fake_cloud import FakeCloud
from wizard.cli.console import Console
from wizard.cli.second_opinion import check_possible, opinion_lines, opinion_of, opinion_plan, second_opinion
from wizard.desk import Session
from wizard.errors import InputError
from wizard.network.tracing import Goal, Origin, Trace
from wizard.ports import Operation
from wizard.records import AnyResource, ConnectivityTest, Job, Ref, Service

TRACE = Trace(
    origin=Origin(resource="service s"),
    goal=Goal(label="10.0.0.3:6379", host="10.0.0.3", address="10.0.0.3", port=6379),
    verdict="DROP",
    cause="FIREWALL_RULE",
)
SERVICE = Service(name="s", region="us-central1", latest_ready="s-00001-abc")


class Analyst(FakeCloud):
    """A cloud that has its own opinion."""

    said = ConnectivityTest(
        name="", source="", address="", port=0, result="UNREACHABLE", states=("DROP FIREWALL_RULE",)
    )

    async def create(self, ref: Ref, wanted: AnyResource, *, request_id: str) -> Operation:
        assert isinstance(wanted, ConnectivityTest)
        told = structs.replace(wanted, result=self.said.result, states=self.said.states)
        return await super().create(ref, told, request_id=request_id)


def session(cloud: FakeCloud, scenario: str = "") -> Session:
    return Session(cloud, "live:p", "LIVE me@p", "p", "us-central1", scenario)


def quiet() -> Console:
    return Console(stdin=io.StringIO(), stdout=io.StringIO(), stderr=io.StringIO())


async def test_it_is_asked_heard_and_removed(tmp_path: Path) -> None:
    cloud = Analyst(tmp_path / "cloud")
    opinion = await second_opinion(session(cloud), SERVICE, TRACE, quiet())
    assert (opinion.result, opinion.agrees) == ("UNREACHABLE: DROP FIREWALL_RULE", True)
    assert [verb for verb, _ in cloud.world.sent] == ["create", "delete"]
    assert not cloud.world.resources
    assert any("agrees" in line for line in opinion_lines(opinion))


async def test_a_test_without_a_result_is_removed_as_well(tmp_path: Path) -> None:
    class Silent(Analyst):
        said = ConnectivityTest(name="", source="", address="", port=0)

    cloud = Silent(tmp_path / "cloud")
    opinion = await second_opinion(session(cloud), SERVICE, TRACE, quiet())
    assert opinion.agrees is None
    assert not cloud.world.resources


@pytest.mark.parametrize(
    ("said", "agrees"),
    [("UNREACHABLE", True), ("REACHABLE: DELIVER INSTANCE", False), ("AMBIGUOUS", None), ("", None)],
)
def test_agreement(said: str, agrees: bool | None) -> None:
    assert opinion_of(said, TRACE).agrees is agrees


def test_services_are_judged_by_their_revision_and_jobs_by_themselves() -> None:
    source = [
        opinion_plan("p", "r", subject, TRACE, "t").steps[0].step.gcloud()
        for subject in (SERVICE, Job(name="j", region="r"))
    ]
    assert "--source-cloud-run-revision=projects/p/locations/r/revisions/s-00001-abc" in source[0][0]
    assert source[1] == []
    with pytest.raises(InputError):
        opinion_plan("p", "r", Service(name="new", region="r"), TRACE, "t")


def test_where_none_can_be_made(tmp_path: Path) -> None:
    cloud = FakeCloud(tmp_path / "cloud")
    with pytest.raises(InputError) as refused:
        check_possible(session(cloud, "tutorial"), TRACE)
    assert refused.value.field == "--second-opinion"
    named = structs.replace(TRACE, goal=Goal(label="x", host="example.com", port=443, kind="public"))
    with pytest.raises(InputError) as refused:
        check_possible(session(cloud), named)
    assert refused.value.field == "TARGET"
