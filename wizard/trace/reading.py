"""A trace and a live test read together: what the configuration says, what the packet met, whether the two agree."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from wizard.network.firewall import Action
from wizard.network.leaving import NOT_FROM_THE_NETWORK
from wizard.network.tracing import ABORT, DELIVER, Trace
from wizard.probe.verdicts import SEVERITY, advice
from wizard.records import ProbeResult
from wizard.trace.reading_causes import (
    Cause,
    against_a_stop,
    by_doubts,
    late_or_uneven,
    nobody_listens,
    other_listener,
    silence,
    unknown_name,
    unknown_server,
    without_route,
)

_REACHED = frozenset({"refused", "wrong_protocol", "protocol_timeout"})
"""Verdicts of a machine that answered."""

_NO_WAY = frozenset(
    {
        "NO_ROUTE",
        "PRIVATE_TRAFFIC_TO_INTERNET",
        "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED",
        "ROUTE_WRONG_NETWORK",
        "UNKNOWN_INTERNAL_ADDRESS",
        "VPC_CONNECTOR_NOT_RUNNING",
        "VPC_CONNECTOR_NOT_SET",
    }
)
"""Causes of a trace that go with `no_route`: nothing leads there."""

_MET = {
    "connected": "The live test connected.",
    "refused": "The machine answered, and refused the connection.",
    "no_route": "There was no route to the address.",
    "name_not_found": "The name was not found.",
    "wrong_protocol": "The machine answered in another protocol.",
    "protocol_timeout": "The machine took the connection and then said nothing.",
    "not_run": "The live test did not run.",
}

_SUMMARY = {True: "Both agree.", False: "They disagree.", None: "That decides nothing."}
_OPEN = "Both agree: the way is open."


class Reading(Struct, frozen=True, kw_only=True):
    """Both side by side. `agree` is None where one of them decides nothing; `causes` are the likeliest ones first."""

    configuration: str
    met: str
    agree: bool | None
    summary: str
    causes: tuple[Cause, ...] = ()


def reading(trace: Trace, result: ProbeResult) -> Reading:
    """What the configuration and a live test of the same target from the same sender come to."""
    verdict = result.verdict if result.verdict in SEVERITY else "not_run"
    agree, causes = _compared(trace, result, verdict)
    return Reading(
        configuration=_configuration(trace),
        met=_met(result, verdict),
        agree=agree,
        summary=_OPEN if agree and trace.delivered else _SUMMARY[agree],
        causes=tuple(dict.fromkeys(causes)),
    )


_Found = tuple[bool | None, tuple[Cause, ...]]


def _compared(trace: Trace, result: ProbeResult, verdict: str) -> _Found:
    if verdict == "not_run":
        return None, (Cause(text="nothing is learned from a test that did not run", look=advice(verdict, "")),)
    if trace.verdict == ABORT:
        text = "the configuration cannot be read so far: the live test is the answer"
        return None, (Cause(text=text, look=advice(verdict, result.layer)),)
    if verdict == "timeout" and result.layer == "dns":
        return None, unknown_server(trace)
    if trace.verdict == DELIVER:
        return _of_delivered(trace, result, verdict)
    return _of_lost(trace, verdict) if trace.goal.lost is not None else _of_stopped(trace, result, verdict)


def _of_delivered(trace: Trace, result: ProbeResult, verdict: str) -> _Found:
    """The configuration lets it through."""
    by_verdict: dict[str, Callable[[], _Found]] = {
        "connected": lambda: (True, ()),
        "refused": lambda: (True, nobody_listens(trace)),
        "wrong_protocol": lambda: (True, other_listener(result)),
        "protocol_timeout": lambda: (True, other_listener(result)),
        "timeout": lambda: (False, (*by_doubts(trace), *late_or_uneven(trace, result), *silence(trace))),
        "no_route": lambda: (False, (*by_doubts(trace), *without_route(trace))),
        "name_not_found": lambda: (False, (*by_doubts(trace), *unknown_name(trace))),
    }
    return by_verdict[verdict]()


def _of_lost(trace: Trace, verdict: str) -> _Found:
    """The configuration has no address for the name."""
    if verdict == "name_not_found":
        return True, (_decides(trace),)
    found = Cause(
        text=f"a name server knows {trace.goal.host} that is not visible from here, or a record is new",
        look="the private DNS zones of the network, their forwarding and peering zones, and the public zone",
    )
    return False, (*by_doubts(trace), found, *against_a_stop(trace))


def _of_stopped(trace: Trace, result: ProbeResult, verdict: str) -> _Found:
    """The configuration stops it."""
    if verdict == "timeout":
        return True, (*_partly(trace, result), _decides(trace))
    if verdict == "no_route" and trace.cause in _NO_WAY:
        return True, (_decides(trace),)
    if trace.cause == NOT_FROM_THE_NETWORK and verdict == "connected":
        answers = "a front end of Google's answers in any case: with internal ingress, 404"
        return None, (Cause(text=answers, look="the HTTP status: the live test takes any answer for a connection"),)
    if verdict == "name_not_found":
        return False, (*unknown_name(trace), _decides(trace))
    if verdict == "no_route":
        return False, (*without_route(trace), _decides(trace))
    return False, (*by_doubts(trace), *against_a_stop(trace, answered=verdict in _REACHED))


def _decides(trace: Trace) -> Cause:
    """The configuration explains what was met."""
    look = f"{trace.decided_by}" if trace.decided_by is not None else trace.cause
    return Cause(text="what the configuration says is the reason", look=f"{look}: runvpc trace shows what would help")


def _partly(trace: Trace, result: ProbeResult) -> tuple[Cause, ...]:
    """A firewall that treats parts of the sender's range differently explains attempts that differ."""
    uneven = any(leg.verdict.action is Action.PARTLY for leg in trace.legs)
    if not uneven or not any(attempt.verdict == "connected" for attempt in result.attempts):
        return ()
    text = "the firewall lets a part of the sender's range through: some instances connect, others do not"
    return (Cause(text=text, look=f"the source ranges of the rules beside {trace.decided_by}"),)


def _configuration(trace: Trace) -> str:
    if trace.verdict == DELIVER:
        by = f": {trace.decided_by}" if trace.decided_by is not None else ""
        return f"The configuration lets it through{by}."
    word = "does not tell" if trace.verdict == ABORT else "drops it"
    return f"The configuration {word}: {_last(trace)}."


def _met(result: ProbeResult, verdict: str) -> str:
    if verdict == "timeout":
        words = "The name server did not answer." if result.layer == "dns" else "Nothing answered in time."
    else:
        words = _MET[verdict]
    count = len(result.attempts)
    connected = sum(attempt.verdict == "connected" for attempt in result.attempts)
    return f"{words} {connected} of {count} attempts connected." if 0 < connected < count else words


def _last(trace: Trace) -> str:
    return trace.hops[-1].detail or trace.cause if trace.hops else trace.cause


def reading_document(found: Reading) -> dict[str, object]:
    """The reading as the command line's JSON has it (a contract)."""
    return {
        "configuration": found.configuration,
        "met": found.met,
        "agree": found.agree,
        "summary": found.summary,
        "causes": [{"cause": cause.text, "look": cause.look} for cause in found.causes],
    }
