"""`runvpc status SERVICE`: how a service is connected, and through what."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from wizard.cli import service_name
from wizard.cli.answer_flags import gather, given
from wizard.cli.commands import status_connector
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.session import connected
from wizard.cli.table import table
from wizard.errors import Exit
from wizard.ports import Cloud
from wizard.records import Connector, Job, Ref, Revision, Service, Subnet

CONNECTOR = "connector:"


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Read the service, its connector or subnet, and how its traffic is split."""
    return asyncio.run(_status(options, parsed, console))


async def _status(options: Options, parsed: Namespace, console: Console) -> Exit:
    answers = gather(options.answers, given(parsed))
    name = parsed.service_name or answers.service
    if name.startswith(CONNECTOR):
        return await status_connector.run(options, name.removeprefix(CONNECTOR), answers, console)
    service_name.parse(name, "", "")
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        ref = service_name.parse(name, session.project, session.region)
        found = await service_name.find(session.cloud, ref)
        way = await _way(session.cloud, ref, found)
    facts = _facts(ref, found, way)
    if console.json:
        console.document({"service": facts})
    else:
        for line in table([(name, _words(value)) for name, value in facts.items()], indent=0):
            console.say(line)
    return Exit.DONE


async def _way(cloud: Cloud, ref: Ref, found: Service | Revision | Job) -> Connector | Subnet | None:
    """The connector or subnet that the template names, as it is now."""
    vpc = found.vpc
    if vpc.connector:
        project, region, name = _parts(vpc.connector, ref)
        there = await cloud.find(Ref(kind="connector", project=project, location=region, name=name))
    elif vpc.subnet:
        project, region, name = _parts(vpc.subnet, ref)
        there = await cloud.find(Ref(kind="subnet", project=project, location=region, name=name))
    else:
        return None
    return there if isinstance(there, Connector | Subnet) else None


def _parts(link: str, ref: Ref) -> tuple[str, str, str]:
    """Project, region and name of a full name; of a short one, those of the service."""
    parts = link.split("/")
    return (parts[-5], parts[-3], parts[-1]) if len(parts) >= 6 else (ref.project, ref.location, parts[-1])


def _facts(ref: Ref, found: Service | Revision | Job, way: Connector | Subnet | None) -> dict[str, object]:
    vpc = found.vpc
    facts: dict[str, object] = {
        "name": found.name,
        "kind": ref.kind,
        "region": found.region,
        "image": found.image,
        "path": vpc.kind,
        "egress": vpc.egress,
    }
    if vpc.kind == "connector":
        facts["connector"] = vpc.connector.rsplit("/", 1)[-1]
        facts["connector_state"] = way.state if isinstance(way, Connector) else "not found"
        facts["connector_range"] = (way.range or way.subnet) if isinstance(way, Connector) else ""
    elif vpc.kind == "direct":
        facts["network"] = vpc.network.rsplit("/", 1)[-1]
        facts["subnet"] = vpc.subnet.rsplit("/", 1)[-1]
        facts["subnet_range"] = way.range if isinstance(way, Subnet) else "not found"
        facts["tags"] = list(vpc.tags)
    facts["ready"] = found.ready.state + (f": {found.ready.message}" if found.ready.message else "")
    if isinstance(found, Service):
        facts["max_instances"] = found.max_instances
        facts["traffic"] = [
            {"revision": t.revision or found.latest_ready, "percent": t.percent, "tag": t.tag}
            for t in found.serving or found.traffic
        ]
    return facts


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value) or "none"
    if isinstance(value, dict):
        return f"{value['revision'] or 'latest'} {value['percent']} %" + (f" ({value['tag']})" if value["tag"] else "")
    return str(value) or "-"
