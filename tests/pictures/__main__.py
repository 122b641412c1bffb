"""Writes docs/keys.md and docs/walk.svg; with the word `keys`, the page of keys alone."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.pictures.film import film
from tests.pictures.keys import page_of_keys
from tests.pictures.walk import walk

DOCS = Path(__file__).parent.parent.parent / "docs"
TITLE = "runvpc --sandbox tutorial"


def write_walk() -> None:
    """Walk, and join what was seen."""
    with TemporaryDirectory() as folder:
        os.environ["RUNVPC_STATE_DIR"] = folder
        frames = asyncio.run(walk())
    moving = film(frames, TITLE)
    (DOCS / "walk.svg").write_text(moving, "utf-8")
    print(f"docs/walk.svg: {len(frames)} frames, {sum(f.seconds for f in frames):.0f} s, {len(moving) // 1024} KiB")


if __name__ == "__main__":
    (DOCS / "keys.md").write_text(page_of_keys(), "utf-8")
    if sys.argv[1:] != ["keys"]:
        write_walk()
