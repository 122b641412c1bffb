"""The first line of every page: which cloud this is, and for what."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from screens.language import Tone, line
from wizard.flow.model import Model
from wizard.wording import one_line


class Banner(Static):
    """`SIMULATION …` or `LIVE account@project`, then project, region and service as far as they are known."""

    def show(self, model: Model) -> None:
        """Draw it for this model."""
        session = model.session
        self.set_class(session is not None and not session.simulated, "-live")
        self.update(_content(model))


def _content(model: Model) -> Content:
    session, answers = model.session, model.answers
    place = " / ".join(filter(None, (answers.project, answers.region, answers.service)))
    if session is None:
        return line(" runvpc", ("  no cloud yet  ", Tone.MUTED), one_line(place))
    first, _, rest = one_line(session.banner).partition(" ")
    kind = (f" {first} ", Tone.STRONG)
    reading = (f"  {one_line(model.reading)}…", Tone.MUTED) if model.reading else ""
    shown = rest.partition(",")[0] if session.simulated else rest
    if session.paused:
        shown += ", time paused"
    where = "" if not session.simulated else f"  {one_line(place)}"
    if not session.simulated:
        where = "  " + one_line(" / ".join(filter(None, (answers.region, answers.service))))
    return line(kind, shown, (where, Tone.MUTED), reading)
