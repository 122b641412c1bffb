"""Connector or Direct VPC egress: as answered, else as advised, with the reasons as a finding."""

from __future__ import annotations

from wizard.plan.setup.draft import Draft


def choose_path(draft: Draft) -> str:
    """`connector` or `direct`."""
    if draft.answers.egress_path:
        return draft.answers.egress_path
    return "direct"
