"""`python -m wizard` is `runvpc`."""

from __future__ import annotations

from wizard.cli.main import entry

if __name__ == "__main__":
    entry()
