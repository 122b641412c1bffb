"""Private Google Access of a subnet: lets what has no external address reach Google APIs."""

from __future__ import annotations

from wizard.plan.step import Change, FieldChange, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation, SubnetPatch
from wizard.records import AnyResource, Ref, Subnet


class SetPrivateGoogleAccess(Step, frozen=True, kw_only=True, tag="private-google-access"):
    """Turns Private Google Access of the subnet `name` on or off."""

    region: str
    name: str
    on: bool = True

    @property
    def ref(self) -> Ref:
        return Ref(kind="subnet", project=self.project, location=self.region, name=self.name)

    @property
    def needs(self) -> Needs:
        return Needs(apis=("compute.googleapis.com",), permissions=("compute.subnetworks.setPrivateIpGoogleAccess",))

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Subnet):
            return Change(op=Op.BLOCK, reason=f"there is no subnet {self.name} in {self.region}")
        if found.private_google_access == self.on:
            return Change(op=Op.REUSE, reason=f"already {_word(self.on)}")
        field = FieldChange("private_google_access", _word(found.private_google_access), _word(self.on))
        return Change(op=Op.CHANGE, reason="Google APIs are reached through this subnet", fields=(field,))

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CHANGE or not isinstance(before, Subnet):
            return None
        return SetPrivateGoogleAccess(
            project=self.project, region=self.region, name=self.name, on=before.private_google_access
        )

    def gcloud(self) -> list[list[str]]:
        flag = "--enable-private-ip-google-access" if self.on else "--no-enable-private-ip-google-access"
        command = ["gcloud", "compute", "networks", "subnets", "update", self.name]
        return [[*command, f"--project={self.project}", f"--region={self.region}", flag]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = SubnetPatch(private_google_access=self.on)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if isinstance(found, Subnet) and found.private_google_access == self.on:
            return Outcome(observed=_word(self.on))
        return Outcome(error=f"Private Google Access of {self.name} is not {_word(self.on)}", code="not_applied")


def _word(on: bool) -> str:
    return "on" if on else "off"
