"""Learn the places of the landmarker's 478 points on the head model, by running the landmarker on drawn heads.

    python -m training.landmarks --face-landmarker face_landmarker.task -o face/landmarks.npz

Besides its colours every drawing has the mean head's position at each pixel. The positions under a landmark are
averaged over many drawings, and the average is projected to the surface.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from authoring.paint.drawing import draw_head, paint_features, pixels
from authoring.paint.raster import Raster
from face.camera import rotation
from face.head_model import HeadModel, load_head_model
from face.landmarks import LID_EDGES
from protocol.blendshapes import INDEX
from studio.surface import closest_point
from vision.landmarker import FaceLandmarker

SIZE: Final = 512
DRAWINGS: Final = 90
HELD_OUT: Final = 30
FIRST_IRIS: Final = 468


def random_head(
    model: HeadModel, rng: np.random.Generator, spread: float
) -> tuple[NDArray[np.float32], tuple[NDArray[np.float32], NDArray[np.float32], float]]:
    """A random head with a mild expression, and a camera.

    Args:
        model: the head model.
        rng: source of randomness.
        spread: factor on the head's rotation; 1 = up to 0.4 radians of yaw.

    Returns:
        Vertices (V, 3) in head space, and the camera: rotation (3, 3), translation (3,) and focal length in picture
        heights.
    """
    identity = rng.standard_normal(len(model.identity)).astype(np.float32) * 0.9
    expression = np.zeros(52, np.float32)
    for name, top in (
        ("jawOpen", 0.35),
        ("mouthSmileLeft", 0.4),
        ("mouthSmileRight", 0.4),
        ("browInnerUp", 0.4),
    ):
        expression[INDEX[name]] = max(0.0, rng.uniform(-0.5, 1.0)) * top
    angles = rng.uniform(-1, 1, 3) * (0.4, 0.22, 0.2) * spread
    distance = rng.uniform(50, 75)
    shift = rng.uniform(-1.5, 1.5, 2)
    camera = (rotation(*angles), np.array([shift[0], shift[1], -distance], np.float32), distance / 34)
    return model.expressed(model.shape(identity), expression), camera


def observe(
    model: HeadModel, landmarker: FaceLandmarker, raster: Raster, count: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw heads and detect their landmarks.

    Args:
        model: the head model.
        landmarker: for single pictures.
        raster: draws the heads.
        count: N, number of drawings with exactly one face detected.
        seed: of the random heads.

    Returns:
        The mean head's positions under each landmark (N, 478, 3), NaN where it is not on the head; and the pixels of
        all vertices and then all landmarks, for measuring: (N, V + 478, 2).
    """
    rng = np.random.default_rng(seed)
    # Landmarks of lids and lips must not land on eyeballs or teeth, so those are not in the position picture.
    skin = model.triangles["face"]
    under: list[NDArray[np.float32]] = []
    places: list[NDArray[np.float32]] = []
    while len(under) < count:
        vertices, camera = random_head(model, rng, 1.0)
        tone = rng.uniform(0.45, 1.1)
        light = (rng.uniform(-0.6, 0.6), rng.uniform(0, 0.8), 0.8)
        picture = draw_head(
            raster,
            model,
            vertices,
            camera,
            SIZE,
            light=light,
            skin=(tone, tone, tone),
            paint=paint_features(model),
        )
        found = landmarker.detect((picture * 255).astype(np.uint8), None)
        if len(found) != 1:
            continue
        points, depth = pixels(vertices, camera, SIZE)
        landmarks = found[0].landmarks[:, :2]
        row = np.full((len(landmarks), 3), np.nan, np.float32)
        for chosen, which in (
            (skin, slice(0, FIRST_IRIS)),
            (model.part("eyeball_left", "eyeball_right"), slice(FIRST_IRIS, 478)),
        ):
            position = raster.draw(points, model.vertices, chosen, SIZE, depth=depth)
            drawn = np.argwhere(position[..., 3] > 0)
            gap, nearest = cKDTree(drawn[:, ::-1]).query(landmarks[which] - 0.5)
            at = drawn[nearest]
            row[which] = np.where((gap < 6)[:, None], position[at[:, 0], at[:, 1], :3], np.nan)
        under.append(row)
        places.append(np.concatenate([points, landmarks]))
    return np.stack(under), np.stack(places).astype(np.float32)


