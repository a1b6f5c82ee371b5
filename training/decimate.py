"""Mesh simplification that keeps a face a face: symmetric half-edge collapses by quadric error.

Vertices are only removed, never moved, so every linear map on the dense mesh (identity, expression) becomes one
on the coarse mesh by taking rows. Feature curves (lid and lip edges, part and atlas borders) stay curves.

Source: Garland and Heckbert, Surface Simplification Using Quadric Error Metrics (1997).
"""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray


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
        """Prepare a mesh.

        Args:
            poses: (P, V, 3) the same vertices in P shapes; the error counts in all of them.
            triangles: (T, 3).
            labels: (T,) borders between labels are kept as curves.
            importance: (V,) factor on the error of removing a vertex.
            mirror: (V,) index of the mirrored vertex.
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
        self.quadrics = self._quadrics(triangles)
        self.feature = self._features()

    def _quadrics(self, triangles: NDArray[np.int32]) -> NDArray[np.float64]:
        count, total, _ = self.poses.shape
        quadrics = np.zeros((total, count, 4, 4))
        for p in range(count):
            a, b, c = (self.poses[p][triangles[:, k]] for k in range(3))
            normal = np.cross(b - a, c - a)
            area = np.linalg.norm(normal, axis=1, keepdims=True)
            normal = normal / np.maximum(area, 1e-12)
            plane = np.concatenate([normal, -(normal * a).sum(1, keepdims=True)], 1)
            q = plane[:, :, None] * plane[:, None, :] * area[:, :, None]
            for k in range(3):
                np.add.at(quadrics[:, p], triangles[:, k], q)
        return quadrics

    def _features(self) -> dict[int, set[int]]:
        """Vertex -> its neighbours along feature curves."""
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
        at = np.concatenate([self.poses[:, b], np.ones((len(self.poses), 1))], 1)
        error = float(np.einsum("pi,pij,pj->", at, self.quadrics[a], at))
        length = float(np.sum((self.poses[0, a] - self.poses[0, b]) ** 2))
        return (error + 2e-4 * length) * float(self.importance[a])

    def _allowed(self, a: int, b: int) -> bool:
        mirror = self.mirror
        if mirror[a] == a and mirror[b] != b:
            return False
        if mirror[a] == b:
            return False
        on_curve = self.feature.get(a)
        if on_curve and (len(on_curve) != 2 or b not in on_curve):
            return False
        shared = self.neighbours(a) & self.neighbours(b)
        edge_faces = [i for i in self.around[a] if b in self.faces[i]]
        if len(shared) != len(edge_faces):
            return False
        for i in self.around[a]:
            face = self.faces[i]
            if b in face:
                continue
            corners = self.poses[0, list(face)]
            moved = np.array([self.poses[0, b] if v == a else self.poses[0, v] for v in face])
            before = np.cross(corners[1] - corners[0], corners[2] - corners[0])
            after = np.cross(moved[1] - moved[0], moved[2] - moved[0])
            size = np.linalg.norm(before) * np.linalg.norm(after)
            if size < 1e-12 or float(before @ after) < 0.35 * size:
                return False
            longest = max(float(np.sum((moved[k] - moved[k - 1]) ** 2)) for k in range(3))
            if np.linalg.norm(after) < 0.08 * longest:  # a sliver
                return False
        return True

    def _collapse(self, a: int, b: int) -> set[int]:
        """Move a onto b; returns the vertices whose costs changed."""
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
        self.quadrics[b] += self.quadrics[a]
        return self.neighbours(b) | {b}

    def run(self, target: int) -> NDArray[np.int32]:
        """Collapse until `target` vertices are left; returns the triangles (T, 3) in the old numbering."""
        alive = {v for v, faces in self.around.items() if faces}
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
        return np.array([self.faces[i] for i in sorted(self.faces)], np.int32)

    def kept_labels(self) -> NDArray[np.int32]:
        """(T,) labels of the triangles that are left, in the order `run` returns them."""
        return np.asarray(self.labels[sorted(self.faces)], np.int32)
