"""The dated rules of where private ranges may lie (`address_rules.toml`)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from wizard.network.data import load
from wizard.network.intervals import Interval, Taken, parse, parse_start


class Block(Struct, frozen=True):
    """A range and what it is for."""

    range: str
    why: str

    @property
    def interval(self) -> Interval:
        return parse(self.range)


class Pool(Struct, frozen=True):
    """Addresses among which free blocks are looked for; both inclusive."""

    first: str
    last: str

    @property
    def interval(self) -> Interval:
        return parse_start(self.first), parse_start(self.last)


class AddressRules(Struct, frozen=True):
    """The file: pools in order of preference, what is allowed, prohibited, discouraged, and the auto-mode block."""

    date: str
    source: str
    pools: tuple[Pool, ...]
    allowed: tuple[Block, ...]
    prohibited: tuple[Block, ...]
    discouraged: tuple[Block, ...]
    auto_mode: Block

    def never(self) -> tuple[Taken, ...]:
        """What no subnet may overlap, whatever the network."""
        return tuple(Taken(*block.interval, f"prohibited: {block.why}", "rules") for block in self.prohibited)

    def unwise(self) -> tuple[Taken, ...]:
        """What is not offered, but accepted when a person asks for it."""
        return tuple(Taken(*block.interval, f"discouraged: {block.why}", "rules") for block in self.discouraged)


@cache
def address_rules() -> AddressRules:
    """The rules as shipped."""
    return load("wizard.network", "address_rules.toml", AddressRules)
