"""Short words that tell one run from another."""

from __future__ import annotations

import secrets

_LETTERS = "abcdefghjkmnpqrstvwxyz"


def new_token() -> str:
    """Six letters, so that the word can begin a name."""
    return "".join(secrets.choice(_LETTERS) for _ in range(6))
