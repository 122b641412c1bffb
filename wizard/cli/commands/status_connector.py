"""`runvpc status connector:NAME`: the connector, and everything that uses it."""

from __future__ import annotations

from wizard.answers import Answers
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.session import connected
from wizard.cli.table import paragraph, table
from wizard.errors import Exit
from wizard.fleet.describe import connector_json, through, user_json
from wizard.fleet.model import Fleet
from wizard.fleet.read import read_fleet
from wizard.fleet.users import User
from wizard.network.names import check_connector_name
from wizard.records import Connector

_HEAD = ("USED BY", "THROUGH", "EGRESS", "LABELS SAY")


async def run(options: Options, name: str, answers: Answers, console: Console) -> Exit:
    """Read everything that can use a connector of this region, in every connected project, and say what does."""
    check_connector_name(name, field="SERVICE")
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        fleet = await read_fleet(session.cloud, session.region, name, open_project=session.open_project, around=False)
    if console.json:
        console.document(_document(fleet))
        return Exit.DONE
    for line in _lines(fleet):
        console.say(line)
    return Exit.DONE


def _document(fleet: Fleet) -> dict[str, object]:
    return {
        "connector": connector_json(fleet.connector, fleet.home) if fleet.connector else None,
        "users": [user_json(user) for user in fleet.users],
        "fixed": [user_json(user) for user in fleet.fixed],
        "projects": [
            {"project": other.project, "users": [user_json(user) for user in other.users]} for other in fleet.elsewhere
        ],
        "unseen": [{"what": gap.what, "why": f"{gap.status}: {gap.message}"} for gap in fleet.unseen],
        "unseen_projects": _unseen_projects(fleet),
    }


def _unseen_projects(fleet: Fleet) -> list[str]:
    """Connected projects into which nobody could look at all."""
    seen = {fleet.project, *(other.project for other in fleet.elsewhere)}
    return [
        project for project in (fleet.connector.connected_projects if fleet.connector else ()) if project not in seen
    ]


def _lines(fleet: Fleet) -> list[str]:
    lines = [_headline(fleet.connector), ""] if fleet.connector else []
    rows = [_row(user) for user in (*fleet.users, *fleet.fixed)]
    if rows:
        lines += table(rows, head=_HEAD)
    elif fleet.unseen:
        lines.append("nothing that could be seen in this project uses it")
    else:
        lines.append("nothing in this project uses it (services, revisions with traffic or a tag, jobs,")
        lines.append("1st generation functions, App Engine versions)")
    for other in fleet.elsewhere:
        lines += ["", f"in project {other.project}:" + ("" if other.users else " nothing uses it")]
        lines += table([_row(user) for user in other.users])
    for gap in fleet.unseen:
        lines += ["", *paragraph(f"not seen: {gap.what} ({gap.status}: {gap.message})", indent=0)]
    return lines


def _headline(connector: Connector) -> str:
    place = connector.range or f"subnet {connector.subnet}"
    size = f"{connector.min_instances}-{connector.max_instances} x {connector.machine_type}"
    return f"connector {connector.name} in {connector.region}: {connector.state}, {place}, {size}"


def _row(user: User) -> tuple[str, str, str, str]:
    return f"{user.kind} {user.name}", through(user), user.egress, user.owner or "-"
