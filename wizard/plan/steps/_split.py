"""Traffic that moves from the revisions that serve (the base) to a new one under a tag of ours.

Shares are compared by revision; tags that other people add, move or remove meanwhile stay as they make them.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from wizard.plan.steps import _service_words as words
from wizard.records import Service, Traffic

Split = tuple[Traffic, ...]


def shares(traffic: Split) -> dict[str, int]:
    """Percent by revision, those with none left out; the key of the latest ready one is empty."""
    found: dict[str, int] = {}
    for target in words.effective_traffic(traffic):
        if target.percent:
            found[target.revision] = found.get(target.revision, 0) + target.percent
    return found


def pinned(traffic: Split, latest: str) -> Split:
    """The same split with every target that follows the latest revision pinned to `latest`."""
    return tuple(replace(t, revision=t.revision or latest) for t in words.effective_traffic(traffic))


def shifted(base: Split, percent: int, revision: str, tag: str) -> Split:
    """`base` with `percent` of the traffic on `revision`, which keeps the tag; what remains is shared as in `base`."""
    left = _scaled([t.percent for t in base], 100 - percent)
    kept = (replace(t, percent=p) for t, p in zip(base, left, strict=True))
    return (*(t for t in kept if t.percent or t.tag), Traffic(revision=revision, percent=percent, tag=tag))


def _scaled(parts: list[int], total: int) -> list[int]:
    """Whole numbers in the proportion of `parts` that add up to `total`: the largest remainders are rounded up."""
    whole = sum(parts) or 1
    floors = [part * total // whole for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] * total % whole), i))
    for i in order[: total - sum(floors)]:
        floors[i] += 1
    return floors


def with_tags_of(wanted: Split, found: Split, known: Split, ours: str) -> Split:
    """`wanted` with what others did to their tags since they were as in `known`; the tag `ours` is not theirs."""
    now, before = _tags(found, ours), _tags(known, ours)
    changed = {tag for tag in now.keys() | before.keys() if now.get(tag) != before.get(tag)}
    kept = (replace(t, tag="") if t.tag in changed else t for t in wanted)
    added = (Traffic(revision=now[tag], tag=tag) for tag in now if tag in changed)
    return (*(t for t in kept if t.percent or t.tag), *added)


def _tags(traffic: Split, ours: str) -> dict[str, str]:
    return {t.tag: t.revision for t in traffic if t.tag and t.tag != ours}


def held_under(found: Service, tag: str) -> Traffic | None:
    """The target with our tag, if it is there."""
    return next((t for t in found.traffic if t.tag == tag), None)


def revision_under(found: Service, tag: str) -> str:
    """The revision that our tag means; empty when the tag is gone."""
    target = held_under(found, tag)
    return "" if target is None else target.revision or found.latest_created


def is_between(traffic: Split, base: Split, made: Iterable[str]) -> bool:
    """Whether all traffic is on revisions of the base and those that were `made`: nobody else moved it elsewhere."""
    return shares(traffic).keys() <= shares(base).keys() | set(made)
