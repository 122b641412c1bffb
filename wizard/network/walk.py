"""A trace in the making: the hops so far, the firewalls met, what decided last, and what only a live test can tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.network.firewall import Decider
from wizard.network.routes import Choice
from wizard.network.topology import Topology
from wizard.network.tracing import DELIVER, DROP, Decided, Goal, Hop, Leg, Origin, Stop, Trace


@dataclass
class Walk:
    """Collects the trace of one packet. `decided` is what decided last; the one that stops the packet stays."""

    topology: Topology
    origin: Origin
    goal: Goal
    hops: list[Hop] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    verify: list[str] = field(default_factory=list)
    decided: Decided | None = None
    deciding: int = 0

    def hop(self, state: str, resource: str = "", detail: str = "", decided: Decided | None = None) -> None:
        """The packet has come to here; `decided` is what let it, or did not."""
        self.hops.append(Hop(state=state, resource=resource, detail=detail))
        if decided is not None:
            self.decide(decided)

    def decide(self, decided: Decided) -> None:
        """What decides at the hop that the packet has come to."""
        self.decided = decided
        self.deciding = len(self.hops) - 1

    def doubt(self, text: str) -> None:
        """Only a live test settles this."""
        if text not in self.verify:
            self.verify.append(text)

    def ended(self, stop: Stop | None) -> Trace:
        """The trace: delivered, or stopped by what decided last."""
        verdict = stop.verdict if stop is not None else DELIVER
        if stop is not None:
            if self.decided is None or self.deciding != len(self.hops) - 1:
                self.deciding = len(self.hops) - 1
            self.hops.append(Hop(state=stop.verdict, resource=stop.cause, detail=stop.detail))
        return Trace(
            origin=self.origin,
            goal=self.goal,
            verdict=verdict,
            cause=stop.cause if stop is not None else "",
            hops=tuple(self.hops),
            deciding=self.deciding,
            decided_by=self.decided,
            legs=tuple(self.legs),
            verify=tuple(self.verify),
        )


def by_rule(decider: Decider) -> Decided:
    """A firewall rule as what decides."""
    return Decided(
        kind=decider.kind,
        name=decider.name,
        priority=decider.priority,
        action=decider.action,
        policy=decider.policy,
    )


def by_route(choice: Choice) -> Decided:
    """A route as what decides."""
    return Decided(kind=f"{choice.type}_ROUTE", name=choice.name, priority=choice.priority, action=choice.hop_type)


def dropped(cause: str, detail: str) -> Stop:
    return Stop(cause=cause, detail=detail, verdict=DROP)
