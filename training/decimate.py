"""Decimation of a head mesh: mirrored half-edge collapses in the order of their quadric error.

    decimator = Decimator(poses, triangles, labels, importance, mirror)
    coarse = decimator.run(4600)               # (T', 3), in the numbering of `triangles`

Vertices are removed and never moved, so a linear map on the dense mesh (identity modes, blendshapes) becomes one on
the coarse mesh by taking rows. Curves between labels (lid and lip edges, borders of parts) stay curves.
`studio.head.level_of_detail` collapses by the same errors, but many edges a round and without symmetry: it has to be
fast, while the head model is built once, to a given number of vertices.

Source: Garland and Heckbert, Surface Simplification Using Quadric Error Metrics (1997).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.quadrics import point_products, vertex_quadrics

#: Weight of an edge's squared length beside its quadric error, so that flat regions stay evenly meshed.
_LENGTH_WEIGHT: Final = 2e-4
#: Largest turn of a triangle's normal in one collapse, as a cosine.
_LEAST_COSINE: Final = 0.35
#: Smallest height of a triangle, as a share of its longest side; below it the triangle is a sliver.
_SLIVER: Final = 0.08


class Decimator:
    """Collapses edges of a mirror-symmetric triangle mesh, both halves at once."""

    def __init__(
        self,
        poses: NDArray[np.float64],
        triangles: NDArray[np.int32],
        labels: NDArray[np.int32],
        importance: NDArray[np.float64],
        mirror: NDArray[np.int32],
    ) -> None:
        """Prepare a mesh for `run`.

        Args:
            poses: (P, V, 3) positions of the vertices in P poses; the error is the sum over all of them, and only
                the first pose is checked for folds.
            triangles: (T, 3) vertex indices.
            labels: (T,) label of each triangle; borders between labels are kept as curves.
            importance: (V,) factor on the error of removing a vertex.
            mirror: (V,) index of each vertex's mirror image; itself in the plane of symmetry.
        """
        self.poses = poses
        self.importance = importance
        self.mirror = mirror
        self.faces: dict[int, tuple[int, int, int]] = {
            i: (int(a), int(b), int(c)) for i, (a, b, c) in enumerate(triangles)
        }
        self.labels = labels
        self.around: dict[int, set[int]] = defaultdict(set)
        for i, face in self.faces.items():
            for v in face:
                self.around[v].add(i)
        quadrics, _ = vertex_quadrics(poses, triangles.astype(np.int64))
        # (V, P, 10) each: the numbers of one vertex lie side by side
        self._quadrics = np.ascontiguousarray(quadrics.swapaxes(0, 1))
        self._products = np.ascontiguousarray(point_products(poses).swapaxes(0, 1))
        self.feature = self._features()

    def _features(self) -> dict[int, set[int]]:
        """Vertex -> its neighbours along borders of the mesh and between labels."""
        sides: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, face in self.faces.items():
            for k in range(3):
                a, b = face[k], face[(k + 1) % 3]
                sides[(min(a, b), max(a, b))].append(i)
        feature: dict[int, set[int]] = defaultdict(set)
        for (a, b), faces in sides.items():
            if len(faces) != 2 or self.labels[faces[0]] != self.labels[faces[1]]:
                feature[a].add(b)
                feature[b].add(a)
        return feature

    def neighbours(self, v: int) -> set[int]:
        """Vertices that share an edge with v."""
        return {w for i in self.around[v] for w in self.faces[i]} - {v}

    def _cost(self, a: int, b: int) -> float:
        """Error of moving vertex a to vertex b: squared units, weighted by area and importance."""
        error = float(np.vdot(self._products[b], self._quadrics[a]))
        length = float(np.sum((self.poses[0, a] - self.poses[0, b]) ** 2))
        return (error + _LENGTH_WEIGHT * length) * float(self.importance[a])

    def _allowed(self, a: int, b: int) -> bool:
        """Whether moving vertex a to vertex b keeps symmetry, feature curves, topology and the triangles' shape."""
        mirror = self.mirror
        if mirror[a] == a and mirror[b] != b:
            return False
        if mirror[a] == b:
            return False
        on_curve = self.feature.get(a)
        if on_curve and (len(on_curve) != 2 or b not in on_curve):
            return False
        # Link condition: only the corners of the edge's own triangles may be neighbours of both ends.
        shared = self.neighbours(a) & self.neighbours(b)
        edge_faces = [i for i in self.around[a] if b in self.faces[i]]
        if len(shared) != len(edge_faces):
            return False
        return all(self._stays_sound(self.faces[i], a, b) for i in self.around[a] if b not in self.faces[i])

    def _stays_sound(self, face: tuple[int, int, int], a: int, b: int) -> bool:
        """Whether a triangle neither turns over nor becomes a sliver when its vertex a moves to b."""
        corners = self.poses[0, list(face)]
        moved = np.array([self.poses[0, b] if v == a else self.poses[0, v] for v in face])
        before = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        after = np.cross(moved[1] - moved[0], moved[2] - moved[0])
        size = np.linalg.norm(before) * np.linalg.norm(after)
        if size < 1e-12 or float(before @ after) < _LEAST_COSINE * size:
            return False
        longest = max(float(np.sum((moved[k] - moved[k - 1]) ** 2)) for k in range(3))
        return float(np.linalg.norm(after)) >= _SLIVER * longest

    def _collapse(self, a: int, b: int) -> set[int]:
        """Move vertex a to vertex b; returns the vertices whose costs changed."""
        for i in list(self.around[a]):
            face = self.faces[i]
            if b in face:
                for v in face:
                    self.around[v].discard(i)
                del self.faces[i]
            else:
                self.faces[i] = tuple(b if v == a else v for v in face)  # type: ignore[assignment]
                self.around[b].add(i)
        self.around[a].clear()
        if a in self.feature:
            for v in self.feature.pop(a) - {b}:
                self.feature[v].discard(a)
                self.feature[v].add(b)
                self.feature[b].add(v)
            self.feature[b].discard(a)
        self._quadrics[b] += self._quadrics[a]
        return self.neighbours(b) | {b}

    def run(self, target: int) -> NDArray[np.int32]:
        """Collapse edges until `target` vertices are left, or no edge may collapse any more.

        Returns:
            (T', 3) the triangles that are left, in the numbering of the dense mesh.
        """
        alive = {v for v, faces in self.around.items() if faces}
        # A vertex's stamp counts how often its costs were computed; older heap entries are skipped.
        stamp: dict[int, int] = defaultdict(int)
        heap: list[tuple[float, int, int, int]] = []

        def push(v: int) -> None:
            stamp[v] += 1
            for w in self.neighbours(v):
                heapq.heappush(heap, (self._cost(v, w), v, w, stamp[v]))

        for v in alive:
            push(v)
        left = len(alive)
        while left > target and heap:
            _, a, b, when = heapq.heappop(heap)
            if stamp[a] != when or not self.around[a] or not self.around[b] or not self._allowed(a, b):
                continue
            twin = (int(self.mirror[a]), int(self.mirror[b]))
            touched = self._collapse(a, b)
            left -= 1
            is_pair = twin[0] != a and self.around[twin[0]] and self.around[twin[1]]
            if is_pair and twin[1] in self.neighbours(twin[0]):
                touched |= self._collapse(*twin)
                left -= 1
            for v in touched:
                push(v)
        return np.array([self.faces[i] for i in sorted(self.faces)], np.int32).reshape(-1, 3)

    def kept_labels(self) -> NDArray[np.int32]:
        """(T',) labels of the triangles that are left, in the order in which `run` returns them."""
        return np.asarray(self.labels[sorted(self.faces)], np.int32)
