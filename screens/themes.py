"""The themes: two of our own, one of high contrast, and the terminal's own colours."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="runvpc-dark",
    primary="#7aa2d8",
    secondary="#9db4c8",
    accent="#8fc1b5",
    warning="#d9b26a",
    error="#e08585",
    success="#86c28b",
    foreground="#d6dae0",
    background="#14171c",
    surface="#191d23",
    panel="#20252d",
    dark=True,
    variables={"muted": "#8a93a0"},
)

LIGHT = Theme(
    name="runvpc-light",
    primary="#1f5fa8",
    secondary="#41607a",
    accent="#0f6f66",
    warning="#8a5a00",
    error="#a8292f",
    success="#1f7030",
    foreground="#1c2128",
    background="#fbfbfa",
    surface="#f3f3f0",
    panel="#e9e9e4",
    dark=False,
    variables={"muted": "#69707a"},
)

CONTRAST = Theme(
    name="runvpc-contrast",
    primary="#ffff00",
    secondary="#ffffff",
    accent="#00ffff",
    warning="#ffd000",
    error="#ff8080",
    success="#80ff80",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
    variables={"muted": "#d8d8d8"},
)

DEFAULTS = {"muted": "ansi_bright_black"}
"""Variables of ours in themes that do not set them: the terminal's own grey."""

OWN = (DARK, LIGHT, CONTRAST)

ORDER = (DARK.name, LIGHT.name, CONTRAST.name, "ansi-dark", "ansi-light")
"""What the theme key goes through."""


def following(name: str) -> str:
    """The theme after this one."""
    return ORDER[(ORDER.index(name) + 1) % len(ORDER)] if name in ORDER else ORDER[0]
