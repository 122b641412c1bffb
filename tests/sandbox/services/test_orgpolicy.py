"""The effective policy of a constraint, from the scenario's policies, and that it says what is enforced."""

from __future__ import annotations

from itertools import product

import pytest

from tests.sandbox.handling import PROJECT, ask, seeded
from wizard.sandbox import org_policies
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

EGRESS = "run.allowedVPCEgress"
BOTH = ["all-traffic", "private-ranges-only"]


def policy(constraint: str, allowed: list[str] | None = None, denied: list[str] | None = None) -> str:
    return f'\n[[org_policy]]\nconstraint = "{constraint}"\nallowed = {allowed or []}\ndenied = {denied or []}\n'


async def rule(world: World, constraint: str = EGRESS) -> Body:
    """The one rule of the effective policy."""
    name = f"projects/{PROJECT}/policies/{constraint}"
    reply = await ask(world, "orgpolicy.policies.getEffectivePolicy", name=name)
    assert reply["name"] == f"projects/123456789012/policies/{constraint}", "in replies a project is its number"
    (one,) = reply["spec"]["rules"]
    return dict(one)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"allowAll": True}),
        (policy("run.allowedIngress", ["internal"]), {"allowAll": True}),
        (policy(f"constraints/{EGRESS}", ["is:all-traffic"]), {"values": {"allowedValues": ["is:all-traffic"]}}),
        (policy(EGRESS, denied=["all-traffic"]), {"values": {"deniedValues": ["all-traffic"]}}),
        (policy(EGRESS, BOTH) + policy(EGRESS, ["all-traffic"]), {"values": {"allowedValues": ["all-traffic"]}}),
        (policy(EGRESS, BOTH[:1]) + policy(EGRESS, BOTH[1:]), {"denyAll": True}),
        (
            policy(EGRESS, BOTH) + policy(EGRESS, denied=["all-traffic"]),
            {"values": {"allowedValues": BOTH, "deniedValues": ["all-traffic"]}},
        ),
    ],
)
async def test_the_policies_on_a_constraint_are_one_rule(more: str, expected: Body) -> None:
    assert await rule(seeded(more)) == expected


async def test_subtrees_of_several_policies() -> None:
    constraint, inside = "compute.restrictSharedVpcSubnetworks", "projects/host/regions/r/subnetworks/s"
    world = seeded(policy(constraint, ["under:projects/host"]) + policy(constraint, [inside, "under:projects/ho"]))
    assert await rule(world, constraint) == {"values": {"allowedValues": [inside]}}


async def test_custom_and_unknown_constraints() -> None:
    world = seeded(policy("custom.x", denied=["resource.network == 'my-vpc'"]).replace("'my-vpc'", '\\"my-vpc\\"'))
    assert await rule(world, "custom.x") == {"enforce": True}
    for unknown in ("custom.y", "compute.unheardOf"):
        with pytest.raises(ApiError) as refused:
            await rule(world, unknown)
        assert refused.value.http == 404


LISTS: tuple[list[str], ...] = ([], ["all-traffic"], ["is:private-ranges-only"], BOTH)


@pytest.mark.parametrize(("allowed", "denied"), list(product(LISTS, LISTS)))
async def test_what_is_said_is_what_is_enforced(allowed: list[str], denied: list[str]) -> None:
    """Read by the rules of the REST reference: what is denied never passes; of the rest what is allowed, if any is."""
    world = seeded(policy(EGRESS, allowed, denied) + policy(EGRESS, ["all-traffic", "is:private-ranges-only"]))
    said = await rule(world)
    values = {key: [text.removeprefix("is:") for text in texts] for key, texts in said.get("values", {}).items()}
    for mode in BOTH:
        passes = "denyAll" not in said and mode not in values.get("deniedValues", [])
        passes = passes and mode in values.get("allowedValues", BOTH)
        assert passes is _enforced(world, mode)


def _enforced(world: World, mode: str) -> bool:
    """Whether a service with this setting may be made."""
    access = {
        "networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}],
        "egress": mode.upper().replace("-", "_"),
    }
    try:
        org_policies.check_run(world, "run.CreateService", {"vpcAccess": access}, PROJECT)
    except ApiError:
        return False
    return True
