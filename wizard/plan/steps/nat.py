"""Cloud NAT for the egress subnet alone, on a router of its own: one resource, nothing of others touched."""

from __future__ import annotations

from wizard.plan.step import Block, Change, Cost, FieldChange, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, Nat, Ref, Router


class CreateNat(Step, frozen=True, kw_only=True, tag="nat"):
    """A Cloud Router `name` with one NAT gateway for `subnet`, so that all-traffic egress reaches the internet."""

    region: str
    name: str
    network: str
    subnet: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="router", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"Cloud NAT on router {self.name} for subnet {self.subnet}"

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("compute.googleapis.com",),
            permissions=("compute.routers.create", "compute.routers.update", "compute.networks.updatePolicy"),
        )

    @property
    def cost(self) -> Cost:
        return Cost(basis="Cloud NAT is charged by use on top (see Google's price list)")

    @property
    def usual(self) -> float:
        return 20.0

    def _wanted(self) -> Router:
        nat = Nat(name=f"{self.name}-nat", subnets=(self.subnet,))
        return Router(name=self.name, network=self.network, region=self.region, nats=(nat,))

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Router):
            return Change(op=Op.CREATE, reason="all-traffic egress has no other way to the internet")
        if any(nat.all_subnets or self.subnet in nat.subnets for nat in found.nats):
            return Change(op=Op.REUSE, reason=f"router {self.name} already translates {self.subnet}")
        field = FieldChange("nats", ", ".join(nat.name for nat in found.nats) or "none", f"{self.name}-nat")
        return Change(op=Op.BLOCK, reason="another router has this name; choose --nat leave", fields=(field,))

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CREATE:
            return None
        return DeleteRouter(project=self.project, region=self.region, name=self.name)

    def gcloud(self) -> list[list[str]]:
        where = [f"--project={self.project}", f"--region={self.region}"]
        router = ["gcloud", "compute", "routers", "create", self.name, *where, f"--network={self.network}"]
        nat = ["gcloud", "compute", "routers", "nats", "create", f"{self.name}-nat", *where]
        nat += [
            f"--router={self.name}",
            f"--nat-custom-subnet-ip-ranges={self.subnet}",
            "--auto-allocate-nat-external-ips",
        ]
        return [router, nat]

    def terraform(self) -> tuple[Block, ...]:
        common: dict[str, object] = {"project": self.project, "region": self.region}
        router = Block(
            type="google_compute_router",
            label=self.name,
            attributes={**common, "name": self.name, "network": self.network},
        )
        nat = Block(
            type="google_compute_router_nat",
            label=f"{self.name}-nat",
            attributes={
                **common,
                "name": f"{self.name}-nat",
                "router": self.name,
                "nat_ip_allocate_option": "AUTO_ONLY",
                "source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS",
                "subnetwork": [{"name": self.subnet, "source_ip_ranges_to_nat": ["ALL_IP_RANGES"]}],
            },
        )
        return (router, nat)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.create(self.ref, self._wanted(), request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if self.decide(found).op is Op.REUSE:
            return Outcome(observed=f"translates {self.subnet}")
        return Outcome(error=f"router {self.name} has no NAT for {self.subnet}", code="not_applied")


class DeleteRouter(Step, frozen=True, kw_only=True, tag="router-delete"):
    """Deletes a router, and with it the NAT gateway, that a run of ours created."""

    region: str
    name: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="router", project=self.project, location=self.region, name=self.name)

    @property
    def needs(self) -> Needs:
        return Needs(apis=("compute.googleapis.com",), permissions=("compute.routers.delete",))

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Router):
            return Change(op=Op.SKIP, reason="already gone")
        if len(found.nats) > 1:
            return Change(op=Op.BLOCK, reason="somebody added another NAT gateway to it: not ours alone any more")
        return Change(op=Op.DELETE, reason="created by this run")

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "routers", "delete", self.name]
        return [[*command, f"--project={self.project}", f"--region={self.region}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)
