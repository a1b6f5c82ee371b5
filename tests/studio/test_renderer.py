"""Pictures against their labels: landmarks, depth, normals and parts agree with each other and with the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from face.normals import vertex_normals
from protocol.blendshapes import INDEX
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.head.source import PART, FaceSource
from studio.renderer import Studio, StudioPicture

SIZE = 320
VIEWS = (
    CameraView(azimuth=0.25, elevation=0.1),
    CameraView(azimuth=-0.35, elevation=-0.15, distance=70.0, focal=2.0),
)


def factors(view: CameraView) -> Factors:
    articulation = np.zeros(52, np.float32)
    articulation[INDEX["jawOpen"]] = 0.3
    return Factors(
        identity=identity_weights(4),
        style="clay",
        pose=Pose(yaw=0.15, pitch=-0.1, roll=0.08, x=0.6, y=-0.4, scale=1.05),
        articulation=articulation,
        gaze=(0.2, 0.1),
        view=view,
    )


@pytest.fixture(scope="module")
def studio(head: FaceSource) -> Iterator[Studio]:
    with Studio(head) as made:
        yield made


@pytest.fixture(scope="module", params=range(len(VIEWS)), ids=["left", "right"])
def picture(request: pytest.FixtureRequest, studio: Studio) -> StudioPicture:
    return studio.render(factors(VIEWS[request.param]), SIZE)


def world_points(picture: StudioPicture) -> np.ndarray:
    """(S, S, 3) world position of every pixel, from its ray and depth."""
    camera = picture.camera
    direction = camera.plucker_rays(SIZE)[..., :3]
    forward = -camera.world_to_camera[2, :3]  # the camera's axis in the world
    along = picture.depth / (direction @ forward)
    return camera.eye + direction * along[..., None]


#: Neighbouring landmarks get markers of different parts, so that each can be told from the next.
MARKERS = np.array([PART[("teeth", "gums_and_tongue", "mouth_socket")[n % 3]] for n in range(68)], np.int32)


def marked(source: FaceSource) -> FaceSource:
    """A head of eyeballs and a small triangle around every landmark, which moves with it."""
    normal = vertex_normals(source.vertices, source.of_part("face"))[source.landmarks]
    side = np.cross(normal, (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(normal, side)
    corners = [0.15 * (np.cos(a) * side + np.sin(a) * up) for a in np.arange(3) * 2 * np.pi / 3]
    count = len(source.vertices)
    rows, vertices, deltas = [0], [], []
    for k in range(52):
        here = slice(source.shape_rows[k], source.shape_rows[k + 1])
        vertex, delta = source.shape_vertex[here], source.shape_delta[here]
        new = [
            (count + 3 * n + c, delta[place])
            for n, landmark in enumerate(source.landmarks)
            for place in np.flatnonzero(vertex == landmark)
            for c in range(3)
        ]
        vertices += [vertex, np.array([v for v, _ in new], np.int32)]
        deltas += [delta, np.array([d for _, d in new], np.float32).reshape(-1, 3)]
        rows.append(rows[-1] + len(vertex) + len(new))
    markers = np.stack([source.vertices[source.landmarks] + corner for corner in corners], 1).reshape(-1, 3)
    triangles = (count + np.arange(3 * 68)).reshape(-1, 3).astype(np.int32)
    kept = np.isin(source.part, [PART["eyeball_left"], PART["eyeball_right"]])
    drawn = source.triangles.copy()
    drawn[~kept] = drawn[~kept][:, :1]  # degenerate triangles: no part is empty, and they are invisible
    return replace(
        source,
        vertices=np.concatenate([source.vertices, markers]).astype(np.float32),
        identity=np.concatenate([source.identity, np.repeat(source.identity[:, source.landmarks], 3, 1)], 1),
        triangles=np.concatenate([drawn, triangles]),
        uv_triangles=np.concatenate([source.uv_triangles, np.zeros_like(triangles)]),
        part=np.concatenate([source.part, MARKERS]),
        shape_rows=np.array(rows, np.int32),
        shape_vertex=np.concatenate(vertices),
        shape_delta=np.concatenate(deltas),
    )


def marker_gaps(landmarks: np.ndarray, part: np.ndarray) -> list[float]:
    """Distance in pixels of each landmark to the centre of its marker, for markers that are apart from others."""
    away = []
    for number, (x, y, _) in enumerate(landmarks):
        rows, columns = np.mgrid[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7]
        dots = part[rows, columns] == MARKERS[number]
        gaps = np.hypot(*(landmarks[:, :2] - (x, y)).T)
        in_eye = 36 <= number < 48  # half of the marker is in the eyeball
        is_alone = (
            not in_eye and (gaps < 11).sum() == 1 and (gaps[MARKERS[number] == MARKERS] < 20).sum() == 1
        )
        if is_alone and dots.sum() >= 9:  # not from the side
            middle = np.array([(columns[dots] + 0.5).mean(), (rows[dots] + 0.5).mean()])
            away.append(float(np.hypot(*(middle - (x, y)))))
    return away


def test_landmarks_are_exact_to_half_a_pixel(head: FaceSource, studio: Studio) -> None:
    """Markers around the landmarks are at the labels' positions in the part mask."""
    size = 1024  # large, so that a marker of 0.15 units has some 17 pixels
    away = []
    with Studio(marked(head)) as other:
        for view in (VIEWS[0], CameraView()):
            seen = factors(view)
            away += marker_gaps(studio.render(seen, size).landmarks, other.render(seen, size).part)
    assert len(away) >= 20
    assert max(away) < 0.5


