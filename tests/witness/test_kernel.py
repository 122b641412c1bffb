"""The evaluator against the Linux kernel: thousands of real connections through firewalls that nftables enforces."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.witness import nftables
from tests.witness.nftables import Machine
from tests.witness.worlds import PORTS, RECEIVERS, REGION, SENDERS, World, world
from wizard.network.firewall import Action, Destination, Packet, Source, compile_rules, evaluate, evaluate_direction
from wizard.network.intervals import parse_found
from wizard.network.ruleset import EGRESS, INGRESS, Ruleset

WORLDS, PACKETS = 600, 12
WIRE = Path(__file__).with_name("wire.py")


class Kernel:
    """Asks the kernel, in its own network namespace."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, document: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()

    def verdicts(self, asked: World) -> list[object]:
        """One answer for each packet of the world."""
        text = nftables.ruleset(asked.network, asked.rules, asked.policies, (*asked.senders, *asked.receivers), REGION)
        packets = [
            (sender.address, receiver.address, protocol, port) for sender, receiver, protocol, port in asked.packets
        ]
        self.send({"nft": text, "packets": packets})
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the kernel's side has ended; it refused this perhaps:\n{text}"
        answers: list[object] = json.loads(line)
        return answers


def why_not() -> str:
    """What is lacking for namespaces and nftables; empty when nothing is."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux, for network namespaces"
    lacking = [name for name in ("unshare", "ip", "nft") if shutil.which(name) is None]
    if lacking:
        return f"needs {', '.join(lacking)}"
    tried = subprocess.run(["unshare", "--net", "nft", "list", "ruleset"], capture_output=True, text=True, check=False)
    return f"no nftables in a network namespace here: {tried.stderr.strip()[:200]}" if tried.returncode else ""


@contextmanager
def kernel() -> Iterator[Kernel]:
    command = ["unshare", "--net", sys.executable, "-I", str(WIRE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        asked = Kernel(process)
        asked.send({"addresses": [*SENDERS, *RECEIVERS], "ports": list(PORTS)})
        yield asked
        process.stdin and process.stdin.close()


def source(machine: Machine, range_: str) -> Source:
    kind = "direct" if machine.direct else "vm"
    return Source(range=range_, kind=kind, tags=machine.tags, service_accounts=machine.accounts)


def destination(machine: Machine) -> Destination:
    return Destination(address=machine.address, tags=machine.tags, service_accounts=machine.accounts)


def passes_as_a_part(rules: Ruleset, packet: Packet, address: str) -> bool:
    """What the verdict on a whole /28 says of this one address of it."""
    one = (parse_found(address) or (0, 0))[0]
    for direction in (EGRESS, INGRESS):
        pieces = evaluate_direction(rules, packet, direction).pieces
        held = [piece for piece in pieces if _holds(piece.range, one)]
        if len(held) != 1 or held[0].decided_by.action != "allow":
            return False
    return True


def _holds(text: str, one: int) -> bool:
    first, _, last = text.partition("-")
    low, high = parse_found(first), parse_found(last or first)
    return low is not None and high is not None and low[0] <= one <= high[1]


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_the_kernel_says_the_same() -> None:
    """7,200 packets through 600 firewalls: the verdict for the address, and that for the range it is a part of."""
    counted: Counter[tuple[str, bool]] = Counter()
    stops: Counter[str] = Counter()
    with kernel() as asked:
        for seed in range(WORLDS):
            one = world(seed, PACKETS)
            rules = compile_rules(one.network, one.rules, one.policies, region=REGION)
            for packet, truth in zip(one.packets, asked.verdicts(one), strict=True):
                sender, receiver, protocol, port = packet
                single = Packet(
                    source=source(sender, f"{sender.address}/32"),
                    destination=destination(receiver),
                    protocol=protocol,
                    port=port,
                )
                found = evaluate(rules, single)
                assert (found.action is Action.ALLOW) is truth, f"seed {seed}: {packet}: {found} and the kernel {truth}"
                whole = Packet(
                    source=source(sender, "10.8.0.0/28" if sender.address.startswith("10.8.") else "10.9.0.0/16"),
                    destination=destination(receiver),
                    protocol=protocol,
                    port=port,
                )
                assert passes_as_a_part(rules, whole, sender.address) is truth, f"seed {seed}: {packet} in its range"
                counted[protocol, bool(truth)] += 1
                stops[found.kind] += 1
    assert sum(counted.values()) == WORLDS * PACKETS
    assert min(counted.values()) > 0.04 * WORLDS * PACKETS, counted
    assert len(stops) == 5, stops
