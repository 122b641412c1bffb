"""Direct VPC sizing: Google's worked figures, boundaries, and consistency of the three answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.network.address_budget import OtherUser, budget, usable


@pytest.mark.parametrize(("prefix", "addresses"), [(28, 12), (26, 60), (25, 124), (24, 252)])
def test_usable_addresses_as_documented(prefix: int, addresses: int) -> None:
    assert usable(prefix) == addresses


@pytest.mark.parametrize(("rollout", "largest"), [(True, 15), (False, 30)])
def test_a_26_holds_what_google_says(rollout: bool, largest: int) -> None:
    assert budget(1, prefix=26, rollout=rollout).largest_safe_max_instances == largest
    assert budget(largest, prefix=26, rollout=rollout).fits
    assert not budget(largest + 1, prefix=26, rollout=rollout).fits


@pytest.mark.parametrize(("instances", "prefix"), [(1, 26), (15, 26), (16, 25), (31, 25), (32, 24), (100, 23)])
def test_the_smallest_subnet(instances: int, prefix: int) -> None:
    assert budget(instances).smallest_prefix == prefix


def test_a_28_is_never_enough() -> None:
    small = budget(1, prefix=28)
    assert not small.fits
    assert small.largest_safe_max_instances == 0


def test_each_user_has_blocks_of_its_own() -> None:
    found = budget(1, prefix=26, probe_tasks=1, others=(OtherUser(name="job nightly", tasks=3),))
    assert [(line.addresses, line.blocks) for line in found.lines] == [(4, 2), (1, 1), (3, 1)]
    assert (found.needed, found.needed_blocks, found.fits) == (8, 4, True)
    assert not budget(1, prefix=26, probe_tasks=1, others=(OtherUser(name="a", tasks=1),) * 2).fits
    assert "job nightly" in found.explanation


def test_free_addresses_count_when_they_are_known() -> None:
    assert budget(10, prefix=24, free=64).fits
    assert not budget(10, prefix=24, free=39).fits
    assert not budget(1, prefix=24, free=0).fits


@given(st.integers(1, 3000), st.integers(0, 40), st.integers(16, 26), st.booleans())
def test_the_answers_agree(instances: int, tasks: int, prefix: int, rollout: bool) -> None:
    found = budget(instances, prefix=prefix, probe_tasks=tasks, rollout=rollout)
    assert found.fits == (instances <= found.largest_safe_max_instances)
    assert found.fits == (prefix <= found.smallest_prefix)
    assert not found.fits or found.needed <= found.usable


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(InputError):
        budget(-1)
    with pytest.raises(InputError, match="no subnet is large enough"):
        budget(10_000_000)
