"""Against a slow least squares that is written out edge by edge, and against heads whose shapes are known."""

from __future__ import annotations

import numpy as np
import pytest

from studio.head.shape_transfer import ShapeTransfer, outer_border


def ball(steps: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """A closed sphere of radius 5: vertices (V, 3), triangles (T, 3) counter-clockwise from outside."""
    around = np.arange(2 * steps) * np.pi / steps
    rows = [[(0.0, -5.0, 0.0)]]
    for height in np.linspace(-np.pi / 2, np.pi / 2, steps + 1)[1:-1]:
        radius, y = 5.0 * np.cos(height), 5.0 * np.sin(height)
        rows.append([(radius * np.sin(a), y, radius * np.cos(a)) for a in around])
    rows.append([(0.0, 5.0, 0.0)])
    starts = np.cumsum([0, *(len(row) for row in rows)])
    triangles = []
    for low, high, first, second in zip(rows[:-1], rows[1:], starts[:-2], starts[1:-1], strict=True):
        for k in range(2 * steps):
            a, b = first + k % len(low), first + (k + 1) % len(low)
            c, d = second + k % len(high), second + (k + 1) % len(high)
            triangles += [t for t in ((a, b, d), (a, d, c)) if len(set(t)) == 3]
    return np.array([place for row in rows for place in row], np.float32), np.array(triangles, np.int32)


def swelling(vertices: np.ndarray) -> np.ndarray:
    """A smooth displacement (1, V, 3) of the front, in the ball's own measure."""
    share = np.exp(-((vertices[:, 0] / 3.0) ** 2) - ((vertices[:, 2] - 5.0) / 4.0) ** 2)
    return (share[:, None] * np.array([0.3, 0.6, 0.5]))[None].astype(np.float32)


def sheet() -> tuple[np.ndarray, np.ndarray]:
    """A bent square of 4 by 4 vertices, with a border."""
    x, y = np.meshgrid(np.arange(4.0), np.arange(4.0))
    vertices = np.stack([x, y, 0.2 * x * y - 0.1 * x**2], -1).reshape(-1, 3).astype(np.float32)
    corner = np.array([r * 4 + c for r in range(3) for c in range(3)])
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + 5], 1),
            np.stack([corner, corner + 5, corner + 4], 1),
        ]
    )
    return vertices, triangles.astype(np.int32)


def test_on_the_mean_head_shapes_stay_as_they_are() -> None:
    vertices, triangles = sheet()
    shapes = np.random.default_rng(0).normal(0, 0.3, (3, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(ShapeTransfer(vertices, triangles)(vertices, shapes), shapes, atol=1e-5)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_larger_head_moves_farther_in_proportion(factor: float) -> None:
    vertices, triangles = ball()
    shapes = swelling(vertices)
    own = ShapeTransfer(vertices, triangles)(vertices * np.float32(factor), shapes)
    # what moves as a whole is no stretch, so the mean displacement is told by the hold on the old one alone
    moved, expected = own - own.mean(1, keepdims=True), factor * (shapes - shapes.mean(1, keepdims=True))
    assert np.abs(moved - expected).max() < 0.15 * abs(1 - factor) * np.abs(expected).max()


def test_a_wide_head_is_stretched_sideways_only() -> None:
    vertices, triangles = ball()
    shapes = (vertices * np.array([0.1, 0.0, 0.0]))[None].astype(np.float32)  # 10 % wider
    own = ShapeTransfer(vertices, triangles)(vertices * np.array([1.4, 1, 1], np.float32), shapes)
    # least at the very sides, where skin that faces sideways tells nothing of widths
    np.testing.assert_allclose(own[0, :, 0], 0.14 * vertices[:, 0], atol=0.15 * 0.7)
    assert np.abs(own[0, :, 1:]).max() < 0.03


def test_it_is_the_least_squares_over_all_edges() -> None:
    vertices, triangles = sheet()
    random = np.random.default_rng(1)
    neutral = vertices + random.normal(0, 0.15, vertices.shape).astype(np.float32)
    shapes = random.normal(0, 0.2, (2, 16, 3)).astype(np.float32)
    border = set(outer_border(triangles, vertices).tolist())
    rows, wanted = [], []
    for triangle in triangles:
        mean, own = vertices[triangle].astype(float), neutral[triangle].astype(float)
        sides = np.stack([mean[1] - mean[0], mean[2] - mean[0]], 1)
        normal = np.cross(*sides.T)
        normal /= np.linalg.norm(normal)
        gradients = []
        for shape in shapes:
            moved = shape[triangle].astype(float)
            within = np.stack([moved[1] - moved[0], moved[2] - moved[0]], 1) @ np.linalg.pinv(sides)
            gradients.append(within + np.outer(-within.T @ normal, normal))
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            one, other = own[i] - own[k], own[j] - own[k]
            weight = max(0.5 * (one @ other) / np.linalg.norm(np.cross(one, other)), 0.05) ** 0.5
            row = np.zeros(16)
            row[triangle[i]], row[triangle[j]] = -weight, weight
            rows.append(row)
            wanted.append([weight * gradient @ (own[j] - own[i]) for gradient in gradients])
    for vertex in range(16):
        hold = (20.0 if vertex in border else 0.004) ** 0.5
        rows.append(hold * np.eye(16)[vertex])
        wanted.append([hold * shape[vertex] for shape in shapes])
    expected = np.linalg.lstsq(np.array(rows), np.array(wanted).reshape(len(rows), -1), rcond=None)[0]
    got = ShapeTransfer(vertices, triangles)(neutral, shapes)
    np.testing.assert_allclose(got, expected.reshape(16, 2, 3).transpose(1, 0, 2), atol=1e-4)


def test_the_outer_border_is_the_longest_one() -> None:
    vertices, triangles = sheet()
    with_hole = triangles[~np.isin(triangles, (5, 6, 9, 10)).all(1)]
    outer = [0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15]
    assert sorted(outer_border(with_hole, vertices).tolist()) == outer
    closed = ball(4)
    assert len(outer_border(closed[1], closed[0])) == 0
