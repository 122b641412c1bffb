"""The emulated services, one module each; importing a module registers its handlers and completions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.sandbox.world import World

MODULES = (
    "compute_operations",
    "compute_networks",
    "compute_peerings",
    "compute_policies",
    "compute_routes",
    "compute_subnets",
    "compute_subnet_changes",
    "compute_firewalls",
    "compute_addresses",
    "compute_routers",
    "compute_machines",
    "compute_seed",
    "compute_shared",
    "compute_balancers",
    "dns",
    "internal_ranges",
    "legacy",
    "locations",
    "logging_",
    "lro",
    "orgpolicy",
    "resourcemanager",
    "secretmanager",
    "serverless_addresses",
    "servicenetworking",
    "serviceusage",
    "vpcaccess",
    "run_executions",
    "run_iam",
    "run_jobs",
    "run_revisions",
    "run_services",
    "run_tasks",
    "run_seed",
)
"""In the order in which they are seeded: what others refer to comes first."""


def load() -> None:
    """Import every service, so that its handlers are registered."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")


def seed(world: World) -> None:
    """Fill an empty world with what its scenario says, in the order of the modules."""
    _call("seed", world)


def resume(world: World) -> None:
    """Put right what a stopped server left unfinished in a world that was restored (processes that are gone)."""
    _call("resume", world)


def _call(function: str, world: World) -> None:
    for name in MODULES:
        found = getattr(import_module(f"{__name__}.{name}"), function, None)
        if found is not None:
            found(world)
