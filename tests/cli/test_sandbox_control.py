"""`runvpc sandbox …` while it runs: faults, time, snapshots, and the live view of what a client calls."""

from __future__ import annotations

import io
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fakes import Screen
from wizard import fault_menu
from wizard.cli.options import Options
from wizard.cli.place import start_sandbox
from wizard.cli.sandbox_watch import line
from wizard.errors import Exit

SANDBOX = ("--sandbox", "tutorial", "--speed", "instant")
NETWORKS = "compute/v1/projects/demo-project/global/networks"


@pytest.fixture(autouse=True)
def _stop_after_each_test() -> Iterator[None]:
    yield
    Screen().run("sandbox", "stop", *SANDBOX)


def said(*argv: str, code: int = Exit.DONE) -> str:
    """Standard output (for an error, standard error) of `sandbox …` for people."""
    screen = Screen()
    ended = screen.run("sandbox", *argv, *SANDBOX)
    assert ended == code, screen.out.getvalue() + screen.err.getvalue()
    return screen.out.getvalue() if code == Exit.DONE else screen.err.getvalue()


def asked(*argv: str, code: int = Exit.DONE) -> Any:
    """The document of `sandbox … --json`."""
    screen = Screen()
    ended = screen.run("sandbox", *argv, *SANDBOX, "--json")
    assert ended == code, screen.out.getvalue() + screen.err.getvalue()
    return screen.document


def get(path: str, agent: str, *, verb: str = "GET", times: int = 1) -> None:
    """Requests of some client."""
    url = start_sandbox(Options(sandbox="tutorial", speed=0)).sandbox.url
    body = b'{"name": "mine", "autoCreateSubnetworks": false}' if verb == "POST" else None
    for _ in range(times):
        request = urllib.request.Request(f"{url}/{path}", body, {"User-Agent": agent}, method=verb)
        urllib.request.urlopen(request, timeout=10).read()


def test_faults_are_set_counted_and_cleared_one_by_one() -> None:
    assert "no faults" in said("fault")
    said("fault", "compute.networks.list", "flapping", "--after", "1")
    said("fault", "vpcaccess.CreateConnector", "http:503", "--retry-after", "2", "--resource", "my-*")
    get(NETWORKS, "curl/8.5.0", times=2)
    listed = asked("fault")["faults"]
    assert [(f["number"], f["kind"], f["times"], f["seen"], f["struck"]) for f in listed] == [
        (1, "flapping", 0, 2, 0),
        (2, "http:503", 1, 0, 0),
    ]
    assert (listed[1]["retry_after"], listed[1]["resource"]) == (2, "my-*")
    assert "struck 0 of 1" in said("fault")
    assert [f["kind"] for f in asked("fault", "clear", "1")["faults"]] == ["http:503"]
    assert asked("fault", "clear")["faults"] == []


WRONG = (
    (("fault", "compute.firewall.insert", "http:503"), "compute.firewalls.insert"),
    (("fault", "compute.firewalls.insert", "htp:503"), "flapping[:PERIOD]"),
    (("fault", "compute.firewalls.insert"), "KIND is missing"),
    (("fault", "clear", "9"), "there is no fault 9"),
    (("fault", "clear", "one"), "N is no number"),
    (("fault", "run.*", "hang", "--times", "-1"), "not below 0"),
    (("clock", "pause", "5"), "takes no value"),
    (("clock", "speed", "0"), "0.1 to 10000"),
    (("snapshot", "restore", "never"), "there is no snapshot never"),
    (("snapshot", "save", "../up"), "lower-case letters"),
    (("snapshot", "save"), "NAME is missing"),
    (("snapshot", "list", "x"), "takes no NAME"),
    (("log", "--count", "3"), "--follow"),
    (("watch", "--for", "soon"), "soon"),
    (("watch", "--count", "-2"), "below 0"),
)


def test_wrong_input_is_refused_with_exit_2() -> None:
    for argv, word in WRONG:
        assert word in said(*argv, code=Exit.INPUT), argv


def test_time_stands_still_and_is_said_so() -> None:
    assert "paused" in said("clock", "pause")
    assert asked("clock")["paused"] is True
    assert start_sandbox(Options(sandbox="tutorial")).pace == "time paused"
    before = asked("clock")["now"]
    assert asked("clock", "advance", "2h")["now"] > before
    assert asked("clock", "resume")["paused"] is False
    assert "20 times real time" in said("clock", "speed", "20") or "instant" in said("clock")


def test_a_snapshot_is_saved_restored_and_deleted() -> None:
    prefix = "compute/projects/demo-project/global/networks"
    assert "no snapshots" in said("snapshot", "list")
    before = asked("state", prefix)
    assert before
    assert all(name.startswith(prefix) for name in before)
    said("snapshot", "save", "start")
    get(NETWORKS, "curl/8.5.0", verb="POST")
    assert len(asked("state", prefix)) == len(before) + 1
    assert [one["name"] for one in asked("snapshot", "restore", "start")["snapshots"]] == ["start"]
    assert asked("state", prefix) == before
    assert asked("snapshot", "delete", "start")["snapshots"] == []


