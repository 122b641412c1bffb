"""The sandbox's Cloud DNS: its API lists what its resolver answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.handling import PROJECT, ask, seeded
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.resolve import resolve
from wizard.sandbox.world import World

INSIDE: Body = {"networkInterfaces": [{"network": "my-vpc"}]}
TARGET = '\n[[target]]\nname = "t{}"\naddress = "{}"\nnetwork = "my-vpc"\ndns = "{}"\n'
ZONE = '\n[[dns]]\nzone = "{}"\nprivate = {}\nrecords = {{ {} }}\n'


def private(zone: str, records: str = "") -> str:
    return ZONE.format(zone, "true", records)


def public(zone: str, records: str = "") -> str:
    return ZONE.format(zone, "false", records)


async def every(world: World, method: str, field: str, **request: Any) -> list[Body]:
    """Every page of a list."""
    found: list[Body] = []
    reply = await ask(world, method, project=PROJECT, **request)
    found += reply[field]
    while token := reply.get("nextPageToken"):
        reply = await ask(world, method, project=PROJECT, pageToken=token, **request)
        found += reply[field]
    return found


async def listed(world: World) -> list[tuple[Body, dict[str, str]]]:
    """Zones as the API lists them, with their A records."""
    zones = await every(world, "dns.managedZones.list", "managedZones")
    sets = [await every(world, "dns.resourceRecordSets.list", "rrsets", managedZone=z["name"]) for z in zones]
    return [
        (zone, {s["name"]: s["rrdatas"][0] for s in some if s["type"] == "A"})
        for zone, some in zip(zones, sets, strict=True)
    ]


def answer(zones: list[tuple[Body, dict[str, str]]], name: str) -> str | None:
    """What a network's name server says: label by label upwards, the first private zone that has this name decides."""
    asked = f"{name}."
    labels = asked.split(".")
    for cut in range(len(labels) - 1):
        domain = ".".join(labels[cut:])
        for zone, records in zones:
            if zone["visibility"] == "private" and zone["dnsName"] == domain:
                return records.get(asked)
    return next((r[asked] for z, r in zones if z["visibility"] == "public" and asked in r), None)


LABELS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map(".".join)


@given(
    targets=st.lists(LABELS, max_size=4, unique=True),
    zones=st.lists(st.tuples(LABELS, st.booleans(), st.sampled_from(["", "x", "a", "a.b"])), max_size=3),
    name=LABELS,
)
def test_the_api_lists_what_the_resolver_answers(
    targets: list[str], zones: list[tuple[str, bool, str]], name: str
) -> None:
    text = "".join(TARGET.format(n, f"10.1.0.{n + 4}", dns) for n, dns in enumerate(targets))
    kept = {(zone, is_private): record for zone, is_private, record in zones}
    for number, ((zone, is_private), record) in enumerate(kept.items()):
        records = f'"{record}" = "10.1.0.{number + 20}"' if record else ""
        text += private(zone, records) if is_private else public(zone, records)
    world = seeded(text)
    found = asyncio.run(listed(world))
    for one in (name, *targets, f"x.{name}"):
        assert answer(found, one) == resolve(world, INSIDE, one), (one, found)


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        pytest.param(
            TARGET.format(1, "10.1.0.4", "cache.corp.example") + TARGET.format(2, "10.1.0.5", "Api.Corp.example."),
            {"corp.example.": {"cache.corp.example.": "10.1.0.4", "api.corp.example.": "10.1.0.5"}},
            id="one zone for each parent",
        ),
        pytest.param(
            TARGET.format(1, "10.1.0.4", "db.eu.corp.example") + TARGET.format(2, "10.1.0.5", "eu.corp.example"),
            {
                "eu.corp.example.": {"db.eu.corp.example.": "10.1.0.4", "eu.corp.example.": "10.1.0.5"},
                "corp.example.": {},
            },
            id="a name at the top of another zone",
        ),
        pytest.param(
            private("corp.example", 'api = "10.1.0.9"') + TARGET.format(1, "10.1.0.4", "cache.corp.example"),
            {"corp.example.": {"api.corp.example.": "10.1.0.9"}},
            id="a zone of the scenario shadows a target",
        ),
        pytest.param(TARGET.format(1, "10.1.0.4", "cache"), {"cache.": {"cache.": "10.1.0.4"}}, id="one label"),
    ],
)
async def test_zones_of_targets(text: str, zones: dict[str, dict[str, str]]) -> None:
    assert {zone["dnsName"]: records for zone, records in await listed(seeded(text))} == zones


