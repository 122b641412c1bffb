"""Who manages a Cloud Run resource, as far as its labels tell: the next deploy of that tool undoes our changes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct, convert

FREE_FORM = "managed-by"
"""A label whose value is a name that is meant for people."""


class _Known(Struct, frozen=True):
    """One tool and the label that it sets."""

    name: str
    label: str
    value: str


def owner_of(labels: Mapping[str, str]) -> str:
    """The tool that manages the resource, in a word or two (`Terraform`); empty when no label tells."""
    named = (known.name for known in _known() if labels.get(known.label) == known.value)
    return next(named, "") or labels.get(FREE_FORM, "")


@cache
def _known() -> tuple[_Known, ...]:
    data = tomllib.loads(Path(__file__).with_name("owners.toml").read_text(encoding="utf-8"))
    return convert(data["owner"], tuple[_Known, ...])
