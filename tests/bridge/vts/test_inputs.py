from __future__ import annotations

from bridge.vts.inputs import ARKIT_INPUTS, VTS_INPUTS
from protocol.blendshapes import BLENDSHAPES


def test_names_are_unique_without_case() -> None:
    names = [known.name.lower() for known in (*VTS_INPUTS, *ARKIT_INPUTS)]
    assert len(set(names)) == len(names)


def test_every_blendshape_is_an_input_with_a_capital() -> None:
    names = {known.name for known in (*VTS_INPUTS, *ARKIT_INPUTS)}
    assert {shape[0].upper() + shape[1:] for shape in BLENDSHAPES} <= names


def test_the_indexes_that_plugins_rely_on_are_vtube_studios() -> None:
    # VTube Studio's own list begins with these; some plugins address it by index.
    names = [known.name for known in VTS_INPUTS]
    assert names[:6] == [
        "FacePositionX", "FacePositionY", "FacePositionZ", "FaceAngleX", "FaceAngleY", "FaceAngleZ",
    ]  # fmt: skip
    assert (names[8], names[14], names[18]) == ("Brows", "EyeOpenLeft", "EyeRightX")


def test_every_default_lies_within_its_range() -> None:
    assert all(known.low <= known.default <= known.high for known in (*VTS_INPUTS, *ARKIT_INPUTS))
