"""A plan in other words: to the clipboard (over ssh, too) or into a file of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from screens.language import Tone, line
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.paths import write_private

FORMATS: Mapping[str, tuple[str, str]] = {
    "gcloud": ("a shell script of gcloud commands", "runvpc.sh"),
    "terraform": ("resources for Terraform", "runvpc.tf"),
    "markdown": ("a page for a change ticket", "runvpc.md"),
    "answers": ("the answers, to do the same again", "runvpc.toml"),
}


class Export(ModalScreen[None]):
    """`texts` holds each format's text by name."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, texts: Mapping[str, str], folder: Path | None = None) -> None:
        super().__init__(classes="dialog")
        self._texts = texts
        self._folder = folder or Path.cwd()
        self._chosen = next(iter(texts))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box"):
            yield Lines(("Export", Tone.STRONG))
            yield Lines(("Enter copies to the clipboard. With a file name it is written instead.", Tone.MUTED))
            yield FilterList()
            yield Lines(("File", Tone.MUTED), classes="field")
            yield Input(placeholder=self._example, compact=True)
            yield Lines(id="said")

    def on_mount(self) -> None:
        rows = self.query_one(FilterList)
        rows.put([Item(id=name, title=name, detail=(FORMATS[name][0], Tone.MUTED)) for name in self._texts])
        rows.focus_list()

    @property
    def _example(self) -> str:
        return f"for example {FORMATS[self._chosen][1]}"

    @on(FilterList.Looked)
    def _looked(self, event: FilterList.Looked) -> None:
        event.stop()
        self._chosen = event.item
        self.query_one(Input).placeholder = self._example

    @on(FilterList.Chosen)
    def _copy(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.app.copy_to_clipboard(self._texts[event.item])
        self._say(f"✓ {event.item} is in the clipboard", Tone.GOOD)

    @on(Input.Submitted)
    def _write(self, event: Input.Submitted) -> None:
        """Nothing is ever overwritten."""
        event.stop()
        name = event.value.strip()
        path = self._folder / Path(name).expanduser()
        if not name:
            self._say("name a file", Tone.WARN)
        elif path.exists():
            self._say(f"✗ {path} exists: choose another name", Tone.BAD)
        else:
            try:
                write_private(path, self._texts[self._chosen])
            except OSError as error:
                self._say(f"✗ {path}: {error.strerror}", Tone.BAD)
                return
            self._say(f"✓ {self._chosen} is in {path}", Tone.GOOD)

    def _say(self, text: str, tone: Tone) -> None:
        self.query_one("#said", Lines).put(line((text, tone)))
