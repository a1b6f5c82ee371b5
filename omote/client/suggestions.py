"""did_you_mean: what a mistyped name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(typed: str, names: Iterable[str]) -> str:
    """`; did you mean jawOpen or jawLeft?`, to be appended to a message; "" where no name is close."""
    by_folded = {name.lower(): name for name in names}
    close = get_close_matches(typed.lower(), by_folded, n=3)
    return f"; did you mean {' or '.join(by_folded[name] for name in close)}?" if close else ""
