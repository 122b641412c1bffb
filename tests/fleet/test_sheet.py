"""The inventory as CSV, and targets from CSV: what people's spreadsheets make of it, and every error with its place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.fleet.model import Elsewhere, Fleet
from wizard.fleet.sheet import COLUMNS, load_targets, read_targets, to_csv
from wizard.fleet.users import Serving, User
from wizard.inventory import Inventory

REGION = "us-central1"
WEB = User(
    kind="service",
    name="web",
    region=REGION,
    template=True,
    serving=(Serving(revision="web-2", percent=90), Serving(revision="web-1", percent=10, tags=("old", "x"))),
    egress="all-traffic",
    owner="Terraform",
)
NIGHTLY = User(kind="job", name="nightly", region=REGION, template=True)
VERSION = User(kind="App Engine version", name="default/v1", region=REGION, template=True)


def fleet(*users: User, fixed: tuple[User, ...] = (), elsewhere: tuple[Elsewhere, ...] = ()) -> Fleet:
    world = Inventory(project="demo-project", region=REGION)
    return Fleet(inventory=world, users=users, fixed=fixed, elsewhere=elsewhere)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_for_everything_that_uses_it() -> None:
    seen = fleet(WEB, NIGHTLY, fixed=(VERSION,), elsewhere=(Elsewhere(project="team-a", users=(WEB,)),))
    text = to_csv(seen, {"web": ("redis://10.0.0.3:6379", "https://a.example/x?a=1,2"), "job:nightly": ("tcp://a:1",)})
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert text.count("\r\n") == text.count("\n") == 5
    first, job, version, other = rows(text)
    assert first == {
        "service": "web",
        "kind": "service",
        "region": REGION,
        "project": "demo-project",
        "template": "yes",
        "revisions": "web-2 web-1",
        "percent": "90 10",
        "tags": "old=web-1 x=web-1",
        "egress": "all-traffic",
        "owner": "Terraform",
        "targets": "redis://10.0.0.3:6379 https://a.example/x?a=1%2C2",
        "note": "",
    }
    assert (job["service"], job["targets"]) == ("job:nightly", "tcp://a:1")
    assert (version["service"], version["note"][:10]) == ("default/v1", "keeps its ")
    assert (other["project"], other["targets"], other["note"]) == ("team-a", "", "in another project")
    assert [row["service"] for row in rows(to_csv(seen, {}, "kind:job"))] == ["job:nightly"]


@pytest.mark.parametrize("owner", ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "'=1", "''+1"])
def test_no_cell_is_a_formula(owner: str) -> None:
    odd = User(kind="service", name="web", region=REGION, template=True, owner=owner)
    (row,) = rows(to_csv(fleet(odd), {}))
    assert row["owner"] == f"'{owner}"


@pytest.mark.parametrize("owner", ["", "'", "it's", "a=b", "1-2", "Terraform", 'a "b", c'])
def test_what_is_no_formula_stays(owner: str) -> None:
    odd = User(kind="service", name="web", region=REGION, template=True, owner=owner)
    assert rows(to_csv(fleet(odd), {}))[0]["owner"] == owner


HOSTS = st.from_regex(r"[a-z]([a-z0-9]{0,8})\.example", fullmatch=True) | st.ip_addresses(
    v=4, network="10.0.0.0/8"
).map(str)
URLS = st.builds(
    "{}://{}:{}".format, st.sampled_from(["tcp", "redis", "postgres"]), HOSTS, st.integers(1, 65535)
) | st.builds("https://{}/{}".format, HOSTS, st.text("abc=+-@'\"?&/._~", max_size=20))
GROUPS = st.builds(
    "{}{}".format, st.sampled_from(["", "job:"]), st.from_regex(r"[a-z]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
)
CHOSEN = st.dictionaries(GROUPS, st.lists(URLS, min_size=1, max_size=4, unique=True).map(tuple), max_size=5)


@given(CHOSEN, st.text(max_size=20))
def test_what_is_written_is_read_again(targets: dict[str, tuple[str, ...]], owner: str) -> None:
    users = [
        User(
            kind="job" if group.startswith("job:") else "service",
            name=group.removeprefix("job:"),
            region=REGION,
            template=True,
            owner=owner.replace("\0", ""),
        )
        for group in targets
    ]
    text = to_csv(fleet(*users, fixed=(VERSION,)), targets)
    assert read_targets(text) == targets
    assert read_targets("\ufeff" + text.replace("\r\n", "\n")) == targets


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("service,targets\nweb,tcp://a:1\n", {"web": ("tcp://a:1",)}),
        ("\ufeffName;Target\r\n\r\nweb;tcp://a:1\r\n;;\r\nweb;b:2\r\n", {"web": ("tcp://a:1", "b:2")}),
        ('service,targets\nweb,"tcp://a:1, b:2"\n', {"web": ("tcp://a:1", "b:2")}),
        ('service;targets\nweb;"a:1;b:2;;a:1"\n', {"web": ("a:1", "b:2")}),
        ("service\ttarget\nweb\ta:1 b:2\n", {"web": ("a:1", "b:2")}),
        ("service,target,targets,note\nweb,a:1,b:2,x\n", {"web": ("a:1", "b:2")}),
        ("service,kind,target\nnightly,job,a:1\njob:nightly,job,b:2\n", {"job:nightly": ("a:1", "b:2")}),
        ("service,target\nweb\nweb,\napi,a:1,\n", {"api": ("a:1",)}),
        ("service,targets\n", {}),
    ],
)
def test_files_as_people_make_them(tmp_path: Path, text: str, found: dict[str, tuple[str, ...]]) -> None:
    file = tmp_path / "targets.csv"
    for encoding in ("utf-8", "utf-16"):
        file.write_bytes(text.encode(encoding))
        assert load_targets(file) == found


@pytest.mark.parametrize(
    ("content", "said", "example"),
    [
        (b"", "is empty", "CSV file"),
        (b"\n \n", "is empty", "CSV file"),
        (b"web,tcp://a:1\n", "line 1: the first line names no column service or name", "service,targets"),
        (b"service,host\nweb,a:1\n", "line 1: the first line names no column target or targets", "service,targets"),
        (b"service,targets\n\nweb,ftp://a\n", "line 3, column targets: 'ftp://a': the scheme", "redis://"),
        (b"service,targets\nWeb,a:1\n", "line 2, column service: service name 'Web'", "my-service"),
        (b"service,targets\n,a:1\n", "line 2, column service: service name ''", "my-service"),
        (b"name,targets\njob:,a:1\n", "line 2, column name: service name ''", "my-service"),
        (b"service,targets\nweb,a:1,b:2\n", "line 2: 3 cells, but 2 columns", "in quotes"),
        (b'service,targets\nweb,"a:1"b:2\n', "line 2: ", "ends with one"),
        (b"service,targets\nweb,redis://me:secret@a:1\n", "line 2, column targets: a target carries", "credentials"),
        (b"service,targets\nw\xe9b,a:1\n", "is not text in UTF-8", "UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, content: bytes, said: str, example: str) -> None:
    file = tmp_path / "targets.csv"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_targets(file)
    assert caught.value.message.startswith(f"targets.csv: {said}")
    assert example in caught.value.fix
    assert (caught.value.field, "secret" in caught.value.message) == ("--targets", False)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: No such file") as caught:
        load_targets(tmp_path / "none.csv")
    assert caught.value.field == "--targets"
    with pytest.raises(InputError):
        load_targets(Path("a\0b"))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    text = data.decode("latin-1")
    try:
        read_targets("service,targets\n" + text)
    except InputError as error:
        assert error.message.isprintable()
