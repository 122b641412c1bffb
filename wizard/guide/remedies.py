"""What can be done about a finding of a migration's plan from where one reads it: the answers that its fix names."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from wizard.fleet.answers import MigrateAnswers
from wizard.plan.plan import Finding


class Remedy(Struct, frozen=True, kw_only=True):
    """`does` says what will be so; `answers` are those that make it so."""

    does: str
    answers: MigrateAnswers


_FLAG = re.compile(r"--(?P<flag>acknowledge|no-probe|promote|startup|firewall|nat) (?P<value>[\w.:,-]+)")

_LISTS: dict[str, tuple[str, str]] = {
    "acknowledge": ("acknowledged", "the code of its owner will change as well"),
    "no-probe": ("no_probe", "may move without a live test"),
    "promote": ("promote", "the newest revision may take over all traffic"),
}
_WORDS: dict[str, tuple[str, str, Callable[[MigrateAnswers, str], MigrateAnswers]]] = {
    "startup": ("extend", "start-up probes get more tries", lambda a, v: replace(a, startup=v)),
    "firewall": ("add", "the rules that are needed are made", lambda a, v: replace(a, firewall=v)),
    "nat": ("auto", "a gateway for the new range is made", lambda a, v: replace(a, nat=v)),
}


def remedy(finding: Finding, answers: MigrateAnswers) -> Remedy | None:
    """The change of the answers that the finding's fix proposes; None when it proposes none, or it is made already."""
    found = _FLAG.search(finding.fix)
    if found is None:
        return None
    flag, value = found["flag"], found["value"]
    if flag in _LISTS:
        field, does = _LISTS[flag]
        held: tuple[str, ...] = getattr(answers, field)
        names = tuple(name for name in value.split(",") if name and name not in held)
        if not names:
            return None
        changed = with_names(answers, field, (*held, *names))
        return Remedy(does=f"{', '.join(names)}: {does}", answers=changed)
    wanted, does, edit = _WORDS[flag]
    changed = edit(answers, wanted)
    return Remedy(does=does, answers=changed) if changed != answers else None


def with_names(answers: MigrateAnswers, field: str, value: tuple[str, ...]) -> MigrateAnswers:
    """The answers with one field of names changed."""
    return replace(answers, **{field: value})
