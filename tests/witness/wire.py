"""Runs inside a network namespace of its own: loads firewalls into the kernel and opens real connections through them.

Standard library alone, started as a file. Standard input has one JSON document a line: `addresses` and `ports` first,
then rule sets `{"nft": TEXT, "packets": [[source, destination, protocol, port], …]}`. Each is answered by one line: for
every packet `true` (an answer came back), `false` (the kernel refused), or what else happened.
"""

from __future__ import annotations

import itertools
import json
import selectors
import socket
import subprocess
import sys
import threading

SECONDS = 2.0
"""Nothing here is ever silent: a packet that meets no answer in this time is a fault of the test."""


def main() -> None:
    setting = json.loads(sys.stdin.readline())
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in setting["addresses"]:
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    threading.Thread(target=_serve, args=(setting["ports"],), daemon=True).start()
    for text in sys.stdin:
        asked = json.loads(text)
        subprocess.run(["nft", "-f", "-"], input=asked["nft"], text=True, check=True)
        print(json.dumps([_passes(*packet) for packet in asked["packets"]]), flush=True)


def _serve(ports: list[int]) -> None:
    """Accepts every connection and sends every datagram back."""
    selector = selectors.DefaultSelector()
    for port in ports:
        listener = socket.create_server(("0.0.0.0", port), backlog=512)
        selector.register(listener, selectors.EVENT_READ)
        echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        echo.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        echo.bind(("0.0.0.0", port))
        selector.register(echo, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            _answer(key.fileobj)


_PKTINFO = 8
"""IP_PKTINFO of Linux: the answer to a datagram must come from the address that it was sent to."""


def _answer(one: object) -> None:
    assert isinstance(one, socket.socket)
    if one.type == socket.SOCK_STREAM:
        one.accept()[0].close()
        return
    data, ancillary, _, sender = one.recvmsg(64, 256)
    local = ancillary[0][2][4:8]
    one.sendmsg([data], [(socket.IPPROTO_IP, _PKTINFO, b"\0\0\0\0" + local + b"\0\0\0\0")], 0, sender)


_FROM = itertools.cycle(range(20_000, 65_000))
"""Source ports in turn: one that came again soon would be, to the kernel, an earlier connection that goes on, and the
firewall lets those through whatever its rules say now."""


def _passes(source: str, destination: str, protocol: str, port: int) -> bool | str:
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as one:
        one.settimeout(SECONDS)
        one.bind((source, next(_FROM)))
        try:
            one.connect((destination, port))
            if protocol == "udp":
                one.send(b"?")
                one.recv(64)
        except (ConnectionRefusedError, PermissionError):
            return False  # the latter is how the output hook refuses a datagram
        except OSError as error:
            return f"{type(error).__name__}: {error}"
        return True


main()
