"""A trace as a picture to be read from top to bottom: a row of plain words for each hop, and the verdict in a line."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from wizard.network.egress_modes import private_block
from wizard.network.firewall import Action
from wizard.network.ruleset import EGRESS, IMPLIED
from wizard.network.tracing import ABORT, DROP, NO_WAY, Decided, Goal, Hop, Trace

PASSES, STOPS, DECIDES, ARRIVES = "passes", "stops here", "decides", "arrives"
UNCLEAR, NOT_REACHED = "unclear", "not reached"

NAME, WAY_IN, LEAVE, ROUTE, NAT, ENTER, TARGET = range(7)
"""Stages of a way, in their order."""

_LABELS = {
    NAME: "name",
    WAY_IN: "way in",
    LEAVE: "egress firewall",
    ROUTE: "route",
    NAT: "Cloud NAT",
    ENTER: "ingress firewall",
}

_STATES: dict[str, tuple[str, int]] = {
    "START_FROM_CLOUD_RUN_REVISION": ("Cloud Run", NAME),
    "START_FROM_CLOUD_RUN_JOB": ("Cloud Run", NAME),
    "SERVERLESS_EXTERNAL_CONNECTION": ("egress setting", WAY_IN),
    "ARRIVE_AT_VPC_CONNECTOR": ("connector", WAY_IN),
    "DIRECT_VPC_EGRESS_CONNECTION": ("Direct VPC", WAY_IN),
    "APPLY_EGRESS_FIREWALL_RULE": ("egress firewall", LEAVE),
    "APPLY_ROUTE": ("route", ROUTE),
    "NAT": ("Cloud NAT", NAT),
    "APPLY_FORWARDING_RULE": ("load balancer", ENTER),
    "APPLY_INGRESS_FIREWALL_RULE": ("ingress firewall", ENTER),
    "ARRIVE_AT_INTERNAL_LOAD_BALANCER": ("load balancer", NAT),
    "ARRIVE_AT_INSTANCE": ("VM", ENTER),
    "PROXY_CONNECTION": ("proxy", ENTER),
    "ARRIVE_AT_VPN_TUNNEL": ("VPN tunnel", ENTER),
    "ARRIVE_AT_INTERCONNECT_ATTACHMENT": ("Interconnect", ENTER),
    "FORWARD": ("beyond", ENTER),
}
"""States of Connectivity Tests: what people call them, and the stage that the packet has come to."""

_FIREWALLS = frozenset({"APPLY_EGRESS_FIREWALL_RULE", "APPLY_INGRESS_FIREWALL_RULE"})
_LACKS = {"CLOUD_NAT": "Cloud NAT", "PRIVATE_GOOGLE_ACCESS": "Google access", "FORWARDING_RULE": "load balancer"}
"""What a way can lack, or meet, without a hop of its own."""

_SERVICES = {
    "redis": "Redis",
    "rediss": "Redis (TLS)",
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "http": "HTTP",
    "https": "HTTPS",
}


class HopRow(Struct, frozen=True, kw_only=True):
    """One row. `state` is a word of this module, `text` what stands beside the label, `said` a sentence more.

    `api` is the state in the words of Connectivity Tests, `leg` the number of the firewall that was met, or None.
    """

    state: str
    label: str
    text: str = ""
    said: str = ""
    api: str = ""
    leg: int | None = None
    deciding: bool = False


def verdict_line(trace: Trace) -> str:
    """`delivered`, `blocked by deny-redis-by-default, priority 800`, or what stops it in words."""
    if trace.delivered:
        return "delivered, as far as the configuration tells" if trace.verify else "delivered"
    stop = trace.hops[-1].detail if trace.hops else trace.cause
    if trace.verdict == ABORT:
        return f"cannot be told: {stop}"
    if trace.cause == "VPC_CONNECTOR_NOT_SET" and trace.goal.lost is None:
        return f"blocked: {trace.origin.resource} has no way into a network"
    decided = trace.decided_by
    if trace.cause == "FIREWALL_RULE" and decided is not None:
        partly = bool(trace.legs) and trace.legs[-1].verdict.action is Action.PARTLY
        return f"{'partly ' if partly else ''}blocked by {_rule(decided)}"
    return f"blocked: {stop}"


def picture(trace: Trace) -> tuple[HopRow, ...]:
    """The rows from the service to the target. What the packet does not come to is there, too, as not reached."""
    stopped = trace.verdict in (DROP, ABORT)
    hops = trace.hops[:-1] if stopped else trace.hops
    rows = list(_met(trace, hops))
    if stopped:
        rows += _lacking(trace)
        return (*rows, *_rest(trace, hops))
    if trace.hops and trace.hops[-1].state == "DELIVER":
        return tuple(rows)
    return (*rows, HopRow(state=UNCLEAR, label=_kind(trace.goal), text=_where(trace.goal), said=_beyond(trace)))


def deciding_row(rows: tuple[HopRow, ...]) -> int:
    """The number of the row that decides."""
    return next((number for number, row in enumerate(rows) if row.deciding), 0)


def _met(trace: Trace, hops: tuple[Hop, ...]) -> Iterator[HopRow]:
    """The hops that the packet came to; its name has been looked up after the first."""
    legs = 0
    inserted = bool(_lacking(trace))
    for number, hop in enumerate(hops):
        firewall = hop.state in _FIREWALLS
        deciding = number == trace.deciding and not inserted
        yield _row(trace, hop, leg=legs if firewall else None, deciding=deciding)
        legs += firewall
        if number == 0:
            for note in trace.goal.notes:
                yield HopRow(state=PASSES, label=_LABELS[NAME], text=note, said=note)


def _row(trace: Trace, hop: Hop, *, leg: int | None, deciding: bool) -> HopRow:
    label, _ = _STATES.get(hop.state, (hop.state.lower().replace("_", " "), ENTER))
    text, said = hop.resource, hop.detail
    if hop.state == "DELIVER":
        label, text = _kind(trace.goal), _where(trace.goal)
        said = ": ".join(part for part in (hop.resource, hop.detail) if part and part != trace.goal.host)
    elif hop.state == "SERVERLESS_EXTERNAL_CONNECTION":
        label, text = _outside(trace)
    elif hop.state == "FORWARD":
        text = _joined(hop.resource, hop.detail)
    elif deciding and trace.decided_by is not None and trace.decided_by.kind == "ADDRESS":
        label, text = "address", f"nobody has {trace.decided_by.name}"
    elif hop.state == "APPLY_ROUTE":
        text = _route_text(hop)
    elif hop.state in ("ARRIVE_AT_VPC_CONNECTOR", "DIRECT_VPC_EGRESS_CONNECTION"):
        text = _joined(hop.resource.removeprefix("connector "), trace.origin.range)
    elif leg is not None and leg < len(trace.legs):
        decider = trace.legs[leg].verdict.decided_by
        plain = Decided(kind=decider.kind, name=decider.name, priority=decider.priority, policy=decider.policy)
        text = _rule(plain, brief=True)
    if deciding and not trace.delivered:
        said = trace.hops[-1].detail
    return HopRow(
        state=_state(trace, hop, deciding), label=label, text=text, said=said, api=hop.state, leg=leg, deciding=deciding
    )


def _outside(trace: Trace) -> tuple[str, str]:
    """The label and text of the way past every network."""
    if trace.origin.way == NO_WAY:
        return _LABELS[WAY_IN], "none: straight to the internet"
    return "egress setting", f"{trace.origin.egress}: straight to the internet"


def _state(trace: Trace, hop: Hop, deciding: bool) -> str:
    if deciding and not trace.delivered:
        return UNCLEAR if trace.verdict == ABORT else STOPS
    if hop.state == "DELIVER":
        return ARRIVES
    return DECIDES if deciding else PASSES


def _lacking(trace: Trace) -> tuple[HopRow, ...]:
    """The row of what stops a packet without a hop of its own: a name without address, no NAT, no Google access."""
    if trace.delivered or not trace.hops:
        return ()
    said, api = trace.hops[-1].detail, trace.cause
    state = UNCLEAR if trace.verdict == ABORT else STOPS
    if trace.goal.lost is not None:
        return (HopRow(state=state, label="name", text=trace.goal.host, said=said, api=api, deciding=True),)
    kind = trace.decided_by.kind if trace.decided_by is not None else ""
    met = trace.hops[trace.deciding].state
    if kind not in _LACKS or met == "APPLY_FORWARDING_RULE":
        return ()
    return (HopRow(state=state, label=_LACKS[kind], text=said, said=said, api=api, deciding=True),)


def _rest(trace: Trace, hops: tuple[Hop, ...]) -> Iterator[HopRow]:
    """What the packet would have come to."""
    goal = trace.goal
    if not _lacks_outside(trace):
        reached = _stage(hops)
        inside = goal.lost is not None or bool(goal.address and private_block(goal.address))
        for stage in (WAY_IN, LEAVE, ROUTE, ENTER) if inside else (WAY_IN, LEAVE, ROUTE):
            if stage > reached:
                yield HopRow(state=NOT_REACHED, label=_LABELS[stage])
    yield HopRow(state=NOT_REACHED, label=_kind(goal), text=_where(goal))


def _stage(hops: tuple[Hop, ...]) -> int:
    """How far the packet came. The firewall before a connector's own machines is no farther than the connector."""
    stages = [_STATES.get(hop.state, ("", ENTER))[1] for hop in hops]
    return WAY_IN if ENTER in stages and LEAVE not in stages and WAY_IN in stages else max(stages, default=NAME)


