"""Why does it not connect? One service and one target: the way as a picture, the verdict, and what would help."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Footer, Tab, Tabs

from screens.commands import COMMANDS, bindings
from screens.dialogs.help import Help
from screens.helping import keys_here
from screens.language import Tone, line, lines, state
from screens.page import HEIGHTS, WIDTHS, size_class
from screens.trace import telling
from screens.trace.choosing import ChooseTarget
from screens.trace.wanted import Aside
from screens.trace.way import Way
from screens.widgets.banner import Banner
from screens.widgets.text import Lines
from screens.wizard import Wizard
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.guide.trace import SOURCES, Traces, first_source, probed, same_ground, targets
from wizard.guide.trace_picture import HopRow, picture, verdict_line
from wizard.network.tracing import Trace
from wizard.plan.repair import Repairs
from wizard.records import ProbeResult
from wizard.trace.reading import Reading, reading
from wizard.wording import one_line

_ABOUT = (
    "The way of the first packet, from what is configured: nothing is sent and nothing is changed. The verdict stands "
    "on top; the hop that decides has its own sign and word, and what comes after it is not reached.\n\n"
    "Enter on a hop shows all that is known of it: for a firewall its rules in the order in which they are asked, and "
    "those that only look as if they decided. As planned means: as if every step of the plan had been made.\n\n"
    "Only a live test sends packets. What it alone can settle is said."
)
_GAP = 2


class TracePage(Aside):
    """Stands over the page that opened it. Escape leaves the detail of a hop first, then the page."""

    CSS_PATH = "trace.tcss"
    BINDINGS = bindings([command for command in COMMANDS if command.on_trace])

    def __init__(self, wizard: Wizard, target: str) -> None:
        super().__init__(id="trace", classes="wizard-page")
        self.wizard = wizard
        self._model = wizard.model
        self._traces = Traces(wizard.model)
        self._target = target
        self._source = first_source(wizard.model, target)
        self._found: Trace | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        self.add_class(size_class(WIDTHS, self.app.size.width), size_class(HEIGHTS, self.app.size.height))
        yield Banner(id="banner")
        yield Lines(id="trace-title")
        yield Lines(id="trace-trouble")
        yield Lines(id="trace-verdict")
        yield Lines(id="trace-met")
        with Horizontal(id="trace-bar"):
            yield Tabs(*(Tab(name, id=source) for source, name in SOURCES.items()), active=self._source)
            yield Button("Other target …", id="other-target", compact=True)
        yield Way(id="path")
        with VerticalScroll(id="detail"):
            for name in ("hop", "causes", "help", "near", "doubts", "rules"):
                yield Lines(id=f"trace-{name}")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._draw(self.wizard.model)
        self.query_one(Way).focus_list()
        self._stop_listening = self.wizard.listen(self._draw)

    def on_unmount(self) -> None:
        self._stop_listening()

    # --- drawing

    def _draw(self, model: Model) -> None:
        """Draw everything anew; traces that were made hold until the project or the plan changes."""
        if not self.is_running:
            return
        if not same_ground(self._model, model):
            self._traces = Traces(model)
        self._model = model
        self.query_one(Banner).show(model)
        self.query_one("#trace-trouble", Lines).put(_trouble(model))
        self._draw_trace()

    def _draw_trace(self) -> None:
        service = one_line(self._model.answers.service)
        self.query_one("#trace-title", Lines).put(
            line((f"{service} → {one_line(self._target)}", Tone.STRONG)),
        )
        said, rows = self._answer()
        self.query_one("#trace-verdict", Lines).put(said)
        self.query_one("#trace-met", Lines).put(telling.met(self._tested(), self._read()))
        self.query_one(Way).put(rows)
        self._draw_detail()
        self._seek_help()

    def _tested(self) -> ProbeResult | None:
        return probed(self._model, self._source, self._target)

    def _read(self) -> Reading | None:
        """Trace and live test together, when there are both."""
        result = self._tested()
        return reading(self._found, result) if self._found is not None and result is not None else None

    def _answer(self) -> tuple[Content, tuple[HopRow, ...]]:
        """The verdict and the rows; why there are none, when the question makes no sense."""
        self._found = None
        try:
            self._found = found = self._traces.trace(self._source, self._target)
        except InputError as error:
            return line(("? ", Tone.WARN), f"{error.message}; {error.fix}" if error.fix else error.message), ()
        return telling.verdict(verdict_line(found), found), picture(found)

    @on(events.Resize)
    def _resized(self) -> None:
        self._draw_detail()

    def _draw_detail(self) -> None:
        """What is known of the hop under the cursor; why it ends so is told at the hop that decides."""
        row, found = self.query_one(Way).looked_at, self._found
        parts = dict.fromkeys(("hop", "causes", "help", "near", "doubts", "rules"), line())
        width = self.query_one("#detail", VerticalScroll).size.width - _GAP
        if row is not None and found is not None:
            parts["hop"] = telling.hop(row)
            if row.deciding:
                known = self._traces.known_repairs(self._source, self._target)
                parts["help"] = line() if found.delivered else telling.help_of(known, width)
                parts["doubts"] = telling.doubts(found.verify)
                parts["causes"] = telling.causes(self._read(), width)
            if row.leg is not None:
                table = self._traces.table(self._source, self._target, row.leg)
                parts["near"] = telling.near(table.near, width)
                parts["rules"] = telling.rules(table, width)
        for name, content in parts.items():
            self.query_one(f"#trace-{name}", Lines).put(content)

    def _seek_help(self) -> None:
        """Look for what would help while the page is read: with many rules and senders that takes a moment."""
        known = self._traces.known_repairs(self._source, self._target)
        if self._found is not None and not self._found.delivered and known is None:
            self.run_worker(self._find_help(), group="help", exclusive=True)

    async def _find_help(self) -> None:
        await asyncio.to_thread(self._traces.repairs, self._source, self._target)
        self._draw_detail()

    # --- what happens

    @on(Way.Looked)
    def _looked(self, event: Way.Looked) -> None:
        event.stop()
        self.query_one("#detail", VerticalScroll).scroll_home(animate=False)
        self._draw_detail()

    @on(Way.Chosen)
    def _chosen(self, event: Way.Chosen) -> None:
        """Give the detail the room, and the arrows."""
        event.stop()
        self.add_class("-detail")
        self.query_one("#detail", VerticalScroll).focus()

    @on(Tabs.TabActivated)
    def _tab(self, event: Tabs.TabActivated) -> None:
        event.stop()
        if event.tab.id in SOURCES and event.tab.id != self._source:
            self._source = event.tab.id
            self._draw_trace()

    def action_back(self) -> None:
        """From the detail to the way, from the way to the page before."""
        if self.has_class("-detail"):
            self.remove_class("-detail")
            self.query_one(Way).focus_list()
        else:
            self.dismiss()

    def action_trace_source(self) -> None:
        """See it as it is, or as the plan would make it."""
        names = tuple(SOURCES)
        self.query_one(Tabs).active = names[(names.index(self._source) + 1) % len(names)]

    @on(Button.Pressed, "#other-target")
    def action_trace_target(self) -> None:
        """Choose another target."""

        def chosen(target: str | None) -> None:
            if target is not None and target != self._target:
                self._target = target
                self._draw_trace()

        urls = dict.fromkeys((*targets(self._model), self._target))
        known = [(url, self._said(url)) for url in urls]
        self.app.push_screen(ChooseTarget(known, self._target), chosen)

    def _said(self, url: str) -> Content:
        try:
            found = self._traces.trace(self._source, url)
        except InputError:
            return state("unclear")
        return state("delivered" if found.delivered else "blocked" if found.verdict == "DROP" else "unclear")

    def action_refresh(self) -> None:
        """Read the project again."""
        self.wizard.places.again()

    def action_copy_words(self) -> None:
        """Copy the commands of what would help."""
        found = self._traces.known_repairs(self._source, self._target)
        text = _commands(found) if found is not None else ""
        self.app.copy_to_clipboard(text)
        self.notify("copied" if text else "there are no gcloud words for this", markup=False)

    def action_help(self) -> None:
        """Help, and every key that works here."""
        self.app.push_screen(Help("Trace", _ABOUT, keys_here(self.app)))


def _commands(found: Repairs) -> str:
    """One command a line, quoted for a shell."""
    argvs = [argv for fix in found.fixes for argv in (fix.gcloud or (fix.runvpc,)) if argv]
    argvs += found.cannot_fix.gcloud if found.cannot_fix is not None else ()
    return "\n".join(shlex.join(argv) for argv in argvs)


def _trouble(model: Model) -> Content:
    if model.trouble is None:
        return line()
    first = line((one_line(f"✗ {model.trouble.doing}: {model.trouble.message}"), Tone.BAD))
    return lines([first, line(("  F5 tries again; below is what was read before", Tone.MUTED))])
