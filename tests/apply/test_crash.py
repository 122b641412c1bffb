"""Killed at every commit: `resume` reaches the same end with nothing done twice, `undo` returns to the start."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.apply.crash import died
from tests.apply.fake_cloud import FakeCloud, World
from tests.apply.plans import attach, begin, clean, go, open_journal, settings, setup_plan, start_world
from wizard.apply.events import RunStatus
from wizard.apply.resume import resume
from wizard.apply.undo import undo

STEPS_THAT_WRITE = Counter(
    {
        ("create", "api/vpcaccess.googleapis.com"): 1,
        ("create", "subnet/s"): 1,
        ("create", "connector/c"): 1,
        ("create", "firewall/f"): 1,
        ("patch", "subnet/old"): 1,
        ("create", "job/j"): 1,
        ("delete", "job/j"): 1,
        ("patch", "service/web"): 2,
    }
)


def start(folder: Path) -> FakeCloud:
    folder.mkdir()
    cloud = FakeCloud(folder / "cloud")
    start_world(cloud)
    return cloud


async def uninterrupted(folder: Path) -> FakeCloud:
    cloud = start(folder)
    await go(begin(folder, setup_plan(cloud)), cloud)
    return cloud


def killed_at_every_commit(tmp_path: Path, flow: str, after: bool, template: Path | None = None) -> Iterator[Path]:
    """One folder per commit at which `flow` was killed; it starts from a copy of `template`, or from the beginning."""
    for number in count(1):
        folder = tmp_path / f"{flow}-{number}"
        if template is None:
            start(folder)
        else:
            shutil.copytree(template, folder)
        if not died(folder, flow, number, after=after):
            assert number > 10, "the flow has more commits than that"
            return
        yield folder


def begun(folder: Path) -> bool:
    return bool(open_journal(folder).runs())


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
async def test_resume_after_any_commit(tmp_path: Path, after: bool) -> None:
    expected = settings(await uninterrupted(tmp_path / "whole"))
    for folder in killed_at_every_commit(tmp_path, "run", after):
        cloud = FakeCloud(folder / "cloud")
        if not begun(folder):
            assert cloud.world.sent == []
            continue
        state = await go(attach(folder), cloud, resume)
        assert state.status is RunStatus.DONE, folder
        assert settings(cloud) == expected, folder
        assert Counter(cloud.world.sent) == STEPS_THAT_WRITE, folder


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
async def test_undo_after_any_commit(tmp_path: Path, after: bool) -> None:
    expected = settings(start(tmp_path / "untouched"))
    for folder in killed_at_every_commit(tmp_path, "run", after):
        cloud = FakeCloud(folder / "cloud")
        if not begun(folder):
            continue
        state = await go(attach(folder), cloud, undo)
        assert state.status is RunStatus.UNDONE, folder
        assert settings(cloud) == expected, folder


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
async def test_undo_killed_at_any_commit(tmp_path: Path, after: bool) -> None:
    expected = settings(start(tmp_path / "untouched"))
    await uninterrupted(tmp_path / "whole")
    for folder in killed_at_every_commit(tmp_path, "undo", after, tmp_path / "whole"):
        cloud = FakeCloud(folder / "cloud")
        if open_journal(folder).find("last").status is not RunStatus.UNDONE:
            state = await go(attach(folder), cloud, undo)
            assert state.status is RunStatus.UNDONE, folder
        assert settings(cloud) == expected, folder
        deletions = Counter(sent for sent in cloud.world.sent if sent[0] == "delete")
        assert set(deletions.values()) == {1}, folder


@pytest.mark.parametrize("kind", ["api", "subnet", "connector", "firewall", "job"])
async def test_killed_between_the_call_and_its_answer(tmp_path: Path, kind: str) -> None:
    expected = settings(await uninterrupted(tmp_path / "whole"))
    untouched = settings(start(tmp_path / "run"))
    assert died(tmp_path / "run", "run", 0, killed=("create", kind))
    shutil.copytree(tmp_path / "run", tmp_path / "back")
    cloud = FakeCloud(tmp_path / "run" / "cloud")
    assert (await go(attach(tmp_path / "run"), cloud, resume)).status is RunStatus.DONE
    assert (settings(cloud), Counter(cloud.world.sent)) == (expected, STEPS_THAT_WRITE)
    cloud = FakeCloud(tmp_path / "back" / "cloud")
    assert (await go(attach(tmp_path / "back"), cloud, undo)).status is RunStatus.UNDONE
    assert settings(cloud) == untouched
    assert clean.ref not in cloud.world.resources


@pytest.mark.parametrize(("verb", "kind"), [("patch", "subnet"), ("patch", "service"), ("delete", "job")])
async def test_killed_between_a_change_and_its_answer(tmp_path: Path, verb: str, kind: str) -> None:
    untouched = settings(start(tmp_path / "run"))
    assert died(tmp_path / "run", "run", 0, killed=(verb, kind))
    shutil.copytree(tmp_path / "run", tmp_path / "back")
    cloud = FakeCloud(tmp_path / "run" / "cloud")
    assert (await go(attach(tmp_path / "run"), cloud, resume)).status is RunStatus.DONE
    assert Counter(cloud.world.sent) == STEPS_THAT_WRITE
    cloud = FakeCloud(tmp_path / "back" / "cloud")
    assert (await go(attach(tmp_path / "back"), cloud, undo)).status is RunStatus.UNDONE
    assert settings(cloud) == untouched


async def test_what_somebody_else_made_after_the_crash_is_not_ours(tmp_path: Path) -> None:
    """Killed after the intent, before the call: then somebody makes the very same subnet."""
    start(tmp_path / "run")
    number = next(n for n in count(1) if _killed_after_intent(tmp_path, n))
    folder = tmp_path / f"try-{number}"
    cloud = FakeCloud(folder / "cloud")
    record = open_journal(folder).load("last")
    intended = next(p for p in record.plan.steps if p.id == "subnet/s")
    twin = FakeCloud(tmp_path / "twin")
    operation = await intended.step.send(twin, intended.change, None, "somebody")
    await twin.wait(operation)
    cloud.put(intended.step.ref, twin.world.resources[intended.step.ref])
    shutil.copytree(folder, tmp_path / "back")
    assert (await go(attach(folder), cloud, resume)).step("subnet/s").status == "reused"
    await go(attach(folder), cloud, undo)
    assert intended.step.ref in cloud.world.resources
    cloud = FakeCloud(tmp_path / "back" / "cloud")
    assert (await go(attach(tmp_path / "back"), cloud, undo)).status is RunStatus.UNDONE
    assert intended.step.ref in cloud.world.resources


def _killed_after_intent(tmp_path: Path, number: int) -> bool:
    folder = tmp_path / f"try-{number}"
    shutil.copytree(tmp_path / "run", folder)
    died(folder, "run", number)
    sent: World = FakeCloud(folder / "cloud").world
    journal = open_journal(folder)
    attempts = {step for steps in journal.load("last").steps.values() for step in steps} if journal.runs() else set()
    return "subnet/s" in attempts and ("create", "subnet/s") not in sent.sent


@pytest.mark.parametrize("back", [True, False], ids=["undo", "resume"])
async def test_killed_twice(tmp_path: Path, back: bool) -> None:
    """First between the connector's call and its answer, then at any commit of what should have mended it."""
    expected = settings(start(tmp_path / "run") if back else await uninterrupted(tmp_path / "whole"))
    if not back:
        start(tmp_path / "run")
    assert died(tmp_path / "run", "run", 0, killed=("create", "connector"))
    flow = "undo" if back else "resume"
    for folder in killed_at_every_commit(tmp_path, flow, True, tmp_path / "run"):
        cloud = FakeCloud(folder / "cloud")
        if open_journal(folder).find("last").status is not RunStatus.UNDONE:
            state = await go(attach(folder), cloud, undo if back else resume)
            assert state.status is (RunStatus.UNDONE if back else RunStatus.DONE), folder
        assert settings(cloud) == expected, folder
        assert max(Counter(sent for sent in cloud.world.sent if sent[0] == "create").values()) == 1, folder
