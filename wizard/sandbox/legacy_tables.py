"""The tables of a scenario file for users of connectors that are no Cloud Run resources."""

from __future__ import annotations

from msgspec import Struct


class Function(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A 1st generation function. `connector` is a name, or the full name of one in another project."""

    name: str
    region: str = ""
    connector: str = ""
    egress: str = ""
    generation: int = 1
    labels: dict[str, str] = {}
    project: str = ""


class AppEngine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of an App Engine service; `region` is that of its connector, given by name."""

    version: str
    service: str = "default"
    region: str = ""
    connector: str = ""
    egress: str = ""
    serving: bool = True
    project: str = ""
