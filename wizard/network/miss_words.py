"""Why a firewall rule does not decide a packet, in the words of a network engineer: short and with both values."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from wizard.network.decider import Decider
from wizard.network.intervals import text
from wizard.network.judging import PASSES_ON, Intervals, Miss, Question, Took, has_port, sender
from wizard.network.packets import DIRECT
from wizard.network.ruleset import EGRESS, CompiledRule

_MOST = 3
_WHOLE_PORTS = ((0, 65535),)


def rule_name(decider: Decider) -> str:
    """A rule's name, with its policy's."""
    return f"{decider.name} of policy {decider.policy}" if decider.policy else decider.name


def miss_words(rule: CompiledRule, miss: Miss, asked: Question, *, across: bool = False) -> str:
    """In what the rule differs from the packet. `across` a peering no identity of the sender is seen."""
    match miss:
        case Miss.PROTOCOL | Miss.PORT:
            return _service(rule, asked)
        case Miss.DESTINATION:
            return f"to {_ranges(rule.destinations or ())}, the packet goes to {asked.packet.destination.address}"
        case Miss.TARGET:
            return _target(rule, asked)
        case Miss.PART:
            return _part(sender(rule, asked), asked)
        case Miss.SOURCE:
            return _source(rule, asked, across)
        case _:
            return "a condition of it does not fit this packet"


def condition_words(rule: CompiledRule) -> str:
    """What about a rule cannot be judged from here."""
    tags = [f"secure tag {tag}" for tag in (*rule.source_secure_tags, *rule.target_secure_tags)]
    return f"depends on {_listed([*rule.conditions, *tags])}, which cannot be judged from here"


def late_words(decider: Decider, took: Took, asked: Question) -> str:
    """Which rule has the packet before the rule that `decider` names."""
    first = took.decider
    where = "" if took.part == (asked.whole,) else f" for {_ranges(took.part)}"
    if (first.kind, first.policy) != (decider.kind, decider.policy) and (first.policy or decider.policy):
        return f"{first} is enforced before it{where}"
    if first.priority == decider.priority and first.action == "deny":
        return f"same priority {decider.priority} as {rule_name(first)}: deny beats allow{where}"
    verb = "passes the packet on" if first.action == PASSES_ON else "decides"
    return f"priority {decider.priority}: {rule_name(first)} (priority {first.priority}) {verb} before it{where}"


def even_then(took: Took, asked: Question) -> str:
    """What is added when the rule would come too late as well."""
    where = "" if took.part == (asked.whole,) else f" for {_ranges(took.part)}"
    verb = "passes the packet on" if took.decider.action == PASSES_ON else "decides"
    return f"; even then {rule_name(took.decider)} (priority {took.decider.priority}) {verb} before it{where}"


def _service(rule: CompiledRule, asked: Question) -> str:
    packet = asked.packet
    same = rule.protocols.get(packet.protocol)
    if same is not None:
        names = _listed([f"{packet.protocol}:{_port(*ports)}" for ports in same])
        to = "the packet has no port" if packet.port is None else f"the packet goes to {packet.protocol}:{packet.port}"
        return f"{names}, {to}"
    near = [name for name, ports in rule.protocols.items() if has_port(ports, packet.port)] or list(rule.protocols)
    return f"{_listed(near)}, the packet is {packet.protocol}"


def _port(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _target(rule: CompiledRule, asked: Question) -> str:
    packet = asked.packet
    leaving = rule.direction == EGRESS
    who = packet.source if leaving else packet.destination
    whose = "the sender has" if leaving else f"{packet.destination.address} has"
    machines = "senders" if leaving else "machines"
    if rule.target_secure_tags:
        return f"for {machines} with secure tag {_or(rule.target_secure_tags)}; Cloud Run carries none"
    if rule.target_tags:
        tags = _listed(who.tags) or "none"
        return f"for {machines} with tag {_or(rule.target_tags)}; {whose} tags: {tags}"
    accounts = _listed(who.service_accounts) or "none that is known"
    return f"for {machines} of service account {_or(rule.target_accounts)}; {whose} {accounts}"


def _part(reach: Intervals, asked: Question) -> str:
    first, last = asked.whole
    covered = sum(end - start + 1 for start, end in reach)
    half = "only half" if covered * 2 == last - first + 1 else "only a part"
    return f"{half}: covers {_ranges(reach)} of {text(first, last)}"


def _source(rule: CompiledRule, asked: Question, across: bool) -> str:
    source = asked.packet.source
    range_ = text(*asked.whole)
    if rule.source_secure_tags:
        named = f"source secure tag {_or(rule.source_secure_tags)}"
        named += f" or from {_ranges(rule.sources)}" if rule.sources else ""
        return f"{named}: traffic of Cloud Run carries none; packets come from {range_}"
    if not rule.source_tags and not rule.source_accounts:
        named = _ranges(rule.sources) if rule.sources else "IPv6 ranges alone"
        return f"from {named}, packets come from {range_}"
    by_tag = bool(rule.source_tags)
    named = f"source {'tag' if by_tag else 'service account'} {_or(rule.source_tags or rule.source_accounts)}"
    named += f" or from {_ranges(rule.sources)}" if rule.sources else ""
    what = "tags" if by_tag else "service account"
    if across:
        return f"{named}: no {what.removesuffix('s')} is seen across a peering; name the range {range_}"
    if source.kind == DIRECT:
        return f"{named}: not matched for Direct VPC egress, says Google; name the range {range_}"
    carried = _listed(source.tags if by_tag else source.service_accounts) or "none"
    return f"{named}; packets carry {what}: {carried}; name the range {range_}"


def _ranges(intervals: Intervals) -> str:
    return _listed([text(*interval) for interval in intervals])


def _or(values: Collection[str]) -> str:
    return _listed(sorted(values), " or ")


def _listed(values: Sequence[str], last: str = ", ") -> str:
    shown = list(values[:_MOST])
    more = len(values) - len(shown)
    return last.join(shown) + (f" and {more} more" if more else "")
