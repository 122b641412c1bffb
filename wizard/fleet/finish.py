"""The end of a migration: the connector is deleted, when nothing uses it in any project that can be seen."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.model import Fleet, group_of
from wizard.fleet.permissions import check_permissions
from wizard.fleet.users import User
from wizard.network.packets import connector_tag
from wizard.plan.plan import Plan
from wizard.plan.steps.retire import RetireConnector, RetireFirewallRule, RetireSubnet
from wizard.records import Connector, FirewallRule, Subnet

FLOW = "migrate-finish"
DELETE = "delete"
EVERY_CONNECTOR = "vpc-connector"
"""The network tag that packets of all connectors have (facts: 1.6)."""


def plan_finish(fleet: Fleet, answers: MigrateAnswers, token: str) -> Plan:
    """The plan that deletes the connector and, when that is wished, what only it had. Pure."""
    draft = MigrationDraft(fleet=fleet, answers=answers, token=token)
    connector = fleet.connector
    if connector is None:
        draft.block("connector_missing", f"there is no connector {answers.connector}", "--connector NAME")
    else:
        _check_users(draft, connector)
        _confirm(draft, connector)
        _say_what_it_means(draft, connector)
        _retire(draft, connector)
        check_permissions(draft)
    return Plan(
        flow=FLOW,
        project=fleet.project,
        region=fleet.region,
        steps=tuple(draft.steps),
        findings=tuple(draft.findings),
    )


def leftover_rules(fleet: Fleet, connector: Connector) -> tuple[FirewallRule, ...]:
    """Rules that let in nothing but this connector: by its range or its tag; the tag of all counts for the last one."""
    range_ = range_of(fleet, connector)
    network = network_of(fleet, connector)
    same = [c for c in fleet.inventory.connectors if network_of(fleet, c) == network]
    tags = {connector_tag(connector.region, connector.name)}
    tags |= {EVERY_CONNECTOR} if len(same) == 1 else set()

    def only(rule: FirewallRule) -> bool:
        named = bool(rule.sources or rule.source_tags) and not rule.source_service_accounts
        return named and set(rule.sources) <= {range_} and set(rule.source_tags) <= tags

    return tuple(
        rule
        for rule in fleet.inventory.firewalls
        if range_ and rule.direction == "INGRESS" and rule.network == network and only(rule)
    )


def range_of(fleet: Fleet, connector: Connector) -> str:
    """The range that its packets come from; empty when its subnet cannot be seen."""
    subnet = own_subnet(fleet, connector)
    return subnet.range if subnet is not None else connector.range


def own_subnet(fleet: Fleet, connector: Connector) -> Subnet | None:
    """The subnet that it was given, if it was given one and that can be seen."""
    place = (connector.subnet, connector.region)
    return next((s for s in fleet.inventory.subnets if connector.subnet and (s.name, s.region) == place), None)


def network_of(fleet: Fleet, connector: Connector) -> str:
    """The short name of its network."""
    subnet = own_subnet(fleet, connector)
    return (subnet.network if subnet is not None else connector.network).rsplit("/", 1)[-1]


def recreate_command(fleet: Fleet, connector: Connector) -> str:
    """The gcloud command that makes the connector again as it is."""
    command = ["gcloud", "compute", "networks", "vpc-access", "connectors", "create", connector.name]
    command += [f"--project={fleet.home or fleet.project}", f"--region={connector.region}"]
    if connector.subnet:
        command += [f"--subnet={connector.subnet}"]
    else:
        command += [f"--network={network_of(fleet, connector)}", f"--range={connector.range}"]
    command += [f"--machine-type={connector.machine_type}"] if connector.machine_type else []
    command += [f"--min-instances={connector.min_instances}", f"--max-instances={connector.max_instances}"]
    return shlex.join(command)


def _check_users(draft: MigrationDraft, connector: Connector) -> None:
    fleet = draft.fleet
    whole = [user for user in fleet.users if user.template]
    if whole:
        groups = tuple(map(group_of, whole))
        draft.block(
            "connector_in_use",
            f"still on {connector.name}: {names(groups)}",
            f"runvpc migrate {' '.join(groups)} --connector {connector.name}",
        )
    tagged = [user for user in fleet.users if not user.template]
    if tagged:
        each = "; ".join(f"{user.name} ({', '.join(one.revision for one in user.serving)})" for user in tagged)
        commands = "; ".join(_release(draft, user) for user in tagged)
        draft.block("connector_in_use", f"earlier revisions that can still be reached use it: {each}", commands)
    if fleet.fixed:
        each = names(f"{user.kind} {user.name}" for user in fleet.fixed)
        draft.block("fixed_user", f"still on {connector.name}: {each}", "deploy them without it, or delete them")
    for other in fleet.elsewhere:
        if other.users:
            draft.block(
                "other_project",
                f"still on {connector.name}, in project {other.project}: {names(map(group_of, other.users))}",
                f"runvpc migrate --project {other.project} --connector {_full(fleet, connector)}",
            )
    if fleet.unseen:
        each = "; ".join(f"{gap.what} ({gap.status})" for gap in fleet.unseen)
        draft.block(
            "unseen_user",
            f"could not be looked into, any of it may use {connector.name}: {each}",
            "ask for roles/viewer there, or let somebody delete it who can see all of it",
        )


def _release(draft: MigrationDraft, user: User) -> str:
    """The command after which nobody can reach the old revisions of a service any more."""
    tags = [tag for one in user.serving for tag in one.tags]
    where = [f"--project={draft.fleet.project}", f"--region={user.region}"]
    base = ["gcloud", "run", "services", "update-traffic", user.name, *where]
    moved = ["--to-latest"] if any(one.percent for one in user.serving) else []
    return shlex.join([*base, *moved, *([f"--remove-tags={','.join(tags)}"] if tags else [])])


def _full(fleet: Fleet, connector: Connector) -> str:
    return f"projects/{fleet.home or fleet.project}/locations/{connector.region}/connectors/{connector.name}"


def _confirm(draft: MigrationDraft, connector: Connector) -> None:
    typed = draft.answers.finish.confirm
    if typed != connector.name:
        what = f"{typed!a} is not its name" if typed else "its name has not been typed"
        draft.block("confirm", f"connector {connector.name} is deleted for good: {what}", f"--confirm {connector.name}")


def _say_what_it_means(draft: MigrationDraft, connector: Connector) -> None:
    draft.warn(
        "no_way_back",
        "until now every service could go back at once; from here the connector has to be created again, which takes"
        " minutes",
        recreate_command(draft.fleet, connector),
    )


def _retire(draft: MigrationDraft, connector: Connector) -> None:
    fleet, wanted = draft.fleet, draft.answers.finish
    home = fleet.home or fleet.project
    step = RetireConnector(project=home, region=connector.region, name=connector.name)
    last = draft.add(step, connector)
    rules = leftover_rules(fleet, connector)
    if wanted.rules == DELETE:
        for rule in rules:
            draft.add(RetireFirewallRule(project=home, rule=rule), rule, after=(last,))
    elif rules:
        draft.info(
            "rules_left",
            f"these rules let in nothing but the connector and stay: {names(rule.name for rule in rules)}",
            "--rules delete",
        )
    subnet = own_subnet(fleet, connector)
    if subnet is None:
        return
    others = tuple(_others_in(fleet, subnet))
    if wanted.subnet == DELETE and others:
        draft.warn("subnet_in_use", f"subnet {subnet.name} stays: {names(others)} is in it")
    elif wanted.subnet == DELETE:
        retire = RetireSubnet(project=home, region=subnet.region, name=subnet.name, range=subnet.range)
        draft.add(retire, subnet, after=(last,))
    elif not others:
        text = f"subnet {subnet.name} ({subnet.range}) was the connector's own and stays"
        draft.info("subnet_left", text, "--connector-subnet delete")


def _others_in(fleet: Fleet, subnet: Subnet) -> Iterator[str]:
    """What else is in the subnet, as far as it can be seen."""
    inventory = fleet.inventory
    yield from (f"VM {m.name}" for m in inventory.instances if (m.subnet, m.network) == (subnet.name, subnet.network))
    for service in inventory.services:
        if service.vpc.subnet.rsplit("/", 1)[-1] == subnet.name:
            yield f"service {service.name}"
    yield from (f"secondary range {one.name}" for one in subnet.secondary)
