"""Findings of a plan as lines: glyph and word, the message, and the fix below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from screens.language import Tone, line, state
from wizard.flow.pages import NAMES, page_of_finding
from wizard.plan.plan import Finding, Severity

_ORDER = (Severity.BLOCK, Severity.WARN, Severity.INFO)


def finding_lines(findings: Iterable[Finding]) -> Iterator[Content]:
    """The blocking ones first."""
    for finding in sorted(findings, key=lambda found: _ORDER.index(found.severity)):
        yield line(state(finding.severity.value), f"  {finding.message}")
        if finding.severity is Severity.BLOCK:
            yield line((f"  to be solved on the page {NAMES[page_of_finding(finding.code)]}", Tone.MUTED))
        elif finding.fix:
            yield line((f"  {finding.fix}", Tone.MUTED))
