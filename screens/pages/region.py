"""The region of the service."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from screens.language import Tone, line
from screens.page import WizardPage
from screens.widgets.field import Field
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.flow.model import Model
from wizard.flow.pages import Page


class RegionPage(WizardPage):
    PAGE = Page.REGION
    HEADING = "Which region?"
    LEAD = "Where the Cloud Run service is, or shall be."
    WHY = (
        "A connector, or the subnet for Direct VPC egress, must be in the region of the service. The targets may be in "
        "any region of the network; traffic between regions costs more and takes longer."
    )

    def body(self) -> ComposeResult:
        yield FilterList(empty="no region could be listed: type its name below", id="regions")
        yield Lines(id="reading")
        yield Field("region", label="or type its name")

    def on_mount(self) -> None:
        super().on_mount()
        if not self.wizard.places.regions and not self.wizard.model.reading:
            self.wizard.places.read_regions()
        self.query_one(FilterList).focus_list()

    def show(self, model: Model) -> None:
        chosen = model.answers.region
        items = [
            Item(id=name, title=name, mark=("●", Tone.STRONG) if name == chosen else "○")
            for name in self.wizard.places.regions
        ]
        self.query_one(FilterList).put(items, at=chosen)
        self.query_one("#reading", Lines).put(line((f"{model.reading}…" if model.reading else "", Tone.MUTED)))

    def words(self, model: Model) -> list[list[str]]:
        return [["gcloud", "config", "set", "run/region", model.answers.region or "REGION"]]

    def ready(self, model: Model) -> str:
        return "" if model.answers.region else "choose a region"

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.edit("region", event.item, then=self.go_on)

    def go_on(self) -> None:
        session = self.wizard.model.session
        answers = self.wizard.model.answers
        if session is not None and (session.project, session.region) == (answers.project, answers.region):
            self.wizard.next()
        elif session is not None and session.simulated:
            self.wizard.places.move_sandbox()
        else:
            self.wizard.places.open_live()
