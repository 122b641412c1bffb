"""Every answer has one page, and every finding leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from wizard.answers import Answers, by_key
from wizard.flow.pages import _FINDINGS, KEYS, NAMES, ORDER, PAGE_OF, Page, page_of_finding

SETUP = Path(__file__).parent.parent.parent / "wizard" / "plan" / "setup"


def test_every_answer_is_asked_on_exactly_one_page() -> None:
    asked = [key for keys in KEYS.values() for key in keys]
    assert sorted(asked) == sorted(set(by_key(Answers())) - {"version", "flow"})
    assert len(PAGE_OF) == len(asked)


def test_every_page_has_a_name_that_fits_the_rail() -> None:
    assert set(NAMES) == set(ORDER) == set(Page)
    assert all(len(name) <= 13 for name in NAMES.values())


def test_findings_that_lead_to_a_page_are_those_of_the_planner() -> None:
    text = "".join(path.read_text("utf-8") for path in SETUP.glob("*.py"))
    said = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', text))
    assert set(_FINDINGS) <= said
    assert page_of_finding("something_new") is Page.REVIEW
