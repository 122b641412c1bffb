"""The program that runs inside Cloud Run: reaches one target from a fresh instance and says what it met.

Its text is sent as `python -c TEXT`, so it is one file and needs nothing but the standard library (Python 3.9 or
newer). It prints one line of JSON; its exit code says the same (`EXIT_CODES`), so that no log need be read.

Environment: RUNVPC_TARGETS (a JSON list of URLs), RUNVPC_ATTEMPTS (fresh instances per target), RUNVPC_TIMEOUT (seconds
per attempt to connect), RUNVPC_START_WINDOW (seconds in which an instance without network is given time: Direct VPC
egress may need a minute), RUNVPC_WRITE ("1": Redis also sets, gets and deletes a throw-away key). Cloud Run says which
task this is: CLOUD_RUN_TASK_INDEX; task i probes target i modulo the number of targets.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import ssl
import sys
import time
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

EXIT_CODES = {
    ("connected", "protocol"): 0,
    ("refused", "tcp"): 20,
    ("timeout", "tcp"): 21,
    ("no_route", "tcp"): 22,
    ("name_not_found", "dns"): 23,
    ("timeout", "dns"): 24,
    ("protocol_timeout", "tls"): 25,
    ("wrong_protocol", "tls"): 26,
    ("wrong_protocol", "protocol"): 27,
    ("protocol_timeout", "protocol"): 28,
    ("not_run", ""): 29,
}
PORTS = {"redis": 6379, "rediss": 6379, "postgres": 5432, "postgresql": 5432, "mysql": 3306, "http": 80, "https": 443}
MAYBE_STARTING = {("timeout", "tcp"), ("no_route", "tcp"), ("timeout", "dns")}
NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
POSTGRES_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


class Ended(Exception):
    """The attempt is over: verdict, the layer it was decided in, and a detail for people."""

    def __init__(self, verdict: str, layer: str, detail: str = "") -> None:
        super().__init__(verdict, layer, detail)
        self.verdict, self.layer, self.detail = verdict, layer, detail


class Result(NamedTuple):
    """What is printed. `latency_ms` is the TCP handshake's, `start_delay_s` the seconds without network before it."""

    verdict: str
    layer: str
    latency_ms: float | None
    start_delay_s: float | None
    detail: str


class Talk:
    """A connection that gives up at a deadline. Failures are reported for the layer that has been reached."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self.connection, self.deadline = connection, deadline
        self.layer, self.note = "protocol", ""

    def start_tls(self, host: str) -> None:
        """Encrypt. The certificate is not verified: the question is whether the server can be reached."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.layer = "tls"
        self.connection.settimeout(left(self.deadline))
        try:
            encrypted = context.wrap_socket(self.connection, server_hostname=host)
        except OSError as error:
            raise self.failed(error) from None
        self.connection, self.layer = encrypted, "protocol"
        self.note = f"{encrypted.version()}, certificate not verified; "

    def send(self, data: bytes) -> None:
        self.connection.settimeout(left(self.deadline))
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise self.failed(error) from None

    def receive(self, enough: int, until: bytes = b"") -> bytes:
        """At most `enough` bytes, fewer when `until` has come or when the other side has closed; never none at all."""
        data = b""
        while len(data) < enough and not (until and until in data):
            self.connection.settimeout(left(self.deadline))
            try:
                more = self.connection.recv(enough - len(data))
            except OSError as error:
                raise self.failed(error, data) from None
            if not more:
                break
            data += more
        if not data:
            raise Ended("wrong_protocol", self.layer, "the connection was closed without an answer")
        return data

    def failed(self, error: OSError, so_far: bytes = b"") -> Ended:
        if isinstance(error, ssl.SSLError) and not timed_out(error):
            return Ended("wrong_protocol", "tls", f"TLS: {error.reason or error}")
        if timed_out(error):
            heard = f"only {shown(so_far)} came" if so_far else "connected, but nothing was answered"
            return Ended("protocol_timeout", self.layer, f"{heard} in time")
        return Ended("wrong_protocol", self.layer, f"connected, then: {error.strerror or error}")


