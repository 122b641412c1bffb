"""Runs the probe in the sandbox as `python -I -S -B launcher.py PORT PACE`, with the probe's text on standard input.

A translator of addresses and names in front of the socket module, then the text unchanged: the loopback port it is sent
to accepts, refuses or drops, and the kernel says so. PORT is the sandbox's control connection, PACE the simulated
seconds per real second: waiting is shortened by it, latencies are real. An audit hook fails closed: no connection or
datagram beyond loopback, no name looked up, no other process, no file written.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
import time
from typing import Any

PATIENCE = 1.5
"""Real seconds below which no time-out is shortened: what listens here shares the processor with everything else."""

REFUSED = (
    "socket.gethostby",
    "socket.getnameinfo",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "pty.",
    "ctypes.",
    "shutil.",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_Plain = socket.socket
_lookup = socket.getaddrinfo
_sleep, _monotonic = time.sleep, time.monotonic


class Control:
    """Asks the sandbox, one line of JSON each way."""

    def __init__(self, port: int) -> None:
        self._connection = _Plain()
        self._connection.connect(("127.0.0.1", port))
        self._file = self._connection.makefile("rw")

    def ask(self, question: dict[str, object]) -> dict[str, Any]:
        self._file.write(json.dumps(question) + "\n")
        self._file.flush()
        answer: dict[str, Any] = json.loads(self._file.readline())
        return answer


def translated(control: Control, pace: float) -> type[socket.socket]:
    """A socket class that connects to where the sandbox says, and whose time-outs run at the pace."""

    class Socket(_Plain):
        def connect(self, address: Any, /) -> None:
            super().connect(self._loopback(address))

        def connect_ex(self, address: Any, /) -> int:
            return super().connect_ex(self._loopback(address))

        def settimeout(self, value: float | None, /) -> None:
            super().settimeout(value if value is None else min(value, max(value / pace, PATIENCE)))

        def _loopback(self, address: Any) -> tuple[str, int]:
            answer = control.ask({"ip": address[0], "port": address[1]})
            if "errno" in answer:
                raise OSError(answer["errno"], os.strerror(answer["errno"]))
            host, port = answer["to"]
            return host, port

    return Socket


def lookup(control: Control, host: str, *arguments: Any, **options: Any) -> Any:
    """`socket.getaddrinfo` with the sandbox's names and no others."""
    if not numeric(host):
        known = control.ask({"name": host})["ip"]
        if known is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        host = known
    return _lookup(host, *arguments, **options)


def numeric(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would leave the sandbox."""
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        inside = isinstance(address, tuple) and address[0] == "127.0.0.1"
        if not inside and not (event == "socket.sendmsg" and address is None):
            raise PermissionError(f"the probe tried to leave the sandbox: {event} {address}")
    elif event == "socket.getaddrinfo":
        if not numeric(arguments[0]):
            raise PermissionError(f"the probe tried to look up {arguments[0]}")
    elif event == "open":
        if isinstance(arguments[2], int) and arguments[2] & WRITING:
            raise PermissionError(f"the probe tried to write {arguments[0]}")
    elif event.startswith(REFUSED):
        raise PermissionError(f"the probe tried {event}")


def main() -> None:
    """Translate, guard, run."""
    program, started = sys.stdin.read(), _monotonic()
    control, pace = Control(int(sys.argv[1])), float(sys.argv[2])
    vars(socket).update(
        socket=translated(control, pace),
        getaddrinfo=lambda host, *arguments, **options: lookup(control, host, *arguments, **options),
    )
    vars(time).update(
        monotonic=lambda: started + (_monotonic() - started) * pace,
        sleep=lambda seconds: _sleep(seconds / pace),
    )
    sys.addaudithook(guard)
    sys.argv = ["-c"]
    exec(compile(program, "<probe>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    main()
