"""Subnetworks: creating one (a /28 for a connector, a larger one for Direct VPC egress) and deleting our own."""

from __future__ import annotations

from wizard.plan.step import Block, Change, FieldChange, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, Ref, Subnet


class CreateSubnet(Step, frozen=True, kw_only=True, tag="subnet"):
    """A subnetwork of its own for Cloud Run. `range` is a CIDR, `use` the words for its purpose."""

    region: str
    name: str
    network: str
    range: str
    use: str = "Cloud Run"
    private_google_access: bool = False

    @property
    def ref(self) -> Ref:
        return Ref(kind="subnet", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"subnet {self.name} {self.range} in {self.region} for {self.use}"

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("compute.googleapis.com",),
            permissions=("compute.subnetworks.create", "compute.networks.updatePolicy"),
        )

    @property
    def usual(self) -> float:
        return 15.0

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Subnet):
            return Change(op=Op.CREATE, reason=f"{self.range} is free in {self.network}")
        differences = self._differences(found)
        if differences:
            return Change(
                op=Op.BLOCK,
                reason=f"a subnet {self.name} exists and is another one; choose another name",
                fields=differences,
            )
        return Change(op=Op.REUSE, reason="exists with this range and network")

    def _differences(self, found: Subnet) -> tuple[FieldChange, ...]:
        pairs = (
            ("network", found.network, self.network),
            ("range", found.range, self.range),
            ("purpose", found.purpose, "PRIVATE"),
        )
        return tuple(FieldChange(field, before, after) for field, before, after in pairs if before != after)

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CREATE:
            return None
        return DeleteSubnet(project=self.project, region=self.region, name=self.name, range=self.range)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "networks", "subnets", "create", self.name]
        command += [f"--project={self.project}", f"--network={self.network}", f"--region={self.region}"]
        command += [f"--range={self.range}"]
        if self.private_google_access:
            command.append("--enable-private-ip-google-access")
        return [command]

    def terraform(self) -> tuple[Block, ...]:
        attributes: dict[str, object] = {
            "project": self.project,
            "name": self.name,
            "region": self.region,
            "network": self.network,
            "ip_cidr_range": self.range,
            "private_ip_google_access": self.private_google_access,
        }
        return (Block(type="google_compute_subnetwork", label=self.name, attributes=attributes),)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        wanted = Subnet(
            name=self.name,
            network=self.network,
            region=self.region,
            range=self.range,
            private_google_access=self.private_google_access,
        )
        return await cloud.create(self.ref, wanted, request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if isinstance(found, Subnet) and found.range == self.range:
            return Outcome(observed=f"{found.range} in {found.network}")
        return Outcome(error=f"subnet {self.name} is not there after its creation", code="not_found")


class DeleteSubnet(Step, frozen=True, kw_only=True, tag="subnet-delete"):
    """Deletes a subnetwork that a run of ours created. Cloud Run may hold it for 1-2 hours (facts: trap 12)."""

    region: str
    name: str
    range: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="subnet", project=self.project, location=self.region, name=self.name)

    @property
    def why(self) -> str:
        return "created by this run"

    @property
    def needs(self) -> Needs:
        return Needs(apis=("compute.googleapis.com",), permissions=("compute.subnetworks.delete",))

    @property
    def usual(self) -> float:
        return 15.0

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Subnet):
            return Change(op=Op.SKIP, reason="already gone")
        if found.range != self.range:
            return Change(op=Op.BLOCK, reason=f"its range is now {found.range}, not {self.range}: not ours any more")
        return Change(op=Op.DELETE, reason=self.why)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "networks", "subnets", "delete", self.name]
        return [[*command, f"--project={self.project}", f"--region={self.region}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)
