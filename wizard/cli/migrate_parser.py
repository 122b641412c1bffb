"""The flags of `runvpc migrate`: each is also a key of its answers file."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from wizard.errors import InputError
from wizard.fleet.answers import MigrateAnswers
from wizard.wording import shown


class Flag(Struct, frozen=True):
    """A flag, the key of the answer it gives, how its text is read, and what it is for."""

    name: str
    key: str
    read: Callable[[str], object]
    metavar: str
    help: str


def _text(text: str) -> str:
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _names(text))


FLAGS = (
    Flag("--connector", "connector", _text, "NAME", "the connector whose users move (default: the only one in use)"),
    Flag("--to", "to", _text, "direct|connector", "where they move: Direct VPC egress, or back to a connector"),
    Flag("--network", "network", _text, "NETWORK", "of Direct VPC egress (default: the connector's)"),
    Flag("--subnet", "subnet", _text, "SUBNET", "an existing subnet for Direct VPC egress (default: a new one)"),
    Flag("--range", "range", _text, "CIDR", "of the new subnet (default: the first free one that is large enough)"),
    Flag("--tags", "tags", _names, "TAG,TAG", "network tags of the new revisions"),
    Flag("--skip", "skip", _names, "NAME,NAME", "leave these out"),
    Flag("--no-probe", "no_probe", _names, "NAME,NAME", "these may move although nothing says what they must reach"),
    Flag("--acknowledge", "acknowledged", _names, "NAME,NAME", "their owner's code will be changed as well"),
    Flag("--promote", "promote", _names, "NAME,NAME", "a release under way: the newest revision takes all traffic"),
    Flag("--startup", "startup", _text, "leave|extend", "start-up probes that are too short get more tries"),
    Flag("--blocked", "blocked", _text, "stop|skip", "what is blocked stops the plan, or is left out"),
    Flag("--firewall", "firewall", _text, "add|leave", "create the rules that are needed, or none"),
    Flag("--nat", "nat", _text, "auto|leave", "create a Cloud NAT where it is needed, or none"),
    Flag("--steps", "stages.steps", _numbers, "10,50,100", "percentages of traffic on the new revision"),
    Flag("--watch", "stages.watch", float, "SECONDS", "how long each percentage is looked at"),
    Flag("--soak", "stages.soak", float, "SECONDS", "how long 100 % are looked at"),
    Flag("--calls", "stages.calls", int, "N", "calls of the new revision's own URL at each look"),
    Flag("--timer", "stages.timer", float, "SECONDS", "what is not through by then is taken back (0: never)"),
    Flag("--concurrency", "rollout.concurrency", int, "N", "how many move at once"),
    Flag("--canary", "rollout.canary", _text, "NAME", "this one moves first and alone"),
    Flag("--not-before", "rollout.not_before", _text, "TIME", "nothing moves before, for example 2026-12-01T22:00:00Z"),
    Flag("--on-failure", "rollout.on_failure", _text, "stop|go_on", "after a failure begin no more, or go on"),
    Flag("--attempts", "probe.attempts", int, "N", "fresh instances per target of the live test"),
    Flag("--timeout", "probe.timeout", float, "SECONDS", "per connection of the live test"),
    Flag("--start-window", "probe.start_window", float, "SECONDS", "how long a fresh instance waits for its network"),
    Flag("--confirm", "finish.confirm", _text, "NAME", "with --finish: the connector's name, typed"),
    Flag("--rules", "finish.rules", _text, "delete|leave", "with --finish: firewall rules that only the connector had"),
    Flag("--connector-subnet", "finish.subnet", _text, "delete|leave", "with --finish: the connector's own subnet"),
)


def add_migrate(parser: ArgumentParser) -> None:
    """The command's operands and flags; absent flags leave no trace."""
    text = "services, and jobs as job:NAME (default: every user of the connector)"
    parser.add_argument("names", metavar="NAME", nargs="*", help=text)
    what = parser.add_argument_group("what to do (default: plan, show, and after a yes move)")
    what.add_argument("--inventory", action="store_true", help="show what uses the connector, and nothing else")
    what.add_argument("--csv", type=Path, metavar="FILE", help="with --inventory: write it as CSV as well")
    what.add_argument("--filter", default="", metavar="WORDS", help="with --inventory: only what matches all words")
    what.add_argument("--finish", action="store_true", help="delete the connector, when nothing uses it any more")
    what.add_argument("--record", type=Path, metavar="FILE", help="write a Markdown record for the change ticket")
    group = parser.add_argument_group("answers (each also a key of the answers file)")
    targets = "CSV with the columns service and targets: what each must reach"
    group.add_argument("--targets", type=Path, dest="targets_file", metavar="FILE.csv", help=targets)
    for flag in FLAGS:
        group.add_argument(
            flag.name,
            dest=f"answer.{flag.key}",
            default=SUPPRESS,
            type=_reader(flag),
            metavar=flag.metavar,
            help=flag.help.replace("%", "%%"),
        )


def _reader(flag: Flag) -> Callable[[str], object]:
    def read(text: str) -> object:
        try:
            return flag.read(text)
        except ValueError as error:
            fix = f"for example {flag.name} {flag.metavar if flag.read is _numbers else '10'}"
            message = f"{flag.name} {shown(text, 30)}: must be a number"
            raise InputError(message, field=flag.name, fix=fix) from error

    return read


def with_flags(answers: MigrateAnswers, parsed: Namespace) -> MigrateAnswers:
    """The answers, overridden by the flags and operands that were given."""
    given = {name.removeprefix("answer."): held for name, held in vars(parsed).items() if name.startswith("answer.")}
    given |= {name: held for name in ("project", "region") if (held := getattr(parsed, name, ""))}
    named = (*parsed.names, *filter(None, (getattr(parsed, "service", ""),)))
    if named:
        given["services"] = tuple(dict.fromkeys(named))
    return _replaced(answers, given)


def _replaced(answers: MigrateAnswers, given: Mapping[str, object]) -> MigrateAnswers:
    tables: dict[str, dict[str, Any]] = {}
    plain: dict[str, Any] = {}
    for key, held in given.items():
        table, dot, inner = key.partition(".")
        if dot:
            tables.setdefault(table, {})[inner] = held
        else:
            plain[key] = held
    for table, values in tables.items():
        plain[table] = msgspec.structs.replace(getattr(answers, table), **values)
    return msgspec.structs.replace(answers, **plain)


def flag_of(field: str) -> str:
    """The flag that gives an answer; empty when there is none."""
    return next((flag.name for flag in FLAGS if flag.key == field), "")
