"""The answers file of a migration: what is wrong with it is named, and what is written is read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import answers_file
from wizard.answers import ProbeAnswers
from wizard.errors import InputError
from wizard.export.migrate_answers import render
from wizard.fleet.answers import (
    FinishAnswers,
    MigrateAnswers,
    RolloutAnswers,
    StageAnswers,
    WaveAnswers,
)
from wizard.fleet.answers_file import parse

HEAD = 'version = 1\nflow = "migrate"\n'


@pytest.mark.parametrize(
    ("text", "field", "says", "fix"),
    [
        ("x = ", "--answers", "not TOML", "version = 1"),
        ("", "version", "missing", "version = 1"),
        ("version = 2", "version", "is 2", "version = 1"),
        ("version = 1", "flow", "must be migrate", "runvpc setup --answers FILE"),
        (HEAD + 'conector = "x"', "conector", "unknown key", "did you mean connector?"),
        (HEAD + "[stages]\nwach = 1", "wach", "in [stages]", "did you mean watch?"),
        (HEAD + "[[wave]]\nservice = []", "service", "in [wave]", "did you mean services?"),
        (HEAD + "zzz = 1", "zzz", "unknown key", "known keys: version, flow"),
        (HEAD + "[stages]\nwatch = 'x'", "stages.watch", "must be a number", "watch = 10.0"),
        (HEAD + "services = 'web'", "services", "must be a list", 'services = ["web"]'),
        (HEAD + "[targets]\nweb = 'redis://10.0.0.3'", "targets", "must be a list", "[targets] web = ["),
        (HEAD + "[targets]\nweb = ['redi://10.0.0.3']", "targets", "scheme", "redis://10.0.0.3:6379"),
        (HEAD + "[stages]\nsteps = [50, 10, 100]", "stages.steps", "rise and end with 100", "10,50,100"),
        (HEAD + "[stages]\nsteps = [10, 50]", "stages.steps", "end with 100", "10,50,100"),
        (HEAD + "[stages]\nsoak = nan", "stages.soak", "must be 0 to", "60"),
        (HEAD + "[rollout]\nconcurrency = 0", "rollout.concurrency", "must be 1 to", "3"),
        (HEAD + "[rollout]\nnot_before = 'tonight'", "rollout.not_before", "RFC 3339", "2026-12-01T22:00:00+01:00"),
        (HEAD + "to = 'nowhere'", "to", "must be direct or connector", "direct"),
    ],
)
def test_what_is_wrong_is_named(text: str, field: str, says: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    error = caught.value
    assert (error.field, error.exit) == (field, 2)
    assert says in error.message
    assert fix in error.fix


def test_a_file_for_the_other_flow_says_which_command_reads_it() -> None:
    with pytest.raises(InputError) as caught:
        answers_file.parse(HEAD)
    assert caught.value.fix == "runvpc migrate --answers FILE"


NAMES = st.from_regex(r"(job:)?[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True)
LISTS = st.lists(NAMES, max_size=3, unique=True).map(tuple)
URLS = st.lists(st.sampled_from(("redis://10.0.0.3:6379", "tcp://db.example:9000")), min_size=1, max_size=2).map(tuple)
SECONDS = st.floats(0, 86_400, allow_nan=False)
TIMES = st.sampled_from(("", "2026-12-01T22:00:00Z", "2026-12-01T22:00:00.5+01:00"))


@given(
    st.builds(
        MigrateAnswers,
        connector=NAMES.filter(lambda name: ":" not in name),
        services=LISTS,
        skip=LISTS,
        acknowledged=LISTS,
        promote=LISTS,
        no_probe=LISTS,
        to=st.sampled_from(("direct", "connector")),
        blocked=st.sampled_from(("stop", "skip")),
        targets=st.dictionaries(NAMES, URLS, max_size=3),
        stages=st.builds(StageAnswers, watch=SECONDS, soak=SECONDS, calls=st.integers(0, 9), timer=SECONDS),
        rollout=st.builds(RolloutAnswers, concurrency=st.integers(1, 50), not_before=TIMES),
        wave=st.lists(NAMES, max_size=3, unique=True).map(
            lambda names: tuple(WaveAnswers(services=(name,), not_before="") for name in names)
        ),
        probe=st.builds(ProbeAnswers, attempts=st.integers(1, 5), write=st.booleans()),
        finish=st.builds(FinishAnswers, confirm=st.text(max_size=8)),
    )
)
def test_what_is_written_is_read_again(answers: MigrateAnswers) -> None:
    assert parse(render(answers)) == answers
