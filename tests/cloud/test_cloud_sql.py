"""Cloud SQL instances that are attached to a service or a job by a volume."""

from __future__ import annotations

from google.cloud import run_v2 as api

from tests.cloud.run_bodies import PARENT, service
from wizard.cloud import run_records

VOLUMES = [
    api.Volume(name="scratch", empty_dir=api.EmptyDirVolumeSource()),
    api.Volume(name="sql", cloud_sql_instance=api.CloudSqlInstance(instances=["p:r:a", "p:r:b"])),
]


def test_of_a_service() -> None:
    message = service()
    assert run_records.service(message).cloud_sql == ()
    message.template.volumes = VOLUMES
    assert run_records.service(message).cloud_sql == ("p:r:a", "p:r:b")


def test_of_a_job() -> None:
    template = api.ExecutionTemplate(template=api.TaskTemplate(volumes=VOLUMES))
    message = api.Job(name=f"{PARENT}/jobs/j1", template=template)
    assert run_records.job(message).cloud_sql == ("p:r:a", "p:r:b")
