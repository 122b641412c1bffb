"""Every kind of change the product knows: one line each."""

from __future__ import annotations

from wizard.plan.steps.enable_api import EnableApi

AnyStep = EnableApi
