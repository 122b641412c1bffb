"""Requests to the services of a sandbox without a pause, from threads of their own, and what became of each."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

SECONDS = 30


@dataclass
class Load:
    """`answers` counts good ones by service and revision; `failures` keeps what every other one said."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def revisions(self, service: str) -> set[str]:
        """Those that have answered."""
        return {revision for name, revision in self.answers if name == service}


def hosts_of(sandbox: Sandbox) -> dict[str, str]:
    """Host name by service, for those that anybody may call."""
    state = client.control(sandbox, "GET", "state")
    services = {n.rsplit("/", 1)[-1]: body for n, body in state.items() if "/services/" in n and "/revisions/" not in n}
    return {
        name: urlsplit(body["uri"]).netloc
        for name, body in services.items()
        if "uri" in body and body.get("ingress") in (None, "", "INGRESS_TRAFFIC_ALL")
    }


@contextmanager
def load(sandbox: Sandbox, hosts: Mapping[str, str]) -> Iterator[Load]:
    """While the block runs, one thread for each service asks it again and again; each asks once before it begins."""
    result, stop, lock = Load(), threading.Event(), threading.Lock()
    begun = threading.Barrier(len(hosts) + 1)

    def ask_without_end(name: str, host: str) -> None:
        _ask(sandbox, name, host, result, lock)
        begun.wait(SECONDS)
        while not stop.wait(0.002):
            _ask(sandbox, name, host, result, lock)

    threads = [threading.Thread(target=ask_without_end, args=pair, daemon=True) for pair in hosts.items()]
    for thread in threads:
        thread.start()
    begun.wait(SECONDS)
    try:
        yield result
    finally:
        stop.set()
        for thread in threads:
            thread.join(SECONDS)


def _ask(sandbox: Sandbox, name: str, host: str, result: Load, lock: threading.Lock) -> None:
    place = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)
    try:
        connection.request("GET", "/", headers={"Host": host})
        response = connection.getresponse()
        status, body = response.status, response.read()
    except OSError as error:
        status, body = 0, repr(error).encode()
    finally:
        connection.close()
    with lock:
        if status == 200:
            result.answers[name, str(json.loads(body)["revision"])] += 1
        else:
            result.failures.append(f"{name}: {status} {body.decode()[:300]}")
