"""From exit codes and log lines to results."""

from __future__ import annotations

import json

import pytest

from wizard.probe.probe import EXIT_CODES
from wizard.probe.verdicts import SEVERITY, advice, decode, summarise, worst
from wizard.records import Condition, Task

REDIS, HTTP = "redis://10.0.0.3:6379", "http://10.0.0.10:80"


def line(index: int, verdict: str, **more: object) -> str:
    report = {"runvpc": 1, "index": index, "target": REDIS, "verdict": verdict, "layer": "tcp", "latency_ms": None}
    return json.dumps(report | more)


def test_exit_codes_are_distinct_and_none_has_another_meaning() -> None:
    codes = sorted(EXIT_CODES.values())
    assert len(set(codes)) == len(codes)
    assert not {1, 2} & set(codes)
    assert max(codes) < 126
    assert {verdict for verdict, _ in EXIT_CODES} == set(SEVERITY)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (0, ("connected", "protocol")),
        (20, ("refused", "tcp")),
        (21, ("timeout", "tcp")),
        (24, ("timeout", "dns")),
        (1, ("not_run", "")),
        (137, ("not_run", "")),
        (None, ("not_run", "")),
    ],
)
def test_decoding(code: int | None, found: tuple[str, str]) -> None:
    assert decode(code) == found


def test_the_worst_wins_and_a_failure_that_was_met_beats_a_test_that_never_ran() -> None:
    assert worst(["connected", "timeout", "not_run"]) == "timeout"
    assert worst(["connected", "not_run"]) == "not_run"
    assert worst(["connected", "connected"]) == "connected"
    assert worst([]) == "not_run"
    assert worst(["from tomorrow", "connected"]) == "not_run"


def test_tasks_are_shared_out_over_the_targets_whatever_their_order() -> None:
    tasks = [Task(name=f"t{i}", index=i, exit_code=code) for i, code in ((3, 0), (2, 21), (1, 0), (0, 0))]
    lines = (
        line(0, "connected", latency_ms=1.5, start_delay_s=40.2, detail="+PONG"),
        line(1, "connected", latency_ms=2.0),
        line(3, "connected", latency_ms=4.0),
        "something else",
        '{"json": "of somebody else"}',
    )
    redis, http = summarise((REDIS, HTTP), tasks, lines)
    assert (redis.verdict, redis.layer, redis.latency_ms) == ("timeout", "tcp", 1.5)
    assert [a.verdict for a in redis.attempts] == ["connected", "timeout"]
    assert (redis.attempts[0].start_delay_s, redis.attempts[0].detail) == (40.2, "+PONG")
    assert (http.verdict, http.layer, http.latency_ms) == ("connected", "protocol", 3.0)


def test_without_logs_the_exit_codes_are_enough() -> None:
    (result,) = summarise((REDIS,), [Task(name="t", index=0, exit_code=0)], ())
    assert result.connected
    assert result.latency_ms is None


def test_the_zero_of_a_task_that_succeeded_may_be_missing() -> None:
    (result,) = summarise((REDIS,), [Task(name="t", index=0, condition=Condition(state="SUCCEEDED"))], ())
    assert result.connected


def test_a_line_that_contradicts_the_exit_code_is_not_believed() -> None:
    (result,) = summarise((REDIS,), [Task(name="t", index=0, exit_code=20)], (line(0, "connected", latency_ms=1.0),))
    assert (result.verdict, result.latency_ms, result.attempts[0].detail) == ("refused", None, "")


def test_a_task_that_never_ran_says_why() -> None:
    condition = Condition(reason="NoAddresses", message="insufficient free IP addresses in the subnetwork")
    killed = Task(name="k", index=1, exit_code=137)
    first, second = summarise((REDIS, HTTP), [Task(name="t", index=0, condition=condition), killed], ())
    assert (first.verdict, first.attempts[0].detail) == ("not_run", condition.message)
    assert "137" in second.attempts[0].detail


def test_a_target_without_tasks_was_not_run() -> None:
    (result,) = summarise((REDIS,), [], ())
    assert (result.verdict, result.attempts) == ("not_run", ())


def test_tcp_is_connected_in_its_own_layer() -> None:
    results = summarise(("tcp://h:1", "h:1"), [Task(name=str(i), index=i, exit_code=0) for i in range(2)], ())
    assert [r.layer for r in results] == ["tcp", "tcp"]


def test_every_verdict_has_advice_of_its_own() -> None:
    failures = [found for found in EXIT_CODES if found[0] not in ("connected", "not_run")]
    not_run = advice("not_run", "")
    assert all(advice(*found) != not_run for found in failures)
    assert advice("something", "new") == not_run
