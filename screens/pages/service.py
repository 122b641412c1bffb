"""The service that shall reach the network: one that exists, or a new one."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from screens.language import Tone, line
from screens.page import WizardPage
from screens.widgets.field import Field
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.records import Service
from wizard.wording import one_line


class ServicePage(WizardPage):
    PAGE = Page.SERVICE
    HEADING = "Which service?"
    LEAD = "The Cloud Run service that shall reach the network."
    WHY = (
        "The way into the network is a setting of the service's revisions. Changing it makes a new revision; that one "
        "gets no traffic before the live test with the same settings has connected.\n\n"
        "Everything else in the service stays as it is."
    )

    def body(self) -> ComposeResult:
        yield FilterList(empty="", id="services")
        yield Lines(id="none")
        yield Section("A new service instead", id="new-heading")
        yield Field("service", label="Name", tight=True)
        yield Field("image", label="Container image")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FilterList).focus_list()

    def show(self, model: Model) -> None:
        facts = model.inventory
        services = facts.services if facts is not None else ()
        chosen = model.answers.service
        self.query_one(FilterList).put([_item(service, chosen) for service in services], at=chosen)
        self.query_one("#none", Lines).put(line((_nothing(model, len(services)), Tone.MUTED)))

    def ready(self, model: Model) -> str:
        if not model.answers.service:
            return "choose a service"
        if model.inventory is None:
            return "the project is still being read" if model.reading else "the project could not be read"
        known = {service.name for service in model.inventory.services}
        return "" if model.answers.service in known or model.answers.image else "a new service needs an image"

    def words(self, model: Model) -> list[list[str]]:
        answers = model.answers
        place = [f"--region={answers.region}", f"--project={answers.project}"]
        return [["gcloud", "run", "services", "describe", answers.service, *place]] if answers.service else []

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.edit("service", event.item, then=self.action_next_page)


def _item(service: Service, chosen: str) -> Item:
    vpc = service.vpc
    way = f"connector {vpc.connector}" if vpc.connector else f"Direct VPC egress, {vpc.subnet}" if vpc.subnet else ""
    return Item(
        id=service.name,
        title=one_line(service.name),
        detail=(one_line(way) or "no way into a network yet", Tone.MUTED),
        mark=("●", Tone.STRONG) if service.name == chosen else "○",
    )


def _nothing(model: Model, count: int) -> str:
    if model.reading:
        return f"{model.reading}…"
    if model.inventory is None or count:
        return ""
    gap = next((gap for gap in model.inventory.gaps if gap.what == "services"), None)
    if gap is not None:
        return f"services could not be read: {one_line(gap.message)}. Type the name below, or F5 to try again."
    return f"there is no service in {model.answers.region} yet: name a new one below, or go back to another region"
