"""The kinds of criterion that a lesson may use. A new kind is one class and one line here."""

from __future__ import annotations

from wizard.lessons.criteria_packets import PacketFate, Probe
from wizard.lessons.criteria_ranges import FreeRange, NoWiderRule
from wizard.lessons.criteria_state import Absent, Base, Exists

KINDS: dict[str, type[Base]] = {
    "exists": Exists,
    "absent": Absent,
    "free_range": FreeRange,
    "no_wider_rule": NoWiderRule,
    "packet": PacketFate,
    "probe": Probe,
}
