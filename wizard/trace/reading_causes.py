"""What is likely when a live test and the configuration do not say the same, and where to look for it."""

from __future__ import annotations

from msgspec import Struct

from wizard.network.tracing import DIRECT, Trace
from wizard.records import ProbeResult
from wizard.wording import one_line

_OUTSIDE = "SERVERLESS_EXTERNAL_CONNECTION"
_BEYOND = frozenset({"FORWARD", "ARRIVE_AT_VPN_TUNNEL", "ARRIVE_AT_INTERCONNECT_ATTACHMENT"})


class Cause(Struct, frozen=True):
    """Something that would explain it, and what to look at."""

    text: str
    look: str


_NEW_RULE = Cause(
    "a firewall rule, a tag or a route is too new: it takes seconds to a minute until it is in force",
    "the same live test once more in a minute",
)
_CHANGED = Cause(
    "the configuration was changed between the live test and the trace", "the same live test and trace once more"
)


def by_doubts(trace: Trace) -> tuple[Cause, ...]:
    """The points that the trace itself leaves open come first."""
    return tuple(Cause(doubt, "nothing more from here: what the live test met is the answer") for doubt in trace.verify)


def late_or_uneven(trace: Trace, result: ProbeResult) -> tuple[Cause, ...]:
    """Some attempts connected: what differs between instances, or between machines."""
    if not any(attempt.verdict == "connected" for attempt in result.attempts):
        return ()
    several = Cause(
        "several machines share the address or the name, and not all of them answer",
        "each machine behind it, and the health of the load balancer",
    )
    return (_late(), several) if trace.origin.way == DIRECT else (several,)


def silence(trace: Trace) -> tuple[Cause, ...]:
    """The configuration lets packets through, and nothing comes back."""
    states = {hop.state for hop in trace.hops}
    causes = [*_at_the_end(trace, states)]
    if states & _BEYOND:
        way_back = f"beyond the network there is no way back to {trace.origin.range}, or a firewall there stops it"
        causes.insert(0, Cause(way_back, "routes and firewall on the other side: they must know the sender's range"))
    if _OUTSIDE not in states:
        causes.append(_NEW_RULE)
        if trace.origin.way == DIRECT:
            causes.append(_late())
    return tuple(causes)


def _at_the_end(trace: Trace, states: set[str]) -> list[Cause]:
    host = trace.hops[-1].resource if trace.hops else trace.goal.host
    port = trace.goal.port
    if "ARRIVE_AT_INSTANCE" in states:
        return [
            Cause(f"the operating system's own firewall on {host} drops it", "on that machine: sudo nft list ruleset"),
            Cause(f"{trace.goal.address or host} is not the machine that is meant", "the address of the service"),
        ]
    if states & {"PROXY_CONNECTION", "ARRIVE_AT_INTERNAL_LOAD_BALANCER"}:
        look = "the health of its backends, their own firewall, and health-check rules"
        return [Cause(f"load balancer {host} has no machine behind it that answers", look)]
    if _OUTSIDE in states or "NAT" in states:
        look = "whether it takes connections from this sender's public address, and is up"
        return [Cause(f"the firewall of {trace.goal.host} stops it", look)]
    look = f"whether it runs, takes port {port}, and lets the sender in by its own settings"
    return [Cause(f"{host} does not answer", look)]


def _late() -> Cause:
    """The start of Direct VPC egress (facts: 2.3)."""
    return Cause(
        "the network of a fresh instance was not up yet: with Direct VPC egress that can take a minute or more",
        "--start-window, which gives it longer",
    )


def nobody_listens(trace: Trace) -> tuple[Cause, ...]:
    """The way is open, and the port is closed."""
    port = trace.goal.port
    return (
        Cause(f"nothing listens on port {port}: the server is down or uses another port", "on the machine: ss -ltn"),
        Cause(f"the server listens on 127.0.0.1:{port} alone", "its bind or listen setting: its internal address"),
        Cause("a firewall of the operating system rejects it", "on the machine: sudo nft list ruleset"),
    )


def other_listener(result: ProbeResult) -> tuple[Cause, ...]:
    """Something answered, and not as it should."""
    tls = Cause("one side speaks TLS and the other does not", "the scheme: rediss:// and https:// are those with TLS")
    other = Cause("another server listens on that port", "the port, and on the machine: sudo ss -ltnp")
    hangs = Cause("the server hangs, or a load balancer has no healthy machine", "the server's log and load")
    if result.verdict == "protocol_timeout":
        return (hangs, tls, other)
    return (tls, other) if result.layer == "tls" else (other, tls)


def without_route(trace: Trace) -> tuple[Cause, ...]:
    """The packet found no route, and the configuration has one, or does not speak of routes."""
    late = (_late(),) if trace.origin.way == DIRECT else ()
    return (
        *late,
        Cause("a route was withdrawn, for example by a VPN tunnel that is down", "the network's routes and tunnels"),
        Cause("a router on the way says so", "the last hop of the trace"),
        _CHANGED,
    )


def unknown_name(trace: Trace) -> tuple[Cause, ...]:
    """The name is known from the configuration, and the instance did not find it."""
    host, notes = one_line(trace.goal.host), trace.goal.notes
    if not trace.goal.address:
        return (
            Cause(f"no public zone has {host}", "the spelling, and the zone of its domain"),
            Cause("a private zone that is not visible from here hides it", "the DNS zones and policies of the network"),
        )
    where = Cause(
        f"{host} has an address in the configuration, but no name server of the network knows it"
        + (f" ({notes[0]})" if notes else ""),
        "the private zone: is it bound to this network? The address can be used instead",
    )
    return (where, _CHANGED)


def unknown_server(trace: Trace) -> tuple[Cause, ...]:
    """No name server answered: the packet itself was never sent."""
    network = trace.origin.network or "the network"
    return (
        Cause(
            f"a forwarding zone of {network} leads to name servers that do not answer", "forwarding zones and policies"
        ),
        Cause("an egress rule stops packets to the name server", f"egress rules of {network} for port 53"),
    )


def against_a_stop(trace: Trace, *, answered: bool = False) -> tuple[Cause, ...]:
    """The configuration stops it, and yet it came through: that is said as it is."""
    someone = Cause(
        f"something else answers for {trace.goal.host}: a proxy, or another machine with that address",
        "who has the address, and what stands on the way",
    )
    unread = Cause(
        "a rule, a policy or a route decides that cannot be read with these permissions",
        "the notes on what could not be read; firewall policies of the organisation and its folders",
    )
    wrong = Cause("the trace is wrong", "runvpc trace with --json beside the live test's result: please report both")
    return (*((someone,) if answered else ()), _CHANGED, unread, wrong)
