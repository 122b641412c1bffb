"""`runvpc info`: which cloud, as whom, which versions, and where every file is."""

from __future__ import annotations

import asyncio
import platform
import sys
from argparse import Namespace
from importlib.metadata import PackageNotFoundError, version

from wizard import __version__
from wizard.cli.answer_flags import given
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.table import table
from wizard.errors import CloudError, Exit
from wizard.paths import find_paths

PACKAGES = (
    "google-cloud-compute",
    "google-cloud-vpc-access",
    "google-cloud-run",
    "google-auth",
    "grpcio",
    "textual",
    "aiohttp",
    "msgspec",
)


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Say it all, also where there are no credentials: then that is what it says."""
    paths = find_paths()
    document: dict[str, dict[str, str]] = {
        "cloud": _sandbox(options) if options.sandbox else asyncio.run(_live(str(given(parsed).get("project", "")))),
        "versions": {
            "runvpc": __version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()}",
            **{name: _version(name) for name in PACKAGES},
        },
        "files": {
            "state": str(paths.state),
            "journal": str(paths.journal),
            "answers": str(paths.answers("RUN")),
            "sandbox": str(paths.sandbox),
            "python": sys.executable,
        },
    }
    if console.json:
        console.document(document)
        return Exit.DONE
    for title, facts in document.items():
        console.say(title)
        for line in table(list(facts.items())):
            console.say(line)
    return Exit.DONE


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _sandbox(options: Options) -> dict[str, str]:
    from wizard.cli.place import start_sandbox

    place = start_sandbox(options)
    return {
        "mode": "SIMULATION",
        "scenario": place.name,
        "time": place.pace,
        "project": place.project,
        "region": place.region,
        "address": place.sandbox.url,
        "folder": str(place.sandbox.state_dir),
    }


async def _live(project: str) -> dict[str, str]:
    from wizard.cloud.connect import Connection, identity

    try:
        who = await identity(Connection())
    except CloudError as error:
        return {"mode": "LIVE", "identity": error.message, "fix": error.fix}
    return {
        "mode": "LIVE",
        "account": who.account or "unknown",
        "project": project or who.project or "unknown",
        "quota_project": who.quota_project or "none",
    }
