"""The Cloud Run job that carries the probe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources

import msgspec

from wizard.probe.targets import probe_url
from wizard.records import Job, Literal, Target, VpcAccess

DEFAULT_IMAGE = "docker.io/library/python:3.12-slim"
"""The stock Python image; Cloud Run takes public images from Docker Hub (facts: 6.3)."""

_START_SECONDS = 60
_LONGEST_START_DELAYS = 4


@cache
def probe_text() -> str:
    """The probe, as `python -c` gets it."""
    return resources.files("wizard.probe").joinpath("probe.py").read_text(encoding="utf-8")


def probe_job(
    *,
    name: str,
    region: str,
    targets: Sequence[Target],
    vpc: VpcAccess,
    attempts: int = 2,
    timeout: float = 5.0,
    start_window: float = 90.0,
    write: bool = False,
    image: str = "",
    parallelism: int = 0,
    service_account: str = "",
    start_token: str = "",
) -> Job:
    """A job with one task per target and attempt; each task is a fresh instance and runs once.

    Seconds: `timeout` per attempt to connect, `start_window` for the network of a fresh instance to come up. Only
    Direct VPC egress is slow to start, so for a connector (or no VPC at all) the window is closed.
    """
    window = start_window if vpc.kind == "direct" else 0.0
    env = {
        "RUNVPC_TARGETS": msgspec.json.encode([probe_url(t) for t in targets]).decode(),
        "RUNVPC_ATTEMPTS": str(attempts),
        "RUNVPC_TIMEOUT": f"{timeout:g}",
        "RUNVPC_START_WINDOW": f"{window:g}",
        "RUNVPC_WRITE": "1" if write else "0",
    }
    return Job(
        name=name,
        region=region,
        image=image or DEFAULT_IMAGE,
        command=("python",),
        args=("-c", probe_text()),
        env={key: Literal(value) for key, value in env.items()},
        vpc=vpc,
        tasks=len(targets) * attempts,
        parallelism=parallelism,
        max_retries=0,
        timeout=_START_SECONDS + math.ceil(window + _LONGEST_START_DELAYS * timeout),
        service_account=service_account,
        labels={"created-by": "runvpc"},
        start_token=start_token,
    )
