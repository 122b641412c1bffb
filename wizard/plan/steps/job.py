"""The network settings of an existing Cloud Run job: what its next execution gets."""

from __future__ import annotations

from wizard.plan.step import Block, Change, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.ports import Cloud, JobPatch, Operation
from wizard.records import AnyResource, Job, Ref, VpcAccess


class PatchJob(Step, frozen=True, kw_only=True, tag="job"):
    """Sets `vpc`; `leaves` is the other way of egress that the job has now: gcloud must be told."""

    region: str
    name: str
    vpc: VpcAccess
    leaves: str = ""

    @property
    def ref(self) -> Ref:
        return Ref(kind="job", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"job {self.name}: {words.vpc_words(self.vpc)}"

    @property
    def needs(self) -> Needs:
        permissions = ("run.jobs.update", "run.jobs.get", "iam.serviceAccounts.actAs")
        return Needs(apis=("run.googleapis.com",), permissions=permissions)

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Job):
            return Change(op=Op.BLOCK, reason=f"there is no job {self.name} in {self.region}")
        fields = words.vpc_change(found.vpc, self.vpc)
        if not fields:
            return Change(op=Op.REUSE, reason="already has these settings")
        return Change(op=Op.CHANGE, reason="from its next execution on; every other field stays", fields=fields)

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CHANGE or not isinstance(before, Job):
            return None
        return RestoreJob(project=self.project, region=self.region, name=self.name, vpc=before.vpc, set_vpc=self.vpc)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "jobs", "update", self.name, f"--project={self.project}", f"--region={self.region}"]
        parts = words.switch_flags(self.vpc, self.leaves) if self.leaves else [words.vpc_flags(self.vpc)]
        return [command + flags for flags in parts]

    def terraform(self) -> tuple[Block, ...]:
        attributes: dict[str, object] = {
            "project": self.project,
            "name": self.name,
            "location": self.region,
            "template": {"template": {"vpc_access": words.vpc_block(self.vpc)}},
        }
        return (Block(type="google_cloud_run_v2_job", label=self.name, attributes=attributes),)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = JobPatch(vpc=self.vpc)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        return _as_wanted(found, self.name, self.vpc)


class RestoreJob(Step, frozen=True, kw_only=True, tag="job-restore"):
    """Gives a job its earlier settings again, if it still has those that `PatchJob` set."""

    region: str
    name: str
    vpc: VpcAccess
    set_vpc: VpcAccess

    @property
    def ref(self) -> Ref:
        return Ref(kind="job", project=self.project, location=self.region, name=self.name)

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Job):
            return Change(op=Op.SKIP, reason="the job is gone")
        if not words.same_vpc(found.vpc, self.set_vpc):
            return Change(op=Op.SKIP, reason="nothing of what was set is there any more")
        fields = words.vpc_change(found.vpc, self.vpc)
        return Change(op=Op.CHANGE, reason="back to what it was", fields=fields)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = JobPatch(vpc=self.vpc)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        return _as_wanted(found, self.name, self.vpc)


def _as_wanted(found: AnyResource | None, name: str, vpc: VpcAccess) -> Outcome:
    if not isinstance(found, Job):
        return Outcome(error=f"job {name} is gone", code="not_found")
    if not words.same_vpc(found.vpc, vpc):
        return Outcome(error=f"job {name} has other settings: {words.vpc_words(found.vpc)}", code="not_applied")
    return Outcome(observed=words.vpc_words(found.vpc))
