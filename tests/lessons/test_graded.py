"""Every lesson on its own sandbox, failed in several ways and passed: the work is done through Google's clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1, vpcaccess_v1
from google.cloud.vpcaccess_v1.services.vpc_access_service.transports import VpcAccessServiceGrpcTransport

from wizard.cli.lesson_bench import Bench, open_bench
from wizard.cli.options import Options
from wizard.cli.place import stop_sandbox
from wizard.lessons import library
from wizard.lessons.grading import Graded, grade, missing
from wizard.lessons.load import parse

PROJECT, REGION = "learn-project", "us-central1"
REDIS = [compute_v1.Allowed(I_p_protocol="tcp", ports=["6379"])]


@dataclass(frozen=True)
class Person:
    """Somebody with Google's clients, who works in a lesson's sandbox."""

    bench: Bench

    @property
    def firewalls(self) -> compute_v1.FirewallsClient:
        return compute_v1.FirewallsClient(credentials=AnonymousCredentials(), client_options=self._options)

    @property
    def subnets(self) -> compute_v1.SubnetworksClient:
        return compute_v1.SubnetworksClient(credentials=AnonymousCredentials(), client_options=self._options)

    @property
    def _options(self) -> ClientOptions:
        return ClientOptions(api_endpoint=self.bench.place.sandbox.url)

    @contextmanager
    def connectors(self) -> Iterator[vpcaccess_v1.VpcAccessServiceClient]:
        with grpc.insecure_channel(f"127.0.0.1:{self.bench.place.sandbox.port}") as channel:
            yield vpcaccess_v1.VpcAccessServiceClient(transport=VpcAccessServiceGrpcTransport(channel=channel))

    def connect(self, *, subnet: str = "", range_: str = "") -> None:
        """Make the connector shop-net. Raises what its operation fails with."""
        wanted = vpcaccess_v1.Connector(min_instances=2, max_instances=3)
        if subnet:
            wanted.subnet.name = subnet
        else:
            wanted.network, wanted.ip_cidr_range = "shop-vpc", range_
        parent = f"projects/{PROJECT}/locations/{REGION}"
        with self.connectors() as client:
            client.create_connector(parent=parent, connector_id="shop-net", connector=wanted).result(timeout=30)

    def allow(self, *sources: str, targets: tuple[str, ...] = ("redis",), **fields: object) -> None:
        """Make the ingress rule allow-mine, for Redis unless told otherwise."""
        wanted = {"allowed": REDIS, "source_ranges": list(sources), "target_tags": list(targets), **fields}
        rule = compute_v1.Firewall(name="allow-mine", network="global/networks/shop-vpc", **wanted)
        self.firewalls.insert_unary(project=PROJECT, firewall_resource=rule)

    def change(self, rule: str, **fields: object) -> None:
        """Patch a rule."""
        body = compute_v1.Firewall(**fields)
        self.firewalls.patch_unary(project=PROJECT, firewall=rule, firewall_resource=body)

    def remove(self, rule: str) -> None:
        self.firewalls.delete_unary(project=PROJECT, firewall=rule)


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Bench]]:
    """One sandbox per lesson for the whole module."""
    folder, opened = tmp_path_factory.mktemp("state"), dict[str, Bench]()

    def bench(name: str) -> Bench:
        if name not in opened:
            opened[name] = open_bench(parse(library.text_of(name), name), Options(speed=0))
        opened[name].reset()
        return opened[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNVPC_STATE_DIR", str(folder))
        yield bench
        for one in opened.values():
            stop_sandbox(one.place.sandbox)


@pytest.fixture
def person(benches: Callable[[str], Bench], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Person:
    """At the beginning of the lesson that the test names."""
    bench = benches(str(request.param))
    monkeypatch.setenv("RUNVPC_STATE_DIR", str(bench.place.sandbox.state_dir.parent.parent))
    return Person(bench)


def graded(person: Person) -> tuple[Graded, ...]:
    bench = person.bench
    return grade(bench.lesson.criteria, bench.state, bench)


def check(person: Person, wanted: set[int], *hints: str) -> None:
    """These criteria are missing and no others; each of the words stands in what was seen or in a hint."""
    grades = graded(person)
    said = [f"{one.found} {one.hint}" for one in grades if not one.met]
    assert set(missing(grades)) == wanted, said
    for hint in hints:
        assert any(hint in text for text in said), said


free_28 = pytest.mark.parametrize("person", ["a-free-28"], indirect=True)
redis = pytest.mark.parametrize("person", ["why-redis-times-out"], indirect=True)
deny = pytest.mark.parametrize("person", ["priority-and-deny"], indirect=True)


@pytest.mark.parametrize(
    "person", ["a-free-28", "why-redis-times-out", "priority-and-deny"], indirect=True, ids=lambda name: name
)
def test_what_happens_is_what_the_lesson_calls_right(person: Person) -> None:
    """The demonstration is run on the untouched sandbox; nothing of the task is met before it is done."""
    lesson = person.bench.lesson
    lines: list[str] = []
    shown = person.bench.demonstrate(lesson.demonstration, lines.append)
    happened = lesson.prediction.happened(shown.outcome)
    assert happened is not None
    assert happened.key == lesson.prediction.right
    assert lines == list(shown.lines)
    assert 3 < len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert missing(graded(person))


@free_28
@pytest.mark.parametrize("range_", ["10.8.0.0/28", "10.8.1.0/28", "10.8.1.64/28", "10.8.1.128/28", "10.8.2.128/28"])
def test_a_range_that_is_taken(person: Person, range_: str) -> None:
    with pytest.raises(exceptions.GoogleAPICallError):
        person.connect(range_=range_)
    check(person, {0, 1, 2, 3}, "state is ERROR, not READY", f"{range_} overlaps", "until somebody deletes it")


@free_28
def test_a_range_that_is_free_but_elsewhere(person: Person) -> None:
    person.connect(range_="10.50.0.0/28")
    check(person, {1}, "10.50.0.0/28 is not inside 10.8.0.0/22")


@free_28
def test_nobody_makes_room_by_removing_what_others_use(person: Person) -> None:
    with person.connectors() as client:
        client.delete_connector(name=f"projects/{PROJECT}/locations/europe-west1/connectors/old").result(timeout=30)
    person.connect(range_="10.8.1.0/28")
    check(person, {5}, "there is no old", "--reset")


@free_28
def test_a_free_range_by_name_of_the_network(person: Person) -> None:
    person.connect(range_="10.8.1.48/28")
    check(person, set())


@free_28
def test_a_free_range_in_a_subnet(person: Person) -> None:
    subnet = compute_v1.Subnetwork(name="con", network="global/networks/shop-vpc", ip_cidr_range="10.8.1.16/28")
    person.subnets.insert_unary(project=PROJECT, region=REGION, subnetwork_resource=subnet)
    person.connect(subnet="con")
    check(person, set())


@redis
def test_nothing_was_done_yet(person: Person) -> None:
    check(person, {0}, "shows: timeout", "which range do the packets of shop come from")


@redis
def test_a_source_that_is_too_wide(person: Person) -> None:
    person.allow("10.0.0.0/8")
    check(person, {1, 2}, "rule allow-mine lets in 10.0.0.0/8", "from subnet batch to 10.0.0.3:6379 is delivered")


@redis
def test_every_port_of_every_machine(person: Person) -> None:
    person.allow("10.20.0.0/24", targets=(), allowed=[compute_v1.Allowed(I_p_protocol="tcp")])
    check(person, {1, 3}, "opens tcp", "your rule opens more than the Redis")


@redis
def test_a_rule_for_every_machine(person: Person) -> None:
    person.allow("10.20.0.0/24", targets=())
    check(person, {1}, "is not for redis, 10.0.0.3/32 alone")


@redis
def test_a_rule_for_the_wrong_range(person: Person) -> None:
    person.allow("10.20.1.0/24")
    check(person, {0, 1, 2}, "lets in 10.20.1.0/24")


@redis
def test_the_smallest_rule(person: Person) -> None:
    person.allow("10.20.0.0/24")
    check(person, set())


@redis
def test_a_rule_that_was_there_is_extended(person: Person) -> None:
    person.change("allow-redis-from-connector", source_ranges=["10.8.0.0/28", "10.20.0.0/24"])
    check(person, set())


@deny
@pytest.mark.parametrize(
    ("rule", "fields"),
    [("allow-by-tag", {"priority": 1}), ("allow-internal", {"priority": 800}), ("allow-orders", {"priority": 900})],
)
def test_a_change_that_does_not_decide(person: Person, rule: str, fields: dict[str, object]) -> None:
    person.change(rule, **fields)
    check(person, {0}, "must have a smaller number")


@deny
def test_the_old_rule_lets_everybody_in(person: Person) -> None:
    person.change("allow-old", disabled=False)
    check(person, {2, 3}, "from service reports to 10.0.0.3:6379 is delivered", "which range does it name")


@deny
def test_the_deny_is_removed(person: Person) -> None:
    person.remove("deny-redis")
    check(person, {1, 2, 3}, "there is no deny-redis", "change an allow")


@deny
@pytest.mark.parametrize(
    "fields", [{"disabled": True}, {"source_ranges": ["10.20.0.0/24"]}], ids=["disabled", "narrowed"]
)
def test_the_deny_does_not_protect_any_more(person: Person, fields: dict[str, object]) -> None:
    person.change("deny-redis", **fields)
    assert {1, 2, 3} <= set(missing(graded(person)))


@deny
@pytest.mark.parametrize(
    ("rule", "priority"), [("allow-orders", 790), ("deny-redis", 900)], ids=["the allow before", "the deny behind"]
)
def test_one_allow_wins(person: Person, rule: str, priority: int) -> None:
    person.change(rule, priority=priority)
    check(person, set())


def test_every_lesson_is_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [name for name in library.names() if f'["{name}"]' not in text] == []
