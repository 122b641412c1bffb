"""What the person wants: one typed record, the same for the answers file, the flags and the pages."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, convert


class ConnectorAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`bare_range` asks for a connector on a range of its own instead of a subnet."""

    name: str = ""
    machine_type: str = "e2-micro"
    min_instances: int = 2
    max_instances: int = 3
    bare_range: bool = False


class DirectAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Network tags of the revision."""

    tags: tuple[str, ...] = ()


class ProbeAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`timeout` is per connection attempt; `start_window` the time a fresh instance may wait for its network (seconds).

    `baseline` asks for the same probe before anything is changed, `image` for another Python image.
    """

    attempts: int = 2
    timeout: float = 5.0
    write: bool = False
    start_window: float = 90.0
    baseline: bool = False
    image: str = ""


class Answers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers of one flow. Empty text means: not answered (the planner takes what it recommends)."""

    version: int = 1
    flow: str = "setup"
    project: str = ""
    region: str = ""
    service: str = ""
    image: str = ""
    targets: tuple[str, ...] = ()
    network: str = ""
    egress_path: str = ""
    egress: str = "private-ranges-only"
    range: str = "auto"
    subnet: str = ""
    firewall: str = "add"
    nat: str = "auto"
    connector: ConnectorAnswers = ConnectorAnswers()
    direct: DirectAnswers = DirectAnswers()
    env: dict[str, str] = {}
    secrets: dict[str, str] = {}
    probe: ProbeAnswers = ProbeAnswers()


Value = str | int | float | bool | tuple[str, ...] | dict[str, str]
"""What one answer can be."""

TABLES = ("connector", "direct", "probe")
"""The parts of the answers that are tables of answers of their own."""


def by_key(answers: Answers) -> dict[str, Value]:
    """Every answer under its dotted key (`connector.name`), in the order in which they are declared."""
    flat: dict[str, Value] = {}
    for name in answers.__struct_fields__:
        value = getattr(answers, name)
        if name in TABLES:
            flat |= {f"{name}.{inner}": getattr(value, inner) for inner in value.__struct_fields__}
        else:
            flat[name] = value
    return flat


def from_keys(values: Mapping[str, Value]) -> Answers:
    """Answers with these values, the rest as it is by default. Raises msgspec.ValidationError for a wrong type."""
    nested: dict[str, object] = {}
    for key, value in values.items():
        table, dot, inner = key.partition(".")
        if not dot:
            nested[key] = value
            continue
        held = nested.setdefault(table, {})
        if isinstance(held, dict):
            held[inner] = value
    return convert(nested, Answers)
