"""Limits of Cloud Run that no scenario need name, and what a person who deploys may be denied."""

from __future__ import annotations

import pytest

from tests.sandbox.handling import LOCATION, ask, seeded
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

APP = f"{LOCATION}/services/app"
SERVICE = '\n[[service]]\nname = "app"\n'
LATEST, REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
TEMPLATE: Body = {"containers": [{"image": "i"}]}


def denied(*permissions: str) -> str:
    return f"\n[[permission]]\ndenied = {list(permissions)}\n"


async def app(world: World) -> Body:
    return await ask(world, "run.GetService", name=APP)


async def test_the_thousandth_revision_but_one_pushes_out_the_oldest_that_does_not_serve() -> None:
    world = seeded(SERVICE + '[[revision]]\nservice = "app"\nname = "app-first"\nmax_instances = 3\npercent = 40\n')
    pattern = world.store.get(f"run/{APP}/revisions/app-first") or {}
    for number in range(998):
        name = f"{APP}/revisions/app-x{number:04d}"
        stamp = f"2001-01-01T00:{number // 60:02d}:{number % 60:02d}.000000Z"
        world.store.put(f"run/{name}", {**pattern, "name": name, "createTime": stamp})
    service = await app(world)
    service["template"] |= {"revision": "", "timeout": "9s"}
    await ask(world, "run.UpdateService", service=service)
    kept = {body["name"].rsplit("/", 1)[-1] for _, body in world.store.look(f"run/{APP}", "revisions")}
    assert len(kept) == 1000
    assert "app-first" in kept
    assert {"app-x0000", "app-x0001"} & kept == {"app-x0001"}


async def test_tags_without_a_share_are_dropped_beyond_two_thousand_in_the_region() -> None:
    world = seeded(SERVICE + '[[service]]\nname = "other"\n')
    other = await ask(world, "run.GetService", name=f"{LOCATION}/services/other")
    tags = [{"type": LATEST, "tag": f"t{number}"} for number in range(1998)]
    world.store.put(f"run/{other['name']}", {**other, "traffic": [{"type": LATEST, "percent": 100}, *tags]})
    service = await app(world)
    shares = [{"type": LATEST, "percent": 100, "tag": "a"}]
    service["traffic"] = [*shares, *({"type": LATEST, "tag": tag} for tag in "bcd")]
    await ask(world, "run.UpdateService", service=service)
    assert [target["tag"] for target in (await app(world))["traffic"]] == ["a", "d"]


async def test_whoever_deploys_must_be_allowed_to_act_as_the_account() -> None:
    world = seeded(SERVICE + '[[job]]\nname = "nightly"\n' + denied("iam.serviceAccounts.actAs"))
    text = r"^Permission 'iam.serviceaccounts.actAs' denied on service account {} \(or it may not exist\)\.$"
    usual = text.format("123456789012-compute@developer.gserviceaccount.com")
    own = text.format("me@demo-project.iam.gserviceaccount.com")
    template = {**TEMPLATE, "serviceAccount": "me@demo-project.iam.gserviceaccount.com"}
    job = await ask(world, "run.GetJob", name=f"{LOCATION}/jobs/nightly")
    requests: list[tuple[str, Body, str]] = [
        ("run.CreateService", {"parent": LOCATION, "serviceId": "new", "service": {"template": TEMPLATE}}, usual),
        ("run.CreateService", {"parent": LOCATION, "serviceId": "new", "service": {"template": template}}, own),
        ("run.UpdateService", {"service": await app(world)}, usual),
        ("run.UpdateJob", {"job": job}, usual),
    ]
    for method, request, said in requests:
        for validate in (True, False):
            with pytest.raises(ApiError, match=said) as refused:
                await ask(world, method, **request, validateOnly=validate)
            assert refused.value.http == 403


async def test_a_run_with_overrides_needs_a_permission_of_its_own() -> None:
    world = seeded('[[job]]\nname = "nightly"\n' + denied("run.jobs.runWithOverrides"))
    name = f"{LOCATION}/jobs/nightly"
    with pytest.raises(ApiError, match=r"^Permission 'run.jobs.runWithOverrides' denied on resource") as refused:
        await ask(world, "run.RunJob", name=name, overrides={"taskCount": 2})
    assert refused.value.http == 403
    assert (await ask(world, "run.RunJob", name=name))["name"]


async def test_a_thousand_jobs_are_enough() -> None:
    world = seeded('[[job]]\nname = "nightly"\n')
    job = world.store.get(f"run/{LOCATION}/jobs/nightly") or {}
    for number in range(999):
        name = f"{LOCATION}/jobs/job-{number}"
        world.store.put(f"run/{name}", {**job, "name": name})
    request = {"parent": LOCATION, "jobId": "more", "job": {"template": {"template": TEMPLATE}}}
    with pytest.raises(ApiError, match="JobsPerProjectRegion requested: 1001 allowed: 1000"):
        await ask(world, "run.CreateJob", **request)
    world.store.delete(f"run/{LOCATION}/jobs/job-0")
    assert (await ask(world, "run.CreateJob", **request))["name"]
