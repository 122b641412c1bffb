"""The real gcloud, as it is installed, against a sandbox server in the test's own process.

No endpoint is overridden: gcloud asks Google's host names, over TLS, through the sandbox as its proxy (prior art, 6.4).
With the proxy set it sends everything there, so that nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wizard.sandbox.server import Server

GCLOUD = shutil.which("gcloud")
REGION = "us-central1"
IN_REGION = f"--region={REGION}"

needs_gcloud = pytest.mark.skipif(GCLOUD is None, reason="gcloud is not installed")
"""For `pytestmark` of every file that runs it."""

SECONDS = 90
"""After which a command that does not end fails the test."""


@dataclass(frozen=True)
class Finished:
    """How a command ended: its exit code, what it printed, and what it said beside that."""

    code: int
    out: str
    said: str


@dataclass(frozen=True)
class Gcloud:
    """gcloud with the settings under which it knows nothing but one sandbox."""

    environment: dict[str, str]

    async def run(self, *words: str) -> Finished:
        """Run a command to its end, however it ends."""
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            str(GCLOUD), *words, env=self.environment, stdin=null, stdout=pipe, stderr=pipe
        )
        try:
            out, said = await asyncio.wait_for(process.communicate(), SECONDS)
        except TimeoutError:
            process.kill()
            _, said = await process.communicate()
            pytest.fail(f"gcloud {' '.join(words)} did not end in {SECONDS} s: {said.decode()}")
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), said.decode())

    async def json(self, *words: str) -> Any:
        """What a command prints as JSON; None when it prints nothing. The test fails where the command does."""
        finished = await self.run(*words, "--format=json")
        assert finished.code == 0, f"gcloud {' '.join(words)}: {finished.said}"
        return json.loads(finished.out) if finished.out.strip() else None

    async def text(self, *words: str) -> str:
        """What a command prints. The test fails where the command does."""
        finished = await self.run(*words)
        assert finished.code == 0, f"gcloud {' '.join(words)}: {finished.said}"
        return finished.out

    async def refused(self, *words: str) -> str:
        """What a command says when it fails, as it must."""
        finished = await self.run(*words)
        assert finished.code != 0, f"gcloud {' '.join(words)} succeeded: {finished.out}"
        return finished.said


def gcloud_for(server: Server, folder: Path) -> Gcloud:
    """gcloud for the project of a running server, with its own settings in `folder`."""
    return gcloud_at(server.port, server.settings.folder / "ca.pem", server.world.project, folder)


def gcloud_at(port: int, authority: Path, project: str, folder: Path) -> Gcloud:
    """gcloud for a project of the sandbox on this port, whose certificates are signed by `authority`."""
    settings = {
        "CONFIG": str(folder / "gcloud"),
        "CORE_PROJECT": project,
        "CORE_CUSTOM_CA_CERTS_FILE": str(authority),
        "CORE_DISABLE_PROMPTS": "1",
        "CORE_DISABLE_USAGE_REPORTING": "1",
        "CORE_CHECK_GCE_METADATA": "0",
        "CORE_DISABLE_FILE_LOGGING": "1",
        "AUTH_DISABLE_CREDENTIALS": "1",
        "COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        "SURVEY_DISABLE_PROMPTS": "1",
        "PROXY_TYPE": "http",
        "PROXY_ADDRESS": "127.0.0.1",
        "PROXY_PORT": str(port),
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CLOUDSDK_")}
    metadata = {"GCE_METADATA_ROOT": f"127.0.0.1:{port}"}
    return Gcloud({**kept, **metadata, **{f"CLOUDSDK_{name}": value for name, value in settings.items()}})
