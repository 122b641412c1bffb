"""Whether the organisation allows the egress settings that are kept: Cloud Run refuses the change otherwise."""

from __future__ import annotations

from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.model import Move
from wizard.inventory import policy_gap
from wizard.network.egress_modes import ALL_TRAFFIC, EGRESS_POLICY, PRIVATE_RANGES_ONLY
from wizard.records import PolicyValues


def check_policy(draft: MigrationDraft, moves: tuple[Move, ...]) -> None:
    """Hold back whose egress setting `run.allowedVPCEgress` does not allow (facts: section 11)."""
    world = draft.fleet.inventory
    gap = policy_gap(world, EGRESS_POLICY)
    if gap is not None and moves:
        draft.info(
            "policy_unknown",
            f"not known whether the organisation allows the egress settings: {gap.message.partition('. ')[0]}",
            "roles/orgpolicy.policyViewer and the Organization Policy API let it be read; Cloud Run refuses otherwise",
        )
    values = world.policies.get(EGRESS_POLICY)
    if values is None:
        return
    refused: dict[str, list[Move]] = {}
    for move in moves:
        if not values.permits(_egress(move)):
            refused.setdefault(_egress(move), []).append(move)
    if refused:
        _hold_back(draft, values, refused)


def _hold_back(draft: MigrationDraft, values: PolicyValues, refused: dict[str, list[Move]]) -> None:
    """One line for all of them: there is one policy."""
    allowed = [mode for mode in (ALL_TRAFFIC, PRIVATE_RANGES_ONLY) if values.permits(mode)]
    groups = {egress: [move.group for move in moves] for egress, moves in refused.items()}
    each = "; ".join(f"{egress} of {names(of)}" for egress, of in groups.items())
    ask = (
        f"ask who has roles/orgpolicy.policyAdmin to allow {' and '.join(refused)} for project {draft.fleet.project},"
        " or to make an exception"
    )
    first = next(iter(refused.values()))
    draft.hold_back(
        "org_policy",
        [group for of in groups.values() for group in of],
        f"not allowed by the organisation policy {EGRESS_POLICY} (allowed: {names(allowed) or 'nothing'}): {each}",
        f"{ask}; or first {_change(draft, first, allowed[0])}" if allowed else ask,
    )


def _change(draft: MigrationDraft, moves: list[Move], egress: str) -> str:
    """Give the first one the setting that is allowed; what it does to a service is its owner's to judge."""
    user = moves[0].user
    kind = "jobs" if user.kind == "job" else "services"
    where = f"--project={draft.fleet.project} --region={user.region}"
    what = {ALL_TRAFFIC: "everything then goes by the VPC network, to the internet by Cloud NAT"}
    note = what.get(egress, "the internet is then reached without the VPC network and its Cloud NAT")
    more = ", and so for the others" if len(moves) > 1 else ""
    return f"gcloud run {kind} update {user.name} {where} --vpc-egress={egress}{more} ({note})"


def _egress(move: Move) -> str:
    return move.user.egress or PRIVATE_RANGES_ONLY
