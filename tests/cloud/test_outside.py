"""Calling a service by its URL: only Cloud Run, only a sandbox when there is one, no credentials, no redirects."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from google.auth.credentials import AnonymousCredentials

from wizard.cloud.access import Access
from wizard.cloud.outside import Outside
from wizard.cloud.rest import Threads
from wizard.ports import Answered, Cloud
from wizard.records import Ref, Service

URL = "https://web-abc-uc.a.run.app"
NOT_CLOUD_RUN = (
    "http://web-abc-uc.a.run.app",
    "https://run.app",
    "https://.run.app/",
    "https://example.com/a.run.app",
    "https://a.run.app.example.com/",
    "https://example.com#a.run.app",
    "https://example.com?a.run.app",
    "https://user@a.run.app/",
    "https://example.com\\@a.run.app/",
    "https://a.run.app:8443/",
    "https://[::1].run.app/",
    "https://a b.run.app/",
    "https://a.run.app/\r\nX-Evil: 1",
    "",
)


@asynccontextmanager
async def listening(asked: list[web.Request], *, status: int = 200, to: str = "") -> AsyncIterator[Outside]:
    """An endpoint that keeps what it is asked, and the caller that has it as its sandbox."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(status=status, headers={"Location": to} if to else {})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    threads = Threads()
    yield Outside(access(runner.addresses[0][1]), threads)
    threads.close()
    await runner.cleanup()


def access(port: int) -> Access:
    return Access(credentials=AnonymousCredentials(), endpoint=f"http://127.0.0.1:{port}/")


async def test_the_endpoint_is_asked_and_the_service_named() -> None:
    asked: list[web.Request] = []
    async with listening(asked) as outside:
        for url in (URL, f"{URL}/", "https://T---Web-abc-uc.a.run.app/health?full=1"):
            answered = await outside.call(url)
            assert (answered.status, answered.why) == (200, "")
            assert answered.ms > 0
    assert [(one.method, one.host, one.path_qs) for one in asked] == [
        ("GET", "web-abc-uc.a.run.app", "/"),
        ("GET", "web-abc-uc.a.run.app", "/"),
        ("GET", "t---web-abc-uc.a.run.app", "/health?full=1"),
    ]


async def test_no_credentials_no_proxy_and_no_redirect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the environment offers is not taken; a redirect is an answer."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    asked: list[web.Request] = []
    async with listening(asked, status=302, to="https://example.com/") as outside:
        assert (await outside.call(URL)).status == 302
    assert len(asked) == 1
    assert not {"Authorization", "Cookie"} & set(asked[0].headers)


@pytest.mark.parametrize("url", NOT_CLOUD_RUN)
async def test_nothing_else_is_called(url: str) -> None:
    asked: list[web.Request] = []
    async with listening(asked) as outside:
        answered = await outside.call(url)
    assert (answered.status, asked) == (0, [])
    assert "no URL of a Cloud Run service" in answered.why


async def test_silence_is_no_answer_and_no_error() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        threads = Threads()
        answered = await Outside(access(held.getsockname()[1]), threads).call(URL)
        threads.close()
    assert (answered.status, answered.why) == (0, "ConnectionError")


async def test_a_service_of_the_sandbox(cloud: Cloud) -> None:
    found = await cloud.find(Ref(kind="service", project="demo-project", location="us-central1", name="my-service"))
    assert isinstance(found, Service)
    assert found.uri
    assert (await cloud.call(found.uri)).status == 200
    assert (await cloud.call(found.uri.replace("https://", "https://nobody---"))).status == 404
    assert (await cloud.call("https://nothing-abc-uc.a.run.app")).status == 404
    assert isinstance(await cloud.call("https://nothing-abc.us-central1.run.app"), Answered)
