from __future__ import annotations

from protocol.visemes import VISEME_INDEX, VISEMES


def test_the_order_is_that_of_oculus_lipsync() -> None:
    assert " ".join(VISEMES) == "sil PP FF TH DD kk CH SS nn RR aa E ih oh ou"
    assert [VISEME_INDEX[name] for name in VISEMES] == list(range(15))
