"""What live tests met, as rows: before and after, layer by layer, and what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.apply.state import RunState
from wizard.guide.connectivity import (
    LAYERS,
    all_connected,
    only_before,
    start_note,
    target_rows,
    verdict_line,
)
from wizard.probe.verdicts import SEVERITY, advice
from wizard.records import ProbeAttempt, ProbeResult

BEFORE, AFTER, AGAIN = "probe/runvpc-before-t", "probe/runvpc-probe-t", "probe/runvpc-probe-u"
REDIS = "redis://10.0.0.3:6379"


def met(target: str, verdict: str = "connected", layer: str = "protocol", *more: ProbeAttempt) -> ProbeResult:
    attempt = ProbeAttempt(verdict=verdict, layer=layer, latency_ms=1.5 if verdict == "connected" else None)
    return ProbeResult(target=target, verdict=verdict, layer=layer, latency_ms=1.5, attempts=(attempt, *more))


def state_of(*probes: tuple[str, tuple[ProbeResult, ...]]) -> RunState:
    return RunState(run="r-1", probes=probes)


def test_before_stands_beside_after() -> None:
    (row,) = target_rows(state_of((BEFORE, (met(REDIS, "timeout", "tcp"),)), (AFTER, (met(REDIS),))))
    assert (row.before, row.after, row.latency_ms, row.advice) == ("timeout", "connected", 1.5, "")
    assert (row.connected, row.attempts) == (1, 1)


def test_the_last_test_counts() -> None:
    state = state_of((AFTER, (met(REDIS, "refused", "tcp"),)), (AGAIN, (met(REDIS),)))
    assert [row.after for row in target_rows(state)] == ["connected"]


def test_a_test_before_any_change_is_not_taken_for_the_one_after() -> None:
    state = state_of((BEFORE, (met(REDIS, "timeout", "tcp"),)))
    (row,) = target_rows(state)
    assert only_before(state)
    assert (row.before, row.after) == ("", "timeout")
    assert not only_before(state_of())
    assert not only_before(state_of((BEFORE, ()), (AFTER, ())))


@pytest.mark.parametrize(
    ("target", "verdict", "layer", "reached"),
    [
        (REDIS, "connected", "protocol", (None, True, None, True)),
        (REDIS, "timeout", "tcp", (None, False, None, None)),
        (REDIS, "protocol_timeout", "protocol", (None, True, None, False)),
        ("rediss://db.internal:6379", "wrong_protocol", "tls", (True, True, False, None)),
        ("https://api.internal/", "connected", "protocol", (True, True, True, True)),
        ("db.internal:5432", "name_not_found", "dns", (False, None, None, None)),
        ("10.0.0.5:5432", "connected", "tcp", (None, True, None, None)),
        ("postgresql://db.internal/x", "refused", "tcp", (True, False, None, None)),
        (REDIS, "not_run", "", (None, None, None, None)),
        (REDIS, "strange", "new-layer", (None, None, None, None)),
        ("not a target", "timeout", "tcp", (True, False, None, None)),
    ],
)
def test_layers(target: str, verdict: str, layer: str, reached: tuple[bool | None, ...]) -> None:
    (row,) = target_rows(state_of((AFTER, (met(target, verdict, layer),))))
    assert dict(zip(LAYERS, row.reached, strict=True)) == dict(zip(LAYERS, reached, strict=True))


def test_instances_that_do_not_agree_are_shown_each() -> None:
    late = ProbeAttempt(verdict="timeout", layer="tcp", start_delay_s=90.0, detail="no answer in 5 s")
    (row,) = target_rows(state_of((AFTER, (met(REDIS, "connected", "protocol", late),))))
    assert [(a.number, a.verdict, a.detail) for a in row.differ] == [
        (1, "connected", ""),
        (2, "timeout", "no answer in 5 s"),
    ]
    assert (row.connected, row.attempts, row.slowest_start) == (1, 2, 90.0)
    (same,) = target_rows(state_of((AFTER, (met(REDIS),))))
    assert same.differ == ()


def test_the_word_of_the_server_is_kept() -> None:
    said = ProbeAttempt(verdict="wrong_protocol", layer="protocol", detail="HTTP/1.1 400 Bad Request")
    result = ProbeResult(target=REDIS, verdict="wrong_protocol", layer="protocol", attempts=(said,))
    assert target_rows(state_of((AFTER, (result,))))[0].detail == "HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize("verdict", [verdict for verdict in SEVERITY if verdict != "connected"])
def test_every_failure_has_advice(verdict: str) -> None:
    (row,) = target_rows(state_of((AFTER, (met(REDIS, verdict, "tcp"),))))
    assert row.advice == advice(verdict, "tcp") != ""


def test_counts_and_nothing_at_all() -> None:
    rows = target_rows(state_of((AFTER, (met(REDIS), met("a:1", "refused", "tcp")))))
    assert (verdict_line(rows), all_connected(rows)) == ("1 of 2 targets connected", False)
    assert (target_rows(state_of()), all_connected(()), verdict_line(())) == ((), False, "0 of 0 targets connected")


@pytest.mark.parametrize(("seconds", "said"), [(None, False), (0.4, False), (62.0, True)])
def test_a_network_that_comes_late_is_worth_a_word(seconds: float | None, said: bool) -> None:
    attempt = ProbeAttempt(verdict="connected", layer="protocol", start_delay_s=seconds)
    result = ProbeResult(target=REDIS, verdict="connected", layer="protocol", attempts=(attempt,))
    note = start_note(target_rows(state_of((AFTER, (result,)))))
    assert bool(note) is said
    assert ("62 seconds" in note) is said


@given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=12), st.text(max_size=30))
def test_no_words_of_strangers_break_a_row(target: str, verdict: str, layer: str, detail: str) -> None:
    attempt = ProbeAttempt(verdict=verdict, layer=layer, detail=detail)
    result = ProbeResult(target=target, verdict=verdict, layer=layer, attempts=(attempt,))
    (row,) = target_rows(state_of((AFTER, (result,))))
    assert row.target == target
    assert len(row.reached) == len(LAYERS)
