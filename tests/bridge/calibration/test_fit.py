"""People of whom everything is known, seen by trackers that are wrong in known ways: the fitted profile has to
bring what they report back to the truth."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.fit import describe, fit, fit_video
from bridge.calibration.fitted import Fitted
from bridge.calibration.profile import CalibrationProfile, Profiles, load_profile
from bridge.calibration.profile_text import profile_text
from bridge.calibration.steps import STEPS
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored

STEMS = sorted({shape for step in STEPS for shape in step.shapes})


@dataclass
class Face:
    """The true values of a person's face, in Omote's names and signs."""

    shapes: dict[str, float] = field(default_factory=dict)
    pose: dict[str, float] = field(default_factory=dict)
    gaze: dict[str, float] = field(default_factory=dict)

    def angle(self, axis: str) -> float:
        return self.pose.get(axis, 0.0)


Tracker = Callable[[Face], Observation]


def observation(shapes: dict[str, float], pose: dict[str, float], gaze: dict[str, float]) -> Observation:
    expression = np.zeros(52)
    for name, value in shapes.items():
        expression[INDEX[name]] = value
    return Observation("test:a", expression=expression, pose=pose, gaze=gaze)


def right(face: Face) -> Observation:
    """A tracker without any fault."""
    pose = {axis: face.angle(axis) for axis in ("yaw", "pitch", "roll")}
    return observation(face.shapes, pose, {"yaw": 0.0, "pitch": 0.0, **face.gaze})


def wrong_signs_half_and_offset(face: Face) -> Observation:
    seen = right(face)
    pose = {
        "yaw": -0.5 * seen.pose["yaw"] + 0.12,
        "pitch": -0.5 * seen.pose["pitch"] - 0.2,
        "roll": seen.pose["roll"] + 0.05,
    }
    gaze = {"yaw": -0.5 * seen.gaze["yaw"] + 0.04, "pitch": 0.5 * seen.gaze["pitch"] - 0.1}
    return Observation("test:a", expression=0.5 * seen.expression + 0.1, pose=pose, gaze=gaze)


def mirror_picture(face: Face) -> Observation:
    seen = right(face)
    shapes = {mirrored(name): seen.expression[i] for i, name in enumerate(BLENDSHAPES)}
    pose = {"yaw": -seen.pose["yaw"], "pitch": seen.pose["pitch"], "roll": -seen.pose["roll"]}
    return observation(shapes, pose, {"yaw": -seen.gaze["yaw"], "pitch": seen.gaze["pitch"]})


def mirrored_shapes_only(face: Face) -> Observation:
    seen = right(face)
    shapes = {mirrored(name): seen.expression[i] for i, name in enumerate(BLENDSHAPES)}
    return observation(shapes, dict(seen.pose), dict(seen.gaze))


def degrees_with_exchanged_axes(face: Face) -> Observation:
    seen = right(face)
    turned = {name: np.degrees(value) for name, value in seen.pose.items()}
    pose = {"yaw": turned["pitch"], "pitch": -turned["yaw"], "roll": turned["roll"]}
    return Observation("test:a", expression=seen.expression, pose=pose, gaze=seen.gaze)


def eyes_by_weak_shapes(face: Face) -> Observation:
    """Reports eyeLook shapes instead of a direction, a third as strong as usual."""
    yaw, pitch = face.gaze.get("yaw", 0.0), face.gaze.get("pitch", 0.0)
    left, turned_right = max(yaw, 0.0) / 1.8, max(-yaw, 0.0) / 1.8
    up, down = max(pitch, 0.0) / 1.5, max(-pitch, 0.0) / 1.65
    looks = {
        "eyeLookOutLeft": left, "eyeLookInRight": left, "eyeLookInLeft": turned_right,
        "eyeLookOutRight": turned_right, "eyeLookUpLeft": up, "eyeLookUpRight": up,
        "eyeLookDownLeft": down, "eyeLookDownRight": down,
    }  # fmt: skip
    pose = {axis: face.angle(axis) for axis in ("yaw", "pitch", "roll")}
    return observation({**face.shapes, **looks}, pose, {})


TRACKERS = [
    right, wrong_signs_half_and_offset, mirror_picture, mirrored_shapes_only, degrees_with_exchanged_axes,
    eyes_by_weak_shapes,
]  # fmt: skip


def both(stem: str, value: float) -> dict[str, float]:
    return {name: value for name in (stem, stem + "Left", stem + "Right") if name in INDEX}


def asked(step_name: str, *, of_angle: float = 1.0) -> Face:
    """A person who does exactly what is asked, or turns a share of it."""
    (step,) = (step for step in STEPS if step.name == step_name)
    shapes = {name: value for stem in step.shapes for name, value in both(stem, 1.0).items()}
    if step_name == "side":
        shapes = {"mouthLeft": 0.6, "mouthSmileLeft": 0.4}
    axis, angle = step.pose
    looks, far = step.gaze
    return Face(
        shapes,
        {axis: angle * of_angle} if axis else {},
        {looks: far * of_angle} if looks else {},
    )


def noisy(tracker: Tracker, face: Face, random: np.random.Generator) -> Observation:
    seen = tracker(face)
    return Observation(
        seen.source,
        expression=np.clip(seen.expression + random.normal(0, 0.003, 52), 0, None),
        pose={axis: angle * random.normal(1, 0.003) for axis, angle in seen.pose.items()},
        gaze={axis: angle * random.normal(1, 0.003) for axis, angle in seen.gaze.items()},
    )


def done(
    tracker: Tracker, *, of_angle: float = 1.0, without: tuple[str, ...] = ()
) -> dict[str, list[Observation]]:
    random = np.random.default_rng(3)
    return {
        step.name: [noisy(tracker, asked(step.name, of_angle=of_angle), random) for _ in range(60)]
        for step in STEPS
        if step.name not in without
    }


def shown(
    tracker: Tracker, profile: CalibrationProfile, faces: list[Face]
) -> list[dict[str, dict[str, float]]]:
    """What reaches the runtime of faces that come after a second at rest."""
    messages = SourceMessages(profile, source="a")
    for i in range(90):
        messages(tracker(Face()), time_s=i / 60)
    return [
        {message.layer: message.values for message in messages(tracker(face), time_s=2.0 + i)}
        for i, face in enumerate(faces)
    ]


def saved(fitted: Fitted, folder: Path) -> CalibrationProfile:
    path = folder / "a.toml"
    path.write_text(profile_text(fitted.tables, section="unknown", comment="a test"), "utf-8")
    return Profiles(path).of("unknown", "unknown")


BASE = load_profile(tracker="unknown")


@pytest.mark.parametrize("tracker", TRACKERS, ids=lambda tracker: tracker.__name__)
def test_a_fitted_profile_brings_a_wrong_tracker_back_to_the_truth(tracker: Tracker, tmp_path: Path) -> None:
    profile = saved(fit(done(tracker), BASE), tmp_path)
    random = np.random.default_rng(5)
    faces = [
        Face(
            {name: float(random.uniform(0, 1)) for stem in STEMS for name in both(stem, 0.0)},
            {axis: float(random.uniform(-0.6, 0.6)) for axis in ("yaw", "pitch", "roll")},
            {"yaw": float(random.uniform(-0.5, 0.5)), "pitch": float(random.uniform(-0.3, 0.3))},
        )
        for _ in range(20)
    ]
    for face in faces:
        face.shapes |= {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.0}  # closed lids hide the gaze
    for face, made in zip(faces, shown(tracker, profile, faces), strict=True):
        assert made["pose"] == pytest.approx(face.pose, abs=0.02)
        assert made["gaze"] == pytest.approx(face.gaze, abs=0.06)
        got = {name: made["expression"][name] for name in face.shapes}
        assert got == pytest.approx(face.shapes, abs=0.04)


def test_without_calibration_that_tracker_is_wrong() -> None:
    (made,) = shown(wrong_signs_half_and_offset, BASE, [Face({"jawOpen": 1.0}, {"yaw": 0.5})])
    assert made["pose"]["yaw"] < -0.1
    assert made["expression"]["jawOpen"] < 0.7


@pytest.mark.parametrize("of_angle", [0.7, 0.85, 1.2, 1.45])
def test_inexact_angles_change_nothing_for_a_correct_tracker(of_angle: float) -> None:
    fitted = fit(done(right, of_angle=of_angle), BASE)
    assert set(fitted.tables) <= {"pose", "gaze", "expression"}
    assert all("rest" in key or "learn" in key for key in (*fitted.tables["pose"], *fitted.tables["gaze"]))


def test_the_mouth_distinguishes_a_mirror_from_a_reversed_sign() -> None:
    assert fit(done(mirror_picture), BASE).tables["mirror"] is True
    assert "mirror" not in fit(done(wrong_signs_half_and_offset), BASE).tables


def test_without_the_mouth_a_mirror_turns_yaw_and_roll_round_and_leaves_pitch() -> None:
    assert fit(done(mirror_picture, without=("side",)), BASE).tables["mirror"] is True
    assert "mirror" not in fit(done(wrong_signs_half_and_offset, without=("side",)), BASE).tables


def test_a_missing_step_corrects_nothing() -> None:
    fitted = fit({"rest": done(right)["rest"]}, BASE)
    assert set(fitted.tables) == {"pose", "gaze"}
    still = {step.name: done(right)["rest"] for step in STEPS}
    fitted = fit(still, BASE)
    assert "expression" not in fitted.tables
    assert "jawOpen hardly moves: left as it is" in fitted.findings
    assert "yaw hardly moves: left as it is" in fitted.findings


def test_a_tracker_that_reports_little_is_corrected_in_that_little() -> None:
    def only_mouth(face: Face) -> Observation:
        expression = np.full(52, np.nan)
        expression[INDEX["jawOpen"]] = 0.1 + 0.5 * face.shapes.get("jawOpen", 0.0)
        return Observation("test:a", expression=expression)

    steps = {step.name: [only_mouth(asked(step.name))] * 30 for step in STEPS}
    fitted = fit(steps, BASE)
    assert fitted.tables == {
        "expression": {"jawOpen": {"rest": 0.1, "learn": 0.18, "full": 0.6}},
    }


def test_the_fit_corrects_the_trackers_own_profile(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("mirror = true\n[pose]\npitch = -2.0\n", "utf-8")
    base = Profiles(tmp_path / "base.toml").of("unknown", "unknown")

    def as_the_profile_says(face: Face) -> Observation:
        seen = mirror_picture(face)
        return Observation(
            "test:a",
            expression=seen.expression,
            pose={**seen.pose, "pitch": -0.5 * seen.pose["pitch"]},
            gaze=seen.gaze,
        )

    fitted = fit(done(as_the_profile_says), base)
    assert "mirror" not in fitted.tables
    assert not {"yaw", "pitch", "roll", "swap"} & set(fitted.tables["pose"])


def test_a_video_tells_rest_and_ranges() -> None:
    random = np.random.default_rng(2)
    seen = []
    for i in range(300):
        value = 0.6 * max(np.sin(i / 20), 0.0)
        face = Face(
            {
                "jawOpen": value,
                "mouthPucker": value / 2,
                **both("mouthSmile", 0.8 * float(random.random() > 0.5)),
            },
            {"yaw": 0.05},
        )
        seen.append(right(face))
    fitted = fit_video(seen, BASE)
    assert fitted.tables["expression"]["jawOpen"]["full"] == pytest.approx(0.6, abs=0.01)
    assert fitted.tables["expression"]["mouthSmile"]["full"] == pytest.approx(0.8, abs=0.01)
    # never shown fully: nothing is known of a full one
    assert not {"mouthPucker", "eyeBlink"} & set(fitted.tables["expression"])
    assert fitted.tables["pose"]["rest_yaw_rad"] == 0.05
    assert "mirror" not in fitted.tables


def test_the_values_that_moved_are_printed() -> None:
    steps = done(right)
    assert describe(steps["turn"], steps["rest"]).startswith("yaw +45°")
    assert describe(steps["open"], steps["rest"]) == "jawOpen +1.00"
    assert describe(steps["rest"], steps["rest"]) == "nothing moved"


def test_the_text_is_read_back_as_the_same_tables() -> None:
    tables = {
        "mirror": True,
        "pose": {"yaw": -2.0, "swap": ["yaw", "roll"]},
        "expression": {"eyeBlink": {"full": 0.7, "swap": True}},
    }
    text = profile_text(tables, section='livelink:Anna "A" Müller', comment="two\nlines")
    assert text.startswith("# two\n# lines\n")
    assert tomllib.loads(text) == {"source": {'livelink:Anna "A" Müller': tables}}
