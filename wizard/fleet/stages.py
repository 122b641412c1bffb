"""The stages of one service or job on its way: probe, new revision, more and more traffic, its old shape."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.fleet.draft import MigrationDraft
from wizard.fleet.model import Move
from wizard.network import names
from wizard.plan.step import Change, Op
from wizard.plan.steps import _service_words as words
from wizard.plan.steps._split import Split, pinned
from wizard.plan.steps.job import PatchJob
from wizard.plan.steps.probe import DeleteJob, RunProbe
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.traffic_pin import PinTraffic
from wizard.plan.steps.traffic_shape import ShapeTraffic
from wizard.plan.steps.traffic_stage import StageTraffic
from wizard.records import Job, Service, Traffic

_TWICE = 2.0
"""Seconds in which a bad answer of a revision that has traffic may turn out to be a passing one."""

_LONGEST_NAME = 49
"""Of a job (facts: 6.3): its executions get a suffix."""


def add_stages(draft: MigrationDraft, move: Move, after: tuple[str, ...]) -> None:
    """Append the steps of one move under its group. The first ones wait for `after`."""
    ready = (_probe(draft, move, after),) if move.targets else after
    if move.service is not None:
        _service(draft, move, move.service, ready)
    elif move.job is not None:
        _job(draft, move, move.job, ready)


def tag_of(token: str) -> str:
    """The tag under which new revisions of this plan wait."""
    return f"runvpc-{token}"


def probe_job_name(move: Move, token: str) -> str:
    """The name of the job that tests for this service or job: services and jobs may share a name."""
    kind = "job-" if move.user.kind == "job" else ""
    return names.shorten(f"runvpc-{kind}{move.user.name}", longest=_LONGEST_NAME - len(token) - 1) + f"-{token}"


def _probe(draft: MigrationDraft, move: Move, after: tuple[str, ...]) -> str:
    options = draft.answers.probe
    name = probe_job_name(move, draft.token)
    of = move.service or move.job
    probe = RunProbe(
        project=draft.fleet.project,
        region=move.user.region,
        name=name,
        token=draft.token,
        targets=move.targets,
        vpc=move.vpc,
        attempts=options.attempts,
        timeout=options.timeout,
        start_window=options.start_window if move.vpc.kind == "direct" else 0.0,
        write=options.write,
        image=options.image,
        service_account=of.service_account if of else "",
    )
    id_ = draft.add(probe, group=move.group, after=after)
    clean = DeleteJob(project=draft.fleet.project, region=move.user.region, name=name)
    change = Change(op=Op.DELETE, reason="the probe job is never left behind")
    draft.add(clean, group=move.group, after=(id_,), change=change)
    return id_


def _service(draft: MigrationDraft, move: Move, service: Service, ready: tuple[str, ...]) -> None:
    stages, hold = draft.answers.stages, tag_of(draft.token)
    project, region, name = draft.fleet.project, move.user.region, service.name
    base = pinned(service.traffic, service.latest_ready)
    original = words.effective_traffic(service.traffic)
    pin = PinTraffic(project=project, region=region, name=name, original=original, latest=service.latest_ready)
    pinned_id = draft.add(pin, service, group=move.group, after=ready)
    found = replace(service, traffic=base)
    patch = PatchService(
        project=project,
        region=region,
        name=name,
        vpc=move.vpc,
        hold=hold,
        leaves=service.vpc.kind if service.vpc.kind not in ("none", move.vpc.kind) else "",
        latest=service.latest_created,
        startup_probe=move.startup_probe,
    )
    last = draft.add(patch, found, group=move.group, after=(pinned_id,))
    found = patch.predict(found)
    start = 0
    for percent in (0, *stages.steps):
        stage = StageTraffic(
            project=project,
            region=region,
            name=name,
            base=base,
            hold=hold,
            percent=percent,
            start=start,
            vpc=move.vpc,
            watch=_watched(percent, stages.watch, stages.soak),
            calls=stages.calls if move.normal else 0,
            normal=move.normal,
            image=service.image,
            patience=_patience(percent, draft.answers.probe.start_window, move),
        )
        last = draft.add(stage, found, group=move.group, after=(last,))
        found, start = stage.predict(found), percent
    follows = move.promote or any(not t.revision and t.percent for t in original)
    to = _promoted(original) if move.promote else service.traffic if follows else _renamed(original)
    shape = ShapeTraffic(
        project=project, region=region, name=name, to=to, base=base, hold=hold, vpc=move.vpc, by_name=not follows
    )
    draft.add(shape, found, group=move.group, after=(last,))


def _watched(percent: int, watch: float, soak: float) -> float:
    """Nobody else's traffic is on the revision at 0 %: it is called, and that is all."""
    if percent == 0:
        return 0.0
    return soak if percent == 100 else watch


def _patience(percent: int, start_window: float, move: Move) -> float:
    """At first the network of a fresh instance is waited for; later a bad answer is asked for once more."""
    return start_window if percent == 0 and move.vpc.kind == "direct" else _TWICE


def _promoted(traffic: Split) -> Split:
    """Everything to the latest revision; tags stay where they are."""
    tags = (replace(t, percent=0) for t in traffic if t.tag and t.revision)
    own = next((t.tag for t in traffic if t.tag and not t.revision), "")
    return (Traffic(percent=100, tag=own), *tags)


def _renamed(traffic: Split) -> Split:
    """All that was pinned goes to the new revision, whose name nobody knows yet; tags stay where they are."""
    return (Traffic(percent=100), *(replace(t, percent=0) for t in traffic if t.tag))


def _job(draft: MigrationDraft, move: Move, job: Job, ready: tuple[str, ...]) -> None:
    leaves = job.vpc.kind if job.vpc.kind not in ("none", move.vpc.kind) else ""
    patch = PatchJob(project=draft.fleet.project, region=move.user.region, name=job.name, vpc=move.vpc, leaves=leaves)
    draft.add(patch, job, group=move.group, after=ready)
