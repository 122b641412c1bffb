"""Whether the organisation allows what is kept and the chosen subnet: Cloud Run refuses the change otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wizard.fleet.answers import DIRECT
from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.model import Move
from wizard.fleet.policies import EGRESS, INGRESS, POLICIES, SUBNETS
from wizard.inventory import policy_gap
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY
from wizard.records import PolicyValues

_SUBNET = re.compile(r"projects/(?P<project>[^/]+)/regions/[^/]+/subnetworks/[^/]+")
_MANY = 5


def check_policy(draft: MigrationDraft, moves: tuple[Move, ...]) -> None:
    """Hold back whose settings the organisation does not allow; block a shared subnet that it does not allow.

    Which constraints there are: facts, section 11.
    """
    if not moves:
        return
    _report_unknown(draft)
    _check(draft, EGRESS, moves, _egress, _other_egress)
    _check(draft, INGRESS, moves, _ingress, _other_ingress)
    _check_subnet(draft)


def _report_unknown(draft: MigrationDraft) -> None:
    """Once for all: what cannot be read is mostly an API that is off."""
    gaps = [gap for name in POLICIES if (gap := policy_gap(draft.fleet.inventory, name)) is not None]
    if gaps:
        draft.info(
            "policy_unknown",
            f"not known whether the organisation allows these settings: {gaps[0].message.partition('. ')[0]}",
            "roles/orgpolicy.policyViewer and the Organization Policy API let it be read; Cloud Run refuses otherwise",
        )


def _check(
    draft: MigrationDraft,
    constraint: str,
    moves: tuple[Move, ...],
    setting: Callable[[Move], str],
    other: Callable[[MigrationDraft, list[Move], PolicyValues], str],
) -> None:
    """One line for all whose setting does not pass: there is one policy."""
    values = draft.fleet.inventory.policies.get(constraint)
    refused: dict[str, list[Move]] = {}
    for move in moves:
        word = setting(move)
        if word and values is not None and not values.permits(word):
            refused.setdefault(word, []).append(move)
    if values is None or not refused:
        return
    each = "; ".join(f"{word} of {names(move.group for move in held)}" for word, held in refused.items())
    draft.hold_back(
        "org_policy",
        [move.group for held in refused.values() for move in held],
        f"{_refusal(constraint, values)}: {each}",
        _ask(draft, refused) + other(draft, next(iter(refused.values())), values),
    )


def _check_subnet(draft: MigrationDraft) -> None:
    """A subnet of a Shared VPC host project, named in full; folders cannot be looked into from here."""
    answers, values = draft.answers, draft.fleet.inventory.policies.get(SUBNETS)
    shared = _SUBNET.fullmatch(answers.subnet)
    if values is None or shared is None or answers.to != DIRECT or shared["project"] == draft.fleet.project:
        return
    if values.permits_resource(answers.subnet) is False:
        message = f"{_refusal(SUBNETS, values)}: {answers.subnet}"
        draft.block("org_policy", message, f"another --subnet; or {_ask(draft, (answers.subnet,))}")


def _refusal(constraint: str, values: PolicyValues) -> str:
    if values.allowed is None:
        return f"not allowed by the organisation policy {constraint} (denied: {_some(values.denied)})"
    return f"not allowed by the organisation policy {constraint} (allowed: {_some(values.allowed) or 'nothing'})"


def _some(values: tuple[str, ...]) -> str:
    return names(values[:_MANY]) + (" and more" if len(values) > _MANY else "")


def _ask(draft: MigrationDraft, values: Iterable[str]) -> str:
    return f"ask who has roles/orgpolicy.policyAdmin to allow {' and '.join(values)} for project {draft.fleet.project}"


def _egress(move: Move) -> str:
    return move.user.egress or PRIVATE_RANGES_ONLY


def _ingress(move: Move) -> str:
    return move.service.ingress if move.service is not None else ""


_OTHER_WAY = {
    ALL_TRAFFIC: "everything then goes by the VPC network, to the internet by Cloud NAT",
    PRIVATE_RANGES_ONLY: "the internet is then reached without the VPC network and its Cloud NAT",
}


def _other_egress(draft: MigrationDraft, moves: list[Move], values: PolicyValues) -> str:
    """Give the first one the setting that is allowed; what it does to a service is its owner's to judge."""
    allowed = next((mode for mode in _OTHER_WAY if values.permits(mode)), "")
    if not allowed:
        return ""
    user = moves[0].user
    kind = "jobs" if user.kind == "job" else "services"
    where = f"--project={draft.fleet.project} --region={user.region}"
    more = ", and so for the others" if len(moves) > 1 else ""
    return (
        f"; or first gcloud run {kind} update {user.name} {where} --vpc-egress={allowed}{more} ({_OTHER_WAY[allowed]})"
    )


def _other_ingress(draft: MigrationDraft, moves: list[Move], values: PolicyValues) -> str:
    """No command: whoever calls these services would lose them."""
    return "; or deploy with another --ingress first, when nobody needs this one"
