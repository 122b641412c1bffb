"""Scenario files: what is read, and how everything that is wrong is refused, with file, key, rule and an example."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.sandbox.scenario import ScenarioError, built_in, load, parse, unenforced

PROJECT = '[project]\nid = "demo-project"\n'
NETWORK = PROJECT + '[[network]]\nname = "my-vpc"\n'
TEN_THOUSAND = "x" * 10_000


def subnet(range_: str = "10.0.0.0/24", name: str = "my-subnet", more: str = "") -> str:
    return f'[[subnet]]\nname = "{name}"\nnetwork = "my-vpc"\nrange = "{range_}"\n{more}\n'


def firewall(more: str) -> str:
    return f'[[firewall]]\nname = "rule"\nnetwork = "my-vpc"\n{more}\n'


def connector(more: str) -> str:
    return f'[[connector]]\nname = "con"\n{more}\n'


def target(more: str) -> str:
    return f'[[target]]\nname = "cache"\nnetwork = "my-vpc"\n{more}\n'


def route(more: str) -> str:
    return f'[[route]]\nname = "r"\nnetwork = "my-vpc"\n{more}\n'


def policy(level: str, rule: str) -> str:
    head = f'[[firewall_policy]]\nname = "p"\nnetwork = "my-vpc"\nlevel = "{level}"\n'
    return f"{head}rules = [{{ priority = 1, {rule} }}]\n"


def service(more: str, table: str = "service") -> str:
    return f'[[{table}]]\nname = "app"\n{more}\n'


REVISION = service("") + '[[revision]]\nservice = "app"\nname = "app-1"\n'

BAD = [
    (subnet("10.0.0.5/24"), "subnet[0].range", "host bits"),
    (subnet("10.0.0.0/30"), "subnet[0].range", "/29 or larger"),
    (subnet("10.0.0.0"), "subnet[0].range", "prefix length"),
    (subnet("10.0.0.0/255.255.255.0"), "subnet[0].range", "prefix length"),
    (subnet("fd00::/64"), "subnet[0].range", "not an IPv4 range"),
    (subnet("٣.0.0.0/24"), "subnet[0].range", "not an IPv4 range"),
    (subnet(more='secondary = [{name = "a", range = "10.1.0.1/16"}]'), "subnet[0].secondary[0].range", "host bits"),
    (subnet(more='secondary = [{name = "a"}]'), "subnet[0].secondary[0]", "missing required field `range`"),
    (subnet() + subnet("10.0.0.128/25", "other"), "subnet[1].range", "overlaps 10.0.0.0/24 of my-subnet"),
    (subnet() + subnet("10.1.0.0/24"), "subnet[1].name", "also the name of subnet[0]"),
    (subnet("10.8.0.0/24") + connector('network = "my-vpc"\nrange = "10.8.0.0/28"'), "connector[0].range", "overlaps"),
    (subnet(more='region = "us central"'), "subnet[0].region", "no region"),
    (subnet(more="used = -1"), "subnet[0].used", "below 0"),
    (subnet().replace('"my-vpc"', '"nowhere"'), "subnet[0].network", "not a network of this file (my-vpc)"),
    (subnet(name="My Subnet"), "subnet[0].name", "lower-case letters"),
    (subnet(name="a[b]"), "subnet[0].name", "'a[b]'"),
    (subnet(name="\N{OCTOPUS}"), "subnet[0].name", "'\\U0001f419'"),
    (subnet(name=TEN_THOUSAND), "subnet[0].name", "xxx...'"),
    (subnet(name=""), "subnet[0].name", "''"),
    (subnet(name="ends-with-"), "subnet[0].name", "last no hyphen"),
    (subnet(more='colour = "red"'), "subnet[0]", "'colour' is not a known key; known are name, network"),
    (subnet(more='regoin = "us-central1"'), "subnet[0]", "do you mean region?"),
    (subnet(more=f"{TEN_THOUSAND} = 1"), "subnet[0]", "is not a known key"),
    (subnet(more="region = 5"), "subnet[0].region", "Expected `str`, got `int`"),
    ('[[network]]\nname = "other"\nmode = "odd"\n', "network[1].mode", "custom, auto, legacy"),
    ("network_ = 1\n", "'network_'", "do you mean network?"),
    ('[subnet]\nname = "x"\n', "subnet", "a list of tables"),
    ("subnet = 5\n", "subnet", "not a list of tables"),
    ("[[subnet]]\n", "subnet[0]", "missing required field `name`"),
    (firewall('rules = ["tcp:99999"]'), "firewall[0].rules[0]", "PROTOCOL:PORT"),
    (firewall('rules = ["tcp:9-2"]'), "firewall[0].rules[0]", "PROTOCOL:FIRST-LAST"),
    (firewall('rules = ["tcp:80", "tcp:"]'), "firewall[0].rules[1]", "PROTOCOL"),
    (firewall('rules = ["tcp:²"]'), "firewall[0].rules[0]", "PROTOCOL"),
    (firewall('rules = ["icmp:80"]'), "firewall[0].rules[0]", "only tcp, udp and sctp have ports"),
    (firewall('rules = ["quic"]'), "firewall[0].rules[0]", "PROTOCOL"),
    (firewall('rules = "tcp:80"'), "firewall[0].rules", "Expected `array`, got `str`"),
    (firewall("priority = 65536"), "firewall[0].priority", "0 to 65535"),
    (firewall('direction = "in"'), "firewall[0].direction", "INGRESS nor EGRESS"),
    (firewall('action = "drop"'), "firewall[0].action", "allow nor deny"),
    (firewall('sources = ["10.0.0.1/8"]'), "firewall[0].sources[0]", "host bits"),
    (firewall('direction = "EGRESS"\nsource_tags = ["a"]'), "firewall[0].source_tags", "no source tags"),
    (policy("planet", 'action = "allow"'), "firewall_policy[0].level", "no region"),
    (policy("global", 'action = "pass"'), "firewall_policy[0].rules[0].action", "goto_next"),
    (policy("global", 'action = "deny", direction = "x"'), "firewall_policy[0].rules[0].direction", "EGRESS"),
    (policy("global", 'action = "deny", sources = ["10.1/8"]'), "firewall_policy[0].rules[0].sources[0]", "IPv4"),
    (connector('network = "my-vpc"\nrange = "10.8.0.0/27"'), "connector[0].range", "must be a /28"),
    (connector('network = "my-vpc"'), "connector[0]", "either subnet, or network and range"),
    (connector('subnet = "s"\nnetwork = "my-vpc"\nrange = "10.8.0.0/28"'), "connector[0]", "either subnet"),
    (connector('subnet = "s"\nmin = 1'), "connector[0].min", "at least 2"),
    (connector('subnet = "s"\nmin = 3\nmax = 3'), "connector[0].min", "min below max"),
    (connector('subnet = "s"\nmax = 11'), "connector[0].min", "at most 10"),
    (connector('subnet = "s"\nstate = "OK"'), "connector[0].state", "READY"),
    (target('address = "10.0.0"'), "target[0].address", "not an IPv4 address"),
    (target('address = "10.0.0.3"\nserves = ["redis"]'), "target[0].serves[0]", "PROTOCOL:PORT"),
    (target('address = "10.0.0.3"\nserves = ["redis:0"]'), "target[0].serves[0]", "PROTOCOL:PORT"),
    (target('address = "10.0.0.3"\nserves = ["redis:65536"]'), "target[0].serves[0]", "PROTOCOL:PORT"),
    (target('address = "10.0.0.3"\nkind = "mainframe"'), "target[0].kind", "vm, ilb, psa"),
    (route('range = "10.0.0.0/8"\nnext_hop = "home"'), "route[0].next_hop", "peering:NAME"),
    (route('range = "10.0.0.0/8"\npriority = -1'), "route[0].priority", "0 to 65535"),
    (service('egress = "everything"'), "service[0].egress", "all-traffic"),
    (service('connects = "never"'), "service[0].connects", "startup nor lazy"),
    (service('connector = "c"\nsubnet = "s"'), "service[0]", "either connector, or network"),
    (service("max_instances = 0"), "service[0].max_instances", "below 1"),
    (service('outcome = "maybe"', "job"), "job[0].outcome", "exit code"),
    (service('outcome = "²"', "job"), "job[0].outcome", "exit code"),
    (REVISION + 'egress = "all"', "revision[0].egress", "all-traffic"),
    (REVISION + "percent = 101", "revision[0].percent", "0 to 100"),
    (REVISION.replace('service = "app"', 'service = "none"'), "revision[0].service", "not a service of this file"),
    ('[[secret]]\nname = "a b"\n', "secret[0].name", "255 letters"),
    ('[[dns]]\nzone = "corp.example"\nrecords = { db = "here" }\n', "dns[0].records", "not an IPv4 address"),
    ('[[fault]]\non = "x"\nkind = "http:200"\n', "fault[0].kind", "not a kind of fault"),
    ('[[fault]]\non = ""\nkind = "hang"\n', "fault[0].on", "no method"),
    ("[timing]\nx = -1\n", "timing.'x'", "no number of seconds"),
    ("[timing]\nx = nan\n", "timing.'x'", "no number of seconds"),
    ('[timing]\nx = "long"\n', "timing[...]", "Expected `float`, got `str`"),
]


@pytest.mark.parametrize(("more", "key", "rule"), BAD, ids=[f"{i}-{key[:40]}" for i, (_, key, _) in enumerate(BAD)])
def test_what_is_wrong_is_named_with_its_key_its_rule_and_an_example(more: str, key: str, rule: str) -> None:
    text = more + PROJECT if more.startswith(("network_", "subnet =")) else NETWORK + more
    with pytest.raises(ScenarioError) as refused:
        parse(text.encode(), "my.toml")
    said = str(refused.value)
    assert said.startswith(f"my.toml: {key}")
    assert rule in said
    assert "; for example " in said
    assert said.isprintable()
    assert len(said) < 500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "[project] is missing"),
        ('[[network]]\nname = "a"', "[project] is missing"),
        ("project = []", "[project] is missing"),
        ("project = 5", "project: not a list of tables"),
        ("project = [5]", "project[0]: Expected `object`"),
        ("[project]", "project[0]: Object missing required field `id`"),
        ('[project]\nid = "X"', "project[0].id: 'X' is no project id"),
        ('[project]\nid = "demo-project"\nregion = ""', "project[0].region: '' is no region"),
        ('[project]\nid = "demo-project"\nnumber = 0', "project[0].number: 0 is no project number"),
        ('[[project]]\nid = "demo-host"\n[[project]]\nid = "?"', "project[1].id: '?' is no project id"),
    ],
)
def test_the_project(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(text.encode(), "my.toml")
    assert str(refused.value).startswith(f"my.toml: {said}")
    assert "; for example " in str(refused.value)


def test_several_projects_are_read() -> None:
    text = b'[[project]]\nid = "demo-host"\n[[project]]\nid = "demo-app"\nhost_project = "demo-host"'
    scenario = parse(text, "f")
    assert [p.id for p in scenario.projects] == ["demo-host", "demo-app"]
    assert len({p.number for p in scenario.projects}) == 2
    assert scenario.project.id == "demo-host"
    assert unenforced(scenario) == []


def test_the_same_name_in_another_region_and_the_same_range_in_another_network_are_fine() -> None:
    elsewhere = subnet("10.1.0.0/24", more='region = "europe-west1"')
    other = '[[network]]\nname = "two"\n' + subnet(name="third").replace("my-vpc", "two")
    scenario = parse((NETWORK + subnet() + elsewhere + other).encode(), "f")
    assert len(scenario.subnets) == 3


@pytest.mark.parametrize("name", built_in())
def test_what_is_built_in_is_right(name: str) -> None:
    assert load(name).networks


def test_a_file_is_refused_for_what_it_is(tmp_path: Path) -> None:
    binary, large, broken = tmp_path / "binary.toml", tmp_path / "large.toml", tmp_path / "broken.toml"
    binary.write_bytes(b"\xff\x00")
    large.write_bytes(b"#" * 1_000_001)
    broken.write_text("[project\n")
    expected = {
        tmp_path: "not a file",
        binary: "not a text file (byte 0 is not UTF-8)",
        large: "1000001 bytes; a scenario has at most 1000000",
        broken: "not TOML",
        tmp_path / "missing.toml": "no such file; built in are",
        binary / "below": "Not a directory",
        tmp_path / ("x" * 300): "File name too long",
    }
    for path, rule in expected.items():
        with pytest.raises(ScenarioError) as refused:
            load(str(path))
        assert str(refused.value).startswith(f"{path}: ")
        assert rule in str(refused.value)


@pytest.mark.parametrize("name", ["x" * 10_000, "a\0b", "a\nb", "\x1b[2J", "\ud800"])
def test_what_is_no_name_at_all(name: str) -> None:
    with pytest.raises(ScenarioError, match="no name of a scenario or file; for example tutorial") as refused:
        load(name)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(ScenarioError):
        parse(data, "f")