@pytest.mark.parametrize(
    ("access", "name", "address"),
    [
        pytest.param(INSIDE, "api.corp.example", "10.1.0.4", id="the target inside"),
        pytest.param(None, "api.corp.example", "203.0.113.1", id="the public record outside"),
        pytest.param(INSIDE, "www.corp.example", "203.0.113.2", id="what else is public is not hidden"),
        pytest.param(None, "www.corp.example", "203.0.113.2", id="and the longest public zone answers"),
    ],
)
def test_a_targets_name_in_a_public_zone(access: Body | None, name: str, address: str) -> None:
    wide = public("example", '"www.corp.example" = "203.0.113.9"')
    narrow = public("corp.example", 'api = "203.0.113.1", www = "203.0.113.2"')
    for text in (wide + narrow, narrow + wide):
        assert resolve(seeded(text + TARGET.format(1, "10.1.0.4", "api.corp.example")), access, name) == address


async def test_the_shape_of_a_private_zone() -> None:
    world = seeded(private("corp.example", 'db = "10.1.0.9"') + public("corp.example"))
    inner, outer = await every(world, "dns.managedZones.list", "managedZones")
    assert (inner["kind"], inner["name"], inner["visibility"]) == ("dns#managedZone", "corp-example", "private")
    assert inner["privateVisibilityConfig"]["networks"] == [
        {
            "kind": "dns#managedZonePrivateVisibilityConfigNetwork",
            "networkUrl": "https://www.googleapis.com/compute/v1/projects/demo-project/global/networks/my-vpc",
        }
    ]
    assert (outer["name"], "privateVisibilityConfig" in outer) == ("corp-example-public", False)
    assert await ask(world, "dns.managedZones.get", project=PROJECT, managedZone=inner["id"]) == inner
    sets = await every(world, "dns.resourceRecordSets.list", "rrsets", managedZone="corp-example")
    assert [s["type"] for s in sets] == ["NS", "SOA", "A"]
    assert sets[2]["rrdatas"] == ["10.1.0.9"]
    asked = {"managedZone": "corp-example", "name": "db.corp.example."}
    assert await every(world, "dns.resourceRecordSets.list", "rrsets", **asked, type="A") == [sets[2]]
    assert await every(world, "dns.resourceRecordSets.list", "rrsets", **asked, type="NS") == []


async def test_lists_come_in_pages() -> None:
    records = ", ".join(f'r{n} = "10.1.0.9"' for n in range(250))
    world = seeded(private("corp.example", records))
    request = {"project": PROJECT, "managedZone": "corp-example"}
    sizes, token = [], ""
    while True:
        reply = await ask(world, "dns.resourceRecordSets.list", **request, pageToken=token)
        sizes.append(len(reply["rrsets"]))
        token = reply.get("nextPageToken", "")
        if not token:
            break
    assert sizes == [100, 100, 52]


@pytest.mark.parametrize(
    ("request_", "http"),
    [
        ({"managedZone": "nothing"}, 404),
        ({"managedZone": "corp-example", "pageToken": "x"}, 400),
        ({"managedZone": "corp-example", "maxResults": -1}, 400),
        ({"managedZone": "corp-example", "type": "A"}, 400),
    ],
)
async def test_refusals(request_: dict[str, Any], http: int) -> None:
    world = seeded(private("corp.example"))
    with pytest.raises(ApiError) as caught:
        await ask(world, "dns.resourceRecordSets.list", project=PROJECT, **request_)
    assert caught.value.http == http
