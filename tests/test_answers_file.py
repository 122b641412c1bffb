"""The answers file: what is read, what is refused and how, and that what is written is read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.answers import Answers, ConnectorAnswers, DirectAnswers, ProbeAnswers, by_key, from_keys
from wizard.answers_file import LARGEST_BYTES, load, parse
from wizard.errors import InputError
from wizard.export.answers import render

FULL = """
version = 1
flow = "setup"
project = "demo-project"
region = "us-central1"
service = "my-service"
image = ""
targets = ["redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80"]
network = "my-vpc"
egress_path = "connector"
egress = "private-ranges-only"
range = "auto"
subnet = ""
firewall = "add"
nat = "auto"

[connector]
name = "my-connector"
machine_type = "e2-micro"
min_instances = 2
max_instances = 3
bare_range = false

[direct]
tags = []

[env]
REDIS_HOST = "10.0.0.3"

[secrets]
DB_PASSWORD = "db-password:latest"

[probe]
attempts = 2
timeout = 5
write = false
"""


def test_the_documented_file_is_read() -> None:
    assert from_keys(parse(FULL)) == Answers(
        project="demo-project",
        region="us-central1",
        service="my-service",
        targets=("redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80"),
        network="my-vpc",
        egress_path="connector",
        connector=ConnectorAnswers(name="my-connector"),
        env={"REDIS_HOST": "10.0.0.3"},
        secrets={"DB_PASSWORD": "db-password:latest"},
    )


@pytest.mark.parametrize(
    ("text", "field", "rule", "fix"),
    [
        ('servce = "web"', "servce", "unknown key 'servce'", "did you mean service?"),
        ("[connector]\nmin_instance = 2", "connector.min_instance", "unknown key", "connector.min_instances"),
        ("[conector]\nname = 'x'", "conector", "unknown key", ""),
        ('targets = "redis://10.0.0.3:6379"', "targets", "a list of texts", '["redis://10.0.0.3:6379"]'),
        ("targets = [1]", "targets", "a list of texts", ""),
        ("service = 1", "service", "must be text", "my-service"),
        ("[connector]\nmin_instances = true", "connector.min_instances", "a whole number", "2"),
        ("[connector]\nmin_instances = 2.5", "connector.min_instances", "a whole number", "2"),
        ("[connector]\nmin_instances = 1", "connector.min_instances", "2 to 9", "2"),
        ("[connector]\nmax_instances = 11", "connector.max_instances", "3 to 10", "3"),
        ("connector = 5", "connector", "must be a table", "[connector]"),
        ("[probe]\ntimeout = nan", "probe.timeout", "a number", "5"),
        ("[probe]\ntimeout = 61", "probe.timeout", "0.1 to 60", "5"),
        ("[probe]\nwrite = 1", "probe.write", "true or false", "false"),
        ("[probe]\nattempts = 0", "probe.attempts", "1 to 10", "2"),
        ('range = "10.8.0.1/28"', "range", "bits set beyond", "10.8.0.0/28"),
        ('range = "10.8.0.0"', "range", "prefix length", "/28"),
        ('egress = "all"', "egress", "private-ranges-only or all-traffic", ""),
        ('service = "My_Service"', "service", "lower-case", "my-service"),
        ('region = "us-central1-a"', "region", "zone", "us-central1"),
        ('targets = ["10.0.0.3"]', "targets", "10.0.0.3", ""),
        ('[env]\nPORT = "80"', "env.PORT", "reserved", ""),
        ('[env]\n"1A" = "x"', "env", "first not a digit", "REDIS_HOST"),
        ('[env]\nAPI_KEY = "x"', "env.API_KEY", "a secret", "[secrets]"),
        ('[env]\nURL = "redis://me:pw@h"', "env.URL", "password", "[secrets]"),
        ('[env]\nA = "x\\u0000"', "env", "without NUL", ""),
        ("[env]\nA = 1", "env", "a table of texts", "[env]"),
        ('[secrets]\nA = "s3cret!"', "secrets.A", "not hold a value", "db-password:latest"),
        ('flow = "migrate"', "flow", "must be setup", ""),
    ],
)
def test_what_is_wrong_is_named(text: str, field: str, rule: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"version = 1\n{text}")
    assert caught.value.field == field
    assert rule in caught.value.message
    assert fix in caught.value.fix


@pytest.mark.parametrize("text", ["service = 'a'", "version = 2", "version = true", "version = '1'", "version = 1.0"])
def test_another_version_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="version"):
        parse(text)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (bytes(range(256)), "UTF-8"),
        (b"version = 1\n" + b"#" * LARGEST_BYTES, "more than"),
        (b"version = 1\nversion = 1", "is not TOML"),
        (b"a = " + b"[" * 20_000, "is not TOML"),
        (b"x" * 10_000, "is not TOML"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "answers.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rule) as caught:
        load(path)
    assert "answers.toml" in caught.value.message
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("name", ["missing.toml", ".", "a\0b", "x" * 5000])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path / name)
    assert caught.value.field == "--answers"
    assert len(caught.value.message) < 400


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text("version = 1\nservice = 'web'", "utf-8-sig")
    assert load(path) == {"service": "web"}


env_names = st.from_regex(r"[A-Z][A-Z0-9_]{0,3}", fullmatch=True).map(lambda name: f"X_{name}_Y")
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0:"), max_size=30)


@given(
    st.builds(
        Answers,
        service=st.sampled_from(["", "web"]),
        targets=st.sampled_from([(), ("redis://10.0.0.3:6379", "10.0.0.4:1")]),
        egress=st.sampled_from(["private-ranges-only", "all-traffic"]),
        range=st.sampled_from(["auto", "10.8.0.0/28"]),
        connector=st.builds(ConnectorAnswers, min_instances=st.integers(2, 9), bare_range=st.booleans()),
        direct=st.builds(DirectAnswers, tags=st.sampled_from([(), ("a", "b")])),
        env=st.dictionaries(env_names, texts, max_size=4),
        probe=st.builds(ProbeAnswers, timeout=st.floats(0.1, 60), write=st.booleans()),
    )
)
def test_what_is_written_is_read_back(answers: Answers) -> None:
    assert from_keys(parse(render(answers))) == answers


def test_every_answer_is_written() -> None:
    text = render(Answers())
    assert {key.rpartition(".")[2] for key in by_key(Answers())} <= set(
        text.replace("[", " ").replace("]", " ").split()
    )
