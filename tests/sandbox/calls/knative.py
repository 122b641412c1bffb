"""Calls of Cloud Run v1 (Knative), which no Python client of Google's has; gcloud reads its replies in other tests."""

from __future__ import annotations

from tests.sandbox.calls import PLACE, PROJECT, Body, Step

SPACE = f"namespaces/{PROJECT}"
CONNECTOR = {"run.googleapis.com/vpc-access-connector": "con"}
MADE, WORK = f"{SPACE}/services/kn", f"{SPACE}/jobs/kn-work"
OF_SERVICE = {"parent": SPACE, "label_selector": "serving.knative.dev/service=kn"}
OF_JOB = {"parent": SPACE, "label_selector": "run.googleapis.com/job=kn-work"}
SERVICE, JOB = {"kind": "Service"}, {"kind": "Job"}


def _service(revision: str) -> Body:
    container = {"image": "example.com/app:v1", "env": [{"name": "LEVEL", "value": "info"}]}
    template = {"metadata": {"name": revision, "annotations": CONNECTOR}, "spec": {"containers": [container]}}
    body = {"metadata": {"name": "kn", "namespace": PROJECT}, "spec": {"template": template}}
    return {"apiVersion": "serving.knative.dev/v1", "kind": "Service", **body}


def _job(tasks: int) -> Body:
    task = {"spec": {"containers": [{"image": "example.com/app:v1"}], "maxRetries": 0}}
    template = {"spec": {"taskCount": tasks, "template": task}}
    body = {"metadata": {"name": "kn-work", "namespace": PROJECT}, "spec": {"template": template}}
    return {"apiVersion": "run.googleapis.com/v1", "kind": "Job", **body}


STEPS = (
    Step("run.v1.ListServices", {"parent": SPACE}, {"items": [SERVICE, SERVICE]}),
    Step("run.v1.CreateService", {"parent": SPACE, "service": _service("kn-first")}, SERVICE),
    Step("run.v1.WaitOperation", {"name": f"{PLACE}/operations/{{operationId}}"}, {"done": True}),
    Step("run.v1.GetOperation", {"name": f"{PLACE}/operations/{{operationId}}"}, {"done": True}),
    Step("run.v1.GetService", {"name": MADE}, {"status": {"latestReadyRevisionName": "kn-first"}}),
    Step("run.v1.ReplaceService", {"name": MADE, "service": _service("kn-second")}, SERVICE),
    Step("run.v1.GetService", {"name": MADE}, {"status": {"latestReadyRevisionName": "kn-second"}}),
    Step(
        "run.v1.ListRevisions",
        OF_SERVICE,
        {"items": [{}, {}]},
    ),
    Step("run.v1.GetRevision", {"name": f"{SPACE}/revisions/kn-first"}, {"metadata": {"annotations": CONNECTOR}}),
    Step("run.v1.DeleteRevision", {"name": f"{SPACE}/revisions/kn-first"}, {"status": "Success"}),
    Step(
        "run.SetIamPolicy'",
        {
            "resource": f"{PLACE}/services/kn",
            "policy": {"bindings": [{"role": "roles/run.invoker", "members": ["allUsers"]}]},
        },
        {"bindings": [{"members": ["allUsers"]}]},
    ),
    Step("run.GetIamPolicy'", {"resource": f"{PLACE}/services/kn"}, {"bindings": [{"role": "roles/run.invoker"}]}),
    Step(
        "run.TestIamPermissions'",
        {"resource": f"{PLACE}/services/kn", "permissions": ["run.services.get"]},
        {"permissions": ["run.services.get"]},
    ),
    Step("run.v1.DeleteService", {"name": MADE}, {"status": "Success"}),
    Step("run.v1.ListJobs", {"parent": SPACE}, {"items": [JOB, JOB]}),
    Step("run.v1.CreateJob", {"parent": SPACE, "job": _job(1)}, JOB),
    Step("run.v1.ReplaceJob", {"name": WORK, "job": _job(2)}, JOB),
    Step("run.v1.GetJob", {"name": WORK}, {"spec": {"template": {"spec": {"taskCount": 2}}}}),
    Step("run.v1.RunJob", {"name": WORK}, {"kind": "Execution", "spec": {"taskCount": 2}}),
    Step("run.v1.GetExecution", {"name": f"{SPACE}/executions/{{made}}"}, {"kind": "Execution"}),
    Step("run.v1.ListExecutions", OF_JOB, {"items": [{}]}),
    Step("run.v1.ListTasks", OF_JOB, {"items": [{}, {}]}),
    Step("run.v1.GetTask", {"name": f"{SPACE}/tasks/{{made}}-task0"}, {"kind": "Task"}),
    Step("run.v1.CancelExecution", {"name": f"{SPACE}/executions/{{made}}"}, {"kind": "Execution"}),
    Step("run.v1.DeleteExecution", {"name": f"{SPACE}/executions/{{made}}"}, {"status": "Success"}),
    Step("run.v1.DeleteJob", {"name": WORK}, {"status": "Success"}),
)
