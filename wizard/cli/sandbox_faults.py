"""`runvpc sandbox fault`: faults seen, added and taken away while the sandbox runs."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from wizard import fault_menu
from wizard.cli.console import Console
from wizard.cli.place import Place, ask
from wizard.cli.table import table
from wizard.errors import Exit, InputError

EXAMPLE = "fault vpcaccess.CreateConnector http:503"


def fault(place: Place, parsed: Namespace, console: Console) -> Exit:
    """`fault`, `fault clear [N]`, `fault METHOD KIND`: what there is afterwards."""
    reply = _asked(place, parsed)
    if console.json:
        console.document(reply)
    elif reply["faults"]:
        console.say(_lines(reply["faults"]))
    else:
        console.say("no faults; for example: " + EXAMPLE)
    return Exit.DONE


def _asked(place: Place, parsed: Namespace) -> dict[str, Any]:
    if not parsed.on:
        return ask(place.sandbox, "GET", "faults")
    if parsed.on == "clear":
        return ask(place.sandbox, "POST", "faults/clear", _which(parsed.kind))
    if not parsed.kind:
        raise InputError("fault METHOD KIND: KIND is missing", field="KIND", fix=EXAMPLE)
    times = parsed.times if parsed.times is not None else fault_menu.usual_times(parsed.kind)
    wanted = {"on": parsed.on, "kind": parsed.kind, "times": times, "after": parsed.after, "message": parsed.message}
    more = {"retry_after": parsed.retry_after, "resource": parsed.resource}
    return ask(place.sandbox, "POST", "faults", {**wanted, **{key: value for key, value in more.items() if value}})


def _which(number: str) -> dict[str, Any]:
    if not number:
        return {}
    if not (number.isascii() and number.isdigit()):
        raise InputError("fault clear N: N is no number", field="N", fix="fault clear 1")
    return {"number": int(number)}


def _lines(faults: list[dict[str, Any]]) -> str:
    rows = [
        (
            str(entry["number"]),
            entry["on"] + (f" of {entry['resource']}" if entry["resource"] else ""),
            entry["kind"],
            f"struck {entry['struck']}" + (f" of {entry['times']}" if entry["times"] else ""),
            f"of {entry['seen']} calls" + (f", the first {entry['after']} let through" if entry["after"] else ""),
        )
        for entry in faults
    ]
    return "\n".join(table(rows))
