"""Opening a connection to Google Cloud or to a sandbox. Importing this module is cheap: Google's clients come later."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.cloud.access import Access
    from wizard.cloud.google_cloud import GoogleCloud


@dataclass(frozen=True)
class Connection:
    """Where to and as whom.

    `endpoint` is `http://127.0.0.1:PORT` of a sandbox, or empty for the live cloud. `impersonate` is a service account
    to act as. With `read_only` no write is ever sent. Seconds: `call_timeout` for one try of a call, `total_timeout`
    for a call with its repeats.
    """

    endpoint: str = ""
    impersonate: str = ""
    read_only: bool = False
    call_timeout: float = 20.0
    total_timeout: float = 90.0


@dataclass(frozen=True)
class Identity:
    """Who calls, and who pays for the calls; empty where the credentials do not say."""

    account: str = ""
    project: str = ""
    quota_project: str = ""


async def open_cloud(connection: Connection, project: str, region: str) -> GoogleCloud:
    """The cloud behind `connection`, as `wizard.ports.Cloud`. Close it with `aclose`.

    Nothing is asked of the cloud yet. Raises InputError for a project or region that cannot be one, and CloudError
    when the live cloud is meant and there are no credentials.
    """
    access, make = await asyncio.to_thread(_prepare, connection)
    return make(access, connection, project, region)


async def identity(connection: Connection) -> Identity:
    """Who would call over this connection. Raises CloudError when there are no credentials."""
    access = await asyncio.to_thread(access_to, connection)
    account = connection.impersonate or await asyncio.to_thread(_account, access)
    return Identity(account=account, project=access.project, quota_project=access.quota_project)


async def default_project(connection: Connection) -> str:
    """The project that the credentials belong to, or empty. Raises CloudError when there are no credentials."""
    return (await asyncio.to_thread(access_to, connection)).project


def _prepare(connection: Connection) -> tuple[Access, type[GoogleCloud]]:
    """In a thread: credentials, and the import of Google's clients, which takes one to two seconds."""
    _quieten(connection)
    from wizard.cloud.google_cloud import GoogleCloud

    return access_to(connection), GoogleCloud


def access_to(connection: Connection) -> Access:
    """As whom. In a thread: it may wait. Raises CloudError when there are no credentials."""
    _quieten(connection)
    from wizard.cloud import access

    return access.anonymous(connection.endpoint) if connection.endpoint else access.live(connection.impersonate)


def _account(known: Access) -> str:
    from wizard.cloud import access

    return access.account(known)


def _quieten(connection: Connection) -> None:
    """Before grpc is imported: it would write to the terminal. And no proxy stands between us and a sandbox here."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    if connection.endpoint:
        hosts = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
        if "127.0.0.1" not in hosts.split(","):
            os.environ["no_proxy"] = ",".join(filter(None, (hosts, "127.0.0.1")))
