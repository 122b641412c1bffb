"""First-time set-up: addresses, subnet or connector, firewall, a live probe, and only then the service."""

from __future__ import annotations

from wizard.answers import Answers
from wizard.inventory import Inventory
from wizard.plan.plan import Plan
from wizard.plan.setup import preflight
from wizard.plan.setup.connector import plan_connector
from wizard.plan.setup.direct import plan_direct
from wizard.plan.setup.draft import Draft
from wizard.plan.setup.firewall import plan_firewall
from wizard.plan.setup.internet import plan_internet, report_first_hops
from wizard.plan.setup.network import choose_network
from wizard.plan.setup.path import choose_path
from wizard.plan.setup.service import add_probe, add_service, wanted_vpc
from wizard.records import Network, Target, VpcAccess

APIS = {
    "connector": ("run.googleapis.com", "compute.googleapis.com", "vpcaccess.googleapis.com"),
    "direct": ("run.googleapis.com", "compute.googleapis.com"),
}
"""What each path needs enabled (facts: section 11)."""


def plan_setup(inventory: Inventory, answers: Answers, targets: tuple[Target, ...], token: str) -> Plan:
    """The plan that connects `answers.service` to `targets`. Pure: the same facts, wishes and token, the same plan.

    `token` is a short lower-case word, new for each run; it makes the names of the probe job and the tag unique.
    """
    draft = Draft(inventory=inventory, answers=answers, targets=targets, token=token)
    preflight.report_gaps(draft)
    preflight.check_secrets(draft)
    network = choose_network(draft)
    if network is not None:
        _connect(draft, choose_path(draft, network), network)
    preflight.check_permissions(draft)
    return Plan(
        flow="setup",
        project=inventory.project,
        region=inventory.region,
        steps=tuple(draft.steps),
        findings=tuple(draft.findings),
    )


def _connect(draft: Draft, path: str, network: Network) -> None:
    ready = preflight.enable_apis(draft, APIS[path])
    if draft.answers.probe.baseline:
        current = draft.inventory.service.vpc if draft.inventory.service else VpcAccess()
        ready += (add_probe(draft, f"runvpc-before-{draft.token}", current, after=ready, baseline=True),)
    plan_egress = plan_connector if path == "connector" else plan_direct
    egress = plan_egress(draft, network, ready)
    if egress is None:
        return
    firewall = plan_firewall(draft, egress, ready)
    report_first_hops(draft)
    internet = plan_internet(draft, egress, ready)
    probe = add_probe(
        draft,
        f"runvpc-probe-{draft.token}",
        wanted_vpc(draft, egress),
        after=(*ready, *egress.ready, *firewall, *internet),
    )
    add_service(draft, egress, after=(probe,))
