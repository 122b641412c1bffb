"""Calls of Cloud Run v2 and Serverless VPC Access v1, for REST and gRPC alike."""

from __future__ import annotations

from tests.sandbox.calls import OPERATION, PLACE, PROJECT, REGION, Body, Step

CONTAINER: Body = {"image": "example.com/app:v1", "env": [{"name": "LEVEL", "value": "info"}]}
ACCESS: Body = {"connector": f"{PLACE}/connectors/con", "egress": "PRIVATE_RANGES_ONLY"}
MADE, WORK = f"{PLACE}/services/made", f"{PLACE}/jobs/work"
FIRST, ONE = f"{MADE}/revisions/made-first", f"{WORK}/executions/work-one"
STARTED: Body = {"name": f"{PLACE}/operations/"}
DONE: Body = {"done": True, "response": {}}
MASK = ["labels", "template"]
DELETER = ["run.services.delete"]


def _service(name: str = "", revision: str = "", **fields: object) -> Body:
    template = {"containers": [CONTAINER], "vpc_access": ACCESS}
    return {"template": template | ({"revision": revision} if revision else {}), "name": name, **fields}


def _job(name: str = "", **fields: object) -> Body:
    inner = {"containers": [CONTAINER], "max_retries": 0}
    return {"name": name, "template": {"task_count": 2, "template": inner}, **fields}


SERVICES = (
    Step("run.ListServices", {"parent": PLACE}, {"services": [{"name": "api"}, {"name": "web"}]}),
    Step(
        "run.GetService",
        {"name": f"{PLACE}/services/web"},
        {"terminalCondition": {"state": "CONDITION_SUCCEEDED"}, "template": {"containers": [{"startupProbe": {}}]}},
    ),
    Step("run.CreateService", {"parent": PLACE, "service_id": "made", "service": _service("", "made-first")}, STARTED),
    Step("run.WaitOperation", {"name": OPERATION, "timeout": {"seconds": 5}}, DONE),
    Step("run.GetOperation", {"name": OPERATION}, DONE),
    Step(
        "run.UpdateService",
        {
            "service": _service(MADE, "made-second", labels={"team": "a"}),
            "update_mask": {"paths": MASK},
        },
        STARTED,
    ),
    Step("run.GetService", {"name": MADE}, {"labels": {"team": "a"}, "latestReadyRevision": "made-second"}),
    Step("run.ListRevisions", {"parent": MADE}, {"revisions": [{"service": "made"}, {"service": "made"}]}),
    Step("run.GetRevision", {"name": FIRST}, {"vpcAccess": {"egress": "PRIVATE_RANGES_ONLY"}}),
    Step("run.DeleteRevision", {"name": FIRST}, STARTED),
    Step(
        "run.SetIamPolicy",
        {"resource": MADE, "policy": {"bindings": [{"role": "roles/run.invoker", "members": ["allUsers"]}]}},
        {"bindings": [{"role": "roles/run.invoker"}]},
    ),
    Step("run.GetIamPolicy", {"resource": MADE}, {"bindings": [{"members": ["allUsers"]}]}),
    Step("run.TestIamPermissions", {"resource": MADE, "permissions": DELETER}, {"permissions": DELETER}),
    Step("run.ListOperations", {"name": PLACE}, {"operations": [{}, {}, {}]}),
    Step("run.DeleteService", {"name": MADE}, STARTED),
    Step("run.DeleteOperation", {"name": OPERATION}),
)

JOBS = (
    Step("run.ListJobs", {"parent": PLACE}, {"jobs": [{"name": "nightly"}, {"name": "weekly"}]}),
    Step("run.CreateJob", {"parent": PLACE, "job_id": "work", "job": _job(start_execution_token="one")}, STARTED),
    Step("run.GetJob", {"name": WORK}, {"template": {"taskCount": 2, "template": {"timeout": "600s"}}}),
    Step("run.UpdateJob", {"job": _job(WORK, labels={"team": "a"})}, STARTED),
    Step("run.GetIamPolicy", {"resource": WORK}, {"etag": "ACAB"}),
    Step("run.RunJob", {"name": WORK, "overrides": {"task_count": 1}}, STARTED),
    Step("run.ListExecutions", {"parent": WORK}, {"executions": [{"job": "work"}, {"job": "work"}]}),
    Step("run.GetExecution", {"name": ONE}, {"taskCount": 2}),
    Step("run.ListTasks", {"parent": ONE}, {"tasks": [{"execution": "work-one"}, {"index": 1}]}),
    Step("run.GetTask", {"name": f"{ONE}/tasks/work-one-task1"}, {"index": 1, "job": "work"}),
    Step("run.CancelExecution", {"name": ONE}, STARTED),
    Step("run.DeleteExecution", {"name": ONE}, STARTED),
    Step("run.DeleteJob", {"name": WORK}, STARTED),
)

RANGE: Body = {"network": "my-vpc", "ip_cidr_range": "10.9.0.0/28", "min_instances": 2, "max_instances": 3}
NEW = f"{PLACE}/connectors/made"

CONNECTORS = (
    Step("vpcaccess.ListLocations", {"name": f"projects/{PROJECT}"}, {"locations": [{}, {"locationId": REGION}]}),
    Step("vpcaccess.GetLocation", {"name": PLACE}, {"locationId": REGION}),
    Step("vpcaccess.ListConnectors", {"parent": PLACE}, {"connectors": [{"state": "ERROR"}, {"state": "READY"}]}),
    Step("vpcaccess.CreateConnector", {"parent": PLACE, "connector_id": "made", "connector": RANGE}, STARTED),
    Step("vpcaccess.GetOperation", {"name": OPERATION}, DONE),
    Step("vpcaccess.GetConnector", {"name": NEW}, {"state": "READY", "ipCidrRange": "10.9.0.0/28"}),
    Step(
        "vpcaccess.UpdateConnector",
        {"connector": {"name": NEW, "max_instances": 5}, "update_mask": {"paths": ["max_instances"]}},
        STARTED,
    ),
    Step("vpcaccess.GetConnector", {"name": NEW}, {"state": "READY", "maxInstances": 5}),
    Step("vpcaccess.ListOperations", {"name": PLACE}, {"operations": [{}, {}]}),
    Step("vpcaccess.DeleteConnector", {"name": NEW}, STARTED),
)

SERVERLESS = (*SERVICES, *JOBS)
