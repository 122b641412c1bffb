"""Cloud DNS over REST, against bodies as Google sends them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.compute_bodies import URL, error
from tests.cloud.servers import CALLER, Reply, RestServer
from wizard.cloud.dns import Dns, record
from wizard.cloud.rest import Rest
from wizard.errors import CloudError
from wizard.records import DnsRecord

ZONES = "/dns/v1/projects/p1/managedZones"


@pytest.fixture
def dns(rest: Rest) -> Dns:
    return Dns(rest, CALLER, "p1")


def zone(name: str, **more: Any) -> dict[str, Any]:
    networks = [{"networkUrl": f"{URL}/global/networks/{n}"} for n in ("n1", "n2")]
    return {
        "kind": "dns#managedZone",
        "id": "4455",
        "name": name,
        "dnsName": "corp.example.",
        "creationTime": "2026-11-22T03:04:05.678Z",
        "visibility": "private",
        "privateVisibilityConfig": {"networks": networks},
        **more,
    }


def rrset(name: str, type_: str, *values: str) -> dict[str, Any]:
    return {"kind": "dns#resourceRecordSet", "name": name, "type": type_, "ttl": 300, "rrdatas": list(values)}


async def test_every_page_of_zones_and_of_records(http: RestServer, dns: Dns) -> None:
    first, second = zone("a"), zone("b", dnsName="b.example.")
    http.on("GET", ZONES, {"managedZones": [first], "nextPageToken": "t/1"}, {"managedZones": [second]})
    more = {"rrsets": [rrset("db.corp.example.", "A", "10.0.0.5", "10.0.0.6")], "nextPageToken": "x"}
    rest = {"rrsets": [rrset("www.corp.example.", "CNAME", "db.corp.example."), rrset("corp.example.", "NS", "ns.")]}
    http.on("GET", f"{ZONES}/a/rrsets", more, rest)
    http.on("GET", f"{ZONES}/b/rrsets", {"kind": "dns#resourceRecordSetsListResponse"})
    a, b = await dns.private_zones()
    assert (a.name, a.dns_name, a.private, a.networks) == ("a", "corp.example.", True, ("n1", "n2"))
    assert a.records == (
        DnsRecord(name="db.corp.example.", type="A", values=("10.0.0.5", "10.0.0.6")),
        DnsRecord(name="www.corp.example.", type="CNAME", values=("db.corp.example.",)),
    )
    assert (b.dns_name, b.records) == ("b.example.", ())
    tokens = [a.query.get("pageToken") for a in http.asked if a.path == ZONES]
    assert tokens == [None, "t/1"]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"forwardingConfig": {"targetNameServers": [{"ipv4Address": "10.10.0.2"}]}}, "forwarding"),
        ({"peeringConfig": {"targetNetwork": {"networkUrl": f"{URL}/global/networks/hub"}}}, "peering"),
        ({"serviceDirectoryConfig": {"namespace": {"namespaceUrl": "x"}}}, "service_directory"),
    ],
)
async def test_a_zone_that_others_answer_for_comes_without_records(
    http: RestServer, dns: Dns, config: dict[str, Any], field: str
) -> None:
    http.on("GET", ZONES, {"managedZones": [zone("away", **config)]})
    (found,) = await dns.private_zones()
    assert [name for name in ("forwarding", "peering", "service_directory") if getattr(found, name)] == [field]
    assert len(http.asked) == 1


async def test_public_zones_are_left_out(http: RestServer, dns: Dns) -> None:
    http.on("GET", ZONES, {"managedZones": [zone("www", visibility="public")]})
    assert await dns.private_zones() == ()
    assert len(http.asked) == 1


async def test_a_project_without_zones(http: RestServer, dns: Dns) -> None:
    http.on("GET", ZONES, {"kind": "dns#managedZonesListResponse"})
    assert await dns.private_zones() == ()


@pytest.mark.parametrize(
    ("policy", "values"),
    [
        ({"wrr": {"items": [{"weight": 1, "rrdatas": ["10.0.0.1"]}, {"weight": 2, "rrdatas": ["10.0.0.2"]}]}}, 2),
        ({"geo": {"items": [{"location": "us-east1", "rrdatas": ["10.0.0.1"]}]}}, 1),
        ({"primaryBackup": {"backupGeoTargets": {"items": [{"rrdatas": ["10.0.0.1"]}]}}}, 1),
        ({"ofTomorrow": {}}, 0),
    ],
)
def test_records_with_a_routing_policy(policy: dict[str, Any], values: int) -> None:
    body = {"name": "db.corp.example.", "type": "A", "routingPolicy": policy}
    assert record(body).values == ("10.0.0.1", "10.0.0.2")[:values]


async def test_a_broken_answer_is_asked_for_again(http: RestServer, dns: Dns) -> None:
    http.on("GET", ZONES, Reply({"error": {"code": 503, "message": "busy"}}, 503), {"managedZones": []})
    assert await dns.private_zones() == ()


async def test_the_refusal_of_cloud_dns(http: RestServer, dns: Dns) -> None:
    http.on("GET", ZONES, error(403, "forbidden", "Forbidden"))
    with pytest.raises(CloudError) as caught:
        await dns.private_zones()
    assert (caught.value.status, caught.value.message) == ("PERMISSION_DENIED", "could not list DNS zones: Forbidden")
