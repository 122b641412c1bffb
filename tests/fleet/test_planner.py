"""The plans of the `migration` scenario, read by the real clients, as data."""

from __future__ import annotations

import asyncio
import re
import tomllib
from pathlib import Path

import pytest
from msgspec import Struct, convert

from tests.fleet.test_read import clouds
from tests.fleet.worlds import REGION, fleet, job, plan, service
from wizard.errors import InputError
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet
from wizard.fleet.permissions import PERMISSIONS
from wizard.fleet.planner import plan_migration
from wizard.fleet.read import read_fleet
from wizard.plan.plan import Plan
from wizard.sandbox.scenario import read


class Case(Struct, frozen=True):
    """One plan: the answers, and all that it says. `findings` are `severity code: message`."""

    name: str
    answers: MigrateAnswers
    findings: tuple[str, ...]
    shared: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    steps: int = 0


_GOLDEN = Path(__file__).with_name("golden") / "migration.toml"
CASES = convert(tomllib.loads(_GOLDEN.read_text(encoding="utf-8"))["case"], tuple[Case, ...])


@pytest.fixture(scope="module")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return asyncio.run(_read(tmp_path_factory.mktemp("sandbox")))


async def _read(folder: Path) -> Fleet:
    async with clouds(folder, read("migration").decode()) as opened:
        return await read_fleet(await opened("demo-project"), REGION, "legacy", permissions=PERMISSIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_migration_scenario(migration: Fleet, case: Case) -> None:
    made = plan_migration(migration, case.answers, "t1")
    assert _told(made) == case.findings
    assert tuple(f"{p.id} {p.change.op.value}" for p in made.steps if not p.group) == case.shared
    assert made.groups == case.groups
    assert len(made.steps) == case.steps
    assert sorted(made.groups) == sorted(group for wave in made.rollout.waves for group in wave.groups)


def _told(made: Plan) -> tuple[str, ...]:
    """The findings; the suffix that Cloud Run gives a revision is nobody's choice."""
    lines = (f"{f.severity.value} {f.code}: {f.message}" for f in made.findings)
    return tuple(re.sub(r"-00001-[a-z0-9]{3}", "-00001-xyz", line) for line in lines)


def test_the_same_facts_give_the_same_plan() -> None:
    there = fleet(service("a"), service("b", egress="all-traffic"), job("c"))
    assert plan(there) == plan(there)


def test_steps_wait_for_steps_that_are_there() -> None:
    made = plan(fleet(service("a", egress="all-traffic"), service("b"), job("c")))
    known = {planned.id for planned in made.steps}
    assert len(known) == len(made.steps), "every id once"
    assert all(set(planned.depends_on) <= known for planned in made.steps)
    shared = {planned.id for planned in made.steps if not planned.group}
    for planned in made.steps:
        others = {made.step(id_).group for id_ in planned.depends_on if id_ not in shared}
        assert others <= {planned.group}, "a group waits for nobody else"
    assert len(list(made.ordered())) == len(made.steps)


def test_the_way_back_needs_a_name() -> None:
    with pytest.raises(InputError) as caught:
        plan(fleet(service("a")), to="connector")
    assert (caught.value.field, caught.value.code) == ("connector", "missing_input")
