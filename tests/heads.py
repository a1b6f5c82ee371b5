"""Fixtures with heads for the studio: a small head of ellipsoids, and ICT-FaceKit's if its arrays exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from protocol.blendshapes import BLENDSHAPES
from studio.head.source import FaceSource, read_face_source

if TYPE_CHECKING:
    from studio.head.head_space import HeadSpace
    from studio.head.mesh import StudioMesh
    from studio.renderer import Studio

#: Part -> centre and radii of its ellipsoid, about where the part is in ICT-FaceKit.
ELLIPSOIDS = {
    "face": ((0.0, 0.0, 2.0), (7.5, 10.5, 8.5)),
    "head_and_neck": ((0.0, -3.0, -2.0), (7.0, 15.0, 7.5)),
    "mouth_socket": ((0.0, -3.0, 6.0), (2.5, 1.5, 2.0)),
    "eye_socket_left": ((3.0, 3.5, 7.4), (1.2, 1.2, 1.0)),
    "eye_socket_right": ((-3.0, 3.5, 7.4), (1.2, 1.2, 1.0)),
    "gums_and_tongue": ((0.0, -3.2, 6.5), (1.5, 0.5, 2.0)),
    "teeth": ((0.0, -2.6, 7.5), (1.5, 0.6, 1.0)),
    "eyeball_left": ((3.0, 3.5, 8.6), (1.4, 1.4, 1.4)),
    "eyeball_right": ((-3.0, 3.5, 8.6), (1.4, 1.4, 1.4)),
    "lacrimal_fluid": ((0.0, 3.5, 6.0), (0.3, 0.3, 0.3)),
    "eye_blend": ((0.0, 3.6, 6.0), (0.3, 0.3, 0.3)),
    "eye_occlusion": ((0.0, 3.7, 6.0), (0.3, 0.3, 0.3)),
    "eyelashes": ((0.0, 4.6, 6.0), (0.3, 0.3, 0.3)),
}
#: x and y of Multi-PIE's 68 landmarks on a face seen from the front.
OUTLINE = (
    [(7.2 * np.sin(a), 3.0 - 10.0 * np.cos(a)) for a in np.linspace(-1.5, 1.5, 17)]
    + [
        (s * x, 6.0)
        for s, xs in ((-1, (5.8, 4.8, 3.8, 2.5, 1.2)), (1, (1.2, 2.5, 3.8, 4.8, 5.8)))
        for x in xs
    ]
    + [(0.0, y) for y in (3.7, 2.6, 1.6, 0.4)]
    + [(x, -1.1) for x in (-1.3, -0.6, 0.0, 0.6, 1.3)]
    + [(s * 3.0 + 1.5 * np.cos(a), 3.5 + 0.5 * np.sin(a)) for s in (-1, 1) for a in np.arange(6) * np.pi / 3]
    + [(2.5 * np.cos(a), -3.4 + np.sin(a)) for a in np.arange(12) * np.pi / 6]
    + [(2.1 * np.cos(a), -3.4 + 0.3 * np.sin(a)) for a in np.arange(8) * np.pi / 4]
)


def ellipsoid(
    centre: tuple[float, ...], radii: tuple[float, ...], steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """An ellipsoid: vertices, triangles, texture coordinates with a seam, and triangles of texture coordinates."""
    around, up = 2 * steps, steps
    angle = np.arange(around + 1) * 2 * np.pi / around
    height = np.linspace(-np.pi / 2, np.pi / 2, up + 1)
    uv = np.stack(np.meshgrid(angle / (2 * np.pi), height / np.pi + 0.5), -1).reshape(-1, 2)
    index = np.arange((up + 1) * (around + 1)).reshape(up + 1, around + 1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    corners = np.concatenate([np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)])
    # the last column of texture coordinates is the first column of vertices
    vertex = (index % (around + 1) % around) + (index // (around + 1)) * around
    ring = np.stack(
        np.broadcast_arrays(
            np.cos(height)[:, None] * np.sin(angle[:-1]), np.sin(height)[:, None],
            np.cos(height)[:, None] * np.cos(angle[:-1]),
        ), -1,
    ).reshape(-1, 3)  # fmt: skip
    vertices = ring * np.array(radii) + np.array(centre)
    return vertices, vertex.reshape(-1)[corners], uv, corners


def write_small_head(path: Path) -> None:
    """Write a head of thirteen ellipsoids in the format of ICT-FaceKit's arrays."""
    random = np.random.default_rng(11)
    vertices, triangles, uv, uv_triangles, ranges = [], [], [], [], []
    for name, (centre, radii) in ELLIPSOIDS.items():
        found = ellipsoid(centre, radii, 28 if name == "face" else 14 if name == "head_and_neck" else 6)
        first, first_uv = sum(map(len, vertices)), sum(map(len, uv))
        for rows, more in zip(
            (vertices, triangles, uv, uv_triangles),
            (found[0], found[1] + first, found[2], found[3] + first_uv),
            strict=True,
        ):
            rows.append(more)
        ranges.append((first, first + len(found[0])))
    placed = np.concatenate(vertices)
    face = placed[slice(*ranges[0])]
    names, index, delta = [], [], []
    for shape in BLENDSHAPES:
        if shape == "tongueOut":
            continue
        halves = ("Left", "Right") if shape in ("browInnerUp", "cheekPuff") else ("",)
        for half in halves:
            name = (shape + half).replace("Left", "_L").replace("Right", "_R")
            name = name.replace("jaw_L", "jawLeft").replace("jaw_R", "jawRight")
            name = name.replace("mouth_L", "mouthLeft").replace("mouth_R", "mouthRight")
            names += (
                [name] if not name.startswith("cheekSquint") else [name, name.replace("Squint", "Raiser")]
            )
    for _ in names:
        middle = face[random.integers(len(face))]
        near = np.exp(-(((face - middle) / 2.5) ** 2).sum(1))
        index.append(np.flatnonzero(near > 0.01))
        delta.append((near[index[-1]][:, None] * random.normal(0.0, 0.5, 3)).astype(np.float32))
    waves = random.normal(0.0, 0.25, (100, 3, 3)), random.uniform(0.0, 6.3, (100, 3))
    identity = 0.12 * np.sin(np.einsum("kij,vj->kvi", waves[0], placed) + waves[1][:, None])
    front = ranges[0][0] + np.flatnonzero(face[:, 2] > 2.0)
    nearest = [int(front[((placed[front, :2] - xy) ** 2).sum(1).argmin()]) for xy in OUTLINE]
    np.savez(
        path,
        vertices=placed.astype(np.float32),
        uv=np.concatenate(uv).astype(np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        uv_triangles=np.concatenate(uv_triangles).astype(np.int32),
        identity=identity.astype(np.float16),
        expression_names=np.array(names),
        expression_index=np.concatenate(index).astype(np.int32),
        expression_delta=np.concatenate(delta),
        expression_offset=np.cumsum([0, *map(len, index)]).astype(np.int32),
        landmarks_multipie68=np.array(nearest, np.int32),
        part_names=np.array(list(ELLIPSOIDS)),
        part_ranges=np.array(ranges, np.int32),
    )


@pytest.fixture(scope="session")
def small_head(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of the small head's arrays. Tests must not change it."""
    path = tmp_path_factory.mktemp("head") / "ict_facekit.npz"
    write_small_head(path)
    return path


@pytest.fixture(scope="session")
def ict_head(shared: Path) -> Path:
    """File of ICT-FaceKit's arrays."""
    path = shared / "ict-facekit" / "ict_facekit.npz"
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    return path


@pytest.fixture(scope="session")
def ict_source(ict_head: Path) -> FaceSource:
    """ICT-FaceKit's head. Tests must not change it, nor the fixtures below."""
    return read_face_source(ict_head)


@pytest.fixture(scope="session")
def ict_mesh(ict_source: FaceSource) -> StudioMesh:
    """The mesh of ICT-FaceKit's head."""
    from studio.head.mesh import build_mesh

    return build_mesh(ict_source)


@pytest.fixture(scope="session")
def ict_space(ict_source: FaceSource) -> HeadSpace:
    """The space around ICT-FaceKit's head."""
    from studio.head.head_space import HeadSpace

    return HeadSpace(ict_source)


@pytest.fixture(scope="session")
def ict_studio(ict_source: FaceSource, ict_mesh: StudioMesh) -> Iterator[Studio]:
    """A studio with ICT-FaceKit's head; making one takes seconds, so all tests share it."""
    from studio.renderer import Studio

    with Studio(ict_source, ict_mesh) as studio:
        yield studio


@pytest.fixture(scope="session")
def small_studio(small_head: Path) -> Iterator[Studio]:
    """A studio with the small head."""
    from studio.renderer import Studio

    with Studio(read_face_source(small_head)) as studio:
        yield studio


@pytest.fixture(scope="session", params=["small", "ict"])
def head(request: pytest.FixtureRequest) -> FaceSource:
    """Each of the two heads."""
    return read_face_source(request.getfixturevalue(f"{request.param}_head"))
