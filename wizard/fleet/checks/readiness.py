"""Whether each service and job is in a state from which it may move: ready, and released."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from wizard.fleet.draft import MigrationDraft, names, of
from wizard.fleet.model import Move
from wizard.fleet.users import User
from wizard.plan.steps._split import shares
from wizard.records import Condition, Service

_LONGEST_JOB = 3600
"""Seconds. Longer ones may lose connections in maintenance (facts: 2.3)."""


def check_readiness(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """Those that may move, as far as they themselves say; the rest is held back, or needs nothing but traffic."""
    moves = _on_the_template(draft, moves)
    _check_ready(draft, moves)
    moves = _check_release(draft, draft.going(moves))
    _report_tags(draft, moves)
    _check_long_jobs(draft, moves)
    return moves


def _on_the_template(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """Without those whose template has moved: there only traffic or a tag keeps an old revision alive."""
    late = [m for m in moves if not m.user.template and any(s.percent for s in m.user.serving)]
    if late:
        draft.hold_back(
            "release_under_way",
            of(late),
            f"the newest revision has other settings already, but traffic is on an older one: {names(of(late))}",
            _each(draft, late, "--to-latest"),
        )
    tagged = [m for m in moves if not m.user.template and m not in late]
    if tagged:
        draft.info("already_moved", f"moved already, but for revisions that only a tag reaches: {names(of(tagged))}")
        _report_tags(draft, tagged)
    return tuple(m for m in moves if m.user.template)


def _check_ready(draft: MigrationDraft, moves: tuple[Move, ...]) -> None:
    broken = [(m, why) for m in moves if (why := _not_ready(m))]
    if broken:
        each = "; ".join(f"{move.group}: {why}" for move, why in broken)
        groups = of(move for move, _ in broken)
        draft.hold_back("not_ready", groups, f"not ready as they are: {each}", "deploy them anew, or --skip them")


def _not_ready(move: Move) -> str:
    service, job = move.service, move.job
    if service is None:
        return _failed(job.ready) if job is not None else ""
    if service.reconciling:
        return "a change of it is under way"
    if service.latest_created != service.latest_ready:
        return f"{service.latest_created} is not ready" + (f" ({text})" if (text := _failed(service.ready)) else "")
    return _failed(service.ready)


def _failed(ready: Condition) -> str:
    if ready.state in ("SUCCEEDED", ""):
        return ""
    return ready.message or ready.reason or ready.state


def _check_release(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """A move makes a new revision of the newest one: with traffic elsewhere it would finish somebody's release."""
    open_ = [m for m in moves if m.service is not None and under_way(m.service)]
    promoted = [m for m in open_ if m.group in draft.answers.promote]
    if promoted:
        message = f"the newest revision takes over all traffic, as you wish: {names(of(promoted))}"
        draft.warn("release_under_way", message)
    waiting = [m for m in open_ if m not in promoted]
    if waiting:
        each = "; ".join(f"{m.group} ({_split(m.service)})" for m in waiting if m.service is not None)
        draft.hold_back(
            "release_under_way",
            of(waiting),
            f"not all traffic is on the newest revision: {each}",
            f"{_each(draft, waiting, '--to-latest')}; or --promote {','.join(of(waiting))}",
        )
    chosen = set(of(promoted))
    return tuple(structs.replace(m, promote=m.group in chosen) for m in moves if m not in waiting)


def under_way(service: Service) -> bool:
    """Whether a revision other than the newest has traffic."""
    return bool(shares(service.traffic).keys() - {"", service.latest_ready})


def _split(service: Service) -> str:
    found = shares(service.traffic)
    return ", ".join(f"{name or service.latest_ready} {percent} %" for name, percent in found.items())


def _report_tags(draft: MigrationDraft, moves: Iterable[Move]) -> None:
    """Somebody's tag on an older revision stays where it is, and keeps the old way alive (facts: trap 11)."""
    found = [(move, tag, revision) for move in moves for tag, revision in _tagged(move)]
    if not found:
        return
    each = ", ".join(f"{revision} (tag {tag})" for _, tag, revision in found)
    commands = "; ".join(_traffic(draft, move.user, f"--remove-tags={tag}") for move, tag, _ in found[:3])
    more = "; and so on" if len(found) > 3 else ""
    draft.info(
        "tag_keeps_connector",
        f"these revisions have a tag of somebody's and keep the old settings until it is removed: {each}",
        commands + more,
    )


def _tagged(move: Move) -> list[tuple[str, str]]:
    using = {serving.revision for serving in move.user.serving}
    traffic = move.service.traffic if move.service is not None else ()
    return [(t.tag, t.revision) for t in traffic if t.tag and t.revision in using]


def _check_long_jobs(draft: MigrationDraft, moves: Iterable[Move]) -> None:
    long = [m.group for m in moves if m.job is not None and m.job.timeout > _LONGEST_JOB]
    if long and draft.answers.to == "direct":
        draft.warn(
            "long_job",
            f"tasks may run for more than an hour, and may lose connections in maintenance: {names(long)}",
            "let them connect again after SIGCONT, or in shorter tasks",
        )


def _each(draft: MigrationDraft, moves: list[Move], flag: str) -> str:
    """gcloud's command for the first, and that it is so for the others."""
    command = _traffic(draft, moves[0].user, flag)
    return command + (" (and so for the others)" if len(moves) > 1 else "")


def _traffic(draft: MigrationDraft, user: User, flag: str) -> str:
    where = f"--project={draft.fleet.project} --region={user.region}"
    return f"gcloud run services update-traffic {user.name} {where} {flag}"
