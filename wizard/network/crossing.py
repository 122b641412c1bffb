"""The firewalls on the way: of the network that packets leave, of that they arrive in, and of the connector itself."""

from __future__ import annotations

from functools import cache

from msgspec import Struct, structs

from wizard.network.data import load
from wizard.network.firewall import Action, Verdict, evaluate_direction
from wizard.network.hosts import Host
from wizard.network.intervals import parse_found, text
from wizard.network.packets import CONNECTOR, DIRECT, Destination, Packet, Source, connector_source
from wizard.network.ruleset import EGRESS, INGRESS, Ruleset
from wizard.network.tracing import ABORT, Leg, Origin, Stop
from wizard.network.walk import Walk, by_rule, dropped

_UNSEEN_TAGS = "INGRESS_FIREWALL_TAGS_UNSUPPORTED_BY_DIRECT_VPC_EGRESS"
_IDENTITY = {INGRESS: "tags or service account", EGRESS: "service account"}

_STATES = {EGRESS: "APPLY_EGRESS_FIREWALL_RULE", INGRESS: "APPLY_INGRESS_FIREWALL_RULE"}


class _Check(Struct, frozen=True):
    """Traffic that a connector cannot do without, and the cause when the firewall stops it."""

    cause: str
    what: str
    sources: tuple[str, ...]
    port: int


class _Checks(Struct, frozen=True):
    date: str
    source: str
    checks: tuple[_Check, ...]


@cache
def _checks() -> tuple[_Check, ...]:
    return load("wizard.network", "connector_traffic.toml", _Checks).checks


def source_of(origin: Origin, *, identity: bool = True) -> Source:
    """The sender as firewall rules see it; without `identity` (across a peering) by its addresses alone."""
    if origin.way == CONNECTOR and identity:
        return connector_source(origin.region, origin.connector, origin.range)
    return Source(range=origin.range, kind=DIRECT, tags=origin.tags if identity else ())


def leave_firewall(walk: Walk, address: str) -> Stop | None:
    """The egress rules of the network that the packets enter; None when they pass."""
    unread = _unread(walk, walk.origin.network)
    if unread is not None:
        return unread
    return _pass(walk, walk.origin.network, EGRESS, source_of(walk.origin), Destination(address=address))


def arrive_firewall(walk: Walk, network: str, host: Host, address: str) -> Stop | None:
    """The ingress rules of `network` before each machine of the host; None when all let the packets in."""
    if not host.guarded:
        return None
    unread = _unread(walk, network)
    if unread is not None:
        return unread
    source = source_of(walk.origin, identity=network == walk.origin.network)
    if not host.known:
        walk.doubt(f"the machines behind {host.name} and their tags are not known here: rules for tags do not count")
    for machine in dict.fromkeys(host.machines):
        target = Destination(address=address, tags=machine.tags, service_accounts=machine.service_accounts)
        stop = _pass(walk, network, INGRESS, source, target)
        if stop is not None:
            return stop
    return None


def _unread(walk: Walk, network: str) -> Stop | None:
    """A firewall that could not be read decides nothing, and the trace ends there."""
    unread = walk.topology.facts.unread
    if "firewalls" in unread:
        return Stop(cause="PERMISSION_DENIED", detail=f"the firewall rules of {network} cannot be read", verdict=ABORT)
    if "policies" in unread:
        walk.doubt("firewall policies could not be read: one of them may decide otherwise")
    return None


