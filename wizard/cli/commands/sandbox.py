"""`runvpc sandbox …`: the simulated cloud, seen and moved from outside."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from wizard.cli import sandbox_env, sandbox_faults, sandbox_time, sandbox_watch
from wizard.cli.console import Console
from wizard.cli.options import DEFAULT_SCENARIO, Options
from wizard.cli.place import Place, ask, running_sandbox, start_sandbox, stop_sandbox
from wizard.errors import Exit


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Do the one action; every action but `stop` and `env --unset` starts the sandbox where it is not running."""
    if parsed.action == "stop":
        return _stop(options, console)
    if parsed.action == "env" and parsed.unset:
        for line in sandbox_env.restoring_lines():
            console.say(line)
        return Exit.DONE
    place = start_sandbox(options, keep=parsed.action == "serve")
    return ACTIONS[parsed.action](place, parsed, console)


def _stop(options: Options, console: Console) -> Exit:
    sandbox = running_sandbox(options)
    if sandbox is not None:
        stop_sandbox(sandbox)
    name = options.sandbox or DEFAULT_SCENARIO
    text = f"sandbox {name} is stopped; its state is kept" if sandbox else f"sandbox {name} was not running"
    if console.json:
        console.document({"stopped": sandbox is not None})
    else:
        console.say(text)
    return Exit.DONE


def _serve(place: Place, parsed: Namespace, console: Console) -> Exit:
    if console.json:
        console.document({"url": place.sandbox.url, "port": place.sandbox.port, "project": place.project})
    else:
        console.say(f"SIMULATION {place.name} on {place.sandbox.url}, {place.pace}; project {place.project}")
        console.say("it runs until: runvpc sandbox stop --sandbox " + shlex.quote(place.name))
    return Exit.DONE


def _env(place: Place, parsed: Namespace, console: Console) -> Exit:
    key = ask(place.sandbox, "POST", "credentials")["file"]
    settings = sandbox_env.client_settings(place, key)
    if console.json:
        console.document(settings)
    else:
        for line in sandbox_env.setting_lines(settings, place.name, place.region):
            console.say(line)
    return Exit.DONE


def _reset(place: Place, parsed: Namespace, console: Console) -> Exit:
    return _tell(console, ask(place.sandbox, "POST", "reset"))


def _state(place: Place, parsed: Namespace, console: Console) -> Exit:
    query = f"?prefix={quote(parsed.prefix)}" if parsed.prefix else ""
    return _tell(console, ask(place.sandbox, "GET", f"state{query}"))


def _tell(console: Console, reply: dict[str, Any]) -> Exit:
    """The control API's reply is JSON in either mode."""
    console.json = True
    console.document(reply)
    return Exit.DONE


ACTIONS: dict[str, Callable[[Place, Namespace, Console], Exit]] = {
    "serve": _serve,
    "env": _env,
    "reset": _reset,
    "state": _state,
    "log": sandbox_watch.log,
    "watch": sandbox_watch.watch,
    "clock": sandbox_time.clock,
    "snapshot": sandbox_time.snapshot,
    "fault": sandbox_faults.fault,
}
