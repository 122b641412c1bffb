"""A migration that is killed at every commit: `resume` ends as it would have, `undo` returns every field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.apply.crash import died
from tests.apply.fake_cloud import FakeCloud
from tests.apply.moves import LATEST, job_ref, moving, service_ref, start_world
from tests.apply.plans import attach, begin, go, open_journal, settings
from wizard.apply.events import GroupStatus, RunStatus
from wizard.apply.resume import resume
from wizard.apply.undo import undo
from wizard.records import Job, Service


def start(folder: Path) -> FakeCloud:
    folder.mkdir()
    cloud = FakeCloud(folder / "cloud")
    start_world(cloud)
    return cloud


def killed(tmp_path: Path, plan: str, *, after: bool) -> Iterator[Path]:
    """One folder per commit at which the run was killed and had begun."""
    for number in count(1):
        folder = tmp_path / f"{plan}-{number}"
        start(folder)
        if not died(folder, "run", number, after=after, plan=plan):
            assert number > 30, "the run has more commits than that"
            return
        if open_journal(folder).runs():
            yield folder


def kept_its_shape(cloud: FakeCloud) -> bool:
    web = cloud.world.resources[service_ref("web")]
    return isinstance(web, Service) and web.traffic == LATEST


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
async def test_resume_moves_what_was_moving(tmp_path: Path, after: bool) -> None:
    whole = start(tmp_path / "whole")
    await go(begin(tmp_path / "whole", moving(whole)), whole)
    expected = settings(whole)
    for folder in killed(tmp_path, "moving", after=after):
        cloud = FakeCloud(folder / "cloud")
        state = await go(attach(folder), cloud, resume)
        assert state.status is RunStatus.DONE, folder
        assert {group.status for group in state.groups} == {GroupStatus.MOVED}, folder
        assert settings(cloud) == expected, folder
        assert len([sent for sent in cloud.world.sent if sent == ("patch", "job/nightly")]) == 1, folder


async def test_undo_returns_every_field(tmp_path: Path) -> None:
    before = settings(start(tmp_path / "start"))
    for folder in killed(tmp_path, "moving", after=True):
        cloud = FakeCloud(folder / "cloud")
        state = await go(attach(folder), cloud, undo)
        assert state.status is RunStatus.UNDONE, folder
        assert settings(cloud) == before, folder


async def test_what_was_going_back_goes_back(tmp_path: Path) -> None:
    before = settings(start(tmp_path / "start"))
    for folder in killed(tmp_path, "falling", after=True):
        cloud = FakeCloud(folder / "cloud")
        state = await go(attach(folder), cloud, resume)
        web = state.group("web")
        assert (web.status, web.code) == (GroupStatus.TAKEN_BACK, "answers_worse"), folder
        assert settings(cloud)[service_ref("web")] == before[service_ref("web")], folder
        assert kept_its_shape(cloud), folder
        job = cloud.world.resources[job_ref("nightly")]
        assert isinstance(job, Job)
        again = await go(attach(folder), cloud, resume)
        assert {group.name: group.status for group in again.groups}["job:nightly"] is GroupStatus.MOVED
        assert settings(cloud)[service_ref("web")] == before[service_ref("web")], folder
