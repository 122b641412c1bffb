"""Everything that uses the connector: what will move, whose it is, and what each must reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from screens.commands import bindings
from screens.language import Tone, fit, line, lines, state
from screens.migrate.commands import FILTER, INVENTORY, WAY
from screens.migrate.dialogs import Ask, Pick
from screens.migrate.ending import may_finish, offer_finish
from screens.migrate.frame import MigratePage
from screens.migrate.model import MoveModel, Stage
from screens.widgets.facts import Fact, Facts
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.errors import InputError
from wizard.fleet.answers import MigrateAnswers
from wizard.guide.fleet_table import FleetRow, choose, fleet_rows, of_owner, summary, with_or_without
from wizard.probe.targets import parse
from wizard.wording import one_line

_MARK, _EGRESS = 9, 7


class InventoryPage(MigratePage):
    STAGE = Stage.INVENTORY
    BINDINGS = bindings([*INVENTORY, FILTER, *WAY])
    ABOUT = (
        "Everything that uses the connector: by the template (the next revision would use it), and by every revision "
        "that gets traffic or can be called by a tag. What moves has a filled circle.\n\n"
        "A service that a tool deploys waits until its owner's code will change as well: the next deploy would undo "
        "the move. What it must reach is tested from cold instances before anything changes; without targets nothing "
        "is proven, and it waits until you say that it may move so.\n\n"
        "The filter also takes kind:job, owner:terraform, egress:all-traffic, is:blocked. Tab goes to the details."
    )

    def body(self) -> ComposeResult:
        yield Lines(id="list-head", classes="list-head")
        yield FilterList(empty="nothing uses it", id="users")
        with VerticalScroll(id="user", classes="detail"):
            yield Facts(id="user-facts")
            yield Lines(id="user-words", classes="field")

    _made: tuple[tuple[object, ...], tuple[FleetRow, ...]] | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#users", FilterList).focus_list()

    # --- drawing

    def heading(self, model: MoveModel) -> Content:
        if model.fleet is None:
            return line((f"{model.reading}…" if model.reading else "", Tone.MUTED))
        return line((summary([row for row in self._rows(model) if row.movable]), Tone.PLAIN))

    def _rows(self, model: MoveModel) -> tuple[FleetRow, ...]:
        """Made once for each plan: this is asked for at every key."""
        made_of = (model.fleet, model.answers, model.plan)
        if model.fleet is None:
            return ()
        if self._made is None or any(one is not other for one, other in zip(self._made[0], made_of, strict=True)):
            self._made = (made_of, fleet_rows(model.fleet, model.answers, model.plan))
        return self._made[1]

    def show(self, model: MoveModel) -> None:
        rows = self._rows(model)
        users = self.query_one("#users", FilterList)
        users.display = model.fleet is not None
        shape = _Shape.of(rows, self.app.size.width - 4)
        self.query_one("#list-head", Lines).put(shape.head() if rows else line())
        users.put([shape.item(row) for row in rows])
        self._draw_detail()
        if model.connectors and model.fleet is None:
            self.query_one("#user-facts", Facts).tell(
                [("connectors", ", ".join(map(one_line, model.connectors)), Tone.PLAIN), ("", _WHICH, Tone.CHOSEN)]
            )

    def _draw_detail(self) -> None:
        row = self._looked_at
        facts, words = self.query_one("#user-facts", Facts), self.query_one("#user-words", Lines)
        facts.tell(_facts(row) if row is not None else ())
        words.put(line((row.words, Tone.WORDS)) if row is not None else line())
        self.query_one("#user", VerticalScroll).scroll_home(animate=False)

    @property
    def _looked_at(self) -> FleetRow | None:
        at = self.query_one("#users", FilterList).looked_at
        return next((row for row in self._rows(self.sitting.model) if _key(row) == at), None)

    @on(FilterList.Looked)
    def _looked(self, event: FilterList.Looked) -> None:
        event.stop()
        self._draw_detail()
        self.refresh_bindings()

    @on(FilterList.Chosen)
    def _enter(self, event: FilterList.Chosen) -> None:
        """Enter and a click do what the space bar does."""
        event.stop()
        self.action_choose()

    # --- what moves

    def _answer(self, edit: Callable[[MigrateAnswers, FleetRow], MigrateAnswers]) -> None:
        row = self._looked_at
        if row is None:
            return
        if not row.movable:
            self.tell(row.why[0])
            return
        self.tell(self.sitting.answer(edit(self.sitting.model.answers, row)))

    def action_choose(self) -> None:
        fleet = self.sitting.model.fleet
        if fleet is not None:
            self._answer(lambda answers, row: choose(fleet, answers, (row.group,), not row.chosen))

    def _choose_all(self, wanted: bool) -> None:
        model = self.sitting.model
        if model.fleet is not None:
            groups = [row.group for row in self._rows(model) if row.movable]
            self.tell(self.sitting.answer(choose(model.fleet, model.answers, groups, wanted)))

    def action_all(self) -> None:
        """All, or none when all move already."""
        movable = [row for row in self._rows(self.sitting.model) if row.movable]
        self._choose_all(not all(row.chosen for row in movable))

    def action_none(self) -> None:
        self._choose_all(False)

    def action_owner(self) -> None:
        fleet = self.sitting.model.fleet
        if fleet is not None:
            self._answer(lambda answers, row: choose(fleet, answers, of_owner(fleet, row.group), not row.chosen))

    def action_acknowledge(self) -> None:
        row = self._looked_at
        if row is not None and not row.owner:
            self.tell(f"no label says that a tool deploys {row.group}")
            return
        self._answer(
            lambda answers, row: replace(answers, acknowledged=with_or_without(answers.acknowledged, row.group))
        )

    def action_unproven(self) -> None:
        self._answer(lambda answers, row: replace(answers, no_probe=with_or_without(answers.no_probe, row.group)))

    # --- what is typed

    def action_targets(self) -> None:
        row = self._looked_at
        if row is None or not row.movable:
            return

        def typed(text: str | None) -> None:
            if text is not None:
                answers = self.sitting.model.answers
                given = {**answers.targets, row.group: tuple(text.split())}
                if not text.strip():
                    del given[row.group]
                self.tell(self.sitting.answer(replace(answers, targets=given)))

        about = line("URLs with blanks between them; nothing takes those that its variables name.")
        self.app.push_screen(
            Ask(f"What must {row.group} reach?", about, " ".join(row.targets), "redis://10.0.0.3:6379", _judge_urls),
            typed,
        )

    def action_subnet(self) -> None:
        model = self.sitting.model
        fleet, answers = model.fleet, model.answers
        if fleet is None:
            return
        here = [s for s in fleet.inventory.subnets if s.region == fleet.region]
        there = ", ".join(f"{one_line(s.name)} ({s.range})" for s in here[:8]) or "none"
        about = lines([line("The name of an existing subnet, a range for a new one, or nothing: the best is taken."),
                       line((f"in {fleet.region}: {there}", Tone.MUTED))])  # fmt: skip
        now = answers.subnet or (answers.range if answers.range != "auto" else "")
        self.app.push_screen(Ask("Where shall they go?", about, now, "10.20.0.0/24", self._settle_subnet))

    def _settle_subnet(self, text: str) -> str:
        is_range = "/" in text and text[0].isdigit()
        subnet, range_ = ("", text) if is_range else (text, "auto")
        return self.sitting.answer(replace(self.sitting.model.answers, subnet=subnet, range=range_))

    def action_connector(self) -> None:
        def picked(name: str | None) -> None:
            if name:
                self.tell(self.sitting.answer(replace(self.sitting.model.answers, connector=name)))

        names = self._connectors(self.sitting.model)
        if names:
            self.app.push_screen(Pick("Which connector?", names), picked)

    def action_finish(self) -> None:
        offer_finish(self.app, self.sitting)

    def _connectors(self, model: MoveModel) -> tuple[str, ...]:
        """Those that may be meant."""
        if model.fleet is None:
            return model.connectors
        return tuple(sorted(c.name for c in model.fleet.inventory.connectors if c.region == model.fleet.region))

    def possible(self, action: str) -> bool | None:
        """Keys that the row under the cursor has no use for are hidden."""
        model, own = self.sitting.model, {command.id for command in INVENTORY}
        if action == "connector":
            return len(self._connectors(model)) > 1
        if action == "finish":
            unused = model.fleet is not None and not any(row.movable for row in self._rows(model))
            return unused and may_finish(model) and not model.read_only
        if action not in own:
            return True
        row = self._looked_at if self.is_mounted else None
        if action == "acknowledge":
            return row is not None and row.movable and bool(row.owner)
        if action == "unproven":
            return row is not None and row.movable and not row.targets
        return None if model.fleet is None else True


_WHICH = "c chooses the one that is meant"


def _key(row: FleetRow) -> str:
    return f"{row.project}/{row.group}"


def _judge_urls(text: str) -> str:
    for url in text.split():
        try:
            parse(url)
        except InputError as error:
            return f"{error.message}; {error.fix}" if error.fix else error.message
    return ""


def _facts(row: FleetRow) -> tuple[Fact, ...]:
    stands = Tone.BAD if row.word == "blocked" else Tone.WARN
    owner = row.owner or "no label tells"
    if row.owner:
        owner += "; its code will change as well" if row.settled else "; k when its code will change as well"
    targets = " ".join(row.targets) or (
        "nothing known; it may move untested" if row.unproven else "nothing known; t or p"
    )
    told: list[Fact] = [(row.group, row.kind + (f" of project {row.project}" if row.project else ""), Tone.STRONG)]
    told += [("!", one_line(why), stands) for why in row.why]
    told += [
        ("uses it by", "; ".join(map(one_line, row.through)), Tone.PLAIN),
        ("egress", f"{row.egress}, which stays", Tone.PLAIN),
        ("owner", one_line(owner), Tone.PLAIN),
    ]
    return (*told, ("must reach", one_line(targets), Tone.PLAIN)) if row.movable else tuple(told)


@dataclass(frozen=True)
class _Shape:
    """The columns of the list on a terminal of this width."""

    title: int
    owner: int
    rest: int

    @classmethod
    def of(cls, rows: tuple[FleetRow, ...], width: int) -> _Shape:
        title = min(max((len(_title(row)) for row in rows), default=7), 30)
        owner = min(max((len(row.owner) for row in rows), default=0), 16, max(5, width // 6))
        owner = max(owner, len("owner"))
        return cls(title, owner, max(10, width - _MARK - 1 - title - 2 - _EGRESS - 2 - owner - 2))

    def head(self) -> Content:
        cells = f"{'':{_MARK + 1}}{'used by':<{self.title + 2}}{'egress':<{_EGRESS + 2}}{'owner':<{self.owner + 2}}"
        return line((f"{cells}must reach", Tone.MUTED))

    def item(self, row: FleetRow) -> Item:
        word = state(row.word)
        mark = line(word, " " * (_MARK - word.cell_length))
        egress = "all" if row.egress == "all-traffic" else "private"
        owner = fit(one_line(row.owner) or "·", self.owner)
        reach = ", ".join(row.targets) if row.movable else row.why[0]
        last = fit(one_line(reach) or "nothing known", self.rest)
        tone = Tone.MUTED if not row.movable or not row.targets else Tone.PLAIN
        detail = line(f"{egress:<{_EGRESS + 2}}{owner:<{self.owner + 2}}", (last, tone))
        return Item(id=_key(row), title=_title(row), mark=mark, detail=detail, also=row.filter_words)


def _title(row: FleetRow) -> str:
    """What fits the column: a stranger's project stands in the details."""
    return fit(one_line(f"{row.project}/{row.group}" if row.project else row.group), 30)
