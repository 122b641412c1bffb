"""Who manages a Cloud Run resource, as far as its labels tell: the next deploy of that tool undoes our changes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct, convert

FREE_FORM = "managed-by"
"""A label whose value is a name that is meant for people."""

TERRAFORM, DEPLOY, FUNCTIONS = "terraform", "deploy", "functions"
"""How an owner words a change; empty: nobody's pipeline is known."""


class Owner(Struct, frozen=True):
    """One tool, the label that it sets, how it words a change (`words`), and where that is written down (`place`)."""

    name: str
    label: str = ""
    value: str = ""
    words: str = ""
    place: str = ""


def owner_of(labels: Mapping[str, str]) -> str:
    """The tool that manages the resource, in a word or two (`Terraform`); empty when no label tells."""
    named = (known.name for known in _known() if labels.get(known.label) == known.value)
    return next(named, "") or labels.get(FREE_FORM, "")


def owner_named(name: str) -> Owner:
    """What is known of an owner by its name; one that is not known deploys with commands of its own."""
    own = Owner(name=name, words=DEPLOY if name else "", place="what deploys it")
    return next((known for known in _known() if known.name == name), own)


@cache
def _known() -> tuple[Owner, ...]:
    data = tomllib.loads(Path(__file__).with_name("owners.toml").read_text(encoding="utf-8"))
    return convert(data["owner"], tuple[Owner, ...])
