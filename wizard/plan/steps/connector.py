"""Serverless VPC Access connectors: creating one, and deleting our own."""

from __future__ import annotations

from wizard.plan.step import Block, Change, Cost, FieldChange, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, Connector, Ref

_TRANSIENT = {"CREATING", "UPDATING", "DELETING"}


class CreateConnector(Step, frozen=True, kw_only=True, tag="connector"):
    """A connector on a subnet (`subnet`) or on a bare range (`network` and `range`).

    Minimum and maximum are always sent: the API has no default for them (facts: trap 2).
    """

    region: str
    name: str
    network: str = ""
    range: str = ""
    subnet: str = ""
    machine_type: str = "e2-micro"
    min_instances: int = 2
    max_instances: int = 3
    price: Cost = Cost()

    @property
    def ref(self) -> Ref:
        return Ref(kind="connector", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        size = f"{self.machine_type} x {self.min_instances}-{self.max_instances}"
        return f"connector {self.name} on {self.subnet or self.range}, {size}"

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("vpcaccess.googleapis.com", "compute.googleapis.com"),
            permissions=("vpcaccess.connectors.create", "vpcaccess.operations.get"),
        )

    @property
    def cost(self) -> Cost:
        return self.price

    @property
    def usual(self) -> float:
        return 150.0

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Connector):
            return Change(op=Op.CREATE, reason=f"no connector {self.name} in {self.region}")
        if found.state in _TRANSIENT:
            return Change(op=Op.WAIT, reason=f"it is {found.state}")
        if found.state == "ERROR":
            return Change(op=Op.REPLACE, reason="it is in state ERROR: only deleting frees its name")
        differences = self._differences(found)
        if differences:
            reason = "a connector of this name exists elsewhere, and that cannot be changed; choose another name"
            return Change(op=Op.BLOCK, reason=reason, fields=differences)
        if found.state != "READY":
            return Change(op=Op.BLOCK, reason=f"its state is {found.state}, which this version does not know")
        size = f"{found.machine_type} x {found.min_instances}-{found.max_instances}"
        return Change(op=Op.REUSE, reason=f"exists and is READY ({size}, left as it is)")

    def _differences(self, found: Connector) -> tuple[FieldChange, ...]:
        if self.subnet:
            pairs = [("subnet", found.subnet, self.subnet)]
        else:
            pairs = [("network", found.network, self.network), ("range", found.range, self.range)]
        return tuple(FieldChange(field, before, after) for field, before, after in pairs if before != after)

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op not in {Op.CREATE, Op.REPLACE}:
            return None
        return DeleteConnector(project=self.project, region=self.region, name=self.name)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "networks", "vpc-access", "connectors", "create", self.name]
        command += [f"--project={self.project}", f"--region={self.region}"]
        command += (
            [f"--subnet={self.subnet}"] if self.subnet else [f"--network={self.network}", f"--range={self.range}"]
        )
        command += [f"--machine-type={self.machine_type}"]
        return [[*command, f"--min-instances={self.min_instances}", f"--max-instances={self.max_instances}"]]

    def terraform(self) -> tuple[Block, ...]:
        where: dict[str, object] = (
            {"subnet": {"name": self.subnet}} if self.subnet else {"network": self.network, "ip_cidr_range": self.range}
        )
        attributes: dict[str, object] = {
            "project": self.project,
            "name": self.name,
            "region": self.region,
            "machine_type": self.machine_type,
            "min_instances": self.min_instances,
            "max_instances": self.max_instances,
            **where,
        }
        return (Block(type="google_vpc_access_connector", label=self.name, attributes=attributes),)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        if change.op is Op.REPLACE:
            await cloud.wait(await cloud.delete(self.ref, etag="", request_id=""))
        wanted = Connector(
            name=self.name,
            region=self.region,
            network="" if self.subnet else self.network,
            range="" if self.subnet else self.range,
            subnet=self.subnet,
            machine_type=self.machine_type,
            min_instances=self.min_instances,
            max_instances=self.max_instances,
        )
        return await cloud.create(self.ref, wanted, request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if isinstance(found, Connector) and found.state == "READY":
            return Outcome(observed="READY")
        state = found.state if isinstance(found, Connector) else "gone"
        return Outcome(
            error=f"the operation is done, but connector {self.name} is {state}, not READY",
            code="connector_not_ready",
            fix="look at the quota, firewall and organisation policy of the project; undo removes the connector",
        )


class DeleteConnector(Step, frozen=True, kw_only=True, tag="connector-delete"):
    """Deletes a connector that a run of ours created."""

    region: str
    name: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="connector", project=self.project, location=self.region, name=self.name)

    @property
    def why(self) -> str:
        return "created by this run"

    @property
    def needs(self) -> Needs:
        return Needs(apis=("vpcaccess.googleapis.com",), permissions=("vpcaccess.connectors.delete",))

    @property
    def usual(self) -> float:
        return 120.0

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Connector):
            return Change(op=Op.SKIP, reason="already gone")
        if found.state in _TRANSIENT:
            return Change(op=Op.WAIT, reason=f"it is {found.state}")
        return Change(op=Op.DELETE, reason=self.why)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "networks", "vpc-access", "connectors", "delete", self.name]
        return [[*command, f"--project={self.project}", f"--region={self.region}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)
