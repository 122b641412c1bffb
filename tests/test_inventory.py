"""What the inventory reads, and how often, of a cloud that remembers what it was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply.fake_cloud import FakeCloud
from wizard import inventory
from wizard.errors import CloudError
from wizard.records import ForwardingRule, PolicyValues

SERVICE = "projects/p/regions/r/backendServices/{}"


def rule(name: str, service: str, scheme: str = "INTERNAL") -> ForwardingRule:
    return ForwardingRule(name=name, scheme=scheme, backend_service=SERVICE.format(service) if service else "")


class Balanced(FakeCloud):
    """Forwarding rules, and what is behind their backend services; `refused` may not be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: list[str] = []

    async def forwarding_rules(self) -> tuple[ForwardingRule, ...]:
        return (
            rule("one", "db"),
            rule("two", "db"),
            rule("proxy", "web", "INTERNAL_MANAGED"),
            rule("outside", "web", "EXTERNAL"),
            rule("endpoint", ""),
            rule("unlisted", "neg"),
            rule("refused", "refused"),
        )

    async def backends(self, backend_service: str) -> tuple[str, ...] | None:
        self.asked.append(backend_service)
        name = backend_service.rpartition("/")[2]
        if name == "refused":
            raise CloudError("no", status="PERMISSION_DENIED")
        return ("vm-1", "vm-2") if name == "db" else None


async def test_only_passthrough_balancers_are_followed_each_service_once(tmp_path: Path) -> None:
    cloud = Balanced(tmp_path / "world")
    found = await inventory.read(cloud, "r", "s", backends=True)
    assert sorted(cloud.asked) == [SERVICE.format(name) for name in ("db", "neg", "refused")]
    behind = {r.name: r.backends for r in found.forwarding_rules if r.backends_known}
    assert behind == {"one": ("vm-1", "vm-2"), "two": ("vm-1", "vm-2")}
    assert len(found.forwarding_rules) == 7
    assert [(gap.what, gap.status) for gap in found.gaps] == [("machines behind refused", "PERMISSION_DENIED")]


@pytest.mark.parametrize("dns", [True, False])
async def test_which_apis_are_asked_about(tmp_path: Path, dns: bool) -> None:
    found = await inventory.read(Balanced(tmp_path / "world"), "r", "s", dns=dns)
    assert ("dns.googleapis.com" in found.apis) is dns
    assert found.apis.keys() >= set(inventory.APIS)


class Governed(FakeCloud):
    """One constraint restricts, one restricts nothing, and of the others nothing may be known."""

    async def allowed_values(self, constraint: str) -> PolicyValues | None:
        if constraint == "run.secret":
            raise CloudError("no", status="PERMISSION_DENIED")
        return PolicyValues(denied=("all",)) if constraint == "run.some" else None


async def test_policies_are_read_when_asked_for(tmp_path: Path) -> None:
    cloud = Governed(tmp_path / "world")
    found = await inventory.read(cloud, "r", "s", policies=("run.some", "run.none", "run.secret"))
    assert found.policies == {"run.some": PolicyValues(denied=("all",)), "run.none": None}
    gap = inventory.policy_gap(found, "run.secret")
    assert gap is not None and (gap.status, gap.message) == ("PERMISSION_DENIED", "no")
    assert inventory.policy_gap(found, "run.none") is None
    assert (await inventory.read(cloud, "r", "s")).policies == {}
