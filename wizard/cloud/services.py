"""What is asked of Google's other APIs over REST: enabled APIs, permissions, secrets, invokers, log lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

from wizard.cloud import operations
from wizard.cloud.calls import Caller
from wizard.cloud.links import last
from wizard.cloud.rest import Body, Rest
from wizard.errors import CloudError
from wizard.ports import Operation
from wizard.records import Api, Ref, Secret

_USAGE = "serviceusage.googleapis.com"
_RESOURCES = "cloudresourcemanager.googleapis.com"
_SECRETS = "secretmanager.googleapis.com"
_RUN = "run.googleapis.com"
_LOGGING = "logging.googleapis.com"

_APIS_AT_ONCE = 20
_PERMISSIONS_AT_ONCE = 100
"""The most that `testIamPermissions` takes."""
_LINES_AT_ONCE = 1000


class Services:
    """Reads, and the one write `enable`, of one project. Every method raises CloudError."""

    def __init__(self, rest: Rest, caller: Caller, project: str) -> None:
        self._rest = rest
        self._caller = caller
        self._project = project

    async def apis(self, names: tuple[str, ...]) -> dict[str, bool]:
        """Which of these APIs are enabled."""

        async def some(chunk: tuple[str, ...]) -> Body:
            query = {"names": [f"projects/{self._project}/services/{name}" for name in chunk]}
            path = f"v1/projects/{quote(self._project)}/services:batchGet"
            return await self._get("read which APIs are enabled", _USAGE, path, query)

        answers = await asyncio.gather(*(some(chunk) for chunk in _chunks(names, _APIS_AT_ONCE)))
        enabled = {last(s.get("name", "")) for a in answers for s in a.get("services", ()) if _enabled(s)}
        return {name: name in enabled for name in names}

    async def find_api(self, ref: Ref) -> Api:
        path = f"v1/projects/{quote(ref.project)}/services/{quote(ref.name)}"
        return Api(name=ref.name, enabled=_enabled(await self._get(f"read {ref}", _USAGE, path)))

    async def enable(self, ref: Ref) -> Operation:
        """Enable an API; enabling twice does no harm. The operation is over at once when it was enabled already."""
        path = f"v1/projects/{quote(ref.project)}/services/{quote(ref.name)}:enable"

        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "POST", _USAGE, path, body={})

        reply = await self._caller.write(f"enable {ref.name}", str(ref), send, repeatable=True)
        if reply.get("done"):
            return Operation(name="", ref=ref, done=True, error=str(reply.get("error", {}).get("message", "")))
        return Operation(name=f"serviceusage:{reply.get('name', '')}", ref=ref)

    async def wait(self, name: str, ref: Ref) -> None:
        """Until the Service Usage operation is done."""

        async def look() -> bool:
            reply = await self._get("look at the operation", _USAGE, f"v1/{quote(name)}")
            if error := reply.get("error"):
                raise operations.failure("", str(error.get("message", "failed")), ref)
            return bool(reply.get("done"))

        await operations.until_done(look)

    async def permissions(self, names: tuple[str, ...]) -> frozenset[str]:
        """Those of the permissions that the caller has on the project."""
        path = f"v1/projects/{quote(self._project)}:testIamPermissions"

        async def some(chunk: tuple[str, ...]) -> list[str]:
            reply = await self._post("test permissions", _RESOURCES, path, {"permissions": list(chunk)})
            return list(reply.get("permissions", ()))

        answers = await asyncio.gather(*(some(chunk) for chunk in _chunks(names, _PERMISSIONS_AT_ONCE)))
        return frozenset(name for granted in answers for name in granted)

    async def find_secret(self, ref: Ref) -> Secret:
        """That a secret exists. A name may be full: `projects/OTHER/secrets/NAME`."""
        full = ref.name if ref.name.startswith("projects/") else f"projects/{ref.project}/secrets/{ref.name}"
        reply = await self._get(f"read {ref}", _SECRETS, f"v1/{quote(full)}")
        return Secret(name=ref.name, etag=str(reply.get("etag", "")), created=str(reply.get("createTime", "")))

    async def invokers(self, region: str, service: str) -> tuple[str, ...]:
        """Members with `roles/run.invoker` on the service itself."""
        path = f"v2/projects/{quote(self._project)}/locations/{quote(region)}/services/{quote(service)}:getIamPolicy"
        query = {"options.requestedPolicyVersion": "3"}
        policy = await self._get(f"read who may invoke {service}", _RUN, path, query)
        members = (m for b in policy.get("bindings", ()) if b.get("role") == "roles/run.invoker" for m in b["members"])
        return tuple(dict.fromkeys(members))

    async def log_lines(self, job: str, execution: str) -> tuple[str, ...]:
        """What the tasks of an execution printed, in order of time; nothing when the log may not be read.

        A line that is JSON comes back from Cloud Logging as an object, and is made a line again.
        """
        lines: list[str] = []
        token = ""
        while True:
            try:
                reply = await self._log_page(job, execution, token)
            except CloudError as error:
                if error.status == "PERMISSION_DENIED":
                    return ()
                raise
            lines += [line for entry in reply.get("entries", ()) if (line := _line(entry))]
            token = reply.get("nextPageToken", "")
            if not token:
                return tuple(lines)

    async def _log_page(self, job: str, execution: str, token: str) -> Body:
        conditions = (
            'resource.type="cloud_run_job"',
            f"resource.labels.job_name={json.dumps(job)}",
            f'labels."run.googleapis.com/execution_name"={json.dumps(execution)}',
        )
        body: Body = {
            "resourceNames": [f"projects/{self._project}"],
            "filter": " AND ".join(conditions),
            "orderBy": "timestamp asc",
            "pageSize": _LINES_AT_ONCE,
        }
        if token:
            body["pageToken"] = token
        return await self._post("read the log", _LOGGING, "v2/entries:list", body)

    async def _get(self, doing: str, api: str, path: str, query: Mapping[str, str | list[str]] | None = None) -> Body:
        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "GET", api, path, query=query)

        return await self._caller.read(doing, f"project {self._project}", send)

    async def _post(self, doing: str, api: str, path: str, body: Body) -> Body:
        """A read whose question is too long for a URL."""

        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "POST", api, path, body=body)

        return await self._caller.read(doing, f"project {self._project}", send)


def _enabled(service: Body) -> bool:
    return service.get("state") in {"ENABLED", 2}


def _line(entry: Body) -> str:
    payload: Any = entry.get("jsonPayload")
    return json.dumps(payload) if payload is not None else str(entry.get("textPayload", "")).rstrip("\n")


def _chunks(names: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    rest = iter(dict.fromkeys(names))
    return list(iter(lambda: tuple(islice(rest, size)), ()))