def watched(screen: Screen, *argv: str) -> threading.Thread:
    """`sandbox …` in another thread, once it has asked for what it is to follow."""
    start_sandbox(Options(sandbox="tutorial", speed=0))
    thread = threading.Thread(target=screen.run, args=("sandbox", *argv, *SANDBOX))
    thread.start()
    end = time.monotonic() + 20
    while "watching" not in screen.err.getvalue():
        assert time.monotonic() < end, screen.err.getvalue()
        time.sleep(0.02)
    return thread


@pytest.mark.parametrize("typed", [None, []], ids=["pipe", "terminal"])
def test_watch_shows_each_request_and_counts_repeated_reads(
    typed: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen(typed)
    thread = watched(screen, "watch", "--count", "6")
    get(NETWORKS, "gcloud/528.0.0 command/gcloud.compute.networks.list", times=4)
    get(NETWORKS, "curl/8.5.0", verb="POST", times=1)
    get(NETWORKS, "curl/8.5.0")
    thread.join(20)
    lines = screen.out.getvalue().splitlines()
    assert len(lines) == 7, lines
    gcloud, first, curl, write, other, gcloud_again, again = lines
    assert (gcloud, curl) == ("gcloud 528 (compute networks list)", "curl 8.5")
    assert gcloud_again == gcloud
    assert "compute.networks.list" in first
    assert " 200 " in first
    assert first.endswith("ms")
    assert "write" in write
    assert "compute.networks.insert" in write
    assert "mine" in write
    assert "write" not in other
    assert again.endswith("again, 3 times")
    assert ("\x1b[" in write) is (typed is not None), "colour only on a terminal"
    assert "\x1b[" not in first


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Screen([])
    thread = watched(screen, "watch", "--count", "1")
    get(NETWORKS, "curl/8.5.0", verb="POST")
    thread.join(20)
    assert "write" in screen.out.getvalue()
    assert "\x1b" not in screen.out.getvalue()


def test_watch_as_json_is_an_object_per_request() -> None:
    screen = Screen()
    thread = watched(screen, "watch", "--count", "3", "--json")
    get(NETWORKS, "curl/8.5.0", times=3)
    thread.join(20)
    found = [json.loads(text) for text in screen.out.getvalue().splitlines()]
    assert [(one["client"], one["method"], one["status"]) for one in found] == [
        ("curl 8.5", "compute.networks.list", 200)
    ] * 3
    assert {"number", "at", "client", "method", "resource", "write", "status", "latency_ms"} <= found[0].keys()
    numbers = [one["number"] for one in found]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_the_log_can_be_followed_from_its_beginning_and_ends_after_a_while() -> None:
    get(NETWORKS, "curl/8.5.0", times=2)
    followed = said("log", "--follow", "--for", "1s").splitlines()
    assert followed[0] == "curl 8.5"
    assert len([text for text in followed if "compute.networks.list" in text]) == 2
    assert [one["client"] for one in asked("log")["requests"]] == ["curl 8.5"] * 2


def test_watch_ends_when_nobody_reads_any_more() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    screen = Screen()
    screen.console.stdout = Gone()
    get(NETWORKS, "curl/8.5.0")
    assert screen.run("sandbox", "log", "--follow", *SANDBOX) == Exit.DONE


def test_a_line_fits_the_terminal() -> None:
    name = "projects/p/locations/us-central1/services/" + "a-long-name-" * 4
    method = "compute.regionNetworkFirewallPolicies.list"
    request: dict[str, Any] = {"at": "2026-11-23T10:00:00Z", "client": "x", "method": method, "resource": name}
    request |= {"write": True, "status": 200, "latency_ms": 12345}
    for width in (60, 80, 120):
        assert len(line(request, width=width)) <= width
    assert name.removeprefix("projects/p/") in line(request, width=160)


def test_a_line_has_no_control_characters_of_a_client() -> None:
    request = {"at": "2026-11-23T10:00:00Z", "client": "x\x1b[2J", "method": "m", "resource": "projects/p/a\x1b]0;b\n"}
    text = line({**request, "write": True, "status": 0, "latency_ms": 3.4})
    assert text.isprintable()
    assert "reset" in text


def test_help_lists_every_kind_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().run("sandbox", "fault", "--help")
    shown = " ".join(capsys.readouterr().out.split())
    for kind in fault_menu.kinds():
        assert kind.form in shown
        assert kind.help in shown


def test_the_sandbox_and_the_menu_read_one_table() -> None:
    assert Path(fault_menu.__file__).with_name("fault_kinds.toml").exists()
    assert fault_menu.usual_times("flapping:3") == 0
    assert fault_menu.usual_times("http:503") == 1
