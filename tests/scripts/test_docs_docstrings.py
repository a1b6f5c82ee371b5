from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("griffe", reason="the docs extra is not installed: pip install -e '.[docs]'")

DOCSTRINGS: dict[str, Any] = runpy.run_path(
    str(Path(__file__).resolve().parents[2] / "scripts" / "docs_docstrings.py")
)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("with Panel() as panel:\n    panel.show(1)  # now", True),
        ("omote-bridge record take.mcap\nomote-bridge replay take.mcap", True),
        ("Nothing here opens a file.", False),
        ("Plain", False),
        ("name, other", False),
    ],
)
def test_code_is_told_from_prose(paragraph: str, expected: bool) -> None:
    assert DOCSTRINGS["is_code"](paragraph) is expected


def test_an_entry_for_two_names_becomes_two() -> None:
    text = (
        "Do it.\n\nArgs:\n    low, high: the limits,\n        in radians.\n    other: x.\n\nReturns:\n    y"
    )
    assert DOCSTRINGS["with_one_entry_a_name"](text) == (
        "Do it.\n\nArgs:\n    low: the limits,\n        in radians.\n    high: the limits,\n        in radians.\n"
        "    other: x.\n\nReturns:\n    y"
    )
