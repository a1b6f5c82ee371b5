"""Build the head model: a linear model on Omote's own topology, from heads sampled from ICT-FaceKit.

    python -m training.head_model --ict ict_facekit.npz -o face/head_model.npz

Writes vertices, parts, atlas coordinates, identity modes, the 52 ARKit shapes and the loops of lids and lips, and
prints the reconstruction error on held-out random heads with random expressions.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from studio.surface import closest_point
from training.decimate import Decimator
from training.dense_head import LABEL, PARTS, DenseHead, read_dense_head

STEP: Final = 5e-4  # quantisation of stored positions, model units
IDENTITY_MODES: Final = 90
TRAINING_HEADS: Final = 2000
SKIN_BUDGET: Final = 4600  # vertices of face, ears, neck, scalp and sockets together
OTHER_BUDGET: Final = {"gums": 420, "tongue": 260, "teeth_upper": 420, "teeth_lower": 420, "eyeball": 300}


def decimate(head: DenseHead) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Coarse triangles (T, 3) in the dense head's numbering, and their labels (T,)."""
    poses = np.stack(
        [
            head.vertices,
            _posed(head, "jawOpen", "mouthFunnel"),
            _posed(head, "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthSmileRight"),
            _posed(head, "browInnerUp", "mouthPucker", "noseSneerLeft", "noseSneerRight"),
            head.vertices + 2 * head.identity[0],
            head.vertices + 2 * head.identity[1],
        ]
    )
    importance = _importance(head)
    groups = {
        ("face", "ears_and_neck", "scalp", "shoulders", "mouth_socket", "eye_socket"): SKIN_BUDGET,
        ("gums", "tongue"): OTHER_BUDGET["gums"] + OTHER_BUDGET["tongue"],
        ("teeth_upper",): OTHER_BUDGET["teeth_upper"],
        ("teeth_lower",): OTHER_BUDGET["teeth_lower"],
        ("eyeball_left", "eyeball_right"): 2 * OTHER_BUDGET["eyeball"],
    }
    triangles, labels = [], []
    for names, budget in groups.items():
        group = np.isin(head.labels, [LABEL[name] for name in names])
        decimator = Decimator(poses, head.triangles[group], head.labels[group], importance, head.mirror)
        triangles.append(decimator.run(budget))
        labels.append(decimator.kept_labels())
        print(f"  {', '.join(names)}: {group.sum()} -> {len(triangles[-1])} triangles", flush=True)
    return np.concatenate(triangles), np.concatenate(labels)


def _posed(head: DenseHead, *names: str) -> NDArray[np.float64]:
    """The mean head (V, 3) with some blendshapes at 1."""
    vertices = head.vertices
    for name in names:
        vertices = vertices + head.expression[INDEX[name]]
    return vertices


def _importance(head: DenseHead) -> NDArray[np.float64]:
    """Weight (V,) of each vertex's error: highest at lids and lips, high in the face, 0.05 elsewhere."""
    v = head.vertices
    weight = np.full(len(v), 0.05)
    face = np.unique(head.of_part("face"))
    weight[face] = 1.0
    for x, y, reach, gain in (
        (3.1, 3.5, 1.7, 14.0),
        (-3.1, 3.5, 1.7, 14.0),
        (0, -3.4, 2.6, 8.0),
        (0, -0.2, 2.2, 3.0),
    ):
        near = np.exp(-(((v[face, 0] - x) / reach) ** 2) - ((v[face, 1] - y) / (0.6 * reach)) ** 2)
        weight[face] += gain * near
    return weight


