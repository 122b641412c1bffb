"""The project: chosen from those that may be seen, or typed."""

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
from wizard.wording import one_line


class ProjectPage(WizardPage):
    PAGE = Page.PROJECT
    HEADING = "Which project?"
    LEAD = "The one that the Cloud Run service is in."
    WHY = (
        "Everything is read and made in one project, as whoever the Application Default Credentials belong to.\n\n"
        "A project that is not listed can be typed: listing projects needs a permission of its own "
        "(resourcemanager.projects.get)."
    )

    def body(self) -> ComposeResult:
        yield FilterList(empty="no project can be listed: type its id below", id="projects")
        yield Lines(id="reading")
        yield Field("project", label="or type its id")

    def on_mount(self) -> None:
        super().on_mount()
        session = self.wizard.model.session
        if session is None and not self.wizard.model.reading and not self.wizard.places.projects:
            self.wizard.places.enter_live()
        self.query_one(FilterList).focus_list()

    def show(self, model: Model) -> None:
        chosen = model.answers.project
        items = [
            Item(
                id=project.id,
                title=project.id,
                detail=(one_line(project.name), Tone.MUTED),
                refused="" if project.state == "ACTIVE" else f"is {one_line(project.state)}",
                mark=("●", Tone.STRONG) if project.id == chosen else "○",
            )
            for project in self.wizard.places.projects
        ]
        self.query_one(FilterList).put(items, at=chosen)
        self.query_one("#reading", Lines).put(line((f"{model.reading}…" if model.reading else "", Tone.MUTED)))

    def words(self, model: Model) -> list[list[str]]:
        return [["gcloud", "config", "set", "project", model.answers.project or "PROJECT"]]

    def ready(self, model: Model) -> str:
        return "" if model.answers.project else "choose a project"

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.edit("project", event.item, then=self.go_on)

    def go_on(self) -> None:
        self.wizard.places.read_regions()
        self.wizard.go(Page.REGION)
