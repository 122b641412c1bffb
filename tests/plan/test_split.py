"""Traffic that moves to a new revision: whole percentages that add up, and other people's tags as they make them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wizard.plan.steps._split import pinned, shares, shifted, with_tags_of
from wizard.records import Traffic

OURS = "runvpc-t"


@st.composite
def splits(draw: st.DrawFn) -> tuple[Traffic, ...]:
    """Percentages of named revisions that add up to 100, some with tags, and tags alone."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    parts = [b - a for a, b in zip((0, *cuts), (*cuts, 100), strict=True)]
    tags = draw(st.lists(st.sampled_from(("a", "b", "c", "d", "e", "f")), unique=True, max_size=6))
    shared = [Traffic(revision=f"r{i}", percent=part) for i, part in enumerate(parts)]
    tagged = [Traffic(revision=f"r{i + draw(st.integers(0, 2))}", tag=tag) for i, tag in enumerate(tags)]
    return (*shared, *tagged)


@given(splits(), st.integers(0, 100))
def test_shares_always_add_up(base: tuple[Traffic, ...], percent: int) -> None:
    moved = shifted(base, percent, "new", OURS)
    assert sum(t.percent for t in moved) == 100
    assert shares(moved).get("new", 0) == percent
    for revision, part in shares(base).items():
        assert abs(shares(moved).get(revision, 0) - part * (100 - percent) / 100) < 1


@given(splits(), st.lists(st.integers(0, 100), max_size=4))
def test_back_to_the_base_is_the_base(base: tuple[Traffic, ...], steps: list[int]) -> None:
    for percent in steps:
        shifted(base, percent, "new", OURS)
    back = shifted(base, 0, "new", OURS)
    assert tuple(t for t in back if t.tag != OURS) == base


@given(splits(), splits())
def test_tags_are_as_others_left_them(before: tuple[Traffic, ...], now: tuple[Traffic, ...]) -> None:
    found = (*now, Traffic(revision="new", tag=OURS))
    kept = with_tags_of(shifted(before, 50, "new", OURS), found, before, OURS)
    assert {t.tag: t.revision for t in kept if t.tag} == {t.tag: t.revision for t in found if t.tag}
    assert len([t for t in kept if t.tag]) == len({t.tag for t in kept if t.tag})
    assert shares(kept) == shares(shifted(before, 50, "new", OURS))


def test_only_what_follows_the_latest_is_pinned() -> None:
    split = (Traffic(revision="a", percent=90), Traffic(percent=10, tag="next"))
    assert pinned(split, "b") == (split[0], Traffic(revision="b", percent=10, tag="next"))
    assert pinned((), "b") == (Traffic(revision="b", percent=100),)