def split_atlas(
    head: DenseHead, triangles: NDArray[np.int32], labels: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Give every vertex of the face one atlas coordinate; vertices of other parts get (0, 0).

    Vertices on the face's border are doubled, because the face's atlas chart ends there.

    Args:
        head: the dense head.
        triangles: (T, 3) coarse triangles in the dense head's numbering.
        labels: (T,) index into PARTS.

    Returns:
        The dense vertex (V,) of each coarse vertex, the triangles (T, 3) in the coarse numbering, and atlas
        coordinates (V, 2), 0..1, v up.
    """
    face = labels == LABEL["face"]
    dense_face = head.labels == LABEL["face"]
    # Index into uv of each dense face vertex: inside one chart a vertex has only one.
    place = dict(
        zip(
            head.triangles[dense_face].ravel().tolist(),
            head.uv_triangles[dense_face].ravel().tolist(),
            strict=True,
        )
    )
    keys: dict[tuple[int, bool], int] = {}
    renumbered = np.zeros_like(triangles)
    for i, corners in enumerate(triangles):
        for k, c in enumerate(corners):
            renumbered[i, k] = keys.setdefault((int(c), bool(face[i])), len(keys))
    kept = np.array([key[0] for key in keys], np.int32)
    uv = np.zeros((len(keys), 2), np.float32)
    for (vertex, is_face), coarse in keys.items():
        if is_face:
            uv[coarse] = head.uv[place[vertex]]
    used = np.unique(renumbered[face])
    low, high = uv[used].min(0), uv[used].max(0)
    centre, half = (low + high) / 2, (high - low).max() / 2 * 1.02
    uv[used] = (uv[used] - centre) / (2 * half) + 0.5
    return kept, renumbered, uv


def identity_modes(
    head: DenseHead, kept: NDArray[np.int32], face: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean head and identity modes: principal components of sampled heads, weighted to the face.

    Args:
        head: the dense head, whose own modes are sampled with standard normal weights.
        kept: (V,) dense vertex of each coarse vertex.
        face: coarse vertices of the face, with weight 1; the others have 0.3.

    Returns:
        Mean (V, 3) and modes (IDENTITY_MODES, V, 3), float32, strongest first; a weight of 1 in a mode is one standard
        deviation.
    """
    rng = np.random.default_rng(1)
    basis = head.identity[:, kept].reshape(len(head.identity), -1)
    weights = rng.standard_normal((TRAINING_HEADS, len(head.identity))).astype(np.float32)
    heads = weights @ basis
    mean = heads.mean(0)
    importance = np.full(len(kept), 0.3, np.float32)
    importance[face] = 1.0
    scale = np.repeat(importance, 3)
    _, strength, rows = np.linalg.svd((heads - mean) * scale, full_matrices=False)
    modes = rows[:IDENTITY_MODES] / scale * (strength[:IDENTITY_MODES, None] / np.sqrt(TRAINING_HEADS))
    vertices = head.vertices[kept] + mean.reshape(-1, 3)
    return vertices.astype(np.float32), modes.reshape(len(modes), -1, 3).astype(np.float32)


def boundary_loop(
    triangles: NDArray[np.int32], near: tuple[float, float], vertices: NDArray[np.float32]
) -> NDArray[np.int32]:
    """The closed border of a mesh whose centre is nearest to a point.

    Args:
        triangles: (T, 3) vertex indices.
        near: x, y of the point, model units.
        vertices: (V, 3).

    Returns:
        Vertex indices in order along the border; loops of more than 120 vertices, such as the outline, come last.
    """
    directed = {(int(t[k]), int(t[(k + 1) % 3])) for t in triangles for k in range(3)}
    following = {a: b for a, b in directed if (b, a) not in directed}
    loops, left = [], set(following)
    while left:
        start = left.pop()
        loop, at = [start], following[start]
        while at != start and at in following:
            loop.append(at)
            left.discard(at)
            at = following[at]
        loops.append(np.array(loop, np.int32))
    return min(
        loops, key=lambda loop: float(np.hypot(*(vertices[loop, :2].mean(0) - near))) + (len(loop) > 120) * 9
    )


def halves(
    loop: NDArray[np.int32], vertices: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Split a loop at its smallest and largest x into upper and lower half, both from -X to +X with the corners."""
    x = vertices[loop, 0]
    loop = np.roll(loop, -int(x.argmin()))
    far = int(vertices[loop, 0].argmax())
    one, other = loop[: far + 1], np.concatenate([loop[far:], loop[:1]])[::-1]
    if vertices[one, 1].mean() < vertices[other, 1].mean():
        one, other = other, one
    return one, other


def measure(head: DenseHead, model: dict[str, Any], count: int = 60) -> tuple[float, float]:
    """Reconstruction error of the model on random heads and expressions.

    Args:
        head: the dense head.
        model: the result of `build`.
        count: number of heads.

    Returns:
        Mean and 99th percentile of the distance of dense face vertices from the coarse surface, model units.
    """
    face = model["part_triangles"]["face"]
    corners = model["vertices"][face]
    dense = np.unique(head.of_part("face"))
    points = head.vertices[dense].astype(np.float32)
    where, bary = closest_point(points, corners)
    rng = np.random.default_rng(2)
    modes = model["identity"].reshape(len(model["identity"]), -1)
    used = np.unique(face)
    fit_rows = model["identity"][:, used].reshape(len(modes), -1).T
    errors = []
    for _ in range(count):
        weights = rng.standard_normal(len(head.identity)).astype(np.float32)
        expression = (rng.random(52) * (rng.random(52) < 0.15)).astype(np.float32)
        offset = np.tensordot(weights, head.identity, 1)
        moved = np.tensordot(expression, head.expression, 1)
        truth = (head.vertices + offset + moved)[dense]
        ours_neutral = (head.vertices + offset)[model["kept"]][used] - model["vertices"][used]
        solved, *_ = np.linalg.lstsq(fit_rows, ours_neutral.reshape(-1), rcond=None)
        ours = (
            model["vertices"]
            + np.tensordot(solved, model["identity"], 1)
            + np.tensordot(expression, model["expression"], 1)
        )
        surface = (ours[face][where] * bary[..., None]).sum(1)
        errors.append(np.linalg.norm(truth - surface, axis=1))
    flat = np.concatenate(errors)
    return float(flat.mean()), float(np.percentile(flat, 99))


def build(head: DenseHead) -> dict[str, Any]:
    """The arrays of the model file, before quantisation."""
    coarse, labels = decimate(head)
    order = np.argsort(labels, kind="stable")
    kept, triangles, uv = split_atlas(head, coarse[order], labels[order])
    labels = labels[order]
    parts = {name: triangles[labels == i] for i, name in enumerate(PARTS)}
    vertices, identity = identity_modes(head, kept, np.unique(parts["face"]))
    lids_left = halves(boundary_loop(parts["face"], (3.1, 3.5), vertices), vertices)
    lids_right = halves(boundary_loop(parts["face"], (-3.1, 3.5), vertices), vertices)
    lips = halves(boundary_loop(parts["face"], (0, -3.4), vertices), vertices)
    return {
        "kept": kept, "vertices": vertices, "triangles": triangles, "labels": labels, "part_triangles": parts,
        "uv": uv, "identity": identity, "expression": head.expression[:, kept],
        "lids_left": lids_left, "lids_right": lids_right, "lips": lips,
    }  # fmt: skip


def write(model: dict[str, Any], path: Path) -> None:
    """Write the model file; modes and shapes are quantised to multiples of STEP."""

    def steps(values: NDArray[Any]) -> NDArray[np.int16]:
        return np.round(values / STEP).astype(np.int16)

    loops = {}
    for name in ("lids_left", "lids_right", "lips"):
        loops[f"{name}_upper"], loops[f"{name}_lower"] = model[name]
    np.savez_compressed(
        path,
        step=np.float32(STEP),
        vertices=model["vertices"],
        triangles=model["triangles"].astype(np.uint16),
        labels=model["labels"].astype(np.uint8),
        part_names=np.array(PARTS),
        uv=model["uv"],
        identity=steps(model["identity"]),
        expression=steps(model["expression"]),
        pivot=np.array([0.0, -2.5, 0.5], np.float32),
        **loops,
    )


def main() -> None:
    """Parse the arguments; build, measure and write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ict", type=Path, required=True, help="ict_facekit.npz")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    head = read_dense_head(arguments.ict)
    model = build(head)
    mean, p99 = measure(head, model)
    write(model, arguments.output)
    print(
        f"{len(model['vertices'])} vertices, {len(model['triangles'])} triangles, {len(model['identity'])} identity modes"
    )
    print(f"face, held-out heads and expressions: mean {mean:.4f}, p99 {p99:.4f} model units")
    print(f"{arguments.output}: {arguments.output.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
