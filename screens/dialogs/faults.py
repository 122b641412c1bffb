"""The menu of the sandbox: let calls fail in every way there is, or move its time, to see what happens then."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.language import Tone, line
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard import fault_menu

CLOCK, PAUSE, RESUME = "clock", "pause", "resume"
TWO_HOURS = 7200.0

READING = "reading"

CALLS: tuple[tuple[str, str], ...] = (
    ("vpcaccess.CreateConnector", "creating the connector"),
    ("compute.subnetworks.insert", "creating the subnet"),
    ("compute.firewalls.insert", "creating a firewall rule"),
    ("run.CreateJob", "creating the live test"),
    ("run.RunJob", "running the live test"),
    ("run.UpdateService", "updating the service"),
    ("vpcaccess.DeleteConnector", "deleting the connector"),
    ("compute.subnetworks.delete", "deleting the subnet"),
    ("compute.firewalls.delete", "deleting a firewall rule"),
    ("compute.networks.list", "reading the networks"),
    ("run.ListServices", "reading the services"),
    ("run.GetService", "reading the service"),
    ("vpcaccess.GetConnector", "reading the connector"),
    ("compute.*", "any call of Compute Engine"),
    ("run.*", "any call of Cloud Run"),
    ("vpcaccess.*", "any call about connectors"),
    ("*", "any call at all"),
)

TIMES: tuple[tuple[int, str], ...] = ((1, "the next time"), (3, "the next 3 times"), (0, "every time"))


@dataclass(frozen=True)
class Wish:
    """What was chosen: `on` is a method or a pattern, empty to clear all faults, or CLOCK, PAUSE, RESUME."""

    on: str
    kind: str = ""
    times: int = 1


def fault_words(wish: Wish) -> str:
    """What was asked for, as a person says it."""
    kinds = {kind: words for known in fault_menu.kinds() for kind, words in known.choices}
    doing, how_often = dict(CALLS).get(wish.on, wish.on), dict(TIMES).get(wish.times, f"{wish.times} times")
    return f"{doing}, {how_often}: {kinds.get(wish.kind, wish.kind)}"


class Faults(ModalScreen[Wish | None]):
    """Three lists one after the other: which call, what goes wrong, how often. `waiting` is what goes wrong already."""

    BINDINGS = [Binding("escape", "back", "Back", show=False)]

    def __init__(self, waiting: tuple[str, ...] = (), *, paused: bool = False) -> None:
        super().__init__()
        self._waiting = waiting
        self._paused = paused
        self._on = ""
        self._kind = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box dialog-list"):
            yield Lines(("The sandbox: faults and time", Tone.STRONG))
            yield Lines(id="question")
            yield FilterList(type_ahead=True)

    def on_mount(self) -> None:
        self._show()

    def action_back(self) -> None:
        """To the list before this one; from the first, away."""
        if not self._on:
            self.dismiss(None)
        elif self._kind:
            at, self._kind = self._kind, ""
            self._show(at=at)
        else:
            at, self._on = self._on, ""
            self._show(at=at)

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        chosen = event.item.strip()
        if self._kind:
            self.dismiss(Wish(self._on, self._kind, int(chosen)))
        elif self._on:
            self._kind = chosen
            self._show()
        elif chosen in ("", CLOCK, PAUSE, RESUME):
            self.dismiss(Wish(chosen))
        else:
            self._on = chosen
            self._show()

    def _show(self, at: str = "") -> None:
        rows = self.query_one(FilterList)
        rows.key_escape()
        if self._kind:
            usual = str(fault_menu.usual_times(self._kind))
            self._ask(f"{fault_words(Wish(self._on, self._kind)).rpartition(': ')[2]}: how often?")
            rows.put([Item(id=str(times), title=words) for times, words in TIMES], at=usual)
        elif self._on:
            self._ask(f"{dict(CALLS)[self._on].capitalize()}: what shall go wrong?")
            rows.put(self._kinds(), at=at)
        else:
            waiting = "; ".join(self._waiting)
            self._ask(f"Waiting: {waiting}" if waiting else "Which call shall go wrong? Typing filters.")
            rows.put(self._calls(), at=at or " ")
        rows.focus_list()

    def _ask(self, question: str) -> None:
        self.query_one("#question", Lines).put(line((question, Tone.MUTED)))

    def _calls(self) -> list[Item]:
        held = (
            Item(id=RESUME, title="Time goes on", detail=("it stands still now", Tone.MUTED))
            if self._paused
            else Item(id=PAUSE, title="Time stands still", detail=("until it is let go on", Tone.MUTED))
        )
        return [
            held,
            Item(id=CLOCK, title="Two hours pass", detail=("held addresses are given back", Tone.MUTED)),
            Item(id=" ", title="No faults", detail=("take back all that wait", Tone.MUTED)),
            *(Item(id=call, title=doing, detail=(call, Tone.MUTED)) for call, doing in CALLS),
        ]

    def _kinds(self) -> list[Item]:
        """What can go wrong with this call: what is read has no operation that could fail."""
        reads = dict(CALLS)[self._on].startswith(READING)
        fitting = ("any", "reads") if reads else ("any", "writes")
        possible = [kind for kind in fault_menu.kinds() if kind.calls in fitting or "*" in self._on]
        return [Item(id=kind, title=words) for known in possible for kind, words in known.choices]
