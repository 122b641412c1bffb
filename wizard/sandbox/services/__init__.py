"""The emulated services, one module each; importing a module registers its handlers and completions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.sandbox.world import World

MODULES = (
    "logging_",
    "lro",
    "resourcemanager",
    "run_executions",
    "run_jobs",
    "run_revisions",
    "run_services",
    "run_seed",
    "secretmanager",
    "serverless_addresses",
    "serviceusage",
    "vpcaccess",
)


def load() -> None:
    """Import every service, so that its handlers are registered."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")


def seed(world: World) -> None:
    """Fill an empty world with what its scenario says, in the order of the modules."""
    for name in MODULES:
        module = import_module(f"{__name__}.{name}")
        if hasattr(module, "seed"):
            module.seed(world)
