"""The job that carries the probe."""

from __future__ import annotations

import json

from wizard.probe.job import DEFAULT_IMAGE, probe_job, probe_text
from wizard.probe.targets import parse
from wizard.records import Job, Literal, VpcAccess

DIRECT = VpcAccess(network="n", subnet="s", egress="private-ranges-only")
CONNECTOR = VpcAccess(connector="projects/p/locations/r/connectors/c")


def job(vpc: VpcAccess = DIRECT, *, write: bool = False, image: str = "") -> Job:
    targets = (parse("redis://10.0.0.3"), parse("10.0.0.5:5432"))
    return probe_job(
        name="probe",
        region="us-central1",
        targets=targets,
        vpc=vpc,
        attempts=3,
        timeout=2.5,
        start_window=90.0,
        write=write,
        image=image,
        start_token="abc",
    )


def environment(of: Job) -> dict[str, str]:
    return {key: value.value for key, value in of.env.items() if isinstance(value, Literal)}


def test_one_task_per_target_and_attempt_and_no_retries() -> None:
    made = job()
    assert (made.tasks, made.max_retries, made.start_token, made.vpc) == (6, 0, "abc", DIRECT)
    assert (made.image, made.command, made.args) == (DEFAULT_IMAGE, ("python",), ("-c", probe_text()))
    assert json.loads(environment(made)["RUNVPC_TARGETS"]) == ["redis://10.0.0.3", "tcp://10.0.0.5:5432"]


def test_only_direct_vpc_egress_is_given_time_to_start() -> None:
    direct, connector = job(DIRECT), job(CONNECTOR)
    assert environment(direct)["RUNVPC_START_WINDOW"] == "90"
    assert environment(connector)["RUNVPC_START_WINDOW"] == "0"
    assert direct.timeout > 90 + 2 * 2.5 > connector.timeout - 60


def test_writing_and_another_image_are_only_by_choice() -> None:
    assert environment(job())["RUNVPC_WRITE"] == "0"
    chosen = job(write=True, image="mirror.example/python:3.12")
    assert environment(chosen)["RUNVPC_WRITE"] == "1"
    assert chosen.image == "mirror.example/python:3.12"
