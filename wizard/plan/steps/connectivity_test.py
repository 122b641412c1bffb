"""A Connectivity Test of Google's as a second opinion: created, read, and removed again like a live test."""

from __future__ import annotations

from wizard.plan.step import Change, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, ConnectivityTest, Ref

_API = "networkmanagement.googleapis.com"
KIND = "connectivity-test"


class RunConnectivityTest(Step, frozen=True, kw_only=True, tag="connectivity-test"):
    """Has Google analyse the way from `source` (full name of a revision or job) to an address and TCP port."""

    name: str
    source: str
    address: str
    port: int

    @property
    def ref(self) -> Ref:
        return Ref(kind=KIND, project=self.project, name=self.name)

    @property
    def title(self) -> str:
        return f"Connectivity Test of Google's to {self.address}:{self.port}"

    @property
    def needs(self) -> Needs:
        verbs = ("create", "get")
        return Needs(apis=(_API,), permissions=tuple(f"networkmanagement.connectivitytests.{verb}" for verb in verbs))

    @property
    def usual(self) -> float:
        return 30.0

    def decide(self, found: AnyResource | None) -> Change:
        if isinstance(found, ConnectivityTest):
            return Change(op=Op.REUSE, reason="this test exists already")
        return Change(op=Op.CREATE, reason="a second opinion on the configuration")

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        return DeleteConnectivityTest(project=self.project, name=self.name) if change.op is Op.CREATE else None

    def gcloud(self) -> list[list[str]]:
        """Nothing for a job: gcloud has a flag for revisions alone (SDK 528)."""
        if "/jobs/" in self.source:
            return []
        command = ["gcloud", "network-management", "connectivity-tests", "create", self.name]
        command += [f"--project={self.project}", f"--source-cloud-run-revision={self.source}", "--protocol=TCP"]
        return [[*command, f"--destination-ip-address={self.address}", f"--destination-port={self.port}"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        wanted = ConnectivityTest(name=self.name, source=self.source, address=self.address, port=self.port)
        return await cloud.create(self.ref, wanted, request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if not isinstance(found, ConnectivityTest) or not found.result:
            error = found.error if isinstance(found, ConnectivityTest) else ""
            return Outcome(error=error or "the Connectivity Test has no result", code="no_result")
        ends = ", ".join(dict.fromkeys(state for state in found.states if state))
        return Outcome(observed=f"{found.result}" + (f": {ends}" if ends else ""))


class DeleteConnectivityTest(Step, frozen=True, kw_only=True, tag="connectivity-test-delete"):
    """Removes the test, whatever it said."""

    name: str

    @property
    def ref(self) -> Ref:
        return Ref(kind=KIND, project=self.project, name=self.name)

    @property
    def needs(self) -> Needs:
        return Needs(apis=(_API,), permissions=("networkmanagement.connectivitytests.delete",))

    @property
    def always(self) -> bool:
        return True

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, ConnectivityTest):
            return Change(op=Op.SKIP, reason="already gone")
        return Change(op=Op.DELETE, reason="a test is never left behind")

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "network-management", "connectivity-tests", "delete", self.name]
        return [[*command, f"--project={self.project}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)
