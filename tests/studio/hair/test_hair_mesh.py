from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("scipy")

from studio.hair.anime_hair import anime_hair
from studio.hair.hair_mesh import hair_mesh
from studio.hair.real_hair import real_hair
from studio.head.head_space import HeadSpace
from studio.look import look_of


@pytest.mark.parametrize("style", ["real", "anime"])
def test_bald_heads_have_no_hair(ict_space: HeadSpace, style: str) -> None:
    assert hair_mesh(ict_space, replace(look_of(1, style), hair="bald")) is None


def test_the_rendering_style_chooses_locks_or_cards(ict_space: HeadSpace) -> None:
    for style, expected in (("real", real_hair), ("anime", anime_hair)):
        look = replace(look_of(1, style), hair="bob")
        found = hair_mesh(ict_space, look)
        wanted = expected(ict_space, look, None) if style == "real" else expected(ict_space, look)
        assert found is not None
        assert wanted is not None
        assert found.position.tobytes() == wanted.position.tobytes()
