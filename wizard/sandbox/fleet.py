"""A scenario of any size: `fleet:200` is two hundred services and jobs on one connector, the same ones every time."""

from __future__ import annotations

import re

PREFIX = "fleet:"
MOST = 1000
"""Services and jobs; a region has no more of either (facts: 6.3)."""

_NAME = re.compile(r"fleet:([1-9][0-9]{0,3})", re.ASCII)

_HEAD = """# {count} services and jobs on one old connector, made by rule.

[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "data"
network = "my-vpc"
range = "10.0.0.0/24"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.32.0.0/16"

[[connector]]
name = "legacy"
network = "my-vpc"
range = "10.8.0.0/28"
min = 2
max = 10

[[nat]]
name = "out"
network = "my-vpc"

[[firewall]]
name = "allow-from-connector"
network = "my-vpc"
priority = 800
rules = ["tcp:5432", "tcp:6379"]
sources = ["10.8.0.0/28"]
target_tags = ["data"]

[[firewall]]
name = "deny-data-by-default"
network = "my-vpc"
priority = 900
action = "deny"
sources = ["0.0.0.0/0"]
target_tags = ["data"]

[[target]]
name = "cache"
address = "10.0.0.3"
network = "my-vpc"
tags = ["data"]
serves = ["redis:6379"]

[[target]]
name = "db"
address = "10.0.0.5"
network = "my-vpc"
tags = ["data"]
serves = ["postgres:5432"]

[[target]]
name = "api"
address = "10.0.0.10"
network = "my-vpc"
serves = ["http:80"]
"""

_REACHED = (
    ('env = { REDIS_URL = "redis://10.0.0.3:6379" }', 'reaches = ["redis://10.0.0.3:6379"]'),
    ('env = { DB_HOST = "10.0.0.5", DB_PORT = "5432" }', 'reaches = ["postgres://10.0.0.5:5432"]'),
    ('env = { API_URL = "http://10.0.0.10" }', 'reaches = ["http://10.0.0.10:80"]'),
)


def count_of(name: str) -> int:
    """The size that a scenario's name asks for; 0 when it is no fleet's name."""
    found = _NAME.fullmatch(name)
    size = int(found[1]) if found else 0
    return size if size <= MOST else 0


def scenario(count: int) -> str:
    """The text of the scenario. Every fourth is a job, every fifth Terraform's, every seventh sends all its traffic
    through the network, and every tenth service has an older revision that a tag still reaches."""
    return _HEAD.format(count=count) + "".join(_entry(number) for number in range(1, count + 1))


def _entry(number: int) -> str:
    kind = "job" if number % 4 == 0 else "service"
    name = f"{kind}-{number:04d}"
    lines = [f"[[{kind}]]", f'name = "{name}"', 'connector = "legacy"', f"max_instances = {5 + number % 4 * 5}"]
    lines += _REACHED[number % len(_REACHED)]
    lines += ['egress = "all-traffic"'] if number % 7 == 0 else []
    lines += ['labels = { "goog-terraform-provisioned" = "true" }'] if number % 5 == 0 else []
    lines += ['outcome = "success"'] if kind == "job" else []
    if kind == "service" and number % 10 == 0:
        lines += ["", "[[revision]]", f'service = "{name}"', f'name = "{name}-before"', 'tag = "before"']
    return "\n" + "\n".join(lines) + "\n"
