"""What every record of a resource shares."""

from __future__ import annotations

from msgspec import Struct


class Ref(Struct, frozen=True, kw_only=True):
    """The address of one resource: kind (`subnet`, `connector` …), project, location (a region or `global`), name."""

    kind: str
    project: str
    location: str = "global"
    name: str

    def __str__(self) -> str:
        where = "" if self.location == "global" else f" in {self.location}"
        return f"{self.kind} {self.name}{where}"


class Resource(Struct, frozen=True, kw_only=True):
    """What every resource record carries."""

    name: str
    etag: str = ""
    created: str = ""
    uid: str = ""


class Api(Resource, frozen=True, kw_only=True):
    """A service of Service Usage, such as `vpcaccess.googleapis.com`."""

    enabled: bool = False


class Secret(Resource, frozen=True, kw_only=True):
    """That a Secret Manager secret exists; never its value."""
