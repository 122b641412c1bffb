"""What a migration knows: everything that uses a connector, what it is connected to, and what could not be seen."""

from __future__ import annotations

from msgspec import Struct

from wizard.fleet.users import User
from wizard.inventory import Gap, Inventory
from wizard.records import Connector, Job, Revision, Service, StartupProbe, VpcAccess


class Elsewhere(Struct, frozen=True, kw_only=True):
    """Another project that is connected: what uses the connector there."""

    project: str
    users: tuple[User, ...] = ()


class Fleet(Struct, frozen=True, kw_only=True):
    """One project's users of one connector, and what else must be known before they move.

    `connector` is None when nobody has one of that name. `users`: services, functions and jobs of `inventory.project`
    (for the way back: those with Direct VPC egress). `fixed`: users that cannot be moved by a change of theirs (1st
    generation functions, App Engine versions). `unseen`: what could not be looked into; it may all use the connector.
    `public`: services that anybody may call from the internet. `answers_now`: HTTP status of `GET /` on each of those.
    `home`: the connector's own project (a Shared VPC host may have it for others).
    """

    inventory: Inventory
    connector: Connector | None = None
    home: str = ""
    users: tuple[User, ...] = ()
    revisions: tuple[Revision, ...] = ()
    fixed: tuple[User, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    unseen: tuple[Gap, ...] = ()
    public: frozenset[str] = frozenset()
    answers_now: dict[str, int] = {}

    @property
    def project(self) -> str:
        return self.inventory.project

    @property
    def region(self) -> str:
        return self.inventory.region


def group_of(user: User) -> str:
    """How a service (`web`) or job (`job:nightly`) is named in answers, plans and on the board."""
    return f"job:{user.name}" if user.kind == "job" else user.name


class Move(Struct, frozen=True, kw_only=True):
    """One service or job that is to move, with everything its stages need.

    `vpc` is what it will have. `targets` are URLs, probed from cold instances with the new settings before anything
    changes; empty: not probed. `normal`: the HTTP status that its URL answers now, 0 when it may not be called.
    `startup_probe` replaces the service's own when given. `promote`: its newest revision takes over all traffic.
    """

    user: User
    vpc: VpcAccess
    service: Service | None = None
    job: Job | None = None
    targets: tuple[str, ...] = ()
    normal: int = 0
    startup_probe: StartupProbe | None = None
    promote: bool = False

    @property
    def group(self) -> str:
        return group_of(self.user)
