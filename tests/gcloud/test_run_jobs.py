"""gcloud run jobs, from creation to deletion; Google's v2 client sees what it wrote, and it what the client wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc.aio
import pytest
from google.api_core import exceptions
from google.cloud import run_v2
from google.cloud.run_v2.services.jobs.transports import JobsGrpcAsyncIOTransport

from tests.gcloud.running import IN_REGION, gcloud_for, needs_gcloud
from tests.sandbox.serving import serving
from wizard.sandbox.server import Server
from wizard.sandbox.tasks import probe_text

pytestmark = needs_gcloud

PLACE = "projects/demo-project/locations/us-central1"
WORLD = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/26"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[target]]
name = "quiet"
network = "my-vpc"
address = "10.1.0.60"
serves = ["silent:82"]

[[job]]
name = "bad"
image = "img"
outcome = "3"
"""
JOBS = "run", "jobs"
EXECUTIONS = "run", "jobs", "executions"
NAMES = "--format=value(metadata.name)"


@asynccontextmanager
async def v2_client(server: Server) -> AsyncIterator[run_v2.JobsAsyncClient]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield run_v2.JobsAsyncClient(transport=JobsGrpcAsyncIOTransport(channel=channel))


async def seen(server: Server, name: str) -> run_v2.Job:
    """The job as v2 shows it."""
    async with v2_client(server) as client:
        return await client.get_job(name=f"{PLACE}/jobs/{name}")


async def test_the_life_of_a_job(tmp_path: Path) -> None:
    """On Direct VPC egress, run, moved to a connector, written back as described, and away."""
    async with serving(tmp_path, WORLD) as server:
        gcloud = gcloud_for(server, tmp_path)
        what = "--image=img", "--tasks=2", "--max-retries=0", "--task-timeout=2m", "--set-env-vars=A=1"
        way = "--network=my-vpc", "--subnet=run", "--vpc-egress=all-traffic"
        await gcloud.text(*JOBS, "create", "j1", IN_REGION, *what, *way)
        first = await seen(server, "j1")
        waited = await gcloud.run(*JOBS, "execute", "j1", IN_REGION, "--wait")
        ran = await gcloud.json(*EXECUTIONS, "list", "--job=j1", IN_REGION)
        name = ran[0]["metadata"]["name"]
        tasks = await gcloud.text(*EXECUTIONS, "tasks", "list", f"--execution={name}", IN_REGION, NAMES)
        shown = await gcloud.text(*EXECUTIONS, "describe", name, IN_REGION)

        connector = "--clear-network", "--vpc-connector=con"
        await gcloud.text(*JOBS, "update", "j1", IN_REGION, *connector, "--async")
        described = tmp_path / "j1.yaml"
        described.write_text(await gcloud.text(*JOBS, "describe", "j1", IN_REGION, "--format=export"))
        moved = await seen(server, "j1")
        await gcloud.text(*JOBS, "replace", str(described), IN_REGION, "--async")
        replaced = await seen(server, "j1")
        await gcloud.text(*EXECUTIONS, "delete", name, IN_REGION)
        left = await gcloud.text(*EXECUTIONS, "list", IN_REGION, NAMES)
        await gcloud.text(*JOBS, "delete", "j1", IN_REGION)
        jobs = await gcloud.text(*JOBS, "list", NAMES)
        with pytest.raises(exceptions.NotFound):
            await seen(server, "j1")

    task = first.template.template
    assert (first.template.task_count, task.max_retries, task.timeout.seconds) == (2, 0, 120)
    assert [(i.network, i.subnetwork) for i in task.vpc_access.network_interfaces] == [("my-vpc", "run")]
    assert task.vpc_access.egress == run_v2.VpcAccess.VpcEgress.ALL_TRAFFIC
    assert (waited.code, "has successfully completed" in waited.said) == (0, True), waited.said
    assert ran[0]["status"]["succeededCount"] == 2
    assert sorted(tasks.split()) == [f"{name}-task0", f"{name}-task1"]
    assert "2 tasks completed successfully" in shown
    assert moved.template.template.vpc_access.connector == f"{PLACE}/connectors/con"
    assert not moved.template.template.vpc_access.network_interfaces
    assert replaced.template.template == moved.template.template
    assert (left.strip(), jobs.split()) == ("", ["bad"])


async def test_executions_that_fail_or_are_cancelled(tmp_path: Path) -> None:
    """The one has a declared outcome; the other, made by the v2 client, waits for a server that never answers."""
    env = {"RUNVPC_TARGETS": '["redis://10.1.0.60:82"]', "RUNVPC_TIMEOUT": "3600"}
    container = run_v2.Container(
        image="python:3.12-slim",
        command=["python"],
        args=["-c", probe_text()],
        env=[run_v2.EnvVar(name=key, value=value) for key, value in env.items()],
    )
    access = run_v2.VpcAccess(network_interfaces=[run_v2.VpcAccess.NetworkInterface(subnetwork="run")])
    task = run_v2.TaskTemplate(containers=[container], max_retries=0, timeout="3600s", vpc_access=access)
    made = run_v2.Job(template=run_v2.ExecutionTemplate(template=task))
    async with serving(tmp_path, WORLD) as server:
        gcloud = gcloud_for(server, tmp_path)
        async with v2_client(server) as client:
            await (await client.create_job(parent=PLACE, job=made, job_id="waits")).result(timeout=20)
        failed = await gcloud.refused(*JOBS, "execute", "bad", IN_REGION, "--wait", "--update-env-vars=A=1")
        waiting = await gcloud.json(*JOBS, "execute", "waits", IN_REGION)
        name = waiting["metadata"]["name"]
        await gcloud.text(*EXECUTIONS, "cancel", name, IN_REGION)
        ended = await gcloud.json(*EXECUTIONS, "describe", name, IN_REGION)
        too_late = await gcloud.refused(*EXECUTIONS, "cancel", await execution_of(server, "bad"), IN_REGION)
    assert "The execution failed." in failed
    states = {one["type"]: one for one in waiting["status"]["conditions"]}
    assert (states["Started"]["status"], states["Completed"]["status"]) == ("True", "Unknown")
    states = {one["type"]: one for one in ended["status"]["conditions"]}
    assert (states["Completed"]["status"], states["Completed"]["reason"]) == ("False", "Cancelled")
    assert ended["status"]["cancelledCount"] == 1
    assert "Failed to cancel" in too_late


async def execution_of(server: Server, job: str) -> str:
    """The name of a job's latest execution, by v2."""
    return (await seen(server, job)).latest_created_execution.name.rsplit("/", 1)[-1]
