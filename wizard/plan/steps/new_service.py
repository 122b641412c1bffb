"""A Cloud Run service that does not exist yet, created with its network settings from the first revision on."""

from __future__ import annotations

from wizard.plan.step import Block, Change, FieldChange, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.plan.steps.service import revision_ready, settled
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, EnvValue, Ref, Service, VpcAccess


class CreateService(Step, frozen=True, kw_only=True, tag="service-create"):
    """A new service from `image`; nobody is given the right to invoke it."""

    region: str
    name: str
    image: str
    vpc: VpcAccess
    env: dict[str, EnvValue] = {}

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"service {self.name} (new): {words.vpc_words(self.vpc)}"

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("run.googleapis.com",),
            permissions=("run.services.create", "run.services.get", "iam.serviceAccounts.actAs"),
        )

    @property
    def usual(self) -> float:
        return 40.0

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.CREATE, reason=f"there is no service {self.name} yet")
        fields = words.vpc_change(found.vpc, self.vpc) + words.env_changes(found.env, self.env)
        if found.image != self.image:
            fields = (FieldChange("image", found.image, self.image), *fields)
        if fields:
            return Change(op=Op.BLOCK, reason="a service of this name exists with other settings", fields=fields)
        return Change(op=Op.REUSE, reason="exists with these settings")

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CREATE:
            return None
        return DeleteService(project=self.project, region=self.region, name=self.name)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "deploy", self.name, f"--project={self.project}", f"--region={self.region}"]
        command += [f"--image={self.image}", "--no-allow-unauthenticated"]
        return [command + words.vpc_flags(self.vpc) + words.env_flags(self.env)]

    def terraform(self) -> tuple[Block, ...]:
        containers: dict[str, object] = {"image": self.image}
        if self.env:
            containers["env"] = words.env_blocks(self.env)
        attributes: dict[str, object] = {
            "project": self.project,
            "name": self.name,
            "location": self.region,
            "template": {"containers": containers, "vpc_access": words.vpc_block(self.vpc)},
        }
        return (Block(type="google_cloud_run_v2_service", label=self.name, attributes=attributes),)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        wanted = Service(name=self.name, region=self.region, image=self.image, vpc=self.vpc, env=self.env)
        return await cloud.create(self.ref, wanted, request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        return revision_ready(await settled(cloud, self.ref, found), self.name)


class DeleteService(Step, frozen=True, kw_only=True, tag="service-delete"):
    """Deletes a service that a run of ours created."""

    region: str
    name: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def needs(self) -> Needs:
        return Needs(apis=("run.googleapis.com",), permissions=("run.services.delete",))

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.SKIP, reason="already gone")
        return Change(op=Op.DELETE, reason="created by this run")

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "services", "delete", self.name]
        return [[*command, f"--project={self.project}", f"--region={self.region}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)
