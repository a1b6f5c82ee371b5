"""ShapeTransfer: expression shapes of the mean head, made to follow another head's own proportions.

    transfer = ShapeTransfer(mean, triangles)
    own = transfer(neutral, shapes)          # (K, V, 3): a wide mouth smiles wider

Added as they are, the mean head's displacements move every face by the same lengths. Here each triangle of the other head
is stretched and turned as the mean head's is, and the vertices are found that fit all of them best: a sparse linear system
for each head. Displacements stay linear in the weights.

Source: R. Sumner, J. Popović, "Deformation transfer for triangle meshes", SIGGRAPH 2004, eq. 4 to 8, here to the first
order; weights of edges as in M. Botsch et al., "Deformation transfer for detail-preserving surface editing", 2006.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.arrays import Doubles, Floats, Ints

#: Weight of an edge of a degenerate triangle, and how strongly vertices are held at the mean head's own displacements,
#: in edges' weights: inside, and on the open outer border, where other parts of the head begin.
_LEAST, _HELD, _BORDER = 0.05, 0.004, 20.0


class ShapeTransfer:
    """Belongs to one mesh; keeps what depends on the mean head alone."""

    def __init__(self, mean: Floats, triangles: Ints) -> None:
        """Keep the mesh.

        Args:
            mean: (V, 3) float32, head-model units. triangles: (T, 3), of one surface without double vertices.
        """
        self._triangles = triangles
        corners = mean[triangles].astype(np.float64)
        sides = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], 2)  # (T, 3, 2)
        square = np.swapaxes(sides, 1, 2) @ sides
        square += 1e-9 * np.eye(2)
        self._inverse: Doubles = np.linalg.inv(square) @ np.swapaxes(sides, 1, 2)  # (T, 2, 3)
        normal = np.cross(sides[:, :, 0], sides[:, :, 1])
        self._normal: Doubles = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        self._border = outer_border(triangles, mean)
        self._ends = _side_ends(triangles, len(mean))

    def __call__(self, neutral: Floats, shapes: Floats) -> Floats:
        """The shapes of another head.

        Args:
            neutral: (V, 3) float32, that head at rest. shapes: (K, V, 3) float32, displacements of the mean head.

        Returns:
            (K, V, 3) float32.
        """
        from scipy.sparse import diags
        from scipy.sparse.linalg import splu

        triangles, count = self._triangles, len(neutral)
        held = np.full(count, _HELD)
        held[self._border] = _BORDER
        gradient = self._gradients(shapes)
        corners = neutral[triangles].astype(np.float64)
        weights, wanted = [], []
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            one, other = corners[:, i] - corners[:, k], corners[:, j] - corners[:, k]
            sine = np.linalg.norm(np.cross(one, other), axis=1)
            weights.append(np.maximum(0.5 * (one * other).sum(1) / np.maximum(sine, 1e-9), _LEAST))
            along = (corners[:, j] - corners[:, i]) * weights[-1][:, None]
            wanted.append(gradient @ along[:, None, :, None])
        right = self._ends.T @ np.concatenate(wanted).reshape(3 * len(triangles), -1)
        right += held[:, None] * shapes.transpose(1, 0, 2).reshape(count, -1)
        laplacian = self._ends.T @ diags(np.concatenate(weights)) @ self._ends
        solved = splu((laplacian + diags(held)).tocsc()).solve(right)
        return np.ascontiguousarray(solved.reshape(count, -1, 3).transpose(1, 0, 2), np.float32)

    def _gradients(self, shapes: Floats) -> Doubles:
        """How each shape stretches and turns each triangle: (T, K, 3, 3), without the identity."""
        a, b, c = (shapes[:, self._triangles[:, k]].astype(np.float64) for k in range(3))  # (K, T, 3)
        sides = np.stack([b - a, c - a], 3).transpose(1, 0, 2, 3)  # (T, K, 3, 2)
        within = sides @ self._inverse[:, None]
        # the normal turns with the triangle
        turned = -np.einsum("tkxy,tx->tky", within, self._normal)
        made: Doubles = within + turned[..., None] * self._normal[:, None, None, :]
        return made


def _side_ends(triangles: Ints, count: int) -> Any:
    """The sparse matrix (3 T, V) of differences along the sides of all triangles, those opposite to corner 0 first."""
    from scipy.sparse import csr_matrix

    rows = np.arange(3 * len(triangles))
    begin, end = (np.concatenate([triangles[:, (k + step) % 3] for k in range(3)]) for step in (1, 2))
    values = np.concatenate([-np.ones(len(rows)), np.ones(len(rows))])
    places = (np.concatenate([rows, rows]), np.concatenate([begin, end]))
    return csr_matrix((values, places), shape=(len(rows), count))


def outer_border(triangles: Ints, vertices: Floats) -> Ints:
    """The vertices of a surface's longest border."""
    directed: dict[tuple[int, int], Any] = {
        (int(t[k]), int(t[(k + 1) % 3])): None for t in triangles for k in range(3)
    }
    following = {a: b for a, b in directed if (b, a) not in directed}
    loops, left = [], dict(following)
    while left:
        start, at = next(iter(left.items()))
        loop = [start]
        del left[start]
        while at in left:
            loop.append(at)
            at = left.pop(at)
        loops.append(np.array(loop, np.int32))
    if not loops:
        return np.zeros(0, np.int32)
    return max(loops, key=lambda loop: float(np.linalg.norm(np.diff(vertices[loop], axis=0), axis=1).sum()))
