"""HCL: quoting, blocks, lists, maps, as terraform formats and reads them."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wizard.export import hcl


def test_templates_are_not_evaluated() -> None:
    assert hcl.quoted('a"${b}%{c}\\\n') == '"a\\"$${b}%%{c}\\\\\\n"'


def test_control_characters_are_escaped() -> None:
    assert hcl.quoted("\x00\u202e\U000e0001é") == '"\\u0000\\u202e\\U000e0001é"'


@pytest.mark.parametrize(("text", "label"), [("my-vpc", "my-vpc"), ("1a", "_1a"), ("a.b c", "a_b_c"), ("", "_")])
def test_labels_are_identifiers(text: str, label: str) -> None:
    assert hcl.label(text) == label


def test_a_block_has_scalars_then_maps_then_blocks() -> None:
    attributes: dict[str, object] = {
        "inner": [{"a": 1}, {"list": ["x", "y"]}],
        "on": True,
        "labels": {"owner": "me", "a.b/c": "1"},
        "longer": None,
    }
    assert hcl.block('resource "t" "n"', attributes, ["t.other"]).splitlines() == [
        'resource "t" "n" {',
        "  on     = true",
        "  longer = null",
        "",
        "  labels = {",
        '    owner   = "me"',
        '    "a.b/c" = "1"',
        "  }",
        "",
        "  inner {",
        "    a = 1",
        "  }",
        "",
        "  inner {",
        '    list = ["x", "y"]',
        "  }",
        "",
        "  depends_on = [t.other]",
        "}",
    ]


names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
scalars = st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text(max_size=5), max_size=3))
bodies: st.SearchStrategy[dict[str, object]] = st.recursive(
    st.dictionaries(names, scalars, max_size=4),
    lambda inner: st.dictionaries(
        names, st.one_of(scalars, inner, st.lists(inner, min_size=1, max_size=2)), max_size=4
    ),
    max_leaves=6,
)


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@settings(max_examples=25, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=5))
def test_any_values_are_formatted_as_terraform_does(many: list[dict[str, object]]) -> None:
    text = "\n\n".join(hcl.block(f'resource "t" "n{n}"', body) for n, body in enumerate(many)) + "\n"
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-"], input=text, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
@example(["$${a}", "$$${a}", "%%{a", "${", "$", "\\${", '"${"'])
def test_terraform_reads_back_the_text_that_was_quoted(texts: list[str]) -> None:
    """Terraform normalises text to NFC."""
    expression = f"jsonencode([for s in [{', '.join(map(hcl.quoted, texts))}] : base64encode(s)])\n"
    done = subprocess.run(["terraform", "console"], input=expression, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    read = [base64.b64decode(item).decode() for item in json.loads(json.loads(done.stdout))]
    assert read == [unicodedata.normalize("NFC", text) for text in texts]
