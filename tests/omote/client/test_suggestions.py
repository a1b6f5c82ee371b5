from __future__ import annotations

from omote.client.suggestions import did_you_mean


def test_a_close_name_is_suggested_whatever_its_case() -> None:
    assert did_you_mean("JAWOPN", ["jawOpen", "tongueOut"]) == "; did you mean jawOpen?"
    assert did_you_mean("zzz", ["jawOpen", "tongueOut"]) == ""
