"""Nothing is changed without a yes."""

from __future__ import annotations

import pytest

from tests.cli.fakes import Screen
from wizard.cli.execute import agreed, require_consent
from wizard.cli.options import Options
from wizard.errors import InputError, ReadOnlyError
from wizard.tokens import new_token


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [(["yes"], True), ([" YES "], True), (["y"], False), (["no"], False), ([""], False), ([], False)],
)
def test_only_a_typed_yes_is_a_yes(typed: list[str], wanted: bool) -> None:
    screen = Screen(typed)
    assert agreed(Options(), screen.console, "Apply?") is wanted
    assert ("nothing was changed" in screen.out.getvalue()) is not wanted


def test_yes_is_not_asked_for_again() -> None:
    screen = Screen()
    assert agreed(Options(yes=True), screen.console, "Apply?")
    assert screen.out.getvalue() == ""


def test_read_only_refuses_even_a_yes() -> None:
    with pytest.raises(ReadOnlyError):
        agreed(Options(yes=True, read_only=True), Screen(["yes"]).console, "Apply?")


@pytest.mark.parametrize("options", [Options(yes=True), Options(dry_run=True)])
def test_without_a_terminal_a_flag_is_needed(options: Options) -> None:
    require_consent(options, Screen().console)
    require_consent(Options(), Screen([]).console)
    with pytest.raises(InputError, match="yes"):
        require_consent(Options(), Screen().console)


def test_with_json_nobody_is_asked_even_on_a_terminal() -> None:
    screen = Screen(["yes"])
    screen.console.json = True
    with pytest.raises(InputError):
        require_consent(Options(), screen.console)


def test_tokens_are_words_that_can_begin_a_name() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) > 190
    assert all(token.isalpha() and token.islower() and token.isascii() for token in tokens)