def _pass(walk: Walk, network: str, direction: str, source: Source, target: Destination) -> Stop | None:
    rules = walk.topology.ruleset_for(walk.origin, network)
    packet = Packet(source=source, destination=target, protocol=walk.goal.protocol, port=walk.goal.port)
    verdict = evaluate_direction(rules, packet, direction)
    walk.legs.append(Leg(network=network, direction=direction, packet=packet, verdict=verdict))
    decider = verdict.decided_by
    walk.hop(_STATES[direction], f"{decider}", _words(verdict, network), by_rule(decider))
    seen = _if_seen(walk, rules, packet, direction)
    if seen is not None and seen.action is not verdict.action:
        walk.doubt(f"{seen.decided_by} would decide if rules saw the {_IDENTITY[direction]} of Direct VPC egress")
    if verdict.action is Action.ALLOW:
        return None
    if verdict.action is Action.UNKNOWN:
        walk.doubt(f"{decider} has conditions that cannot be judged from here")
        return None
    by_tag = direction == INGRESS and seen is not None and seen.action is Action.ALLOW
    return dropped(_UNSEEN_TAGS if by_tag else "FIREWALL_RULE", f"{decider} of {network} stops it")


def _words(verdict: Verdict, network: str) -> str:
    word = {Action.ALLOW: "lets it", Action.DENY: "stops it", Action.UNKNOWN: "cannot be judged"}.get(verdict.action)
    where = "out of" if verdict.direction == EGRESS else "in"
    if word is not None:
        return f"{word} {where} {network}" if verdict.action is Action.ALLOW else f"{word} in {network}"
    stopped = [piece.range for piece in verdict.pieces if piece.decided_by.action == "deny"]
    return f"stops the part {', '.join(stopped[:3])} of {verdict_source(verdict)} in {network}"


def verdict_source(verdict: Verdict) -> str:
    """The whole range that a verdict speaks of."""
    bounds = [piece.range.split("-") for piece in verdict.pieces]
    first = min(_first(bound[0]) for bound in bounds)
    last = max(_last(bound[-1]) for bound in bounds)
    return text(first, last)


def _first(cidr: str) -> int:
    return (parse_found(cidr) or (0, 0))[0]


def _last(cidr: str) -> int:
    return (parse_found(cidr) or (0, 0))[1]


def _if_seen(walk: Walk, rules: Ruleset, packet: Packet, direction: str) -> Verdict | None:
    """The verdict if the rules saw what they may not see of Direct VPC egress, None where that makes no difference.

    Google's page says that ingress rules match neither its tags nor its service account, and Connectivity Tests call
    the behaviour undefined; a live test has seen tags match. Of service accounts in egress rules nothing is said.
    """
    source, account = packet.source, walk.origin.service_account
    identity = (account,) if account else ()
    if source.kind != DIRECT or not (identity or (direction == INGRESS and source.tags)):
        return None
    kind = CONNECTOR if direction == INGRESS else DIRECT
    seen = structs.replace(source, kind=kind, service_accounts=identity)
    return evaluate_direction(rules, structs.replace(packet, source=seen), direction)


def connector_traffic(walk: Walk) -> Stop | None:
    """Whether the firewall lets Cloud Run and its health checks reach the connector's own machines (facts: 1.6)."""
    origin = walk.origin
    unread = _unread(walk, origin.network)
    interval = parse_found(origin.range)
    if unread is not None or interval is None:
        return unread
    rules = walk.topology.ruleset_for(origin, origin.network)
    tags = connector_source(origin.region, origin.connector, origin.range).tags
    machine = Destination(address=text(interval[0] + 2, interval[0] + 2).removesuffix("/32"), tags=tags)
    for check in _checks():
        for range_ in check.sources:
            packet = Packet(source=Source(range=range_), destination=machine, port=check.port)
            verdict = evaluate_direction(rules, packet, INGRESS)
            if verdict.action is Action.UNKNOWN:
                walk.doubt(f"{verdict.decided_by} may stop {check.what}: it has conditions that cannot be judged")
            if verdict.action in (Action.DENY, Action.PARTLY):
                walk.legs.append(Leg(network=origin.network, direction=INGRESS, packet=packet, verdict=verdict))
                walk.hop(
                    _STATES[INGRESS],
                    f"{verdict.decided_by}",
                    _words(verdict, origin.network),
                    by_rule(verdict.decided_by),
                )
                return dropped(check.cause, f"{verdict.decided_by} stops {check.what} ({range_} to tcp:{check.port})")
    return None
