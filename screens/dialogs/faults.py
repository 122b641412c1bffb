"""The menu of the sandbox: make the next call of a kind fail, or let hours pass, to see what happens then."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.language import Tone
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines

CLOCK = "clock"
TWO_HOURS = 7200.0

CALLS: tuple[tuple[str, str], ...] = (
    ("vpcaccess.CreateConnector", "creating the connector"),
    ("compute.subnetworks.insert", "creating the subnet"),
    ("compute.firewalls.insert", "creating a firewall rule"),
    ("run.CreateJob", "creating the live test"),
    ("run.UpdateService", "updating the service"),
    ("compute.networks.list", "reading the networks"),
    ("run.ListServices", "reading the services"),
)

KINDS: tuple[tuple[str, str], ...] = (
    ("http:403", "403, permission denied"),
    ("http:503", "503, unavailable"),
    ("operation_error", "accepted, fails later"),
    ("reset", "connection lost"),
    ("slow", "slow"),
)


def fault_words(call: str, kind: str) -> str:
    """What was asked for, as a person says it."""
    return f"{dict(CALLS).get(call, call)} will fail next time: {dict(KINDS).get(kind, kind)}"


class Faults(ModalScreen[tuple[str, str] | None]):
    """The result is (call, kind), ("", "") to clear all faults, (CLOCK, "") to let time pass, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box dialog-list"):
            yield Lines(("The sandbox: faults and time", Tone.STRONG))
            yield Lines(("Make the next call fail, or let time pass. Typing filters.", Tone.MUTED))
            yield FilterList(type_ahead=True)

    def on_mount(self) -> None:
        rows = self.query_one(FilterList)
        clear = Item(id=" ", title="No faults", detail=("take back all that wait", Tone.MUTED))
        made = [
            Item(id=f"{call} {kind}", title=doing, detail=(does, Tone.MUTED))
            for call, doing in CALLS
            for kind, does in KINDS
            if kind != "operation_error" or not doing.startswith("reading")
        ]
        hours = Item(id=f"{CLOCK} ", title="Two hours pass", detail=("what Cloud Run holds is given back", Tone.MUTED))
        rows.put([hours, clear, *made], at=clear.id)
        rows.focus_list()

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        call, _, kind = event.item.partition(" ")
        self.dismiss((call, kind))