def _lacks_outside(trace: Trace) -> bool:
    return trace.goal.lost is None and bool(_lacking(trace))


def _kind(goal: Goal) -> str:
    """What the target is called."""
    if goal.kind == "google_api":
        return "Google's APIs"
    scheme = goal.label.partition("://")[0] if "://" in goal.label else ""
    return _SERVICES.get(scheme, "target")


def _where(goal: Goal) -> str:
    port = f":{goal.port}" if goal.port is not None else ""
    known = f" ({goal.address})" if goal.address and goal.address != goal.host else ""
    return f"{goal.host}{port}{known}"


def _beyond(trace: Trace) -> str:
    return trace.verify[-1] if trace.verify else "what lies there is not visible from here"


def _route_text(hop: Hop) -> str:
    """The range and where it leads. Names that Google has made up are long and say nothing."""
    said = hop.detail.replace("internet gateway internet", "internet gateway")
    return said if hop.resource.startswith(("default-route-", "subnet route ")) else _joined(hop.resource, said)


def _rule(decided: Decided, *, brief: bool = False) -> str:
    if decided.kind == IMPLIED:
        return decided.name if brief else f"the {decided.name}: no rule lets it in"
    policy = f" of policy {decided.policy}" if decided.policy else ""
    return f"{decided.name}{policy}" + (f", priority {decided.priority}" if decided.priority is not None else "")


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def leg_words(direction: str, network: str) -> str:
    """`Ingress firewall of my-vpc`."""
    return f"{'Egress' if direction == EGRESS else 'Ingress'} firewall of {network}"
