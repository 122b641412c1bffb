"""The probe's text as a real process against real servers: its line, its exit code, and that both agree."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec
import pytest

from tests.probe import servers
from wizard.probe import verdicts
from wizard.probe.job import probe_text


class Report(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The line that the probe prints, field for field."""

    runvpc: int
    index: int
    target: str
    verdict: str
    layer: str
    latency_ms: float | None
    start_delay_s: float | None
    detail: str


def run(
    *targets: str, index: int = 0, timeout: float = 0.6, window: float = 0, attempts: int = 1, **env: str
) -> tuple[Report, int]:
    """Start the probe as Cloud Run would; its report and its exit code."""
    settings = {
        "CLOUD_RUN_TASK_INDEX": str(index),
        "RUNVPC_TARGETS": json.dumps(targets),
        "RUNVPC_TIMEOUT": str(timeout),
        "RUNVPC_START_WINDOW": str(window),
        "RUNVPC_ATTEMPTS": str(attempts),
        **env,
    }
    command = [sys.executable, "-I", "-c", probe_text()]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    report = msgspec.json.decode(line, type=Report)
    decoded = verdicts.decode(done.returncode)
    assert decoded[0] == report.verdict
    assert decoded[1] == report.layer or report.verdict == "connected"
    return report, done.returncode


@pytest.mark.parametrize(("options", "detail"), [((), "+PONG"), (("--requirepass", "secret"), "-NOAUTH")])
def test_redis_is_connected_with_and_without_a_password(options: tuple[str, ...], detail: str, tmp_path: Path) -> None:
    with servers.redis(*options, folder=tmp_path) as port:
        report, code = run(f"redis://127.0.0.1:{port}")
    assert (report.verdict, report.layer, code) == ("connected", "protocol", 0)
    assert report.detail.startswith(detail)
    assert report.latency_ms is not None and 0 < report.latency_ms < 600
    assert report.start_delay_s == 0


def test_redis_over_tls_and_without(tmp_path: Path) -> None:
    certificate, key = servers.certificate_files(tmp_path)
    files = ("--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no")
    with servers.redis("--port", "0", "--tls-port", "PORT", *files, folder=tmp_path) as port:
        encrypted, _ = run(f"rediss://127.0.0.1:{port}")
        plain, _ = run(f"redis://127.0.0.1:{port}")
    assert encrypted.verdict == "connected"
    assert "certificate not verified" in encrypted.detail and "+PONG" in encrypted.detail
    assert plain.verdict == "wrong_protocol"


def test_redis_write_leaves_no_key_behind(tmp_path: Path) -> None:
    with servers.redis(folder=tmp_path) as port:
        report, _ = run(f"redis://127.0.0.1:{port}", RUNVPC_WRITE="1")
        with socket.create_connection(("127.0.0.1", port), 2) as client:
            client.sendall(b"INFO commandstats\r\nDBSIZE\r\n")
            time.sleep(0.1)
            said = client.recv(20_000)
    assert (report.verdict, report.detail) == ("connected", "PING, SET, GET and DEL of a throw-away key")
    assert all(b"cmdstat_%s:calls=1," % word in said for word in (b"set", b"get", b"del"))
    assert said.endswith(b":0\r\n")


def test_redis_write_without_the_password_is_said_and_still_connected(tmp_path: Path) -> None:
    with servers.redis("--requirepass", "secret", folder=tmp_path) as port:
        report, code = run(f"redis://127.0.0.1:{port}", RUNVPC_WRITE="1")
    assert code == 0
    assert "SET was answered '-NOAUTH" in report.detail


@pytest.mark.parametrize(("tls", "detail"), [(True, "PostgreSQL, TLS offered"), (False, "PostgreSQL, without TLS")])
def test_postgres_needs_no_credentials(tls: bool, detail: str) -> None:
    with servers.postgres(tls=tls) as port:
        report, _ = run(f"postgresql://127.0.0.1:{port}")
    assert (report.verdict, report.detail) == ("connected", detail)


def test_http_is_connected_whatever_the_status() -> None:
    with servers.http() as port:
        good, _ = run(f"http://127.0.0.1:{port}/health?deep=1")
        busy, code = run(f"http://127.0.0.1:{port}/busy")
    assert (good.verdict, good.detail) == ("connected", "HTTP/1.0 200 OK")
    assert (busy.verdict, busy.detail, code) == ("connected", "HTTP/1.0 503 Service Unavailable", 0)


def test_https_does_not_verify_and_says_so(tmp_path: Path) -> None:
    with servers.http(tls=tmp_path) as port:
        report, _ = run(f"https://127.0.0.1:{port}")
    assert report.verdict == "connected"
    assert report.detail.startswith("TLSv1.3, certificate not verified; HTTP/1.0 200")