def left(deadline: float) -> float:
    """Seconds until the deadline, never so few that a socket would not wait at all."""
    return max(deadline - time.perf_counter(), 0.001)


def timed_out(error: OSError) -> bool:
    """Before Python 3.10 a socket's time-out was not yet a TimeoutError."""
    return isinstance(error, TimeoutError) or str(error).endswith("timed out")


def shown(data: bytes) -> str:
    """The beginning of what a server sent, fit to be printed."""
    return repr(data[:60])[1:]


def unexpected(protocol: str, data: bytes) -> Ended:
    hint = "; the server speaks TLS" if data[:2] == b"\x15\x03" else ""
    return Ended("wrong_protocol", "protocol", f"not {protocol}: the answer was {shown(data)}{hint}")


def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """The IPv4 addresses of a name, at most three."""
    try:
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror as error:
        verdict = "name_not_found" if error.errno in NO_SUCH_NAME else "timeout"
        raise Ended(verdict, "dns", f"{host}: {error.strerror}") from None
    except UnicodeError:
        raise Ended("name_not_found", "dns", f"{host} is not a valid name") from None
    return list(dict.fromkeys((str(address[0]), port) for *_, address in found))[:3]


def connect(addresses: list[tuple[str, int]], timeout: float) -> tuple[socket.socket, float]:
    """Connect to the first address that takes the connection, and the milliseconds its TCP handshake took."""
    problem = Ended("name_not_found", "dns", "the name has no IPv4 address")
    for address in addresses:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        begun = time.perf_counter()
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = connect_failure(error, address)
        else:
            return connection, round((time.perf_counter() - begun) * 1000, 3)
    raise problem


def connect_failure(error: OSError, address: tuple[str, int]) -> Ended:
    where = f"{address[0]}:{address[1]}"
    if timed_out(error) or error.errno == errno.ETIMEDOUT:
        return Ended("timeout", "tcp", f"{where} did not answer: the packets are dropped on the way")
    if error.errno == errno.ECONNRESET:  # a listener that hung up at once: before the handshake it is ECONNREFUSED
        return Ended("wrong_protocol", "protocol", f"connected, then: {error.strerror}")
    if error.errno == errno.ECONNREFUSED:
        return Ended("refused", "tcp", f"{where} was reached, but nothing listens on that port")
    return Ended("no_route", "tcp", f"{where}: {error.strerror or error}")


def redis(talk: Talk) -> str:
    """PING; an error reply is as good as PONG, since Redis said it (NOAUTH, LOADING)."""
    answer = redis_command(talk, b"PING")
    if not answer.startswith(b"+PONG") and not (answer[:1] == b"-" and answer[1:2].isupper()):
        raise unexpected("Redis", answer)
    if os.environ.get("RUNVPC_WRITE") != "1":
        return answer.decode("utf-8", "replace").strip()
    return redis_write(talk)


def redis_write(talk: Talk) -> str:
    """Set, get and delete a key that nobody else uses and that expires by itself."""
    key = b"runvpc:probe:" + os.urandom(8).hex().encode()
    for words, wanted in (
        ((b"SET", key, b"runvpc", b"EX", b"30"), b"+OK\r\n"),
        ((b"GET", key), b"$6\r\nrunvpc\r\n"),
        ((b"DEL", key), b":1\r\n"),
    ):
        answer = redis_command(talk, *words)
        if answer.startswith(b"-"):
            return f"PING was answered; {words[0].decode()} was answered {shown(answer)}"
        if answer != wanted:
            raise unexpected("Redis", answer)
    return "PING, SET, GET and DEL of a throw-away key"


