"""What the code of a service reaches, as a scenario writes it: `redis://10.0.0.3`, `https://api.example`, `db:5432`."""

from __future__ import annotations

from urllib.parse import urlsplit

PORTS = {
    "redis": 6379,
    "rediss": 6379,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "http": 80,
    "https": 443,
    "tcp": 0,
}
"""The usual ports by scheme; 0: there is none, the port must be given."""


def place(text: str) -> tuple[str, int]:
    """Host and port. Raises ValueError with what is wrong."""
    parts = urlsplit(text if "://" in text else f"tcp://{text}")
    if parts.scheme not in PORTS:
        raise ValueError(f"its scheme is none of {', '.join(PORTS)}")
    port = parts.port or PORTS[parts.scheme]
    if not parts.hostname or not port:
        raise ValueError("host or port is missing")
    return parts.hostname, port
