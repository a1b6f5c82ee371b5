"""Clips of one sender as values of the layers; tests/protocol/osc/test_vmc.py sends them as messages."""

from __future__ import annotations

import pytest

from protocol.osc.vmc_clips import MAX_CLIPS, LayerValues, VmcClips


def layers_of(clips: VmcClips, *, with_gaze: bool = True, **values: float) -> dict[str, LayerValues]:
    for name, value in values.items():
        assert clips.put(name, value, 0.0)
    return {found.layer: found for found in clips.layers(0.0, with_gaze=with_gaze)}


def test_vowels_add_up_but_not_beyond_one() -> None:
    expression = layers_of(VmcClips(), A=1.0, O=1.0)["expression"].values
    assert expression["jawOpen"] == 1.0
    assert expression["mouthFunnel"] == pytest.approx(0.6)


def test_an_arkit_clip_drives_its_region_alone_while_it_moves_it() -> None:
    clips = VmcClips()
    assert layers_of(clips, A=1.0, Blink=1.0, JawOpen=0.0)["expression"].values["jawOpen"] == 0.7
    # the mouth follows ARKit; the eyes still follow their preset
    moved = layers_of(clips, JawOpen=0.3)["expression"].values
    assert (moved["jawOpen"], moved["eyeBlinkLeft"]) == (0.3, 1.0)
    assert layers_of(clips, JawOpen=0.0)["expression"].values["jawOpen"] == 0.7


@pytest.mark.parametrize(
    ("tongue", "jaw"), [(0.0, 0.7), (0.0125, 0.525), (0.025, 0.35), (0.05, 0.0), (1.0, 0.0)]
)
def test_presets_fade_out_as_arkit_begins_to_move_the_region(tongue: float, jaw: float) -> None:
    expression = layers_of(VmcClips(), A=1.0, TongueOut=tongue)["expression"].values
    assert expression["jawOpen"] == pytest.approx(jaw)


@pytest.mark.parametrize(("joy", "sorrow", "weight"), [(0.25, 0.25, 0.5), (0.0, 0.4, 0.4), (0.8, 0.6, 1.0)])
def test_the_weight_of_the_emotions_is_their_sum_up_to_one(joy: float, sorrow: float, weight: float) -> None:
    emotion = layers_of(VmcClips(), Joy=joy, Sorrow=sorrow)["emotion"]
    assert emotion.weight == pytest.approx(weight)
    # weight times value is again the clip, unless the clips together exceed 1
    if joy + sorrow <= 1.0:
        assert emotion.values["happy"] * emotion.weight == pytest.approx(joy)


def test_an_emotion_that_ends_is_released_once() -> None:
    clips = VmcClips()
    layers_of(clips, Joy=1.0)
    assert layers_of(clips, Joy=0.0)["emotion"] == LayerValues("emotion", {"happy": 0.0}, 0.0)
    assert "emotion" not in layers_of(clips, Joy=0.0)


def test_look_clips_give_the_gaze_only_without_other_sources_of_gaze() -> None:
    clips = VmcClips()
    assert layers_of(clips, LookLeft=0.5, LookUp=1.0)["gaze"].values == pytest.approx(
        {"yaw": 0.25, "pitch": 0.35}
    )
    assert "gaze" not in layers_of(clips, with_gaze=False)
    assert "gaze" not in layers_of(clips, EyeLookInLeft=0.5)


def test_a_sender_may_use_a_limited_number_of_names() -> None:
    clips = VmcClips()
    assert all(clips.put(f"clip {number}", 0.5, 0.0) for number in range(MAX_CLIPS))
    assert not clips.put("one more", 0.5, 0.0)
    assert clips.put("clip 0", 1.0, 0.0)  # known names are still updated
