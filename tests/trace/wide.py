"""Wide random scenarios from a seed: several networks with the same addresses, every kind of way, route and rule.

Where `generated` asks much of one layout, these are made anew each time: networks of either mode, regions, secondary
ranges, public and Class E ranges, overlapping routes, tags and identities of all sorts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import permutations

from tests.trace.wide_values import (
    ACCOUNTS,
    BARE,
    BLOCKS,
    CLOSE,
    FAR,
    FROM,
    HERE,
    LAYERS,
    MANAGED,
    NETWORKS,
    PRIORITIES,
    SECONDARY,
    SMALL,
    STRANGERS,
    TAGS,
    THERE,
    TO,
    table,
    value,
)


class Maker:
    """Makes one scenario, its `text`. `targets` are the addresses that its targets have, `policies_first` the networks
    whose policies come before classic rules, `pairs` the peerings between them: scenario files have no words for these.
    """

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.subnets: list[tuple[str, str, str, str]] = []
        self.connectors: list[str] = []
        self.targets: list[str] = []
        self.modes: dict[str, str] = {}
        self.pairs: list[tuple[str, str]] = []
        lines = [line for part in self._parts() for line in part]
        self.text = "\n".join(['[project]\nid = "demo-project"\nregion = "us-central1"', *lines]) + "\n"
        self.policies_first = tuple(name for name in self.modes if self._chance(0.5))

    def _chance(self, likely: float) -> bool:
        return self.dice.random() < likely

    def _some(self, values: tuple[str, ...], likely: float = 0.5, most: int = 2) -> list[str]:
        return self.dice.sample(values, self.dice.randrange(1, most + 1)) if self._chance(likely) else []

    def _parts(self) -> Iterator[list[str]]:
        for name in NETWORKS[: self.dice.randrange(1, 4)]:
            self.modes[name] = self.dice.choice(("custom", "custom", "auto"))
            yield table("network", name=name, mode=self.modes[name], default_routes=self._chance(0.6))
            yield from self._of_network(name)
        yield from self._peers()
        yield from self._subjects()
        yield from self._rules()

    def _peers(self) -> Iterator[list[str]]:
        """Networks of the project that are peered with each other, where no ranges overlap."""
        for one, other in permutations(self.modes, 2):
            offered = [block for network, _, _, block in self.subnets if network == other]
            offered += ["10.128.0.0/20"] if self.modes[other] == "auto" else []
            if len(self._free(one, tuple(offered))) == len(offered):
                yield table("peering", name=f"{one}-{other}", network=one, routes=offered)
                self.pairs.append((one, other))

    def _of_network(self, network: str) -> Iterator[list[str]]:
        blocks = self.dice.sample(BLOCKS, self.dice.randrange(1, 5))
        second = self.dice.sample(SECONDARY, len(SECONDARY))
        for number, block in enumerate(blocks):
            region = HERE if number == 0 else self.dice.choice((HERE, HERE, THERE))
            name = network if number == 0 and self.modes[network] == "custom" else f"{network}-{number}"
            fields: dict[str, object] = {"name": name, "network": network, "range": block, "region": region}
            yield table("subnet", **fields, private_google_access=self._chance(0.5))
            self.subnets.append((network, region, name, block))
            if second and self._chance(0.4):
                more = second.pop()
                yield [f'secondary = [{{ name = "more", range = "{more}" }}]']
                self.subnets.append((network, "", "", more))
        yield from self._ways(network)
        yield from self._targets(network)
        held = (*BARE, SMALL[network]) if network == "one" else (SMALL[network],)
        self.subnets += [(network, "", "", block) for block in held]

    def _ways(self, network: str) -> Iterator[list[str]]:
        dice = self.dice
        for number in range(dice.randrange(0, 5)):
            hop = dice.choice(
                ("internet", "vpn", "bgp", "bgp", "10.0.0.9", "10.0.0.250", "10.1.0.9", f"peering:{network}-peer")
            )
            tags = (
                dice.choice(([], [], ["app"], ["vpc-connector"], [TAGS[3], "db"]))
                if not hop.startswith(("bgp", "peering"))
                else []
            )
            range_, priority = dice.choice((*CLOSE, *FAR)), dice.choice((0, 100, 1000, 1000, 65535))
            yield table(
                "route",
                name=f"{network}-{number}",
                network=network,
                range=range_,
                next_hop=hop,
                priority=priority,
                tags=tags,
            )
        for number in range(dice.randrange(0, 3)):
            own = [name for net, region, name, _ in self.subnets if (net, region) == (network, HERE)]
            chosen = dice.choice((["all"], dice.sample(own, 1)))
            region = dice.choice((HERE, HERE, THERE)) if chosen == ["all"] else HERE
            yield table("nat", name=f"{network}-nat-{number}", network=network, region=region, subnets=chosen)
        if self._chance(0.5):
            free = self._free(network, (*MANAGED, "10.40.0.0/16"))
            offered = dice.sample(free, min(len(free), dice.randrange(0, 3)))
            yield table("peering", name=f"{network}-peer", network=network, routes=offered)
        if self._chance(0.4) and (free := self._free(network, MANAGED)):
            yield table("address", name=f"{network}-managed", network=network, range=dice.choice(free))
        for number, bare in enumerate(BARE):
            if network == "one" and self._chance(0.5):
                state = dice.choice(("READY", "READY", "UPDATING", "ERROR", "CREATING", "DELETING"))
                yield table(
                    "connector",
                    name=f"con-{number}",
                    network=network,
                    range=bare,
                    state=state,
                    region=dice.choice((HERE, HERE, HERE, THERE)),
                )
                self.connectors.append(f"con-{number}")
        if self._chance(0.6):
            name = f"{network}-con"
            region = self.dice.choice((HERE, HERE, HERE, THERE))
            yield table(
                "subnet",
                name=f"{network}-small",
                network=network,
                range=SMALL[network],
                region=HERE,
                private_google_access=self._chance(0.5),
            )
            yield table(
                "connector",
                name=name,
                subnet=f"{network}-small",
                region=region,
                state=dice.choice(("READY", "READY", "ERROR")),
            )
            self.connectors.append(name)

    def _free(self, network: str, ranges: tuple[str, ...]) -> list[str]:
        """Those of the ranges that overlap no subnet of the network: the cloud refuses others."""
        own = [IPv4Network(block) for net, _, _, block in self.subnets if net == network]
        own += [IPv4Network("10.128.0.0/9")] if self.modes[network] == "auto" else []
        return [range_ for range_ in ranges if not any(IPv4Network(range_).overlaps(one) for one in own)]

    def _kinds(self, network: str, address: str) -> tuple[str, ...]:
        """What may have this address: machines are in subnets, load balancers in primary ranges of them."""
        primary = [block for net, region, _, block in self.subnets if net == network and region]
        primary += ["10.128.0.0/20"] if self.modes[network] == "auto" else []
        if any(IPv4Address(address) in IPv4Network(block) for block in primary):
            return ("vm", "vm", "ilb")
        return ("psa", "redis", "sql") if self._free(network, (address,)) else ("vm",)

    def _targets(self, network: str) -> Iterator[list[str]]:
        dice = self.dice
        inside = [
            f"{block.rsplit('.', 1)[0]}.{dice.choice((3, 9, 20, 40))}"
            for net, region, _, block in self.subnets
            if net == network
        ]
        others = [a for a in (*STRANGERS, "10.0.0.9") if self.modes[network] == "custom" or a != "10.200.0.5"]
        for address in dict.fromkeys((*inside, *dice.sample(others, 6))):
            kinds = self._kinds(network, address)
            yield table(
                "target",
                name=f"{network}-t{len(self.targets)}",
                address=address,
                network=network,
                kind=dice.choice(kinds),
                tags=self._some(("db", "web", "app"), 0.6),
                service_account=dice.choice(("", *ACCOUNTS[:2])),
                serves=["http:80", "refuse:5432", "silent:81"],
            )
            self.targets.append(address)

    def _subjects(self) -> Iterator[list[str]]:
        yield table("service", name="alone", egress=self.dice.choice(("", "all-traffic")))
        ways: list[dict[str, object]] = [{"connector": name} for name in (*self.connectors, "not-there")]
        for network, region, name, _ in self.subnets:
            if region == HERE:
                ways.append({"network": network, "subnet": name, "tags": self._some(("app", "db", "vpc-connector"))})
        ways += [{"network": name, "tags": self._some(("app", "db"))} for name in self.modes]
        ways.append({"subnet": next(name for _, region, name, _ in reversed(self.subnets) if region)})
        for number, way in enumerate(ways):
            egress = self.dice.choice(("", "private-ranges-only", "all-traffic", "all-traffic"))
            kind = self.dice.choice(("service", "service", "service", "job"))
            yield table(kind, name=f"{kind}-{number}", egress=egress, **way)

    def _rules(self) -> Iterator[list[str]]:
        for number in range(self.dice.randrange(0, 12)):
            yield self._rule(number, self.dice.choice(tuple(self.modes)))
        levels = ("organization", "folder", "global", HERE, THERE)
        for number, level in enumerate(self.dice.sample(levels, self.dice.randrange(0, 6))):
            name = f"policy-{self.dice.randrange(9)}{number}"
            rules = ", ".join(self._policy_rule(p) for p in self.dice.sample(range(30), self.dice.randrange(1, 4)))
            yield table("firewall_policy", name=name, level=level, network=self.dice.choice(tuple(self.modes)))
            yield [f"rules = [{rules}]"]

    def _rule(self, number: int, network: str) -> list[str]:
        ingress, by_account = self._chance(0.65), self._chance(0.25)
        fields: dict[str, object] = {
            "name": f"rule-{number}",
            "network": network,
            "direction": "INGRESS" if ingress else "EGRESS",
            "priority": self.dice.choice(PRIORITIES),
            "action": self.dice.choice(("allow", "allow", "allow", "deny")),
            "rules": self.dice.sample(LAYERS, self.dice.randrange(1, 3)),
            "disabled": self._chance(0.1),
            "sources": self._some(FROM, 0.5),
            "destinations": self._some(TO, 0.3),
        }
        if by_account:
            fields["target_service_accounts"] = self._some(ACCOUNTS, 0.6)
            fields["source_service_accounts"] = self._some(ACCOUNTS, 0.4 if ingress else 0)
        else:
            fields["target_tags"] = self._some(TAGS, 0.4)
            fields["source_tags"] = self._some(TAGS, 0.4 if ingress else 0)
        return table("firewall", **fields)

    def _policy_rule(self, priority: int) -> str:
        ingress = self._chance(0.6)
        fields: dict[str, object] = {
            "priority": priority,
            "action": self.dice.choice(("allow", "deny", "goto_next")),
            "direction": "INGRESS" if ingress else "EGRESS",
            "rules": [self.dice.choice(("all", "tcp", *LAYERS))],
            "sources": self._some(FROM, 0.4) if ingress else [],
            "destinations": self._some(TO, 0.2),
            "target_service_accounts": self._some(ACCOUNTS, 0.2),
            "disabled": self._chance(0.1),
        }
        return "{ " + ", ".join(f"{key} = {value(one)}" for key, one in fields.items()) + " }"