@pytest.mark.parametrize(
    ("greeting", "verdict", "detail"),
    [
        (b"\x4a\x00\x00\x00\x0a8.0.36\x00" + bytes(60), "connected", "MySQL 8.0.36"),
        (b"\x17\x00\x00\x00\xff\x10\x04Too many connections\x00", "connected", "Too many connections"),
        (b"220 mail.example ESMTP\r\n", "wrong_protocol", "220 m"),
        (b"", "wrong_protocol", "closed without an answer"),
    ],
)
def test_mysql_greets(greeting: bytes, verdict: str, detail: str) -> None:
    with servers.answering(greeting) as port:
        report, _ = run(f"mysql://127.0.0.1:{port}")
    assert report.verdict == verdict
    assert detail in report.detail


def test_a_closed_port_refuses() -> None:
    report, code = run(f"tcp://127.0.0.1:{servers.free_port()}")
    assert (report.verdict, report.layer, code) == ("refused", "tcp", 20)
    assert report.latency_ms is None


def test_an_accepted_connection_is_enough_for_tcp() -> None:
    with servers.listening() as port:
        report, code = run(f"tcp://127.0.0.1:{port}")
    assert (report.verdict, report.layer, code) == ("connected", "tcp", 0)


@pytest.mark.parametrize(
    ("scheme", "layer"), [("redis", "protocol"), ("postgres", "protocol"), ("mysql", "protocol"), ("https", "tls")]
)
def test_a_silent_server_is_a_protocol_timeout(scheme: str, layer: str) -> None:
    with servers.listening() as port:
        report, _ = run(f"{scheme}://127.0.0.1:{port}")
    assert (report.verdict, report.layer) == ("protocol_timeout", layer)
    assert report.latency_ms is not None


def test_dropped_packets_are_a_timeout_and_are_retried_within_the_window() -> None:
    with servers.black_hole() as port:
        begun = time.monotonic()
        report, _ = run(f"tcp://127.0.0.1:{port}", timeout=0.3, window=1)
        took = time.monotonic() - begun
    assert (report.verdict, report.layer, report.start_delay_s) == ("timeout", "tcp", None)
    assert took > 1


def test_a_late_network_is_waited_for_and_reported() -> None:
    """The backlog is emptied after a second, as if the instance got its network then."""
    with socket.socket() as server, ExitStack() as held:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        for _ in range(4):
            filler = held.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))

        def open_up() -> None:
            time.sleep(1)
            with suppress(TimeoutError):
                while True:
                    held.enter_context(server.accept()[0])

        server.settimeout(3)
        thread = threading.Thread(target=open_up)
        thread.start()
        report, _ = run(f"tcp://127.0.0.1:{port}", timeout=0.3, window=10)
        thread.join()
    assert report.verdict == "connected"
    assert report.start_delay_s is not None and 0.9 < report.start_delay_s < 8


def test_another_protocol_is_named_by_what_it_said(tmp_path: Path) -> None:
    with servers.http() as port:
        report, _ = run(f"redis://127.0.0.1:{port}")
    assert (report.verdict, report.layer) == ("wrong_protocol", "protocol")
    assert "not Redis" in report.detail
    with servers.redis(folder=tmp_path) as port:
        as_http, _ = run(f"http://127.0.0.1:{port}")
        as_postgres, _ = run(f"postgres://127.0.0.1:{port}")
        as_tls, _ = run(f"rediss://127.0.0.1:{port}")
    assert (as_http.verdict, as_http.layer) == ("wrong_protocol", "protocol")
    assert as_postgres.verdict == "protocol_timeout", "Redis waits for the end of what it takes for a line"
    assert as_tls.layer == "tls"


def test_a_reset_after_the_connection_is_not_taken_for_a_firewall() -> None:
    with servers.answering(b"", reset=True) as port:
        report, _ = run(f"redis://127.0.0.1:{port}")
    assert report.verdict == "wrong_protocol"
    assert "reset" in report.detail


def test_tasks_share_out_the_targets() -> None:
    with servers.listening() as one, servers.listening() as two:
        urls = (f"tcp://127.0.0.1:{one}", f"tcp://127.0.0.1:{two}")
        seen = [run(*urls, index=i, attempts=2)[0].target for i in range(4)]
    assert seen == [*urls, *urls]


@pytest.mark.parametrize(
    "targets", [(), ("gopher://127.0.0.1:70",), ("tcp://127.0.0.1:99999",)], ids=["none", "scheme", "port"]
)
def test_what_cannot_be_probed_is_not_run(targets: tuple[str, ...]) -> None:
    report, code = run(*targets)
    assert (report.verdict, code) == ("not_run", 29)


def test_the_text_fits_into_a_command_line() -> None:
    text = probe_text()
    assert len(text.encode()) < 32_000
    assert "@@" not in text, "gcloud's flag --args=^@@^ separates the arguments with it"
