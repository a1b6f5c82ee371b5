from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face.camera import rotation
from measure.errors import MeasureError
from measure.head_shape import COLUMNS, WAYS, laid_on, markdown_of, measure_shapes
from studio.head.identity import identities_of
from studio.head.source import FaceSource
from studio.renderer import Studio


def test_turn_size_and_place_do_not_count_and_only_the_named_vertices_decide() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(0.0, 5.0, (40, 3)).astype(np.float32)
    head = (1.7 * truth @ rotation(0.4, -0.2, 0.1) + [3.0, -8.0, 2.0]).astype(np.float32)
    head[30:] += 4.0
    laid = laid_on(head, truth, np.arange(30))
    np.testing.assert_allclose(laid[:30], truth[:30], atol=1e-4)
    assert np.abs(laid[30:] - truth[30:]).min() > 0.1


def test_a_mirror_image_is_not_laid_on_by_mirroring_it() -> None:
    truth = np.random.default_rng(1).normal(0.0, 5.0, (40, 3)).astype(np.float32)
    laid = laid_on(truth * np.float32([-1.0, 1.0, 1.0]), truth, np.arange(40))
    assert np.linalg.norm(laid - truth, axis=1).mean() > 1.0


def test_the_table_has_means_and_percentiles() -> None:
    errors = {way: {name: [1.0, 3.0] for name in COLUMNS} for way in WAYS}
    lines = markdown_of(errors).splitlines()
    assert len(lines) == 2 + len(WAYS)
    assert lines[-1].startswith(f"| {WAYS[-1]} | 2.00 (2.90) |")


def test_the_fit_is_nearer_to_a_person_than_the_mean_head(
    shared: Path, ict_studio: Studio, ict_source: FaceSource
) -> None:
    pytest.importorskip("mediapipe")
    from authoring.portrait.detect import AT_ONCE
    from vision.landmarker import FaceLandmarker

    model = shared / "models" / "face_landmarker.task"
    with FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker:
        errors, refused = measure_shapes(ict_studio, landmarker, ict_source, identities_of("test", 2))
        other = replace(ict_source, vertices=ict_source.vertices + 1.0)
        with pytest.raises(MeasureError, match="made from"):
            measure_shapes(ict_studio, landmarker, other, identities_of("test", 1))
    assert refused == 0
    face = {way: np.mean(row["face"]) for way, row in errors.items()}
    assert face["identity modes"] < face["mean head"] < 10.0
    assert np.mean(errors["mean head"]["face across"]) < face["mean head"]