def test_depth_and_rays_reconstruct_the_landmarks(picture: StudioPicture) -> None:
    points = world_points(picture)
    gaps = []
    for (x, y, depth), place in zip(picture.landmarks, picture.landmarks_world, strict=True):
        row, column = int(y), int(x)
        if abs(picture.depth[row, column] - depth) < 0.3:  # in sight
            gaps.append(np.linalg.norm(points[row, column] - place))
    pixel = 90.0 / 2.3 / SIZE  # units that a pixel shows
    assert len(gaps) >= 25
    assert np.median(gaps) < pixel


def test_two_cameras_agree_about_the_world(studio: Studio) -> None:
    """Points that one camera sees agree with the depth of the other camera, or are hidden from it."""
    first, second = (studio.render(factors(view), SIZE) for view in VIEWS)
    points = world_points(first)[first.depth > 0]
    seen = second.camera.project(points, SIZE)
    inside = (np.abs(seen[:, :2] - SIZE / 2) < SIZE / 2 - 1).all(1)
    depth = second.depth[seen[inside, 1].astype(int), seen[inside, 0].astype(int)]
    behind = seen[inside, 2] - depth
    both = (depth > 0) & (np.abs(behind) < 0.5)
    assert both.mean() > 0.5
    assert np.median(np.abs(behind[both])) < 0.06
    # nothing may stand before what the second camera sees, but for the outline's own pixels
    assert (behind[depth > 0] < -0.5).mean() < 0.01


def test_normals_agree_with_depth(picture: StudioPicture) -> None:
    points = world_points(picture)
    turn = picture.camera.world_to_camera[:3, :3]
    right, down = (points[1:-1, 2:] - points[1:-1, :-2]), (points[2:, 1:-1] - points[:-2, 1:-1])
    normal = np.cross(down, right) @ turn.T
    length = np.linalg.norm(normal, axis=-1)
    part, depth = picture.part, picture.depth
    inner = part[1:-1, 1:-1] == PART["face"]
    for rows, columns in ((slice(2, None), slice(1, -1)), (slice(0, -2), slice(1, -1)),
                          (slice(1, -1), slice(2, None)), (slice(1, -1), slice(0, -2))):  # fmt: skip
        inner &= (part[rows, columns] == PART["face"]) & (
            np.abs(depth[rows, columns] - depth[1:-1, 1:-1]) < 0.3
        )
    cosine = (normal * picture.normal[1:-1, 1:-1]).sum(-1)[inner] / length[inner]
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    assert inner.sum() > 5000
    assert np.median(angle) < 4.0
    assert np.percentile(angle, 90) < 12.0


def test_normals_are_unit_and_look_at_the_camera(picture: StudioPicture) -> None:
    seen = picture.depth > 0
    np.testing.assert_allclose(np.linalg.norm(picture.normal[seen], axis=-1), 1.0, atol=1e-4)
    assert not picture.normal[~seen].any()
    ray = picture.camera.plucker_rays(SIZE)[..., :3] @ picture.camera.world_to_camera[:3, :3].T
    assert ((picture.normal * ray).sum(-1)[seen] <= 1e-4).all()


def test_alpha_agrees_with_the_part_labels(picture: StudioPicture) -> None:
    seen = picture.part > 0
    assert ((picture.depth > 0) == seen).all()
    # the picture's pixels are averages and the labels' are points: they differ along the outline only
    solid = (picture.image[..., 3] > 127) == seen
    assert (~solid).mean() < 0.003
