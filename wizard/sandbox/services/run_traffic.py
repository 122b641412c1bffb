"""Traffic of a Cloud Run service: which revision gets how much, and under which address."""

from __future__ import annotations

import re

from wizard.sandbox.api import Body
from wizard.sandbox.services.run_template import violation
from wizard.sandbox.world import World

LATEST, REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"


def check(world: World, field: str, service: Body) -> None:
    """Refuse traffic that does not add up, or that names a revision which neither exists nor is being made."""
    traffic = service.get("traffic") or []
    if traffic and sum(int(target.get("percent") or 0) for target in traffic) != 100:
        raise violation(f"{field}.traffic", "the sum of percent should be 100")
    tags = [target["tag"] for target in traffic if target.get("tag")]
    if len(set(tags)) != len(tags):
        raise violation(f"{field}.traffic", "may not contain a duplicate tag")
    for index, target in enumerate(traffic):
        _check_target(world, f"{field}.traffic[{index}]", service, target)


def _check_target(world: World, field: str, service: Body, target: Body) -> None:
    revision = target.get("revision")
    if (target.get("type") == REVISION) != bool(revision):
        raise violation(f"{field}.revision", "must be set for a target of type revision, and for no other")
    coming = service["template"].get("revision")
    if revision and revision != coming and world.store.get(f"run/{service['name']}/revisions/{revision}") is None:
        raise violation(f"{field}.revision", f"revision '{revision}' does not exist")


def _code(region: str) -> str:
    """`usce` of `us-central1`, `euwe4` of `europe-west4`: no two regions have the same (the form is ours)."""
    area, _, place = region.partition("-")
    number = place.lstrip("abcdefghijklmnopqrstuvwxyz")
    words = re.findall("north|south|east|west|central", place)
    return area[:2] + ("".join(word[:2] for word in words) or place) + ("" if number == "1" else number)


def statuses(service: Body, *, routed: bool = True) -> Body:
    """The fields `uri`, `urls` and `trafficStatuses` of a service, as they follow from its traffic.

    When the newest revision failed (`routed` False), the requests still go where they went before, if anywhere.
    """
    _, project, _, region, _, short = service["name"].split("/")
    host = f"{short}-{sum(map(ord, project)):x}-{_code(region)}.a.run.app"
    targets = [
        {**target, **({"uri": f"https://{target['tag']}---{host}"} if target.get("tag") else {})}
        for target in service["traffic"]
        if target.get("percent") or target.get("tag")
    ]
    if not routed:
        targets = service.get("trafficStatuses") or targets
    return {"uri": f"https://{host}", "urls": [f"https://{host}"], "trafficStatuses": targets}
