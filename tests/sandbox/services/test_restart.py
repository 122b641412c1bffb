"""A server that is stopped and started again: what was pending goes on, what ran has failed, the rest is as it was."""

from __future__ import annotations

from pathlib import Path

from google.cloud import compute_v1 as compute
from google.cloud import run_v2

from tests.sandbox.services.cloud import Cloud, until
from tests.sandbox.services.worlds import LOCATION, NETWORK, PROJECT, REGION, SMALL
from wizard.sandbox import client
from wizard.sandbox.api import Body
from wizard.sandbox.tasks import probe_text

WORLD = SMALL.replace('serves = ["redis:6379"]', 'serves = ["redis:6379", "silent:82"]') + (
    '[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.20.0.0/28"\n'
    '[[firewall]]\nname = "open"\nnetwork = "my-vpc"\nrules = ["tcp"]\nsources = ["0.0.0.0/0"]\n'
)
REQUEST = "8f1b1a3e-0000-4000-8000-000000000009"


def endless_job() -> run_v2.Job:
    """A job whose one task waits long for an answer that never comes."""
    env = {"RUNVPC_TARGETS": '["redis://10.0.0.3:82"]', "RUNVPC_ATTEMPTS": "1", "RUNVPC_TIMEOUT": "300"}
    container = run_v2.Container(image="python", command=["python"], args=["-c", probe_text()])
    container.env = [run_v2.EnvVar(name=key, value=value) for key, value in env.items()]
    access = run_v2.VpcAccess(connector=f"{LOCATION}/connectors/con")
    task = run_v2.TaskTemplate(containers=[container], vpc_access=access, max_retries=0)
    return run_v2.Job(template=run_v2.ExecutionTemplate(template=task), start_execution_token="once")


def insert(cloud: Cloud) -> str:
    """The name of the operation that creates a subnetwork, whether it is new or not."""
    wanted = compute.Subnetwork(name="fresh", ip_cidr_range="10.2.0.0/24", network=NETWORK)
    request = {"project": PROJECT, "region": REGION, "subnetwork_resource": wanted, "request_id": REQUEST}
    return str(cloud.subnets.insert(request=request).name)


def without_job(state: Body) -> Body:
    """Everything but the job with its execution, which ended."""
    return {key: body for key, body in state.items() if "/jobs/" not in key}


def test_a_restart_in_the_middle_of_everything(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    execution = f"{LOCATION}/jobs/probe/executions/probe-once"

    def started() -> Cloud:
        return Cloud(client.ensure(tmp_path / "state", str(tmp_path / "world.toml")))

    cloud = started()
    cloud.control("POST", "clock", {"instant": True})
    cloud.jobs.create_job(parent=LOCATION, job_id="probe", job=endless_job()).result(timeout=10)
    until(lambda: cloud.executions.get_execution(name=execution), lambda e: e.running_count == 1)
    cloud.slowly()
    operation = insert(cloud)
    before = cloud.state()
    client.stop(cloud.sandbox)
    cloud.close()

    cloud = started()
    try:
        over = cloud.executions.get_execution(name=execution)
        assert (over.running_count, over.failed_count, over.succeeded_count, over.reconciling) == (0, 1, 0, False)
        (task,) = cloud.tasks.list_tasks(parent=execution)
        assert task.conditions[0].message == "The sandbox was stopped while the task ran."
        after = cloud.state()
        assert without_job(after) == without_job(before)
        place = {"project": PROJECT, "region": REGION, "operation": operation}
        assert cloud.region_operations.get(request=place).status.name == "RUNNING"
        assert insert(cloud) == operation, "the request id is remembered"
        cloud.advance(600)
        assert cloud.region_operations.get(request=place).status.name == "DONE"
        assert cloud.subnets.get(project=PROJECT, region=REGION, subnetwork="fresh").ip_cidr_range == "10.2.0.0/24"
    finally:
        client.stop(cloud.sandbox)
        cloud.close()