def learn(
    model: HeadModel, under: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Average the positions under each landmark and project them to the surface.

    Args:
        model: the head model.
        under: (N, 478, 3) positions in head space, NaN where unknown; more than 1.2 units from the median is ignored.

    Returns:
        Vertex triples (478, 3), barycentric weights (478, 3), and the spread (478,) of the positions in model units.
    """
    middle = np.nanmedian(under, axis=0)
    near = np.linalg.norm(under - middle, axis=2) < 1.2
    middle = np.nanmean(np.where(near[..., None], under, np.nan), axis=0)
    spread = np.sqrt(np.nanmean(np.sum((under - middle) ** 2, axis=2), axis=0))
    vertices = np.zeros((len(middle), 3), np.int32)
    weights = np.zeros((len(middle), 3), np.float32)
    for parts, which in (
        (("face",), slice(0, FIRST_IRIS)),
        (("eyeball_left", "eyeball_right"), slice(FIRST_IRIS, 478)),
    ):
        triangles = model.part(*parts)
        where, bary = closest_point(middle[which], model.vertices[triangles])
        vertices[which], weights[which] = triangles[where], bary
    return vertices, weights, spread.astype(np.float32)


def snap_to_lid_edges(
    model: HeadModel, raster: Raster, vertices: NDArray[np.int32], weights: NDArray[np.float32]
) -> None:
    """Move the landmarks of the lid edges, in place, to where the mean head's lids meet its eyeballs.

    The average of the drawings lies somewhere on the lid, but these landmarks stand for its edge.
    """
    size, width = 2048, 14.0  # a drawing of both eyes, straight from the front
    middle = np.array([0.0, 3.5], np.float32)
    points = (model.vertices[:, :2] - middle) * (1, -1) * (size / width) + size / 2
    depth = model.vertices[:, 2]
    skin = model.triangles["face"]
    is_eye = np.zeros((len(points), 1), np.float32)
    is_eye[np.unique(model.part("eyeball_left", "eyeball_right"))] = 1
    both = np.concatenate([skin, model.part("eyeball_left", "eyeball_right")])
    eye = raster.draw(points.astype(np.float32), is_eye, both, size, depth=depth)[..., 0] > 0.5
    position = raster.draw(points.astype(np.float32), model.vertices, skin, size, depth=depth)
    opening = eye.astype(np.uint8)
    wide, narrow = (cv2.dilate(opening, np.ones((side, side), np.uint8)) for side in (5, 3))
    rim = wide - narrow
    rim = np.argwhere((rim > 0) & (position[..., 3] > 0))
    tree = cKDTree(rim[:, ::-1])
    for edge in LID_EDGES:
        ids = np.array(edge)
        at = (points[vertices[ids]] * weights[ids][..., None]).sum(1)
        found = rim[tree.query(at)[1]]
        where, bary = closest_point(position[found[:, 0], found[:, 1], :3], model.vertices[skin])
        vertices[ids], weights[ids] = skin[where], bary


def main() -> None:
    """Parse the arguments; draw, learn, measure on held-out drawings and write the places."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--face-landmarker", type=Path, required=True, help="face_landmarker.task")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    model = load_head_model()
    with (
        Raster() as raster,
        FaceLandmarker(arguments.face_landmarker, video=False, num_faces=1) as landmarker,
    ):
        under, _ = observe(model, landmarker, raster, DRAWINGS, 1)
        vertices, weights, spread = learn(model, under)
        snap_to_lid_edges(model, raster, vertices, weights)
        _, places = observe(model, landmarker, raster, HELD_OUT, 2)
    count = len(model.vertices)
    ours = (places[:, vertices] * weights[..., None]).sum(2)
    gap = np.linalg.norm(ours - places[:, count:], axis=2)
    mean, median, p90 = gap.mean(), np.median(gap), np.percentile(gap, 90)
    print(f"held-out drawings, px at {SIZE}: mean {mean:.2f}, median {median:.2f}, p90 {p90:.2f}")
    np.savez_compressed(
        arguments.output,
        vertices=vertices.astype(np.uint16),
        weights=weights,
        spread=np.median(gap, 0).astype(np.float32),
    )
    print(f"spread in model units: median {np.median(spread):.2f}")


if __name__ == "__main__":
    main()
