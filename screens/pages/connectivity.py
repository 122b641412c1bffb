"""What the live test met: every target before and after, layer by layer, and what to do about a failure."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from screens.commands import in_footer
from screens.language import Tone, glyph, line, lines, state
from screens.scrolled import ScrolledPage
from screens.trace.wanted import TraceWanted
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.probe_table import probe_table
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.connectivity import TargetRow, all_connected, only_before, start_note, target_rows, verdict_line
from wizard.wording import one_line


class ConnectivityPage(ScrolledPage):
    PAGE = Page.CONNECTIVITY
    HEADING = "Connectivity"
    WHY = (
        "Each attempt ran in a fresh instance of a Cloud Run job with the network settings of the service, layer by "
        "layer: the name, the TCP connection, TLS, and a first word of the protocol.\n\n"
        "The job is removed after each test. If a target did not answer, the service was not touched."
    )
    BINDINGS = in_footer("trace", of="")

    def body(self) -> ComposeResult:
        yield Lines(id="verdict")
        yield Lines(id="targets")
        yield Section("What to do", id="todo-heading")
        yield Lines(id="todo")
        yield Section("Why? The whole path, traced", id="why-failed")
        yield FilterList(id="failed")
        yield Lines(id="start-note", classes="field")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#next", Button).focus()

    def show(self, model: Model) -> None:
        if model.run is None:
            return
        rows, early = target_rows(model.run), only_before(model.run)
        self.query_one("#verdict", Lines).put(_verdict(rows, early))
        self.query_one("#targets", Lines).put(probe_table(rows))
        failures = [] if early else [row for row in rows if row.advice]
        self.query_one("#todo-heading").display = bool(failures)
        self.query_one("#todo", Lines).put(_todo(failures))
        failed = [] if early else [row for row in rows if row.after != "connected"]
        self.query_one("#why-failed").display = self.query_one("#failed").display = bool(failed)
        self.query_one("#failed", FilterList).put([_failed(row) for row in failed])
        self.query_one("#start-note", Lines).put(line((start_note(rows), Tone.MUTED)))

    @property
    def has_filter(self) -> bool:
        """A test has few targets."""
        return False

    def action_trace(self) -> None:
        """Trace to the target under the cursor, which is the first that failed unless it was moved."""
        self.post_message(TraceWanted(self.query_one("#failed", FilterList).looked_at))

    @on(FilterList.Chosen, "#failed")
    def _failed_chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.post_message(TraceWanted(event.item))


def _failed(row: TargetRow) -> Item:
    return Item(id=row.target, title=one_line(row.target), detail=state(row.after))


def _verdict(rows: tuple[TargetRow, ...], early: bool) -> Content:
    """How many connected. A test before any change is there to be red: it shows what the change is for."""
    said = line(glyph("connected" if all_connected(rows) else "failed"), f" {verdict_line(rows)}")
    if not early:
        return said
    return lines(
        [line(said, " before any change"), line(("The test with the planned settings has not run yet.", Tone.MUTED))]
    )


def _todo(failures: Iterable[TargetRow]) -> Content:
    """The same advice is given once, to all the targets that need it."""
    targets: dict[str, list[str]] = {}
    for row in failures:
        targets.setdefault(row.advice, []).append(one_line(row.target))
    said: list[Content] = []
    for advice, names in targets.items():
        said += [line((name, Tone.STRONG)) for name in names]
        said.append(line(f"{advice[:1].upper()}{advice[1:]}."))
    return lines(said)
