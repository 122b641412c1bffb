"""Connectivity Tests of the Network Management API, over REST: its client library is not among the dependencies."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from wizard.cloud import operations
from wizard.cloud.calls import Caller
from wizard.cloud.links import last
from wizard.cloud.rest import Body, Rest
from wizard.ports import Operation
from wizard.records import ConnectivityTest, Ref

_API = "networkmanagement.googleapis.com"
_DETAILS = ("drop", "abort", "forward", "deliver")


class ConnectivityTests:
    """The tests of one project. Every method raises CloudError."""

    def __init__(self, rest: Rest, caller: Caller) -> None:
        self._rest = rest
        self._caller = caller

    async def find(self, ref: Ref) -> ConnectivityTest:
        """The test with its result; NOT_FOUND when there is none."""
        return record_of(ref.name, await self._get(f"read {ref}", _path(ref), ref))

    async def create(self, ref: Ref, wanted: ConnectivityTest) -> Operation:
        """Create the test; it runs at once."""
        job = "/jobs/" in wanted.source
        body: Body = {
            "source": {"cloudRunJob": wanted.source} if job else {"cloudRunRevision": {"uri": wanted.source}},
            "destination": {"ipAddress": wanted.address, "port": wanted.port},
            "protocol": wanted.protocol,
            "labels": {"created-by": "runvpc"},
        }

        async def send(timeout: float) -> Body:
            parent = _path(ref).rpartition("/")[0]
            return await self._rest.send(timeout, "POST", _API, parent, query={"testId": ref.name}, body=body)

        return _accepted(await self._caller.write(f"create {ref}", str(ref), send), ref)

    async def delete(self, ref: Ref) -> Operation:
        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "DELETE", _API, _path(ref))

        return _accepted(await self._caller.write(f"delete {ref}", str(ref), send), ref)

    async def wait(self, name: str, ref: Ref) -> None:
        """Until the operation is done."""

        async def look() -> bool:
            reply = await self._get("look at the operation", f"v1/{quote(name)}", ref)
            if error := reply.get("error"):
                raise operations.failure("", str(error.get("message", "failed")), ref)
            return bool(reply.get("done"))

        await operations.until_done(look)

    async def _get(self, doing: str, path: str, ref: Ref) -> Body:
        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "GET", _API, path)

        return await self._caller.read(doing, str(ref), send)


def record_of(name: str, body: Body) -> ConnectivityTest:
    """The record of a test's JSON; what a newer API adds is left out."""
    source = body.get("source", {})
    destination = body.get("destination", {})
    details = body.get("reachabilityDetails", {})
    traces = details.get("traces", ())
    return ConnectivityTest(
        name=name,
        created=str(body.get("createTime", "")),
        source=str(source.get("cloudRunJob") or source.get("cloudRunRevision", {}).get("uri", "")),
        address=str(destination.get("ipAddress", "")),
        port=int(destination.get("port", 0)),
        protocol=str(body.get("protocol", "TCP")),
        result=str(details.get("result", "")),
        states=tuple(_end(trace.get("steps", ())) for trace in traces),
        steps=tuple(str(step.get("description", "")) for step in (traces[0].get("steps", ()) if traces else ())),
        error=str(details.get("error", {}).get("message", "")),
    )


def _end(steps: Any) -> str:
    """The state of the last step, with its cause or target."""
    if not steps:
        return ""
    step = steps[-1]
    info: Body = next((step[key] for key in _DETAILS if key in step), {})
    return " ".join(
        part for part in (str(step.get("state", "")), str(info.get("cause") or info.get("target") or "")) if part
    )


def _accepted(reply: Body, ref: Ref) -> Operation:
    error = str(reply.get("error", {}).get("message", ""))
    return Operation(
        name=f"networkmanagement:{reply.get('name', '')}", ref=ref, done=bool(reply.get("done")), error=error
    )


def _path(ref: Ref) -> str:
    return f"v1/projects/{quote(ref.project)}/locations/global/connectivityTests/{quote(last(ref.name))}"
