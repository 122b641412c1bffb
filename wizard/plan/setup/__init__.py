"""The planner of first-time set-up: facts and wishes in, a Plan out. Pure."""

from __future__ import annotations

from wizard.plan.setup.planner import plan_setup

__all__ = ["plan_setup"]
