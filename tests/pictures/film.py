"""Screenshots of a terminal joined into one animated SVG: no script, no font from elsewhere, every line stored once.

The frames stand below each other on a strip, which steps upwards behind a window; browsers show that in an `<img>`,
too. Whoever asked for less motion sees the last frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple
from xml.etree import ElementTree

CELL, LINE = 12.2, 24.4
"""Size of a character cell in Rich's screenshots, in pixels."""

SMALL = 9.7
"""Width of a character of the captions."""

BAR, FOOT, EDGE = 36, 32, 10
"""Heights of the title bar and of the captions, and width of the margin, in pixels."""

FONTS = "'Fira Code','JetBrains Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
SVG = "{http://www.w3.org/2000/svg}"


class Frame(NamedTuple):
    """A screenshot as SVG, for how many seconds it stays, and what the person does at its end (`key: what for`)."""

    svg: str
    seconds: float
    caption: str = ""


class Run(NamedTuple):
    """A piece of a line: its first cell, its width in cells, a style (of text) or colour (of ground), and the text."""

    at: int
    width: int
    style: str
    text: str = ""


class Line(NamedTuple):
    """A line of the terminal: grounds below, texts on top."""

    grounds: tuple[Run, ...] = ()
    texts: tuple[Run, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A screenshot taken apart. Raises ValueError for an SVG that is not one of Rich's."""

    columns: int
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, svg: str) -> Picture:
        """Take a screenshot apart."""
        root = ElementTree.fromstring(svg)
        styles = _styles(root)
        rects = [e for e in root.iter(f"{SVG}rect") if e.get("shape-rendering") == "crispEdges"]
        if not rects:
            raise ValueError("no terminal in this picture")
        grounds: dict[int, list[Run]] = {}
        for rect in rects:
            run = Run(_cell(rect, "x"), _cell(rect, "width"), rect.get("fill", ""))
            _join(grounds.setdefault(round(_number(rect, "y") // LINE), []), run)
        texts: dict[int, list[Run]] = {}
        for text in root.iter(f"{SVG}text"):
            content = "".join(text.itertext())
            if text.get("textLength") and content.strip("\n\xa0 "):
                style = styles[text.get("class", "").rpartition("-")[2]]
                run = Run(_cell(text, "x"), _cell(text, "textLength"), style, content)
                texts.setdefault(round(_number(text, "y") // LINE), []).append(run)
        count = max(grounds) + 1
        columns = max(run.at + run.width for runs in grounds.values() for run in runs)
        return cls(columns, tuple(Line(tuple(grounds.get(n, ())), tuple(texts.get(n, ()))) for n in range(count)))


def film(frames: Sequence[Frame], title: str) -> str:
    """One SVG that shows the frames one after the other, for ever. They must be of one size; ValueError otherwise."""
    shown = _without_repetition(frames)
    pictures = [Picture.of(frame.svg) for frame in shown]
    if len({(p.columns, len(p.lines)) for p in pictures}) != 1:
        raise ValueError("frames of one size are needed")
    ground = Counter(run.style for p in pictures for line in p.lines for run in line.grounds).most_common(1)[0][0]
    lines = {line: f"l{n}" for n, line in enumerate(dict.fromkeys(line for p in pictures for line in p.lines))}
    styles = {style: f"s{n}" for n, style in enumerate(dict.fromkeys(r.style for line in lines for r in line.texts))}
    width, height = pictures[0].columns * CELL, len(pictures[0].lines) * LINE
    body = [
        *(f'<g id="{name}">{_drawn(line, styles, ground)}</g>' for line, name in lines.items()),
        "</defs>",
        _window(width, height, title, ground),
        f'<svg x="{EDGE}" y="{BAR}" width="{_short(width)}" height="{_short(height + FOOT)}"><g class="strip">',
        *(_frame(n, p, frame.caption, lines, height) for n, (p, frame) in enumerate(zip(pictures, shown, strict=True))),
        "</g></svg></svg>",
    ]
    whole = f"0 0 {_short(width + 2 * EDGE)} {_short(BAR + height + FOOT)}"
    rules = [f".{name}{{{style}}}" for style, name in styles.items()]
    head = (
        f"<title>{escape(title)}</title><style>{''.join(_motion(shown, height + FOOT))}{''.join(rules)}</style><defs>"
    )
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{whole}">', head, *body]) + "\n"


def _motion(frames: Sequence[Frame], height: float) -> Iterable[str]:
    """The keyframes: at each frame's time the strip is where that frame is in the window."""
    total, passed = sum(frame.seconds for frame in frames), 0.0
    yield f"text{{font:20px {FONTS};white-space:pre}}"
    yield ".title,.caption{fill:#8a93a0}.key{fill:#d6dae0}.cap{fill:#3a4350}.title,.caption,.key{font-size:16px}"
    yield f".strip{{animation:strip {total:.2f}s step-end infinite}}@keyframes strip{{"
    for number, frame in enumerate(frames):
        yield f"{passed / total * 100:.3f}%{{transform:translateY({_short(-number * height)}px)}}"
        passed += frame.seconds
    yield "}"
    last = _short(-(len(frames) - 1) * height)
    yield f"@media(prefers-reduced-motion:reduce){{.strip{{animation:none;transform:translateY({last}px)}}}}"


def _window(width: float, height: float, title: str, ground: str) -> str:
    whole, high = _short(width + 2 * EDGE), _short(BAR + height + FOOT)
    return (
        f'<rect width="{whole}" height="{high}" rx="8" fill="{ground}"/>'
        f'<text class="title" x="{_short(width / 2 + EDGE)}" y="24" text-anchor="middle">{escape(title)}</text>'
    )


def _frame(number: int, picture: Picture, caption: str, lines: dict[Line, str], height: float) -> str:
    top = number * (height + FOOT)
    uses = [
        f'<use href="#{lines[line]}" y="{_short(top + n * LINE)}"/>'
        for n, line in enumerate(picture.lines)
        if line.texts or line.grounds
    ]
    key, colon, what = caption.partition(": ")
    y, after = _short(top + height + 21), _short((len(key) + 2) * SMALL)
    box = f'width="{_short((len(key) + 1) * SMALL)}" height="22" rx="4"'
    cap = f'<rect class="cap" y="{_short(top + height + 5)}" {box}/>'
    name = f'<text class="key" x="{SMALL / 2}" y="{y}">{escape(key)}</text>'
    rest = f'<text class="caption" x="{after}" y="{y}">{escape(what)}</text>' if colon else ""
    return "".join([*uses, *((cap, name, rest) if caption else ())])


def _drawn(line: Line, styles: dict[str, str], ground: str) -> str:
    rects = (
        f'<rect fill="{run.style}" x="{_short(run.at * CELL)}" width="{_short(run.width * CELL)}" height="24.7"/>'
        for run in line.grounds
        if run.style != ground
    )
    texts = (
        f'<text class="{styles[run.style]}" x="{_short(run.at * CELL)}" y="18.5" '
        f'textLength="{_short(run.width * CELL)}">{escape(run.text, quote=False)}</text>'
        for run in line.texts
    )
    return "".join([*rects, *texts])


def _without_repetition(frames: Sequence[Frame]) -> list[Frame]:
    """The frames, one after another different; those that look alike are one that stays longer."""
    shown: list[Frame] = []
    for frame in frames:
        if shown and shown[-1].svg == frame.svg and shown[-1].caption == frame.caption:
            shown[-1] = frame._replace(seconds=shown[-1].seconds + frame.seconds)
        else:
            shown.append(frame)
    return shown


def _styles(root: ElementTree.Element) -> dict[str, str]:
    """The styles `r1`, `r2`, … of one screenshot."""
    sheet = "".join(element.text or "" for element in root.iter(f"{SVG}style"))
    rules = (rule.rpartition("{") for rule in sheet.split("}"))
    return {name.strip().rpartition("-")[2]: style.strip() for name, _, style in rules if name.strip()}


def _join(runs: list[Run], run: Run) -> None:
    """Add a ground; next to one of the same colour it only makes that wider."""
    if runs and runs[-1].style == run.style and runs[-1].at + runs[-1].width == run.at:
        runs[-1] = runs[-1]._replace(width=runs[-1].width + run.width)
    else:
        runs.append(run)


def _number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "0"))


def _cell(element: ElementTree.Element, name: str) -> int:
    return round(_number(element, name) / CELL)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
