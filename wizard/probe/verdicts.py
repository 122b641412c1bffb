"""What the tasks of a probe job say: exit codes and log lines into results, and what to do about each verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import msgspec

from wizard.probe.probe import EXIT_CODES
from wizard.records import ProbeAttempt, ProbeResult, Task

SEVERITY = (
    "connected",
    "not_run",
    "protocol_timeout",
    "wrong_protocol",
    "refused",
    "timeout",
    "no_route",
    "name_not_found",
)
"""Verdicts from best to worst; a failure that was met tells more than a test that never ran."""

_BY_CODE = {code: found for found, code in EXIT_CODES.items()}

_ADVICE = {
    ("connected", ""): "nothing to do",
    ("refused", ""): (
        "the network path works: start the server on that port, or let it listen on its internal address and not only "
        "on 127.0.0.1"
    ),
    ("timeout", "tcp"): (
        "packets are dropped on the way: look at the firewall rules towards the target (source: the range of the "
        "connector or of the Direct VPC subnet) and at the routes, and whether the machine is up"
    ),
    ("timeout", "dns"): "the name server did not answer: look at egress rules towards DNS and at forwarding zones",
    ("no_route", ""): (
        "there is no route to that address: look at the network's routes and peerings, and at the egress setting"
    ),
    ("name_not_found", ""): (
        "nobody knows that name: look for a private DNS zone bound to this network, or use the address"
    ),
    ("wrong_protocol", "tls"): (
        "the server was reached, but not with TLS: use the plain scheme, or look at the server's TLS settings"
    ),
    ("wrong_protocol", "protocol"): (
        "something else listens on that port: look at the port and at the scheme (rediss:// and https:// for TLS)"
    ),
    ("protocol_timeout", ""): (
        "the connection was accepted but nothing was answered: the server hangs, expects another protocol (TLS?), or "
        "a load balancer has no healthy backend"
    ),
    ("not_run", ""): "the test itself did not run: look at the execution in Cloud Run (image, quota, free addresses)",
}


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """The line that the probe prints."""

    runvpc: int
    index: int
    target: str
    verdict: str
    layer: str
    latency_ms: float | None = None
    start_delay_s: float | None = None
    detail: str = ""


def decode(exit_code: int | None) -> tuple[str, str]:
    """The verdict and the layer that an exit code stands for; `not_run` for one that is not the probe's."""
    return _BY_CODE.get(-1 if exit_code is None else exit_code, ("not_run", ""))


def advice(verdict: str, layer: str) -> str:
    """What to do about a verdict."""
    return _ADVICE.get((verdict, layer)) or _ADVICE.get((verdict, "")) or _ADVICE["not_run", ""]


def worst(verdicts: Iterable[str]) -> str:
    """The worst of some verdicts; `not_run` of none, and for a word that is unknown here."""
    known = [v if v in SEVERITY else "not_run" for v in verdicts]
    return max(known, key=SEVERITY.index, default="not_run")


def summarise(targets: Sequence[str], tasks: Sequence[Task], log_lines: Iterable[str]) -> tuple[ProbeResult, ...]:
    """One result per target, in their order. Task i probed target i modulo their number.

    The exit code decides (the API may leave out the 0 of a task that succeeded); a log line of the same task and
    verdict adds detail, latency and start delay.
    """
    lines = {line.index: line for line in map(_parsed, log_lines) if line}
    ordered = sorted(tasks, key=lambda task: task.index)
    return tuple(
        _result(target, [_attempt(target, t, lines) for t in ordered if t.index % len(targets) == i])
        for i, target in enumerate(targets)
    )


def _result(target: str, attempts: list[ProbeAttempt]) -> ProbeResult:
    verdict = worst(a.verdict for a in attempts)
    latencies = [a.latency_ms for a in attempts if a.verdict == "connected" and a.latency_ms is not None]
    return ProbeResult(
        target=target,
        verdict=verdict,
        layer=next((a.layer for a in attempts if a.verdict == verdict), ""),
        latency_ms=round(median(latencies), 3) if latencies else None,
        attempts=tuple(attempts),
    )


def _attempt(target: str, task: Task, lines: Mapping[int, _Line]) -> ProbeAttempt:
    succeeded = task.condition.state == "SUCCEEDED"
    verdict, layer = decode(0 if task.exit_code is None and succeeded else task.exit_code)
    if verdict == "connected" and (target.startswith("tcp://") or "://" not in target):
        layer = "tcp"
    line = lines.get(task.index)
    if line is not None and line.verdict == verdict:
        return ProbeAttempt(
            verdict=verdict,
            layer=layer,
            latency_ms=line.latency_ms,
            start_delay_s=line.start_delay_s,
            detail=line.detail,
        )
    detail = task.condition.message or task.condition.reason
    if verdict == "not_run" and not detail and task.exit_code is not None:
        detail = f"exit code {task.exit_code} is not one of the probe's"
    return ProbeAttempt(verdict=verdict, layer=layer, detail=detail if verdict == "not_run" else "")


def _parsed(text: str) -> _Line | None:
    """The probe's line, or None for anything else that stands in a log."""
    try:
        return msgspec.json.decode(text, type=_Line)
    except (msgspec.DecodeError, UnicodeError):
        return None
