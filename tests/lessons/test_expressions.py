"""Path expressions on bodies, and comparing what they find."""

from __future__ import annotations

import pytest

from wizard.lessons.expressions import Wanted, check, fits, values

BODY = {
    "name": "rule",
    "disabled": True,
    "generation": "2",
    "allowed": [{"IPProtocol": "tcp", "ports": ["80", "81-89"]}, {"IPProtocol": "icmp"}],
    "template": {"vpcAccess": {"networkInterfaces": [{"subnetwork": "projects/p/regions/r/subnetworks/run"}]}},
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("name", ["rule"]),
        ("allowed[0].ports[1]", ["81-89"]),
        ("allowed[*].IPProtocol", ["tcp", "icmp"]),
        ("allowed[*].ports[*]", ["80", "81-89"]),
        ("allowed[7].ports", []),
        ("name.more", []),
        ("name[0]", []),
        ("nothing", []),
        ("template.vpcAccess.networkInterfaces[0].subnetwork", ["projects/p/regions/r/subnetworks/run"]),
    ],
)
def test_what_an_expression_finds(expression: str, found: list[object]) -> None:
    check(expression)
    assert values(BODY, expression) == found


@pytest.mark.parametrize("expression", ["", ".name", "a..b", "a[", "a[x]", "a[-1]", "a b", "a.", "a[0]]"])
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(ValueError, match="no path expression"):
        check(expression)


@pytest.mark.parametrize(
    ("found", "wanted", "fitting"),
    [
        (["projects/p/regions/r/subnetworks/run"], "*run", True),
        (["run"], "ru", False),
        (["2"], 2, True),
        ([2], "2", True),
        ([True], True, True),
        ([True], "True", False),
        (["true"], True, False),
        ([], False, True),
        ([], True, False),
        ([], "*", False),
        ([False], False, True),
        ([True], False, False),
        (["a", "b"], "b", True),
    ],
)
def test_what_fits(found: list[object], wanted: Wanted, fitting: bool) -> None:
    assert fits(found, wanted) is fitting
