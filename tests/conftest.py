"""What holds for every test: nothing but loopback is contacted, by this process or by those it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests import loopback

sys.addaudithook(loopback.guard)

os.environ["TEXTUAL_ANIMATIONS"] = "none"
for _name in ("NO_COLOR", "COLORTERM", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM"):
    os.environ.pop(_name, None)
"""Pictures are the same on every machine. Textual reads these when it is imported, which is later."""

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
"""No test fails for being slow: the machine may be busy with something else."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: half of the suite's time is waiting (for servers, clocks and terminals)."""
    cores = os.cpu_count() or 1
    return cores + (cores + 1) // 2


@pytest.fixture(autouse=True, scope="session")
def _children_are_guarded() -> None:
    """Every Python process that a test starts loads the same guard first (`tests/guard/sitecustomize.py`)."""
    loopback.guard_children(Path(__file__).parent / "guard")


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or touches the files of the person who runs it."""
    monkeypatch.setenv("RUNVPC_STATE_DIR", str(tmp_path / "state"))
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "NO_COLOR", "RUNVPC_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GCE_METADATA_TIMEOUT", "0")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
