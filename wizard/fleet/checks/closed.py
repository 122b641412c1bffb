"""What is said of targets: which rule lets them be reached today, and which stay or become closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.ways import Way
from wizard.network.fewest_rules import CannotFix
from wizard.network.firewall import Action
from wizard.network.packets import VM
from wizard.network.ruleset import AUTOMATIC, IMPLIED, INGRESS
from wizard.network.tracing import DROP


def firewall_stops(way: Way) -> bool:
    """Whether it is a firewall before these packets that will close a target which is open today."""
    return way.lost and _stopped(way) and way.after.legs[-1].packet.source.kind != VM


def connector_stops(way: Way) -> bool:
    """Whether it is the firewall before a connector's own machines: a rule for it would open all its ways."""
    return way.lost and _stopped(way) and way.after.legs[-1].packet.source.kind == VM


def _stopped(way: Way) -> bool:
    legs = way.after.legs
    return bool(legs) and legs[-1].verdict.action in (Action.DENY, Action.PARTLY)


def report_today(draft: MigrationDraft, ways: Iterable[Way]) -> None:
    """Name the rules that let packets in today; Google's own ones of a connector go with it (facts: trap 9)."""
    by_rule: dict[str, dict[str, None]] = {}
    own: dict[str, dict[str, None]] = {}
    for way in ways:
        for leg in way.before.legs:
            decider = leg.verdict.decided_by
            if way.before.delivered and leg.direction == INGRESS and decider.kind != IMPLIED:
                table = own if decider.kind == AUTOMATIC else by_rule
                table.setdefault(decider.name, {})[way.target] = None
    if by_rule:
        draft.info("firewall_today", f"let in today by rules: {_table(by_rule)}")
    if own:
        message = f"let in today only by rules that Google makes with a connector, and that go with it: {_table(own)}"
        draft.info("automatic_rules", message)


def report_left(draft: MigrationDraft, stopped: list[Way]) -> None:
    """The firewall is to be left alone, and it would close what is open."""
    if not stopped:
        return
    draft.hold_back(
        "firewall_closed",
        _groups(stopped),
        f"open today and closed then: {_each(stopped, closer)}",
        "--firewall add makes the rules that are needed",
    )


def report_cannot(draft: MigrationDraft, ways: list[Way], cannot: Mapping[str, CannotFix]) -> None:
    """Targets that no new rule of this network can keep open."""
    for target, problem in cannot.items():
        groups = _groups(way for way in ways if way.target == target and way.lost)
        draft.hold_back(
            "firewall_cannot_fix",
            groups,
            f"{target} would be closed for {names(groups)}: {problem.reason}",
            f"ask {problem.who}",
        )


def report_lost(draft: MigrationDraft, ways: list[Way], said: Collection[str]) -> None:
    """Targets that are lost for other reasons than those `said` already, and those that nobody reaches today."""
    broken = [way for way in ways if connector_stops(way)]
    if broken:
        draft.hold_back(
            "connector_blocked",
            _groups(broken),
            f"the connector cannot carry anything: {', '.join(dict.fromkeys(map(_cause, broken)))}",
            "`runvpc trace SERVICE TARGET --as connector:NAME` offers the rule that it needs",
        )
    stopped = [way for way in ways if way.lost and way.after.verdict == DROP and way.target not in said]
    lost = [way for way in stopped if not connector_stops(way)]
    if lost:
        draft.hold_back(
            "route",
            _groups(lost),
            f"reached today and not then: {_each(lost, _cause)}",
            "`runvpc trace` shows the whole way; the new settings need what it lacks",
        )
    closed = [way for way in ways if way.closed]
    if closed:
        draft.warn(
            "closed_today",
            f"not reached today either, so the live test will fail and nothing will change: {_each(closed, _cause)}",
            "`runvpc trace` shows where it ends; or leave the target out",
        )


def closer(way: Way) -> str:
    """The rule that stops the packets."""
    return f"by {way.after.legs[-1].verdict.decided_by}"


def _cause(way: Way) -> str:
    return way.after.hops[-1].detail if way.after.hops else way.after.cause


def _each(ways: list[Way], why: Callable[[Way], str]) -> str:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for way in ways:
        found.setdefault((way.target, why(way)), {})[way.group] = None
    return "; ".join(f"{target} for {names(groups)}, {reason}" for (target, reason), groups in found.items())


def _groups(ways: Iterable[Way]) -> list[str]:
    return list(dict.fromkeys(way.group for way in ways))


def _table(found: Mapping[str, Iterable[str]]) -> str:
    return "; ".join(f"{rule}: {names(targets)}" for rule, targets in found.items())
