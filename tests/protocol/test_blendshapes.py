from __future__ import annotations

import pytest

from protocol.blendshapes import BLENDSHAPES, INDEX, REGION, find_blendshape, mirrored


def upper_snake(name: str) -> str:
    return "".join(f"_{c}" if c.isupper() else c.upper() for c in name)


def test_there_are_52_with_their_index() -> None:
    assert len(set(BLENDSHAPES)) == 52
    assert [INDEX[name] for name in BLENDSHAPES] == list(range(52))
    assert REGION.keys() == INDEX.keys()


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_every_spelling_is_found(name: str) -> None:
    short = name.replace("Left", "_L").replace("Right", "_R") if name.endswith(("Left", "Right")) else name
    for spelling in (name, name[0].upper() + name[1:], name.lower(), upper_snake(name), short, short.lower()):
        assert find_blendshape(spelling) == name


@pytest.mark.parametrize("name", ["", "_neutral", "Joy", "eyeBlink", "browInnerUpLeft", "jawOpe", "ſ", "İ"])
def test_unknown_names_are_not_found(name: str) -> None:
    assert find_blendshape(name) is None


def test_mirroring_twice_changes_nothing() -> None:
    assert all(mirrored(mirrored(name)) == name for name in BLENDSHAPES)
    assert mirrored("jawLeft") == "jawRight"
