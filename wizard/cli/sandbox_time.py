"""`runvpc sandbox clock` and `runvpc sandbox snapshot`: the simulated time, and worlds kept under a name."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from wizard.cli.console import Console
from wizard.cli.durations import seconds
from wizard.cli.options import INSTANT
from wizard.cli.place import Place, ask
from wizard.cli.table import table
from wizard.errors import Exit, InputError


def clock(place: Place, parsed: Namespace, console: Console) -> Exit:
    """`clock`, `clock pause|resume`, `clock advance DURATION`, `clock speed N|instant`: the time afterwards."""
    change = _change(parsed.change or "", parsed.value)
    reply = ask(place.sandbox, "POST", "clock", change) if change else ask(place.sandbox, "GET", "clock")
    if console.json:
        console.document(reply)
    else:
        pace = "instant" if reply["instant"] else f"{reply['speed']:g} times real time"
        console.say(f"{reply['now']}, {'paused' if reply['paused'] else pace}")
    return Exit.DONE


def _change(change: str, value: str) -> dict[str, Any]:
    if change in ("pause", "resume", "") and value:
        raise InputError(f"clock {change} takes no value", field="clock", fix=f"clock {change}")
    if change in ("pause", "resume"):
        return {"paused": change == "pause"}
    if change == "advance":
        return {"advance": seconds(value, "clock advance")}
    return _speed(value) if change else {}


def _speed(text: str) -> dict[str, Any]:
    if text == INSTANT:
        return {"instant": True}
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 10_000:
        raise InputError("clock speed: must be 0.1 to 10000, or instant", field="clock speed", fix="clock speed 20")
    return {"speed": speed, "instant": False}


def snapshot(place: Place, parsed: Namespace, console: Console) -> Exit:
    """`snapshot list`, `snapshot save|restore|delete NAME`: what there is afterwards."""
    if parsed.what == "list":
        if parsed.name:
            raise InputError("snapshot list takes no NAME", field="NAME", fix="snapshot list")
        reply = ask(place.sandbox, "GET", "snapshots")
    elif not parsed.name:
        raise InputError(f"snapshot {parsed.what} NAME: NAME is missing", field="NAME", fix="snapshot save before-undo")
    else:
        reply = ask(place.sandbox, "POST", f"snapshots/{parsed.what}", {"name": parsed.name})
    if console.json:
        console.document(reply)
        return Exit.DONE
    rows = [(one["name"], f"of {one['now']}", f"{one['resources']} resources") for one in reply["snapshots"]]
    console.say("\n".join(table(rows)) or "no snapshots; for example: snapshot save before-undo")
    return Exit.DONE
