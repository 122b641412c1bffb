"""What the wide worlds are made of: few addresses, tags and ports, so that everything meets and overlaps."""

from __future__ import annotations

NETWORKS = ("one", "two", "wide")
HERE, THERE = "us-central1", "europe-west1"
PORTS = (80, 81, 667, 5432, 65535)

BLOCKS = (
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.1.0.0/22",
    "172.16.4.0/24",
    "192.168.7.0/26",
    "198.51.100.0/24",
    "240.1.0.0/24",
)
SECONDARY = ("10.200.0.0/24", "100.64.8.0/22", "172.20.0.0/28", "203.0.113.128/25")
MANAGED = ("10.9.0.0/24", "10.0.0.0/20", "192.168.0.0/16")
SMALL = {"one": "10.7.0.0/28", "two": "10.7.1.0/28", "wide": "10.7.2.0/28"}
BARE = ("10.8.0.0/28", "10.8.0.16/28", "192.168.200.0/28")
CLOSE = ("0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/25", "10.9.0.0/25", "10.40.0.0/16")
FAR = (
    "10.40.1.0/24",
    "10.40.1.5/32",
    "198.51.0.0/16",
    "203.0.113.0/24",
    "199.36.153.8/30",
    "199.36.153.0/24",
    "240.0.0.0/4",
)
FROM = (
    *BLOCKS,
    *BARE,
    *["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/23", "10.8.0.0/30", "10.128.0.0/9", "35.191.0.0/16", "35.199.224.0/20"],
)
TO = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/25",
    "10.0.0.3/32",
    "10.9.0.0/24",
    "198.51.100.0/24",
    "199.36.153.8/30",
    "10.40.0.0/16",
)
TAGS = ("app", "db", "vpc-connector", f"vpc-connector-{HERE}-con-0", f"vpc-connector-{HERE}-con-1")
ACCOUNTS = (
    "sa@x.iam.gserviceaccount.com",
    "sb@x.iam.gserviceaccount.com",
    "123456789012-compute@developer.gserviceaccount.com",
)
LAYERS = ("all", "tcp", "tcp:80", "tcp:80-81", "6:5432", "udp", "17:80", "tcp:667", "tcp:82-65535", "icmp", "tcp:0-79")
PRIORITIES = (0, 1, 99, 100, 101, 999, 1000, 1000, 1000, 1001, 65534, 65535, 65535)

STRANGERS = (
    "10.77.0.1",
    "172.31.0.9",
    "240.0.0.5",
    "8.8.8.8",
    "10.40.1.5",
    "203.0.113.10",
    "199.36.153.4",
    "199.36.153.9",
    "10.9.0.4",
    "10.200.0.5",
    "169.254.1.1",
    "10.128.0.9",
)
"""Addresses that may be somebody's or nobody's; every world is asked about all of them."""


def table(kind: str, /, **fields: object) -> list[str]:
    """One table of a scenario, as lines."""
    return [f"\n[[{kind}]]", *(f"{key} = {value(one)}" for key, one in fields.items())]


def value(one: object) -> str:
    """A value of TOML."""
    if isinstance(one, list):
        return f"[{', '.join(value(part) for part in one)}]"
    if isinstance(one, bool):
        return str(one).lower()
    return str(one) if isinstance(one, int) else f'"{one}"'
