"""The visual language, in one place: glyphs, words, colour roles, and how text becomes lines on a screen.

One column of content, left aligned; sections apart by one blank line; a heading is bold, detail is muted. No boxes
but for what has the focus. Meaning is a glyph and a word; colour only repeats it. Numbers are right aligned, their unit
is in the heading. Text from elsewhere is never parsed as markup: it becomes `Content` here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from textual.content import Content

from wizard.wording import clean, one_line


class Tone(StrEnum):
    """What a piece of text is to the reader; the value is a style of the theme."""

    PLAIN = ""
    STRONG = "bold"
    MUTED = "$muted"
    GOOD = "$text-success"
    WARN = "$text-warning"
    BAD = "$text-error"
    CHOSEN = "bold $text-primary"
    NUMBER = "$text-accent"
    WORDS = "$text-secondary"
    """Commands and names to be typed elsewhere."""


Piece = str | tuple[str, Tone] | Content

GLYPHS: Mapping[str, tuple[str, Tone]] = {
    # pages
    "done": ("✓", Tone.GOOD),
    "here": ("▸", Tone.CHOSEN),
    "to do": ("·", Tone.PLAIN),
    "look": ("!", Tone.WARN),
    "later": ("·", Tone.MUTED),
    # what a step does
    "create": ("+", Tone.GOOD),
    "reuse": ("=", Tone.MUTED),
    "change": ("~", Tone.WARN),
    "replace": ("±", Tone.WARN),
    "wait": ("…", Tone.MUTED),
    "delete": ("-", Tone.BAD),
    "skip": ("○", Tone.MUTED),
    "block": ("✗", Tone.BAD),
    # how a step stands
    "planned": ("·", Tone.MUTED),
    "running": ("▸", Tone.CHOSEN),
    "reused": ("=", Tone.MUTED),
    "skipped": ("○", Tone.MUTED),
    "failed": ("✗", Tone.BAD),
    "undone": ("↶", Tone.GOOD),
    "left": ("!", Tone.WARN),
    "stopped": ("■", Tone.WARN),
    "waiting": ("…", Tone.WARN),
    # how a service or job stands that moves
    "moves": ("●", Tone.CHOSEN),
    "stays": ("○", Tone.MUTED),
    "moving": ("▸", Tone.CHOSEN),
    "moved": ("✓", Tone.GOOD),
    "taking back": ("↶", Tone.WARN),
    "taken back": ("↶", Tone.WARN),
    "stuck": ("✗", Tone.BAD),
    # verdicts
    "works": ("✓", Tone.GOOD),
    "connected": ("✓", Tone.GOOD),
    "open": ("✓", Tone.GOOD),
    "partly": ("!", Tone.WARN),
    "closed": ("✗", Tone.BAD),
    "blocked": ("✗", Tone.BAD),
    "needs": ("!", Tone.WARN),
    "unknown": ("?", Tone.WARN),
    "timeout": ("✗", Tone.BAD),
    "refused": ("✗", Tone.BAD),
    "no_route": ("✗", Tone.BAD),
    "name_not_found": ("✗", Tone.BAD),
    "wrong_protocol": ("✗", Tone.BAD),
    "protocol_timeout": ("✗", Tone.BAD),
    "not_run": ("?", Tone.WARN),
    # the hops of a trace, and the rules of a firewall
    "passes": ("✓", Tone.GOOD),
    "arrives": ("✓", Tone.GOOD),
    "delivered": ("✓", Tone.GOOD),
    "decides": ("▸", Tone.CHOSEN),
    "stops here": ("✗", Tone.BAD),
    "unclear": ("?", Tone.WARN),
    "not reached": ("·", Tone.MUTED),
    "no match": ("○", Tone.MUTED),
    "passes on": ("…", Tone.MUTED),
    # findings
    "warn": ("!", Tone.WARN),
    "info": ("i", Tone.MUTED),
}
"""Every word of state with its glyph and tone. A word that is not here is shown with `?`."""

_UNKNOWN = ("?", Tone.WARN)


def line(*pieces: Piece) -> Content:
    """One line, or several where our own text has line breaks. Control characters of strangers become `?`."""
    parts: list[Content] = []
    for piece in pieces:
        if isinstance(piece, Content):
            parts.append(piece)
        elif isinstance(piece, tuple):
            parts.append(Content.styled(clean(piece[0]), piece[1].value))
        else:
            parts.append(Content(clean(piece)))
    return Content("").join(parts)


def lines(rows: Iterable[Content]) -> Content:
    """Lines below each other."""
    return Content("\n").join(rows)


def state(word: str) -> Content:
    """A glyph and its word: `✓ done`."""
    glyph, tone = GLYPHS.get(word, _UNKNOWN)
    return line((f"{glyph} {one_line(word)}", tone))


def glyph(word: str) -> Content:
    """The glyph alone, where its word stands beside it anyway."""
    found, tone = GLYPHS.get(word, _UNKNOWN)
    return line((found, tone))


def heading(text: str) -> Content:
    """The heading of a section."""
    return line((text, Tone.STRONG))


def columns(rows: Sequence[Sequence[Piece]], *, right: frozenset[int] = frozenset(), gap: int = 2) -> Content:
    """Rows as aligned columns; the columns in `right` are aligned to the right. The last column is not padded."""
    made = [[line(cell) for cell in row] for row in rows]
    if not made:
        return Content("")
    count = max(len(row) for row in made)
    widths = [max((row[n].cell_length for row in made if n < len(row)), default=0) for n in range(count)]
    return lines(_row(row, widths, right, gap) for row in made)


def _row(cells: list[Content], widths: list[int], right: frozenset[int], gap: int) -> Content:
    parts: list[Content] = []
    for number, cell in enumerate(cells):
        blank = Content(" " * (widths[number] - cell.cell_length))
        last = number == len(cells) - 1
        parts += [blank, cell] if number in right else [cell] if last else [cell, blank]
        if not last:
            parts.append(Content(" " * gap))
    return Content("").join(parts)


def fit(text: str, width: int) -> str:
    """The text in at most `width` cells; of a long one the beginning and the end, which tell most."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 3
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(value: float, whole: float, width: int, tone: Tone = Tone.NUMBER, *, rest: str = " ") -> Content:
    """A horizontal bar of `value` on a scale on which `whole` is `width` cells; something is never shown as nothing.

    `rest` fills what is left of the scale.
    """
    eighths = 0 if whole <= 0 else round(min(max(value / whole, 0.0), 1.0) * width * 8)
    if value > 0:
        eighths = max(eighths, 1)
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[part] if part else "")
    return line((drawn, tone), (rest * (width - len(drawn)), Tone.MUTED))


def commands(argvs: Iterable[Sequence[str]]) -> Content:
    """Commands as they would be typed in a shell, a blank line between them, each option on a line of its own.

    Of a word of many lines (the program of the live test) only the first is shown; exports and copies have all of it.
    """
    import shlex

    texts = [_wrapped([shlex.quote(_first_line(word)) for word in argv]) for argv in argvs]
    return line(("\n\n".join(texts), Tone.WORDS))


def _first_line(word: str) -> str:
    first, _, rest = word.partition("\n")
    return f"{first} … {rest.count(chr(10)) + 1} more lines" if rest else word


def _wrapped(words: list[str]) -> str:
    text = words[0] if words else ""
    for word in words[1:]:
        text += f" \\\n  {word}" if word.startswith("--") else f" {word}"
    return text