def redis_command(talk: Talk, *words: bytes) -> bytes:
    """One command in Redis's protocol, and its reply: a line, and after a line `$6` the six bytes it announces."""
    talk.send(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
    answer = talk.receive(200, b"\r\n")
    announced = b"$6\r\n"
    missing = len(announced) + 8 - len(answer)
    return answer + talk.receive(missing) if answer.startswith(announced) and missing > 0 else answer


def postgres(talk: Talk) -> str:
    """The question whether the server speaks TLS is answered without credentials."""
    talk.send(POSTGRES_SSL_REQUEST)
    answer = talk.receive(1)
    if answer == b"E":
        return "PostgreSQL: " + shown(talk.receive(100, b"\x00"))
    if answer not in (b"S", b"N"):
        raise unexpected("PostgreSQL", answer)
    return "PostgreSQL, " + ("TLS offered" if answer == b"S" else "without TLS")


def mysql(talk: Talk) -> str:
    """The server speaks first: a greeting of protocol 10, or an error (too many connections)."""
    head = talk.receive(5)
    if len(head) < 5 or head[3] != 0 or head[4] not in (10, 0xFF):
        raise unexpected("MySQL", head)
    text = talk.receive(80, b"\x00").split(b"\x00")[0]
    return "MySQL " + (shown(text[2:]) if head[4] == 0xFF else text.decode("ascii", "replace"))


def http(talk: Talk, host: str, path: str) -> str:
    """Any status is an answer."""
    request = f"GET {path or '/'} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: runvpc\r\nConnection: close\r\n\r\n"
    talk.send(request.encode("utf-8", "replace"))
    answer = talk.receive(200, b"\n")
    if not answer.startswith(b"HTTP/"):
        raise unexpected("HTTP", answer)
    return answer.split(b"\n")[0].decode("latin-1").strip()


def attempt(url: str, timeout: float) -> Result:
    """One connection, without the start delay."""
    parts, latency = urlsplit(url), None
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    try:
        connection, latency = connect(resolve(host, port), timeout)
        talk = Talk(connection, time.perf_counter() + timeout)
        try:
            detail = speak(talk, parts)
        finally:
            talk.connection.close()
    except Ended as end:
        return Result(end.verdict, end.layer, latency, None, end.detail)
    return Result("connected", "tcp" if parts.scheme == "tcp" else "protocol", latency, None, talk.note + detail)


def speak(talk: Talk, url: SplitResult) -> str:
    """What the server says in its protocol; Ended when it does not speak it."""
    if url.scheme in ("https", "rediss"):
        talk.start_tls(url.hostname or "")
    if url.scheme in ("http", "https"):
        return http(talk, url.netloc, (url.path or "/") + ("?" + url.query if url.query else ""))
    if url.scheme == "tcp":
        return "the connection was accepted"
    return {"redis": redis, "rediss": redis, "mysql": mysql}.get(url.scheme, postgres)(talk)


def probe(url: str, timeout: float, window: float) -> Result:
    """Attempt until the network of this instance is there or the window (seconds) is over."""
    started = time.monotonic()
    while True:
        waited = time.monotonic() - started
        result = attempt(url, timeout)
        if result.verdict == "connected":
            return result._replace(start_delay_s=round(waited, 3))
        if (result.verdict, result.layer) not in MAYBE_STARTING or time.monotonic() - started >= window:
            return result
        time.sleep(1)


def main() -> int:
    """Probe the target of this task, print the line, return the exit code."""
    index, url = 0, ""
    try:
        index = int(os.environ.get("CLOUD_RUN_TASK_INDEX", "0"))
        targets = json.loads(os.environ["RUNVPC_TARGETS"])
        if index >= len(targets) * int(os.environ.get("RUNVPC_ATTEMPTS", "1")):
            raise ValueError(f"there is no target for task {index}")
        url = str(targets[index % len(targets)])
        if urlsplit(url).scheme not in {*PORTS, "tcp"}:
            raise ValueError(f"no such kind of target: {url}")
        timeout = float(os.environ.get("RUNVPC_TIMEOUT", "5"))
        result = probe(url, timeout, float(os.environ.get("RUNVPC_START_WINDOW", "0")))
    except (KeyError, TypeError, ValueError) as error:
        result = Result("not_run", "", None, None, f"{type(error).__name__}: {error}")
    result = result._replace(detail=result.detail[:300])
    print(json.dumps({"runvpc": 1, "index": index, "target": url, **result._asdict()}), flush=True)
    return 0 if result.verdict == "connected" else EXIT_CODES[result.verdict, result.layer]


if __name__ == "__main__":
    sys.exit(main())
