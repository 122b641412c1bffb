"""What stands beside a trace: the egress matrix, another service, and a live test that failed. On docs/trace.toml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fakes import Screen
from wizard.errors import Exit

SANDBOX = ("--sandbox", str(Path(__file__).parents[2] / "docs" / "trace.toml"), "--speed", "instant")
QUICK = ("--attempts", "1", "--timeout", "0.3", "--start-window", "0")

PRIVATE, EVERYTHING = "private-ranges-only", "all-traffic"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The state folder of the whole module, and with it one sandbox."""
    folder = str(tmp_path_factory.mktemp("state"))
    yield folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNVPC_STATE_DIR", folder)
        Screen().run("sandbox", "stop", *SANDBOX)


@pytest.fixture(autouse=True)
def _same_state(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNVPC_STATE_DIR", state)


def run(*argv: str, code: int = Exit.DONE) -> Any:
    """The document of one command, which must end with this exit code."""
    screen = Screen()
    ended = screen.run(*argv, *SANDBOX, "--json")
    assert ended == code, screen.out.getvalue() + screen.err.getvalue()
    return screen.document


def lines(*argv: str) -> list[str]:
    screen = Screen()
    screen.run(*argv, *SANDBOX)
    found = screen.out.getvalue().splitlines()
    assert max(len(line) for line in found if SANDBOX[1] not in line) <= 80  # the path is as long as it is
    return found


def words(*argv: str) -> dict[str, tuple[str, str]]:
    """Both words of every row of a matrix."""
    found: dict[str, dict[str, str]] = {}
    for cell in run("trace", *argv, "--matrix")["matrix"]:
        found.setdefault(cell["destination"], {})[cell["mode"]] = cell["word"]
    return {name: (by_mode[PRIVATE], by_mode[EVERYTHING]) for name, by_mode in found.items()}


def test_the_matrix_of_a_service_with_everything() -> None:
    assert words("open", "10.0.0.3:6379", "http://10.0.0.10") == {
        "private address": ("works", "works"),
        "public address": ("works", "works"),
        "Google APIs": ("works", "works"),
        "internal Run service": ("blocked", "works"),
        "10.0.0.3:6379": ("works", "works"),
        "http://10.0.0.10": ("needs", "needs"),
    }


def test_the_matrix_of_a_subnet_without_nat_and_private_google_access() -> None:
    found = words("closed")
    assert found["public address"] == ("works", "needs")
    assert found["Google APIs"] == ("works", "needs")
    assert found["internal Run service"] == ("blocked", "needs")


def test_the_matrix_as_it_would_be() -> None:
    assert words("none", "10.0.0.3:6379")["private address"] == ("needs", "needs")
    assert words("none", "10.0.0.3:6379", "--as", "direct:run-open")["private address"] == ("works", "works")
    asked = ("none", "10.0.0.10:80", "--as", "connector:10.8.5.0/28")
    assert words(*asked)["10.0.0.10:80"] == ("works", "works")


def test_the_matrix_of_a_plan(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('version = 1\nnetwork = "my-vpc"\negress_path = "direct"\negress = "all-traffic"\n', "utf-8")
    found = words("none", "http://10.0.0.10", "--as", "plan", "--answers", str(answers))
    assert set(found.values()) == {("works", "works"), ("blocked", "works")}
    error = run("trace", "none", "--matrix", "--as", "plan", code=Exit.INPUT)["error"]
    assert error["field"] == "TARGET"


def test_the_matrix_as_lines() -> None:
    found = lines("trace", "closed", "10.0.0.3:6379", "--matrix")
    assert any(line.split() == ["DESTINATION", PRIVATE, EVERYTHING] for line in found)
    assert any("Cloud NAT for subnet run" in line for line in found)


@pytest.mark.parametrize(
    ("asked", "field"),
    [("--matrix", "SERVICE"), ("none --matrix --egress some", "--egress"), ("a..b --matrix", "SERVICE")],
)
def test_a_matrix_of_nothing(asked: str, field: str) -> None:
    assert run("trace", *asked.split(), code=Exit.INPUT)["error"]["field"] == field


def differences(*argv: str, code: int) -> dict[str, tuple[str, str]]:
    return {one["field"]: (one["this"], one["other"]) for one in run("trace", *argv, code=code)["compare"]}


def test_a_service_beside_one_that_works() -> None:
    asked = ("closed", "https://example.com", "--compare", "open")
    found = differences(*asked, code=Exit.NOT_CONNECTED)
    assert found == {
        "verdict": ("DROP NO_EXTERNAL_ADDRESS", "DELIVER"),
        "decided by": ("subnet run (off)", "nat (allow)"),
        "subnet": ("run", "run-open"),
        "range": ("10.1.0.0/26", "10.1.1.0/26"),
        "Private Google Access": ("off", "on"),
        "Cloud NAT": ("", "nat"),
    }
    shown = lines("trace", *asked)
    verdicts = [line.split()[:3] for line in shown if line.startswith("service ")]
    assert verdicts == [["service", "closed", "DROP"], ["service", "open", "DELIVER"]]


def test_the_comparison_takes_jobs_other_networks_and_what_would_be() -> None:
    found = differences("direct", "10.0.0.10:80", "--compare", "job:nightly", code=Exit.NOT_CONNECTED)
    assert (found["network"], found["kind"]) == (("my-vpc", "island"), ("service", "job"))
    assert found["route"][1] == "no route fits"
    asked = ("none", "10.0.0.10:80", "--as", "connector:10.8.5.0/28", "--compare", "by-connector")
    assert differences(*asked, code=Exit.DONE)["range"] == ("10.8.5.0/28", "10.8.0.0/28")
    document = run("trace", "open", "web:80", "--compare", "direct", code=Exit.NOT_CONNECTED)
    assert document["other"] == {"service": "service direct", "verdict": "DROP", "cause": "FIREWALL_RULE"}
    assert document["fixes"]


def test_nothing_differs_from_itself() -> None:
    assert "No difference in network settings." in lines("trace", "open", "https://example.com", "--compare", "open")


@pytest.mark.parametrize(
    ("extra", "code"),
    [("a..b", Exit.INPUT), ("nobody", Exit.FAILED), ("open --second-opinion", Exit.INPUT)],
)
def test_nobody_to_compare_with(extra: str, code: int) -> None:
    assert run("trace", "open", "10.0.0.3:6379", "--compare", *extra.split(), code=code)["error"]["message"]


def probed(service: str, *targets: str) -> dict[str, dict[str, Any]]:
    """The results of a live test that failed, by target."""
    document = run("probe", service, *targets, *QUICK, code=Exit.NOT_CONNECTED)
    return {result["target"]: result for result in document["probe"]}


def test_a_failed_probe_is_read_together_with_the_configuration() -> None:
    found = probed(
        "by-connector", "http://10.0.0.10:81", "redis://10.0.0.10:80", "http://10.0.0.10", "x.corp.example:1"
    )
    refused = found["http://10.0.0.10:81"]
    assert (refused["verdict"], refused["reading"]["agree"]) == ("refused", True)
    assert "nothing listens on port 81" in refused["reading"]["causes"][0]["cause"]
    assert found["redis://10.0.0.10:80"]["reading"]["summary"] == "Both agree: the way is open."
    assert found["x.corp.example:1"]["reading"]["agree"] is True
    assert "reading" not in found["http://10.0.0.10"]


def test_the_rule_that_drops_it_is_named_under_the_table() -> None:
    reading = probed("direct", "redis://10.0.0.3")["redis://10.0.0.3"]["reading"]
    assert "deny-redis (deny, priority 900)" in reading["configuration"]
    shown = lines("probe", "direct", "redis://10.0.0.3", *QUICK)
    at = shown.index("Why redis://10.0.0.3 did not connect")
    assert any("TARGET" in line for line in shown[:at])
    assert any(line.endswith("Both agree.") for line in shown[at:])


def test_a_probe_that_connects_reads_nothing_more() -> None:
    def read() -> int:
        requests = run("sandbox", "log")["requests"]
        return sum(request["method"] == "compute.firewalls.list" for request in requests)

    before = read()
    document = run("probe", "by-connector", "http://10.0.0.10", *QUICK)
    assert [(p["verdict"], "reading" in p) for p in document["probe"]] == [("connected", False)]
    assert read() == before
    probed("by-connector", "http://10.0.0.10:81")
    assert read() > before


def test_a_set_up_whose_proof_fails_says_why_with_the_planned_way() -> None:
    asked = ("setup", "--service", "none", "--network", "my-vpc", "--egress-path", "connector", "--attempts", "1")
    document = run(*asked, "--target", "http://10.0.0.10:81", "--yes", code=Exit.NOT_CONNECTED)
    reading = document["probe"][0]["reading"]
    assert (reading["agree"], "lets it through" in reading["configuration"]) == (True, True)
    resumed = run("resume", "last", code=Exit.NOT_CONNECTED)
    assert resumed["probe"][0]["reading"] == reading
    run("undo", "last", "--yes")
