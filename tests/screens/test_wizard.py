"""The wizard without a screen: answers are judged, kept and planned with; late replies are dropped."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screens.places import Work
from screens.saved import SavedAnswers
from screens.wizard import Wizard
from tests.apply.fake_cloud import FakeCloud
from tests.screens.stage import PaperDesk, model
from wizard.answer_check import check_answers
from wizard.answers import Answers, Value, by_key
from wizard.desk import Session
from wizard.errors import CloudError
from wizard.flow.edits import default
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.records import Network


class Later:
    """Runs what was begun when the test says so."""

    def __init__(self) -> None:
        self.begun: list[Work] = []

    def __call__(self, work: Work) -> object:
        self.begun.append(work)
        return None

    async def run(self) -> None:
        while self.begun:
            await self.begun.pop(0)()


def wizard_at(state: Path, shown: Model | None = None, desk: PaperDesk | None = None) -> tuple[Wizard, Later]:
    later = Later()
    made = Wizard(desk or PaperDesk(state), answers=Answers(), token=lambda: "t0k3n", spawn=later)
    if shown is not None:
        made.put(shown)
    return made, later


async def test_a_refused_answer_changes_nothing_but_is_said(tmp_path: Path) -> None:
    made, _ = wizard_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    before = made.model.answers
    said = made.type_in("range", "10.0.0.0/33")
    assert "range" in made.model.problems
    assert said == made.model.problems["range"]
    assert made.model.answers == before
    assert made.type_in("range", "10.9.0.0/28") == ""
    assert made.model.problems == {}
    assert made.model.answers.range == "10.9.0.0/28"


async def test_two_answers_that_only_fit_together(tmp_path: Path) -> None:
    made, _ = wizard_at(tmp_path, model(tmp_path, Page.SIZE))
    assert made.answer("connector.min_instances", 5)
    assert made.answer_all({"connector.max_instances": 8, "connector.min_instances": 5}) == ""
    size = made.model.answers.connector
    assert (size.min_instances, size.max_instances) == (5, 8)


async def test_every_answer_makes_a_new_plan(tmp_path: Path) -> None:
    made, _ = wizard_at(tmp_path, model(tmp_path, Page.EGRESS))
    assert made.model.plan is not None
    kinds = {step.step.kind for step in made.model.plan.steps}
    assert made.answer("egress_path", "direct") == ""
    assert made.model.plan is not None
    assert {step.step.kind for step in made.model.plan.steps} != kinds


async def test_answers_come_back_the_next_time(tmp_path: Path) -> None:
    made, _ = wizard_at(tmp_path, model(tmp_path, Page.EGRESS))
    made.answer("network", "my-vpc")
    again, later = wizard_at(tmp_path)
    again.places.enter_sandbox("tutorial", then=Page.SERVICE)
    await later.run()
    assert again.model.answers.network == "my-vpc"
    assert again.model.answers.service == "my-service"
    assert "network" in again.model.answered
    assert again.model.page is Page.SERVICE


async def test_a_broken_file_of_answers_is_not_in_the_way(tmp_path: Path) -> None:
    saved = SavedAnswers(tmp_path)
    path = saved.path("sandbox:0123456789abcdef")
    path.parent.mkdir()
    path.write_text("version = 1\nservice = 4\n")
    made, later = wizard_at(tmp_path)
    made.places.enter_sandbox("tutorial")
    await later.run()
    assert made.model.session is not None
    assert made.model.trouble is None


async def test_a_late_reply_to_an_old_question_is_dropped(tmp_path: Path) -> None:
    class Slow(PaperDesk):
        async def sandbox(self, scenario: str, region: str = "") -> Session:
            if scenario == "slow":
                await asyncio.sleep(0)
                raise CloudError("too late", status="UNAVAILABLE")
            return await super().sandbox(scenario, region)

    made, later = wizard_at(tmp_path, desk=Slow(tmp_path))
    made.places.enter_sandbox("slow")
    made.places.enter_sandbox("tutorial")
    await later.run()
    assert made.model.trouble is None
    assert made.model.session is not None


async def test_an_impatient_person_opens_a_sandbox_once(tmp_path: Path) -> None:
    opened: list[str] = []

    class Counting(PaperDesk):
        async def sandbox(self, scenario: str, region: str = "") -> Session:
            opened.append(scenario)
            return await super().sandbox(scenario, region)

    made, later = wizard_at(tmp_path, desk=Counting(tmp_path))
    made.places.enter_sandbox("tutorial")
    made.places.enter_sandbox("tutorial", then=Page.SERVICE)
    made.places.enter_sandbox("tutorial", then=Page.SERVICE)
    await later.run()
    assert opened == ["tutorial"]
    assert made.model.page is Page.SERVICE


async def test_what_failed_can_be_tried_again(tmp_path: Path) -> None:
    desk = PaperDesk(tmp_path, error=CloudError("the token has expired", status="UNAUTHENTICATED", fix="log in again"))
    made, later = wizard_at(tmp_path, desk=desk)
    made.places.enter_sandbox("tutorial")
    await later.run()
    assert [trouble.fix for trouble in (made.model.trouble,) if trouble] == ["log in again"]
    desk.error = None
    made.places.again()
    await later.run()
    assert made.model.trouble is None
    assert made.model.inventory is not None


async def test_an_expired_token_keeps_what_was_known_and_says_what_to_do(tmp_path: Path) -> None:
    class Expired(FakeCloud):
        async def networks(self) -> tuple[Network, ...]:
            raise CloudError("the token [/x] has expired", status="UNAUTHENTICATED")

    shown = model(tmp_path, Page.NETWORK)
    assert shown.session is not None
    broken = dataclasses.replace(shown.session, cloud=Expired(tmp_path / "world"))
    made, later = wizard_at(tmp_path, msgspec.structs.replace(shown, session=broken))
    made.places.read()
    await later.run()
    assert made.model.inventory == shown.inventory
    assert made.model.plan == shown.plan
    assert [trouble.fix for trouble in (made.model.trouble,) if trouble] == [
        "log in again: gcloud auth application-default login"
    ]


EDITS: dict[str, st.SearchStrategy[Value]] = {
    "region": st.sampled_from(("us-central1", "europe-west1", "nowhere", "")),
    "service": st.sampled_from(("my-service", "other", "Bad Name")),
    "targets": st.sampled_from((("redis://10.0.0.3:6379",), ("10.0.0.5:5432", "https://example.com"), ("x y",))),
    "network": st.sampled_from(("my-vpc", "default", "", "-")),
    "egress_path": st.sampled_from(("connector", "direct", "", "rocket")),
    "egress": st.sampled_from(("private-ranges-only", "all-traffic", "none")),
    "range": st.sampled_from(("auto", "10.8.0.0/28", "10.9.0.0/26", "10.9.0.0/33", "nonsense")),
    "subnet": st.sampled_from(("", "my-subnet", "?")),
    "firewall": st.sampled_from(("add", "leave", "burn")),
    "connector.min_instances": st.integers(-1, 12),
    "connector.max_instances": st.integers(-1, 12),
}
STEPS = st.one_of(
    st.sampled_from([("next", ""), ("back", ""), ("forget", "")]),
    st.sampled_from(sorted(EDITS)).flatmap(lambda key: EDITS[key].map(lambda value: (key, value))),
    st.sampled_from([("go", page) for page in Page]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
async def test_a_random_walk_keeps_the_answers_consistent(tmp_path: Path, steps: list[tuple[str, Any]]) -> None:
    made, _ = wizard_at(tmp_path, model(tmp_path, Page.SERVICE))
    for action, value in steps:
        before = made.model
        match action:
            case "next":
                made.next()
            case "back":
                made.back()
            case "forget":
                made.forget()
            case "go":
                made.go(value)
            case key if made.answer(key, value):
                assert made.model.answers == before.answers
                assert made.model.problems
            case key:
                assert by_key(made.model.answers)[key] == value
        check_answers(made.model.answers)
        held = by_key(made.model.answers)
        assert {key for key in held if held[key] != default(key)} - {"version", "flow"} <= made.model.answered
        if made.model.plan is not None:
            assert made.model.plan.blocked or list(made.model.plan.ordered())


@pytest.mark.parametrize("page", [Page.APPLY, Page.CONNECTIVITY, Page.DONE])
async def test_nothing_is_applied_by_walking(page: Page, tmp_path: Path) -> None:
    made, _ = wizard_at(tmp_path, model(tmp_path, Page.REVIEW))
    assert made.go(page)
    assert made.next()
    assert made.model.page is Page.REVIEW
