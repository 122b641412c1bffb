"""Reading the dated data files that stand beside the code."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TypeVar

import msgspec

T = TypeVar("T")


def load(package: str, name: str, type_: type[T]) -> T:
    """The TOML file `name` of `package` as `type_`; raises msgspec.ValidationError when it has another shape."""
    return msgspec.convert(tomllib.loads(files(package).joinpath(name).read_text("utf-8")), type_)
