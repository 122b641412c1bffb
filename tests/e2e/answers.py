"""Answers files of the flows under test."""

from __future__ import annotations

TARGETS = {
    "tutorial": ["redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80"],
    "managed": ["redis://10.60.0.3:6379", "postgres://10.60.1.5:5432"],
    "seed": ["redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80"],
}


def answers(scenario: str, path: str, *, targets: list[str] | None = None, egress: str = "private-ranges-only") -> str:
    """A complete answers file: the scenario's targets over `path` (`connector` or `direct`)."""
    urls = ", ".join(f'"{url}"' for url in targets or TARGETS[scenario])
    secrets = 'DB_PASSWORD = "db-password:latest"' if scenario == "seed" else ""
    return f"""
version = 1
flow = "setup"
service = "my-service"
targets = [{urls}]
network = "my-vpc"
egress_path = "{path}"
egress = "{egress}"

[env]
CACHE_HOST = "10.0.0.3"

[secrets]
{secrets}

[probe]
attempts = 1
timeout = 1.0
start_window = 2.0
"""
