"""What a repair consists of."""

from __future__ import annotations

from msgspec import Struct

from wizard.network.proof import Proof
from wizard.network.topology import Topology
from wizard.network.tracing import Origin
from wizard.plan.registry import AnyStep

Words = tuple[str, ...]
"""A command as its arguments."""


class Fix(Struct, frozen=True, kw_only=True):
    """One change. `step` is None where the change is more than one step: then `runvpc` or `gcloud` say how.

    `also` are others that the change is felt by; `proof` compares every known firewall verdict.
    """

    title: str
    step: AnyStep | None = None
    gcloud: tuple[Words, ...] = ()
    runvpc: Words = ()
    also: tuple[str, ...] = ()
    proof: Proof | None = None


class CannotFix(Struct, frozen=True, kw_only=True):
    """Why nothing that this program could do helps, who could do something, and what with."""

    reason: str
    who: str
    gcloud: tuple[Words, ...] = ()


class Repairs(Struct, frozen=True, kw_only=True):
    """Fixes in their order, or why there are none. `verified`: with all of them a new trace delivers."""

    fixes: tuple[Fix, ...] = ()
    cannot_fix: CannotFix | None = None
    verified: bool = False


class Change(Struct, frozen=True, kw_only=True):
    """A fix, and the facts and the sender after it; `topology` is None when they cannot be foreseen."""

    fix: Fix
    topology: Topology | None = None
    origin: Origin | None = None


def words(command: list[list[str]]) -> tuple[Words, ...]:
    """A step's gcloud commands."""
    return tuple(tuple(arguments) for arguments in command)


def short_name(origin: Origin) -> str:
    """The sender's name without its kind."""
    return origin.resource.rpartition(" ")[2]


def alike(origin: Origin, others: tuple[Origin, ...]) -> tuple[str, ...]:
    """Other senders in the same subnet."""
    same = (o for o in others if (o.network, o.region, o.subnet) == (origin.network, origin.region, origin.subnet))
    return tuple(dict.fromkeys(o.resource for o in same if o.resource != origin.resource))
