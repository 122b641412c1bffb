"""Firewall records as a ruleset of the Linux kernel's packet filter. Shares no code with the evaluator.

Every layer is a chain; what a chain does not decide returns to the next one, and `goto_next` is a return. Tags and
service accounts are sets of addresses. Where the cloud is silent this refuses at once, so that no test has to wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

Rule = FirewallRule | PolicyRule


class Machine(Struct, frozen=True, kw_only=True):
    """Who has an address. `direct` machines are Direct VPC interfaces: sources of rules never mean their identity."""

    address: str
    tags: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    direct: bool = False


_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}

_HEAD = """
flush ruleset
table ip witness {
"""

_BEGIN = """
  chain {name} {{
    type filter hook {hook} priority 0; policy accept;
    ct state established,related accept
    tcp flags & rst == rst accept
    icmp type destination-unreachable accept
"""


def ruleset(
    network: Network,
    rules: Sequence[FirewallRule],
    policies: Sequence[FirewallPolicy],
    machines: Sequence[Machine],
    region: str,
) -> str:
    """The text for `nft -f -`: egress rules where packets leave, ingress rules where they arrive."""
    layers = _layers(network, rules, policies, region)
    text = _HEAD
    for direction, hook in (("EGRESS", "output"), ("INGRESS", "input")):
        for number, layer in enumerate(layers):
            body = "".join(f"    {line}\n" for rule in layer for line in _lines(rule, direction, machines))
            text += f"  chain {direction.lower()}{number} {{\n{body}  }}\n"
        jumps = "".join(f"    jump {direction.lower()}{number}\n" for number in range(len(layers)))
        implied = "" if direction == "EGRESS" else "".join(f"    {line}\n" for line in _verdict("deny", ""))
        text += _BEGIN.format(name=direction.lower(), hook=hook) + jumps + implied + "  }\n"
    return text + "}\n"


def _layers(
    network: Network, rules: Sequence[FirewallRule], policies: Sequence[FirewallPolicy], region: str
) -> list[list[Rule]]:
    """What is asked first, second …, each in its own order: the smallest number, and deny before allow."""
    above = [p for level in ("organization", "folder") for p in policies if p.level == level]
    beside = [p for level in ("global", region) for p in policies if p.level == level]
    classic: list[Rule] = [rule for rule in rules if rule.network == network.name]
    around: list[list[Rule]] = [list(p.rules) for p in beside]
    around = [*around, classic] if network.policy_order.startswith("BEFORE") else [classic, *around]
    layers: list[list[Rule]] = [[*policy.rules] for policy in above]
    layers += around
    return [sorted(layer, key=lambda rule: (rule.priority, rule.action == "allow")) for layer in layers]


def _lines(rule: Rule, direction: str, machines: Sequence[Machine]) -> Iterator[str]:
    if rule.direction != direction or rule.disabled:
        return
    for layer4 in _layer4(rule.protocols):
        for source in _sources(rule, direction, machines):
            match = " ".join(part for part in (source, _to(rule), _target(rule, direction, machines), layer4) if part)
            if "{}" not in match:
                yield from (f"{match} {line}".strip() for line in _verdict(rule.action, layer4))


def _layer4(protocols: Sequence[Ports]) -> Iterator[str]:
    for entry in protocols or (Ports("all"),):
        name = _NUMBERS.get(entry.protocol, entry.protocol)
        if name == "all":
            yield ""
        elif entry.ports:
            yield f"{name} dport {{ {', '.join(entry.ports)} }}"
        else:
            yield f"meta l4proto {name}"


def _sources(rule: Rule, direction: str, machines: Sequence[Machine]) -> Iterator[str]:
    """Ranges or identities, either is enough; without both everybody."""
    tags = rule.source_tags if isinstance(rule, FirewallRule) and direction == "INGRESS" else ()
    accounts = rule.source_service_accounts if isinstance(rule, FirewallRule) and direction == "INGRESS" else ()
    if rule.sources:
        yield f"ip saddr {{ {', '.join(rule.sources)} }}"
    if tags or accounts:
        yield f"ip saddr {_set([m for m in machines if not m.direct], tags, accounts)}"
    if not rule.sources and not tags and not accounts:
        yield ""


def _to(rule: Rule) -> str:
    return f"ip daddr {{ {', '.join(rule.destinations)} }}" if rule.destinations else ""


def _target(rule: Rule, direction: str, machines: Sequence[Machine]) -> str:
    tags = rule.target_tags if isinstance(rule, FirewallRule) else ()
    if not tags and not rule.target_service_accounts:
        return ""
    end = "saddr" if direction == "EGRESS" else "daddr"
    return f"ip {end} {_set(machines, tags, rule.target_service_accounts)}"


def _set(machines: Sequence[Machine], tags: Sequence[str], accounts: Sequence[str]) -> str:
    """The addresses of the machines that have one of these; `{}` when nobody has."""
    found = [m.address for m in machines if {*m.tags} & {*tags} or {*m.accounts} & {*accounts}]
    return f"{{ {', '.join(found)} }}" if found else "{}"


def _verdict(action: str, layer4: str) -> list[str]:
    if action == "allow":
        return ["accept"]
    if action == "goto_next":
        return ["return"]
    refusals = {"tcp": "reject with tcp reset", "udp": "reject with icmp port-unreachable", "icmp": "drop"}
    named = [name for name in refusals if f"{name} dport" in layer4 or layer4.endswith(f"l4proto {name}")]
    if named:
        return [refusals[named[0]]]
    return [f"meta l4proto {name} {refusals[name]}" for name in ("tcp", "udp")]
