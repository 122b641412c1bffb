"""Real servers on loopback for the probe to meet, each as a context manager that yields its port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

POSTGRES_FOLDERS = [
    *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
    Path("/usr/local/bin"),
    Path("/opt/homebrew/bin"),
]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def redis(*options: str, folder: Path) -> Iterator[int]:
    """A redis-server; `port 0` among the options (TLS only) leaves the port to `tls-port`."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    words = [word.replace("PORT", str(port)) for word in options]
    listen = [] if "--tls-port" in words else ["--port", str(port)]
    command = [program, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), *listen, *words]
    with running(command, port):
        yield port


def certificate_files(folder: Path) -> tuple[str, str]:
    """A throw-away certificate and key for 127.0.0.1, signed by nobody that the probe knows."""
    issued = trustme.CA().issue_cert("127.0.0.1", "localhost")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    key.chmod(0o600)
    return str(certificate), str(key)


@contextlib.contextmanager
def postgres(*, tls: bool) -> Iterator[int]:
    """A PostgreSQL server, as the user `postgres` where the tests run as root (it refuses to run as root)."""
    programs = next((f for f in POSTGRES_FOLDERS if (f / "initdb").exists() and (f / "postgres").exists()), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    become, port = unprivileged(), free_port()
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        certificate, key = certificate_files(folder)
        if become:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "postgres")
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "admin", "--no-sync"]
        subprocess.run([*become, *initdb], check=True, capture_output=True, cwd="/")
        settings = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-F", "-c", f"ssl={'on' if tls else 'off'}"]
        settings += ["-c", f"ssl_cert_file={certificate}", "-c", f"ssl_key_file={key}"]
        with running([*become, str(programs / "postgres"), "-D", str(folder / "data"), *settings], port):
            yield port


def unprivileged() -> list[str]:
    """The prefix of a command that runs it as `postgres`; empty when nothing has to be given up."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv, to run PostgreSQL as another user, is not installed")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


@contextlib.contextmanager
def running(command: Sequence[str], port: int) -> Iterator[None]:
    """A server process that is up when its port accepts a connection, and gone afterwards."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as process:
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as one:
            one.settimeout(1)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"{process.args!r} did not come up")


class Handler(BaseHTTPRequestHandler):
    """Answers every request with 503 and remembers nothing."""

    def do_GET(self) -> None:
        self.send_response(503 if self.path.startswith("/busy") else 200)
        self.send_header("X-Path", self.path)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@contextlib.contextmanager
def http(*, tls: Path | None = None) -> Iterator[int]:
    """Python's own HTTP server; with `tls`, a folder for its certificate, over TLS."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate_files(tls))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def listening(backlog: int = 8) -> Iterator[int]:
    """A port whose connections are accepted by the kernel, and answered by nobody."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server.getsockname()[1]


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port whose backlog is full, so that the kernel drops further SYN packets."""
    with contextlib.ExitStack() as held, listening(0) as port:
        for _ in range(4):
            filler = held.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


@contextlib.contextmanager
def answering(data: bytes, *, reset: bool = False) -> Iterator[int]:
    """A server that says one thing to everyone who connects and closes, if asked with a reset."""

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):
                    connection.sendall(data)
                    if reset:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    else:
                        connection.shutdown(socket.SHUT_WR)
                        connection.settimeout(1)
                        connection.recv(1000)

    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(server,))
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
