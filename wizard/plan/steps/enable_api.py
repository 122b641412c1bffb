"""Enabling an API of the project. It is never taken back: somebody else may have begun to use it."""

from __future__ import annotations

from wizard.plan.step import Change, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, Api, Ref


class EnableApi(Step, frozen=True, kw_only=True, tag="api"):
    """`api` is the service's host name, such as `vpcaccess.googleapis.com`."""

    api: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="api", project=self.project, name=self.api)

    @property
    def needs(self) -> Needs:
        return Needs(permissions=("serviceusage.services.enable",))

    @property
    def usual(self) -> float:
        return 30.0

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if isinstance(found, Api) and found.enabled:
            return Change(op=Op.REUSE, reason="already enabled")
        return Change(op=Op.CREATE, reason="not enabled in this project")

    def gcloud(self) -> list[list[str]]:
        return [["gcloud", "services", "enable", self.api, f"--project={self.project}"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.create(self.ref, Api(name=self.api, enabled=True), request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if isinstance(found, Api) and found.enabled:
            return Outcome(observed="enabled")
        return Outcome(error=f"{self.api} is still not enabled", code="api_not_enabled")
