"""The advice as a decision table (`advice.toml`), and what every answer owes the person."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from wizard.advice.egress import Advice, Situation, advise


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    choice: str
    decided_by: str
    situation: dict[str, object] = {}
    against: tuple[str, ...] = ()


ALWAYS_AGAINST = {"direct": {"few_addresses"}, "connector": {"no_vms", "fast", "own_tags", "recommended"}}
TABLE = tomllib.loads(Path(__file__).with_name("advice.toml").read_text("utf-8"))
CASES = msgspec.convert(TABLE["cases"], list[Case])


def ids(reasons: tuple[object, ...]) -> set[str]:
    return {str(getattr(reason, "id", "")) for reason in reasons}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_decision_table(case: Case) -> None:
    found = advise(msgspec.convert(case.situation, Situation))
    assert (found.choice, found.decided_by) == (case.choice, case.decided_by)
    assert ids(found.counter_reasons) == ALWAYS_AGAINST[case.choice] | set(case.against)


def test_the_table_covers_every_decisive_rule() -> None:
    path = Path(advise.__code__.co_filename).with_name("egress_rules.toml")
    rules = tomllib.loads(path.read_text("utf-8"))["rules"]
    assert {r["id"] for r in rules if r.get("decisive")} | {"recommended"} == {case.decided_by for case in CASES}
    assert all(r["source"] and (r["id"] == "ready_connector" or re.match(r"20\d\d-\d\d", r["date"])) for r in rules)


SITUATIONS = st.builds(
    Situation,
    workload=st.sampled_from(("service", "job", "worker-pool")),
    max_instances=st.sampled_from((0, 100, 101)),
    start_critical=st.booleans(),
    connects_at_start=st.booleans(),
    all_traffic_with_nat=st.booleans(),
    room=st.booleans(),
    ready_connector=st.sampled_from(("", "c")),
    connector_stopped_by=st.sampled_from(("", "constraint {x}")),
    mbps=st.sampled_from((0.0, 20000.0)),
    needs_own_range=st.booleans(),
    needs_rule_logging=st.booleans(),
)


@given(SITUATIONS)
def test_every_advice_gives_both_sides_and_what_would_change_it(situation: Situation) -> None:
    found: Advice = advise(situation)
    assert found.reasons
    assert found.counter_reasons
    assert found.what_would_change
    assert all(found.what_would_change)
    assert not ids(found.reasons) & ids(found.counter_reasons)
    assert found.decided_by in ids(found.reasons)
    assert not any("{" in r.text for r in (*found.reasons, *found.counter_reasons) if r.id != "connector_impossible")
