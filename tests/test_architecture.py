"""The house keeps its shape: what may be imported where, seen from fresh processes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for package in ("wizard", "screens") for path in (ROOT / package).rglob("*.py"))
HEAVY = ("textual", "rich", "google", "grpc", "aiohttp", "cryptography")


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running `code`."""
    program = f"{code}\nimport sys; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "module",
    ["wizard.cli.main", "wizard.plan.setup", "wizard.apply.runner", "wizard.inventory", "wizard.sandbox.client"],
)
def test_light_parts_load_nothing_heavy(module: str) -> None:
    assert not loaded_by(f"import {module}") & set(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    code = "from wizard.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_by(code) & {*HEAVY, "sqlite3", "asyncio"}


def test_the_first_frame_waits_for_no_client_of_google() -> None:
    assert not loaded_by("import screens.run, screens.pages.welcome") & {"google", "grpc", "aiohttp", "requests"}


def test_files_and_functions_are_small() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, f"{path}: {node.name}"


def test_no_colour_is_named_outside_the_themes() -> None:
    for path in (*(ROOT / "screens").rglob("*.py"), *(ROOT / "screens").rglob("*.tcss")):
        if path.name != "themes.py":
            assert not re.search(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8")), path


def test_only_cloud_and_sandbox_import_googles_packages() -> None:
    guilty = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.relative_to(ROOT).parts[1] not in {"cloud", "sandbox"}
        for name in imports_of(path)
        if name.partition(".")[0] in {"google", "grpc", "proto"}
    }
    assert not guilty


def test_the_sandbox_shares_no_code_with_the_wizard() -> None:
    for path in (p for p in SOURCES if "sandbox" in p.parts):
        ours = {name for name in imports_of(path) if name.startswith("wizard.")}
        assert not {name for name in ours if not name.startswith(("wizard.sandbox", "wizard.probe"))}, path


def test_no_type_is_ignored_and_no_error_swallowed() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert "type: " + "ignore" not in text, path
        if path.relative_to(ROOT) != Path("wizard/cli/main.py"):
            assert "except Exception" not in text, path
            assert "except BaseException" not in text, path


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions and for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
