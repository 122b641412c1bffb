"""Private zones of Cloud DNS, over REST: its client library is not among the dependencies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

from wizard.cloud.calls import Caller
from wizard.cloud.links import last
from wizard.cloud.rest import Body, Rest
from wizard.records import DnsRecord, DnsZone

_API = "dns.googleapis.com"
_FOLLOWED = ("A", "CNAME")


class Dns:
    """The zones of one project. Every method raises CloudError."""

    def __init__(self, rest: Rest, caller: Caller, project: str) -> None:
        self._rest = rest
        self._caller = caller
        self._path = f"dns/v1/projects/{quote(project, safe='')}/managedZones"

    async def private_zones(self) -> tuple[DnsZone, ...]:
        """Private zones with their records, which are read at the same time.

        A zone that forwards, peers or takes its answers from Service Directory comes without: others know them.
        """
        listed = await self._pages("list DNS zones", self._path, "managedZones")
        private = [body for body in listed if body.get("visibility") == "private"]
        return tuple(await asyncio.gather(*map(self._zone, private)))

    async def _zone(self, body: Body) -> DnsZone:
        found = zone(body)
        if found.forwarding or found.peering or found.service_directory:
            return found
        path = f"{self._path}/{quote(found.name, safe='')}/rrsets"
        sets = await self._pages(f"list the records of DNS zone {found.name}", path, "rrsets")
        return zone(body, tuple(record(one) for one in sets if one.get("type") in _FOLLOWED))

    async def _pages(self, doing: str, path: str, field: str) -> list[Body]:
        """The entries of every page of a list; the server decides how many a page has."""
        found: list[Body] = []
        token = ""
        while True:
            reply = await self._page(doing, path, token)
            found += [entry for entry in reply.get(field) or () if isinstance(entry, dict)]
            token = str(reply.get("nextPageToken") or "")
            if not token:
                return found

    async def _page(self, doing: str, path: str, token: str) -> Body:
        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "GET", _API, path, query={"pageToken": token} if token else None)

        return await self._caller.read(doing, path.partition("/v1/")[2], send)


def zone(body: Body, records: tuple[DnsRecord, ...] = ()) -> DnsZone:
    """A managed zone's JSON as a record."""
    visible = (body.get("privateVisibilityConfig") or {}).get("networks") or ()
    return DnsZone(
        name=str(body.get("name", "")),
        uid=str(body.get("id", "")),
        created=str(body.get("creationTime", "")),
        dns_name=str(body.get("dnsName", "")),
        private=body.get("visibility") == "private",
        networks=tuple(last(str(network.get("networkUrl", ""))) for network in visible),
        records=records,
        forwarding=bool(body.get("forwardingConfig")),
        peering=bool(body.get("peeringConfig")),
        service_directory=bool(body.get("serviceDirectoryConfig")),
    )


def record(body: Body) -> DnsRecord:
    """A record set's JSON as a record; one with a routing policy has all the answers that the policy may give."""
    values = [str(value) for value in body.get("rrdatas") or _routed(body.get("routingPolicy") or {})]
    return DnsRecord(
        name=str(body.get("name", "")), type=str(body.get("type", "")), values=tuple(dict.fromkeys(values))
    )


def _routed(policy: Body) -> Iterator[object]:
    """The answers of a routing policy: weighted, by place, or a primary with its backup by place."""
    backup = policy.get("primaryBackup") or {}
    for part in (policy.get("wrr"), policy.get("geo"), backup.get("backupGeoTargets")):
        for item in (part or {}).get("items") or ():
            yield from item.get("rrdatas") or ()
