"""What is proposed as a target, from where, and in which network it is."""

from __future__ import annotations

from msgspec.structs import replace

from tests.plan.worlds import REGION, tutorial
from wizard.guide.targets import finders, proposals, read_typed, remarks, rows
from wizard.inventory import Gap, Inventory
from wizard.records import (
    EnvValue,
    FirewallRule,
    ForwardingRule,
    Instance,
    Literal,
    Network,
    Ports,
    SecretRef,
    Service,
    Subnet,
)


def service(**env: str | EnvValue) -> Service:
    values = {name: Literal(value) if isinstance(value, str) else value for name, value in env.items()}
    return Service(name="web", region=REGION, env=values)


def test_the_tutorial() -> None:
    facts = tutorial()
    assert [(p.url, p.source, p.home.words) for p in proposals(facts, facts.service)] == [
        ("redis://10.0.0.3:6379", "REDIS_HOST of my-service", "in my-vpc"),
        ("postgres://10.0.0.5:5432", "VM orders-db", "in my-vpc"),
        ("http://10.0.0.10:80", "VM internal-api", "in my-vpc"),
    ]


def test_secrets_are_not_looked_at() -> None:
    held = service(DB_PASSWORD="10.0.0.3:80", REDIS_HOST=SecretRef("redis"), DB_URL="postgres://u:hunter2@10.0.0.5/x")
    found = proposals(Inventory(project="p", region=REGION), held)
    assert [p.url for p in found] == ["postgres://10.0.0.5:5432"]
    assert "hunter2" not in repr(found)


def test_load_balancers_and_machines() -> None:
    facts = Inventory(
        project="p",
        region=REGION,
        forwarding_rules=(
            ForwardingRule(name="ilb", address="10.0.0.20", network="vpc", scheme="INTERNAL", ports=("443", "9000")),
            ForwardingRule(name="any", address="10.0.0.21", network="vpc", scheme="INTERNAL_MANAGED"),
            ForwardingRule(name="out", address="34.1.1.1", scheme="EXTERNAL", ports=("80",)),
            ForwardingRule(name="six", address="fd00::1", scheme="INTERNAL", ports=("80", "80-90")),
        ),
        instances=(
            Instance(name="aet-uscentral1-x-1", network="vpc", address="10.8.0.2"),
            Instance(name="gone", network="vpc"),
            Instance(name="plain", network="vpc", address="10.0.0.30"),
            Instance(name="tagged", network="vpc", address="10.0.0.31", tags=("app",)),
            Instance(name="again", network="vpc", address="10.0.0.20"),
        ),
        firewalls=(
            FirewallRule(
                name="in",
                network="vpc",
                protocols=(Ports("tcp", ("22", "9200", "80-90")), Ports("udp", ("53",))),
                target_tags=("app",),
            ),
            FirewallRule(
                name="off", network="vpc", protocols=(Ports("tcp", ("1",)),), target_tags=("app",), disabled=True
            ),
            FirewallRule(name="else", network="other", protocols=(Ports("tcp", ("2",)),), target_tags=("app",)),
        ),
    )
    assert [(p.url, p.source, p.incomplete) for p in proposals(facts, None)] == [
        ("https://10.0.0.20:443", "internal load balancer ilb", False),
        ("tcp://10.0.0.20:9000", "internal load balancer ilb", False),
        ("tcp://10.0.0.21", "internal load balancer any, any port", True),
        ("tcp://10.0.0.30", "VM plain", True),
        ("tcp://10.0.0.31:9200", "VM tagged", False),
    ]


def test_ticked_and_typed_rows() -> None:
    facts = tutorial()
    made = rows(facts, facts.service, ("postgres://10.0.0.5:5432", "10.200.0.1:99"), typed=("https://example.com",))
    assert [(row.url, row.ticked, row.doubtful) for row in made] == [
        ("redis://10.0.0.3:6379", False, False),
        ("postgres://10.0.0.5:5432", True, False),
        ("http://10.0.0.10:80", False, False),
        ("10.200.0.1:99", True, True),
        ("https://example.com", False, False),
    ]
    assert made[3].note == "typed, in no network here"
    assert made[4].note == "typed, by name, its address is not known here"


def test_one_target_in_two_spellings_is_one_row() -> None:
    facts = tutorial()
    made = rows(facts, facts.service, ("http://10.0.0.10/health",))
    assert [(row.url, row.ticked) for row in made][-1] == ("http://10.0.0.10/health", True)
    assert len(made) == 3


def test_a_saved_answer_that_is_no_target_is_still_a_row() -> None:
    facts = tutorial()
    assert [row.url for row in rows(facts, facts.service, ("nonsense [/x]",)) if row.ticked] == ["nonsense [/x]"]


def test_before_the_project_is_read() -> None:
    assert [(row.url, row.note) for row in rows(None, None, ("10.0.0.3:6379",))] == [("10.0.0.3:6379", "typed")]
    assert rows(None, service(REDIS_HOST="10.0.0.3"), ())[0].url == "redis://10.0.0.3:6379"


def test_several_pasted_at_once() -> None:
    typed = read_typed("redis://10.0.0.3:6379, 10.0.0.5:5432;\n nonsense\t10.0.0.5:5432 http://u:p@h")
    assert typed.targets == ("redis://10.0.0.3:6379", "10.0.0.5:5432")
    assert typed.rest == "nonsense http://u:p@h"
    assert typed.problem.startswith("'nonsense': the port is missing; for example ")
    assert read_typed("  ").targets == ()


def test_names_of_strangers_stay_on_one_line() -> None:
    facts = Inventory(
        project="p", region=REGION, instances=(Instance(name="a\nb[/x]-db", network="v\n[/x]", address="10.0.0.3"),)
    )
    (row,) = rows(facts, None, ())
    assert "\n" not in row.note
    assert row.note == "VM a b[/x]-db, in v [/x]"


def test_remarks() -> None:
    assert remarks(tutorial()) == ("managed services of my-vpc have addresses in 10.9.0.0/16",)
    gap = Gap(what="instances", status="PERMISSION_DENIED", message="Required 'compute.instances.list'")
    assert remarks(replace(Inventory(project="p", region=REGION), gaps=(gap,))) == (
        "instances could not be read: Required 'compute.instances.list'",
    )


def test_where_to_look_for_managed_services() -> None:
    assert [words[1] for words in finders(tutorial())] == ["redis", "sql"]
    assert finders(tutorial(addresses=())) == ()


def test_thousands_of_machines() -> None:
    count = 5000
    facts = Inventory(
        project="p",
        region=REGION,
        networks=(Network(name="vpc"),),
        subnets=(Subnet(name="s", network="vpc", region=REGION, range="10.0.0.0/8"),),
        instances=tuple(
            Instance(name=f"db-{n}", network="vpc", address=f"10.1.{n // 250}.{n % 250 + 1}") for n in range(count)
        ),
    )
    assert len(proposals(facts, None)) == count
