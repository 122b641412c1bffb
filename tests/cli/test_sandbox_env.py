"""`runvpc sandbox env`: what it does to a shell, and that `--unset` takes exactly that back."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.fakes import Screen
from wizard.cli.place import Place
from wizard.cli.sandbox_env import CLEARED, client_settings, restoring_lines, setting_lines
from wizard.errors import Exit
from wizard.sandbox.client import Sandbox

SANDBOX = Sandbox(port=4321, pid=1, state_dir=Path('/state/it\'s a "folder" $HOME'), scenario="s", scenario_hash="h")
PLACE = Place(
    sandbox=SANDBOX, name="own 'file'.toml", project="demo", region="us-central1", pace="", authority="/state/ca.pem"
)
SETTINGS = client_settings(PLACE, "/state/key.json")
NAMES = (*SETTINGS, *CLEARED)
SHELLS = [name for name in ("sh", "bash", "dash", "zsh") if shutil.which(name)]

SET = "\n".join(setting_lines(SETTINGS, PLACE.name, PLACE.region))
UNSET = "\n".join(restoring_lines())

SHOW = """
show() {{
  for n in {names}; do
    eval "[ -n \\"\\${{$n+x}}\\" ]" && eval "printf '%s=%s\\\\0' $n \\"\\$$n\\""
  done
  printf '%s\\0' exported
  awk 'BEGIN {{ for (n = 1; n < ARGC; n++) if (ARGV[n] in ENVIRON) printf "%s;", ARGV[n] }}' {names}
}}
"""


def shell(name: str, text: str) -> str:
    """What a shell that begins with almost nothing prints."""
    environment = {"PATH": os.environ["PATH"]}
    ended = subprocess.run([name, "-c", text], env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


value = st.text(st.characters(codec="ascii", exclude_characters="\0\r"), max_size=20)
states = st.lists(
    st.tuples(st.sampled_from(["NO_PROXY", "no_proxy", "https_proxy", "CLOUDSDK_CONFIG", "PS1"]), value, st.booleans()),
    max_size=4,
    unique_by=lambda one: one[0],
)


@pytest.mark.parametrize("name", SHELLS)
@settings(max_examples=15)
@given(before=states)
def test_the_way_back_restores_values_absence_and_export(name: str, before: list[tuple[str, str, bool]]) -> None:
    begin = "".join(
        f"{variable}={shlex.quote(text)}\n" + (f"export {variable}\n" if exported else "")
        for variable, text, exported in before
    )
    names = " ".join((*NAMES, "PS1"))
    show = SHOW.format(names=names)
    if name == "zsh":
        show = "setopt shwordsplit\n" + show
    plain = shell(name, f"{show}{begin}show")
    there_and_back = shell(name, f"{show}{begin}{SET}\n{SET}\n{UNSET}\nshow")
    assert there_and_back == plain


@pytest.mark.parametrize("name", SHELLS)
def test_what_a_client_of_the_shell_sees(name: str) -> None:
    hostile = "export NO_PROXY='*' no_proxy='*' ALL_PROXY=x CLOUDSDK_AUTH_ACCESS_TOKEN=ya29\n"
    seen = shell(name, f"{hostile}{SET}\nenv -0")
    found = dict(entry.partition("=")[::2] for entry in seen.split("\0") if entry)
    assert {key: found.get(key) for key in SETTINGS} == SETTINGS
    assert found["https_proxy"] == "http://127.0.0.1:4321"
    assert found["CLOUDSDK_CONFIG"] == '/state/it\'s a "folder" $HOME/gcloud'
    assert not set(CLEARED) & set(found)


def test_nothing_of_no_sandbox_is_changed() -> None:
    assert shell("sh", f"A=1; {UNSET}\necho $A").strip() == "1"


def test_the_prompt_of_an_interactive_shell_says_so_once() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    text = f"PS1='> '\n{SET}\n{SET}\nprintf '%s\\n' \"$PS1\"\n{UNSET}\nprintf '%s\\n' \"$PS1\"\n"
    command = [bash, "--norc", "--noprofile", "-i", "-c", text]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, env={"PATH": os.environ["PATH"]})
    assert ended.stdout.splitlines() == ["(sandbox own 'file'.toml) > ", "> "]


def test_the_key_is_made_up_and_for_its_owner_alone() -> None:
    place = ("--sandbox", "tutorial", "--speed", "instant")
    screen = Screen()
    assert screen.run("sandbox", "env", *place, "--json") == Exit.DONE
    Screen().run("sandbox", "stop", *place)
    key = Path(screen.document["GOOGLE_APPLICATION_CREDENTIALS"])
    assert key.stat().st_mode & 0o777 == 0o600
    content = json.loads(key.read_text())
    assert (content["type"], content["project_id"]) == ("service_account", screen.document["GOOGLE_CLOUD_PROJECT"])
    assert "opens nothing" in content["comment"]


def test_the_way_back_starts_no_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNVPC_STATE_DIR", str(tmp_path / "none"))
    screen = Screen()
    assert screen.run("sandbox", "env", "--unset") == Exit.DONE
    assert screen.out.getvalue().strip() == UNSET
    assert not (tmp_path / "none").exists()
