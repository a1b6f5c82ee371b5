from __future__ import annotations

import numpy as np

from runtime.engines.triangle_order import back_to_front, front_to_back, outwards


def layers(count: int, depths: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Flat sheets of `count` x `count` squares, one behind the other, each of two triangles; triangles shuffled."""
    vertices, triangles = [], []
    for depth in depths:
        first = len(vertices)
        vertices += [(x, y, depth) for y in range(count + 1) for x in range(count + 1)]
        for y in range(count):
            for x in range(count):
                a, b = first + y * (count + 1) + x, first + (y + 1) * (count + 1) + x
                triangles += [(a, a + 1, b), (a + 1, b + 1, b)]
    mixed = np.random.default_rng(0).permutation(np.array(triangles, np.int32))
    return np.array(vertices, np.float32), mixed


def test_what_lies_behind_is_drawn_before_what_covers_it() -> None:
    vertices, triangles = layers(32, (-1.0, 2.0, 0.5))
    order = back_to_front(vertices, triangles)
    assert sorted(map(tuple, order)) == sorted(map(tuple, triangles))
    middles = vertices[order].mean(1)
    last = dict[tuple[float, float], float]()
    for x, y, depth in middles.round(3).tolist():
        assert last.get((x, y), -9.0) < depth  # of the triangles at one place
        last[x, y] = depth
    assert set(last.values()) == {2.0}


def test_triangles_that_follow_each_other_are_neighbours() -> None:
    vertices, triangles = layers(64, (0.0, 1.0))

    def step(order: np.ndarray) -> float:
        """Mean distance in the picture from one triangle to the next."""
        return float(np.linalg.norm(np.diff(vertices[order].mean(1)[:, :2], axis=0), axis=1).mean())

    by_depth = triangles[np.argsort(vertices[triangles][:, :, 2].mean(1), kind="stable")]
    assert step(back_to_front(vertices, triangles)) < 0.15 * step(by_depth)


def test_a_nearer_cell_comes_after_a_further_one() -> None:
    vertices, triangles = layers(16, (0.0,))
    vertices[:, 2] = -vertices[:, 0]  # to the right it goes away
    columns = vertices[back_to_front(vertices, triangles)].mean(1)[:, 0].astype(int)
    assert columns[0] == 15
    assert columns[-1] == 0
    assert (np.diff(columns) <= 0).all()


def test_a_mesh_without_triangles_and_a_flat_one_are_sorted_as_well() -> None:
    none = np.zeros((0, 3), np.int32)
    assert back_to_front(np.zeros((3, 3), np.float32), none).shape == (0, 3)
    line = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0]], np.float32)
    assert back_to_front(line, np.array([[0, 1, 2]], np.int32)).tolist() == [[0, 1, 2]]


def test_what_is_opaque_begins_with_the_nearest() -> None:
    vertices, triangles = layers(4, (-1.0, 2.0, 0.5))
    order = front_to_back(vertices, triangles)
    assert sorted(map(tuple, order)) == sorted(map(tuple, triangles))
    assert (np.diff(vertices[order].mean(1)[:, 2]) <= 0).all()


def test_every_triangle_of_a_ball_is_turned_outwards() -> None:
    corners = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], np.float32)
    triangles = np.array([(x, y, z) for x in (0, 1) for y in (2, 3) for z in (4, 5)], np.int32)
    centre = np.array([5, -3, 2], np.float32)
    vertices = 2 * corners + centre
    turned = outwards(vertices, triangles, centre)
    a, b, c = np.moveaxis(vertices[turned].astype(float), 1, 0)
    volumes = np.einsum("ti,ti->t", np.cross(a - centre, b - centre), c - centre) / 6
    assert np.allclose(volumes, 8 / 6)  # those of an octahedron whose every face looks away from its middle
    assert (np.sort(turned) == np.sort(triangles)).all()
