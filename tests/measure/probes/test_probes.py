"""What probes are shown and how they are judged; the networks themselves only where torch is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.camera import rotation
from measure.errors import MeasureError
from measure.leakage import leakage_of
from measure.probes.probes import ProbeReadings, load_probes, rotation_angle_deg
from measure.probes.samples import CROP_PX, PER_PERSON, crop_of, draw_probe_samples, probe_labels
from measure.protocols import FACTORS
from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose


def perfect(factors: Factors, identity: int = 0) -> ProbeReadings:
    pose, emotion, intensity = probe_labels(factors)
    return ProbeReadings(
        pose=pose,
        expression=factors.expression(),
        gaze=np.array(factors.gaze, np.float32),
        emotion=9.0 * np.eye(len(EMOTIONS) + 1, dtype=np.float32)[emotion],
        intensity=np.float32(intensity),
        identity=np.eye(4, dtype=np.float32)[identity],
    )


ANGRY = Factors(
    pose=Pose(yaw=0.3, roll=0.1),
    view=CameraView(azimuth=0.2),
    emotion=0.7 * np.eye(8, dtype=np.float32)[EMOTIONS.index("angry")],
    gaze=(0.1, -0.1),
)
GALLERY = ProbeReadings(*(np.zeros((4, 1), np.float32) for _ in range(5)), np.eye(4, dtype=np.float32))


def test_what_sees_the_truth_has_no_error() -> None:
    score = perfect(ANGRY, identity=2).score(ANGRY, GALLERY, 2)
    assert score.pose_deg == pytest.approx(0, abs=0.05)
    assert (score.expression, score.gaze_deg) == pytest.approx((0, 0), abs=1e-5)
    assert (score.emotion, score.identity, score.retrieved) == (1, 1, 1)
    assert score.intensity == pytest.approx(0, abs=1e-6)


def test_what_sees_somebody_else_in_another_mood_is_told_so() -> None:
    happy = Factors(emotion=np.eye(8, dtype=np.float32)[0])
    score = perfect(happy, identity=1).score(ANGRY, GALLERY, 2)
    assert (score.emotion, score.identity, score.retrieved) == (0, 0, 0)
    assert score.intensity == pytest.approx(0.3, abs=1e-6)
    assert score.pose_deg > 5


def test_a_face_without_an_emotion_says_nothing_about_emotions() -> None:
    score = perfect(Factors()).score(Factors(), GALLERY, 0)
    assert np.isnan(score.emotion)
    assert np.isnan(score.intensity)


def test_the_turn_between_two_poses_is_that_of_scipy() -> None:
    transform = pytest.importorskip("scipy.spatial.transform")
    one, other = np.array([0.5, -0.2, 0.1], np.float32), np.array([-0.3, 0.4, -0.2], np.float32)
    between = transform.Rotation.from_matrix(rotation(*one).T @ rotation(*other))
    assert rotation_angle_deg(one, other) == pytest.approx(np.degrees(between.magnitude()), abs=1e-2)


def test_a_crop_is_the_same_place_of_any_size() -> None:
    ramp = np.broadcast_to(np.linspace(0, 250, 256, dtype=np.float32)[:, None, None], (256, 256, 3))
    small = ramp.reshape(128, 2, 128, 2, 3).mean((1, 3))
    crops = [crop_of(np.ascontiguousarray(picture).astype(np.uint8)) for picture in (ramp, small)]
    assert crops[0].shape == (CROP_PX, CROP_PX, 3)
    assert np.abs(crops[0].astype(int) - crops[1]).max() <= 2


def test_what_a_swap_changes_is_told_beside_the_truth() -> None:
    turned = Factors(pose=Pose(yaw=0.5), emotion=ANGRY.emotion)
    swaps = [("none", ANGRY), *((name, turned if name == "pose" else ANGRY) for name in FACTORS)]
    seen = {("truth", 0, 0): [(word, perfect(factors)) for word, factors in swaps]}
    seen["copy", 0, 0] = [(word, perfect(ANGRY)) for word, _ in swaps]
    rows = {(row.swapped, row.looked_at): row for row in leakage_of(seen, ["copy"], "truth")}
    assert rows["pose", "pose"].value == 0
    assert rows["pose", "pose"].truth > 10
    assert rows["gaze", "pose"].truth == 0
    assert rows["pose", "identity"].truth == 0


def test_samples_are_labelled_and_the_same_for_any_number_of_workers(small_head: Path) -> None:
    one, again = (draw_probe_samples(small_head, [3], seed=1, style="clay") for _ in range(2))
    assert one.crops.shape == (PER_PERSON, CROP_PX, CROP_PX, 3)
    assert np.array_equal(one.crops, again.crops)
    assert one.expression.shape == (PER_PERSON, 52)
    assert set(one.person.tolist()) == {3}
    assert len(np.unique(one.pose, axis=0)) == PER_PERSON


def test_probes_survive_a_file_and_refuse_a_damaged_one(tmp_path: Path, small_head: Path) -> None:
    pytest.importorskip("torch", reason="probes are torch networks; pip install 'omote[torch]'")
    from measure.probes.accuracy import probe_accuracy
    from measure.probes.training import train_probes

    samples = draw_probe_samples(small_head, [3, 4], seed=1, style="clay")
    path = tmp_path / "probes.npz"
    assert train_probes(samples, minutes=0.02, seed=0, path=path) > 0
    assert path.stat().st_size < 2_000_000
    probes = load_probes(path)
    seen = probes.read(list(samples.crops))
    assert np.linalg.norm(seen.identity, axis=1) == pytest.approx(1.0, abs=1e-3)
    assert "pose" in str(probe_accuracy(probes, samples))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(MeasureError, match="train-probes"):
        load_probes(path)
