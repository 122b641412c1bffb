"""A list to choose from, with a filter: arrows and Enter, or the mouse; `/` filters as one types."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from screens.language import Piece, Tone, line
from screens.widgets.text import Lines

MOST_MATCHES = 1000
"""Rows shown while a filter is typed: enough to see that one has to type more, few enough to keep up with typing."""


class Item(Struct, frozen=True, kw_only=True):
    """A row. `title` is filtered and padded to a column, `detail` stands beside it, `note` below it, muted.

    `refused` says why the row cannot be chosen; `mark` is a piece before the title, such as a glyph. `also` is filtered
    and not shown.
    """

    id: str
    title: str
    detail: Piece = ""
    note: str = ""
    refused: str = ""
    mark: Piece = ""
    also: str = ""

    @property
    def text(self) -> str:
        """What a filter looks at."""
        return f"{self.title} {line(self.detail).plain} {self.note} {self.also}".lower()


class FilterList(Vertical):
    """Rows, a filter that appears when asked for, and a line that says how many match."""

    BINDINGS = [Binding("slash", "filter", "Filter", id="filter", tooltip="Filter the list")]

    class Chosen(Message):
        """A row was chosen by Enter or by a click."""

        def __init__(self, of: FilterList, item: str) -> None:
            super().__init__()
            self.of = of
            self.item = item

        @property
        def control(self) -> FilterList:
            return self.of

    class Looked(Message):
        """The cursor is on another row."""

        def __init__(self, of: FilterList, item: str) -> None:
            super().__init__()
            self.of = of
            self.item = item

        @property
        def control(self) -> FilterList:
            return self.of

    def __init__(
        self,
        *,
        empty: str = "nothing here",
        type_ahead: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._type_ahead = type_ahead
        self._empty = empty
        self._put = False
        self._items: tuple[Item, ...] = ()
        self._shown: tuple[Item, ...] = ()
        self._texts: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield Input(placeholder="filter", id="filter", compact=True, select_on_focus=False)
        yield OptionList(compact=True, markup=False)
        yield Lines(id="matches")

    def on_mount(self) -> None:
        self.query_one("#filter", Input).display = False

    # --- from outside

    def put(self, items: Sequence[Item], *, at: str = "") -> None:
        """Show these rows; the cursor goes to `at`, else stays where it is. Nothing happens when nothing changed."""
        if self._put and tuple(items) == self._items:
            return
        self._put = True
        keep = at or self.looked_at
        self._items = tuple(items)
        self._texts = tuple(item.text for item in self._items)
        self._draw(keep)

    @property
    def looked_at(self) -> str:
        """The id of the row under the cursor, or empty."""
        number = self.query_one(OptionList).highlighted
        return self._shown[number].id if number is not None and number < len(self._shown) else ""

    def focus_list(self) -> None:
        """Give the rows the focus."""
        self.query_one(OptionList).focus()

    # --- filtering

    def action_filter(self) -> None:
        """Show the filter and type into it."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        before = self.looked_at
        self._draw(before)
        if self.looked_at not in ("", before):
            self.post_message(self.Looked(self, self.looked_at))

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        """The only row that matches is the one that is meant."""
        event.stop()
        self.focus_list()
        if len(self._shown) == 1 and not self._shown[0].refused:
            self.post_message(self.Chosen(self, self._shown[0].id))

    def on_key(self, event: events.Key) -> None:
        """Whoever types where nothing else takes letters is filtering."""
        field = self.query_one("#filter", Input)
        if self._type_ahead and not field.has_focus and event.is_printable and event.character not in (None, "/", " "):
            event.stop()
            event.prevent_default()
            self.action_filter()
            field.insert_text_at_cursor(event.character or "")

    def key_escape(self) -> None:
        """Leave the filter; the page's own Back is only meant when there is none."""
        field = self.query_one("#filter", Input)
        if field.display:
            field.value = ""
            field.display = False
            self.focus_list()

    def key_down(self) -> None:
        if self.query_one("#filter", Input).has_focus:
            self.focus_list()

    def _draw(self, keep: str) -> None:
        words = self.query_one("#filter", Input).value.lower().split()
        pairs = zip(self._items, self._texts, strict=True)
        found = tuple(item for item, text in pairs if all(word in text for word in words)) if words else self._items
        self._shown = found[:MOST_MATCHES] if words else found
        width = min(max((len(item.title) for item in self._shown), default=0), 30)
        rows = self.query_one(OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            rows.set_options([_Row(item, width) for item in self._shown])
            ids = [item.id for item in self._shown]
            first = next((n for n, item in enumerate(self._shown) if not item.refused), None)
            rows.highlighted = ids.index(keep) if keep in ids else first
        self.query_one("#matches", Lines).put(self._matches(words, len(found)))

    def _matches(self, words: list[str], count: int) -> Content:
        if not self._items:
            return line((self._empty, Tone.MUTED))
        if not words:
            return line()
        more = f", the first {MOST_MATCHES} shown" if count > MOST_MATCHES else ""
        return line((f"{count} of {len(self._items)} match{more}", Tone.MUTED))

    # --- choosing

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        """By the row itself: its place may be another's by now."""
        event.stop()
        if isinstance(event.option, _Row):
            self.post_message(self.Chosen(self, event.option.item.id))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if isinstance(event.option, _Row):
            self.post_message(self.Looked(self, event.option.item.id))


class _Row(Option):
    """A line of the list that knows what it is about."""

    def __init__(self, item: Item, width: int) -> None:
        super().__init__(_prompt(item, width), disabled=bool(item.refused))
        self.item = item


def _prompt(item: Item, width: int) -> Content:
    tone = Tone.MUTED if item.refused else Tone.PLAIN
    first = line(item.mark, " " if item.mark else "", (f"{item.title:<{width}}", tone), "  ", item.detail)
    below = " ".join(filter(None, (item.note, item.refused)))
    return line(first, ("\n  " + below, Tone.MUTED)) if below else first
