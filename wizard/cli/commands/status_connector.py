"""`runvpc status connector:NAME`: the connector, and everything that uses it."""

from __future__ import annotations

import asyncio

from wizard.answers import Answers
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.session import connected
from wizard.cli.table import table
from wizard.errors import CloudError, Exit
from wizard.fleet.users import User, users_of
from wizard.network.names import check_connector_name
from wizard.ports import Cloud
from wizard.records import Connector, Ref

ALL_SERVICES = "-"
"""In place of a service: the revisions of every one."""


async def run(options: Options, name: str, answers: Answers, console: Console) -> Exit:
    """Read services, revisions and jobs of the connector's region, and say which of them use it."""
    check_connector_name(name, field="SERVICE")
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        ref = Ref(kind="connector", project=session.project, location=session.region, name=name)
        connector = await _find(session.cloud, ref)
        users = await _users(session.cloud, connector, session.project)
    unseen = tuple(p for p in connector.connected_projects if p != session.project)
    if console.json:
        console.document(_document(connector, users, unseen))
        return Exit.DONE
    for line in _lines(connector, users, unseen):
        console.say(line)
    return Exit.DONE


async def _find(cloud: Cloud, ref: Ref) -> Connector:
    found = await cloud.find(ref)
    if isinstance(found, Connector):
        return found
    names = ", ".join(sorted(c.name for c in await cloud.connectors() if c.region == ref.location)[:8]) or "none"
    message = f"there is no {ref}; there: {names}"
    raise CloudError(message, status="NOT_FOUND", doing="read", resource=str(ref), fix="look at the name and --region")


async def _users(cloud: Cloud, connector: Connector, project: str) -> tuple[User, ...]:
    services, revisions, jobs = await asyncio.gather(
        cloud.services(connector.region),
        cloud.revisions(connector.region, ALL_SERVICES),
        cloud.jobs(connector.region),
    )
    return users_of(connector, project, services=services, revisions=revisions, jobs=jobs)


def _document(connector: Connector, users: tuple[User, ...], unseen: tuple[str, ...]) -> dict[str, object]:
    place = {"network": connector.network, "range": connector.range, "subnet": connector.subnet}
    size = {"machine_type": connector.machine_type, "min": connector.min_instances, "max": connector.max_instances}
    return {
        "connector": {
            "name": connector.name,
            "region": connector.region,
            "state": connector.state,
            **{key: value for key, value in place.items() if value},
            **size,
        },
        "users": [
            {
                "kind": user.kind,
                "name": user.name,
                "template": user.template,
                "serving": [
                    {"revision": one.revision, "percent": one.percent, "tags": list(one.tags)} for one in user.serving
                ],
                "egress": user.egress,
                "owner": user.owner,
            }
            for user in users
        ],
        "unseen_projects": list(unseen),
    }


def _lines(connector: Connector, users: tuple[User, ...], unseen: tuple[str, ...]) -> list[str]:
    place = connector.range or f"subnet {connector.subnet}"
    size = f"{connector.min_instances}-{connector.max_instances} x {connector.machine_type}"
    lines = [f"connector {connector.name} in {connector.region}: {connector.state}, {place}, {size}", ""]
    if users:
        rows = [(f"{user.kind} {user.name}", _through(user), user.egress, user.owner or "-") for user in users]
        lines += table(rows, head=("USED BY", "THROUGH", "EGRESS", "LABELS SAY"))
    else:
        lines.append("nothing in this project uses it (services, revisions with traffic or a tag, jobs)")
    if unseen:
        lines += ["", f"not looked into, but connected: {', '.join(unseen)}"]
    lines += ["", "not seen: App Engine versions and 1st generation functions"]
    return lines


def _through(user: User) -> str:
    """`template`, and each revision with its share and tags."""
    parts = ["template"] if user.template else []
    for one in user.serving:
        tags = f" tag {', '.join(one.tags)}" if one.tags else ""
        parts.append(f"{one.revision} {one.percent} %{tags}")
    return "; ".join(parts)
