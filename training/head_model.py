"""Learn the head model: heads sampled from ICT-FaceKit -> one linear model on Omote's own topology.

    python -m training.head_model --ict ict_facekit.npz -o face/head_model.npz

Writes vertices, parts, an atlas, identity modes, the 52 ARKit shapes and the loops of lids and lips, and prints the
reconstruction error on held-out random heads with random expressions.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from protocol.blendshapes import BLENDSHAPES
from studio.surface import closest_point, components
from training.decimate import Decimator

STEP: Final = 5e-4  # quantisation of stored positions, model units
IDENTITY_MODES: Final = 90
TRAINING_HEADS: Final = 2000
PARTS: Final = (
    "face", "ears_and_neck", "scalp", "shoulders", "mouth_socket", "eye_socket", "gums", "tongue",
    "teeth_upper", "teeth_lower", "eyeball_left", "eyeball_right",
)  # fmt: skip
SKIN_BUDGET: Final = 4600  # vertices of face, ears, neck, scalp and sockets together
OTHER_BUDGET: Final = {"gums": 420, "tongue": 260, "teeth_upper": 420, "teeth_lower": 420, "eyeball": 300}


@dataclass(slots=True, eq=False)
class Source:
    """The dense source heads: mean, identity modes (K, V, 3), ARKit shapes (52, V, 3) and labelled triangles."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    labels: NDArray[np.int32]
    uv: NDArray[np.float64]
    uv_triangles: NDArray[np.int32]
    identity: NDArray[np.float32]
    expression: NDArray[np.float32]
    mirror: NDArray[np.int32]
    face_vertices: NDArray[np.int32]


def read_source(path: Path) -> Source:
    """Load ICT-FaceKit's arrays and bring them to ARKit's 52 shapes and our parts."""
    data = np.load(path, allow_pickle=False)
    vertices = data["vertices"].astype(np.float64)
    triangles, uv_triangles = data["triangles"], data["uv_triangles"]
    ranges = {str(n): r for n, r in zip(data["part_names"], data["part_ranges"], strict=True)}

    def within(name: str) -> NDArray[np.bool_]:
        low, high = ranges[name]
        return np.asarray(((triangles >= low) & (triangles < high)).any(1), np.bool_)

    charts = components(uv_triangles, len(data["uv"]))[uv_triangles[:, 0]]
    labels = np.full(len(triangles), -1, np.int32)
    order = {name: i for i, name in enumerate(PARTS)}
    front_chart = np.bincount(charts[within("face")]).argmax()
    labels[within("face")] = order["ears_and_neck"]
    labels[within("head_and_neck")] = order["scalp"]
    below = vertices[triangles][:, :, 1].max(1) < -3.4
    labels[within("head_and_neck") & below] = order["shoulders"]
    labels[within("mouth_socket")] = order["mouth_socket"]
    labels[within("eye_socket_left") | within("eye_socket_right")] = order["eye_socket"]
    labels[charts == front_chart] = order["face"]
    # Gums and tongue are one piece with several charts: the tongue's is the one in the middle of the mouth.
    pieces = components(triangles, len(vertices))
    gums = within("gums_and_tongue")
    labels[gums] = order["gums"]
    middle = np.linalg.norm(vertices[triangles].mean(1) - (0.0, -3.2, 8.0), axis=1)
    tongue_chart = charts[np.flatnonzero(gums)[middle[gums].argmin()]]
    labels[gums & (charts == tongue_chart)] = order["tongue"]
    teeth = within("teeth")
    for piece in np.unique(pieces[triangles[teeth, 0]]):
        mine = teeth & (pieces[triangles[:, 0]] == piece)
        upper = vertices[triangles[mine]].reshape(-1, 3)[:, 1].mean() > -3.2
        labels[mine] = order["teeth_upper" if upper else "teeth_lower"]
    labels[within("eyeball_left")] = order["eyeball_left"]
    labels[within("eyeball_right")] = order["eyeball_right"]
    _, mirror = cKDTree(vertices).query(vertices * (-1, 1, 1))
    kept = labels >= 0
    low, high = ranges["face"]
    return Source(
        vertices,
        triangles[kept],
        labels[kept],
        data["uv"].astype(np.float64),
        uv_triangles[kept],
        data["identity"].astype(np.float32),
        _arkit_shapes(data, labels, triangles, vertices, ranges),
        mirror.astype(np.int32),
        np.arange(low, high, dtype=np.int32),
    )


def _arkit_shapes(
    data: Any,
    labels: NDArray[np.int32],
    triangles: NDArray[np.int32],
    vertices: NDArray[np.float64],
    ranges: Any,
) -> NDArray[np.float32]:
    """ICT's shapes under ARKit's names; halves are joined, the tongue's is made here."""
    offsets, index, delta = data["expression_offset"], data["expression_index"], data["expression_delta"]
    dense = {}
    for i, name in enumerate(data["expression_names"]):
        shape = np.zeros(vertices.shape, np.float32)
        rows = slice(offsets[i], offsets[i + 1])
        shape[index[rows]] = delta[rows]
        # Eyeballs turn as a rotation, not as a shape.
        for eye in ("eyeball_left", "eyeball_right"):
            if str(name).startswith(("eyeLook", "Pupil")):
                shape[slice(*ranges[eye])] = 0
        dense[str(name).replace("_L", "Left").replace("_R", "Right")] = shape
    for side in ("Left", "Right"):
        dense[f"cheekSquint{side}"] = dense[f"cheekSquint{side}"] + 0.6 * dense[f"cheekRaiser{side}"]
    dense["browInnerUp"] = dense["browInnerUpLeft"] + dense["browInnerUpRight"]
    dense["cheekPuff"] = dense["cheekPuffLeft"] + dense["cheekPuffRight"]
    tongue = np.unique(triangles[labels == PARTS.index("tongue")])
    out = np.zeros(vertices.shape, np.float32)
    along = np.clip((vertices[tongue, 2] - 3.0) / 6.5, 0, 1)
    along = along * along * (3 - 2 * along)
    out[tongue] = along[:, None] * np.array([0, 0.1, 3.6]) + (along**3)[:, None] * np.array([0, -0.9, 0])
    dense["tongueOut"] = out
    return np.stack([dense[name] for name in BLENDSHAPES])


def decimate_all(source: Source) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Coarse triangles (T, 3) in the source's numbering, and their part labels (T,)."""
    shape = source.expression
    at = BLENDSHAPES.index
    poses = [
        source.vertices,
        source.vertices + shape[at("jawOpen")] + shape[at("mouthFunnel")],
        source.vertices
        + shape[at("eyeBlinkLeft")]
        + shape[at("eyeBlinkRight")]
        + shape[at("mouthSmileLeft")]
        + shape[at("mouthSmileRight")],
        source.vertices
        + shape[at("browInnerUp")]
        + shape[at("mouthPucker")]
        + shape[at("noseSneerLeft")]
        + shape[at("noseSneerRight")],
        source.vertices + 2 * source.identity[0],
        source.vertices + 2 * source.identity[1],
    ]
    importance = _importance(source)
    groups = {
        ("face", "ears_and_neck", "scalp", "shoulders", "mouth_socket", "eye_socket"): SKIN_BUDGET,
        ("gums", "tongue"): OTHER_BUDGET["gums"] + OTHER_BUDGET["tongue"],
        ("teeth_upper",): OTHER_BUDGET["teeth_upper"],
        ("teeth_lower",): OTHER_BUDGET["teeth_lower"],
        ("eyeball_left", "eyeball_right"): 2 * OTHER_BUDGET["eyeball"],
    }
    triangles, labels = [], []
    for names, budget in groups.items():
        mine = np.isin(source.labels, [PARTS.index(n) for n in names])
        decimator = Decimator(
            np.stack(poses), source.triangles[mine], source.labels[mine], importance, source.mirror
        )
        triangles.append(decimator.run(budget))
        labels.append(decimator.kept_labels())
        print(f"  {', '.join(names)}: {mine.sum()} -> {len(triangles[-1])} triangles", flush=True)
    return np.concatenate(triangles), np.concatenate(labels)


def _importance(source: Source) -> NDArray[np.float64]:
    """More where the eye looks: lids and lips most, then the moving front of the face; little behind."""
    v = source.vertices
    weight = np.full(len(v), 0.05)
    face = np.unique(source.triangles[source.labels == PARTS.index("face")])
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
    source: Source, triangles: NDArray[np.int32], labels: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Give every vertex one atlas place: the face has its own; other parts carry none (0, 0).

    Returns:
        kept (V,) source vertex of each of ours, triangles (T, 3) in our numbering, uv (V, 2) 0..1, v up.
    """
    face = labels == PARTS.index("face")
    # Corner atlas places of the front chart, by source vertex.
    place: dict[int, int] = {}
    for corners, places in zip(
        source.triangles[source.labels == PARTS.index("face")],
        source.uv_triangles[source.labels == PARTS.index("face")],
        strict=True,
    ):
        for c, p in zip(corners, places, strict=True):
            place[int(c)] = int(p)
    keys: dict[tuple[int, bool], int] = {}
    renumbered = np.zeros_like(triangles)
    for i, corners in enumerate(triangles):
        for k, c in enumerate(corners):
            key = (int(c), bool(face[i]))  # the face's border is doubled: its own atlas ends there
            renumbered[i, k] = keys.setdefault(key, len(keys))
    kept = np.array([key[0] for key in keys], np.int32)
    uv = np.zeros((len(keys), 2), np.float32)
    for (vertex, is_face), ours in keys.items():
        if is_face:
            uv[ours] = source.uv[place[vertex]]
    used = np.unique(renumbered[face])
    low, high = uv[used].min(0), uv[used].max(0)
    centre, half = (low + high) / 2, (high - low).max() / 2 * 1.02
    uv[used] = (uv[used] - centre) / (2 * half) + 0.5
    return kept, renumbered, uv


def identity_modes(
    source: Source, kept: NDArray[np.int32], face: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean (V, 3) and modes (K, V, 3) from sampled heads, by principal components weighted to the face.

    A weight of 1 in a mode is one standard deviation.
    """
    rng = np.random.default_rng(1)
    basis = source.identity[:, kept].reshape(len(source.identity), -1)
    weights = rng.standard_normal((TRAINING_HEADS, len(source.identity))).astype(np.float32)
    heads = weights @ basis
    mean = heads.mean(0)
    importance = np.full(len(kept), 0.3, np.float32)
    importance[face] = 1.0
    scale = np.repeat(importance, 3)
    _, strength, rows = np.linalg.svd((heads - mean) * scale, full_matrices=False)
    modes = rows[:IDENTITY_MODES] / scale * (strength[:IDENTITY_MODES, None] / np.sqrt(TRAINING_HEADS))
    vertices = source.vertices[kept] + mean.reshape(-1, 3)
    return vertices.astype(np.float32), modes.reshape(len(modes), -1, 3).astype(np.float32)


def boundary_loop(
    triangles: NDArray[np.int32], near: tuple[float, float], vertices: NDArray[np.float32]
) -> NDArray[np.int32]:
    """The face's closed border whose centre is nearest to (x, y), in order around."""
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
    """Upper and lower half of a loop, both from smallest to largest x, corners included in both."""
    x = vertices[loop, 0]
    loop = np.roll(loop, -int(x.argmin()))
    far = int(vertices[loop, 0].argmax())
    one, other = loop[: far + 1], np.concatenate([loop[far:], loop[:1]])[::-1]
    if vertices[one, 1].mean() < vertices[other, 1].mean():
        one, other = other, one
    return one, other


def measure(source: Source, model: dict[str, Any], count: int = 60) -> tuple[float, float]:
    """Distance of the dense face to our surface on random heads and expressions: mean and 99th percentile."""
    face = model["part_triangles"]["face"]
    corners = model["vertices"][face]
    dense = source.face_vertices[
        np.isin(source.face_vertices, source.triangles[source.labels == PARTS.index("face")])
    ]
    points = source.vertices[dense].astype(np.float32)
    where, bary = closest_point(points, corners)
    rng = np.random.default_rng(2)
    modes = model["identity"].reshape(len(model["identity"]), -1)
    used = np.unique(face)
    fit_rows = model["identity"][:, used].reshape(len(modes), -1).T
    errors = []
    for _ in range(count):
        weights = rng.standard_normal(len(source.identity)).astype(np.float32)
        expression = (rng.random(52) * (rng.random(52) < 0.15)).astype(np.float32)
        offset = np.tensordot(weights, source.identity, 1)
        moved = np.tensordot(expression, source.expression, 1)
        truth = (source.vertices + offset + moved)[dense]
        ours_neutral = (source.vertices + offset)[model["kept"]][used] - model["vertices"][used]
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


def build(source: Source) -> dict[str, Any]:
    """Everything the model file holds, not yet quantised."""
    coarse, labels = decimate_all(source)
    order = np.argsort(labels, kind="stable")
    kept, triangles, uv = split_atlas(source, coarse[order], labels[order])
    labels = labels[order]
    parts = {name: triangles[labels == i] for i, name in enumerate(PARTS)}
    vertices, identity = identity_modes(source, kept, np.unique(parts["face"]))
    lids_left = halves(boundary_loop(parts["face"], (3.1, 3.5), vertices), vertices)
    lids_right = halves(boundary_loop(parts["face"], (-3.1, 3.5), vertices), vertices)
    lips = halves(boundary_loop(parts["face"], (0, -3.4), vertices), vertices)
    return {
        "kept": kept, "vertices": vertices, "triangles": triangles, "labels": labels, "part_triangles": parts,
        "uv": uv, "identity": identity, "expression": source.expression[:, kept],
        "lids_left": lids_left, "lids_right": lids_right, "lips": lips,
    }  # fmt: skip


def write(model: dict[str, Any], path: Path) -> None:
    """Store the model in steps of STEP units."""

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
    """Build, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ict", type=Path, required=True, help="ict_facekit.npz")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    source = read_source(arguments.ict)
    model = build(source)
    mean, p99 = measure(source, model)
    write(model, arguments.output)
    print(
        f"{len(model['vertices'])} vertices, {len(model['triangles'])} triangles, {len(model['identity'])} identity modes"
    )
    print(f"face, held-out heads and expressions: mean {mean:.4f}, p99 {p99:.4f} model units")
    print(f"{arguments.output}: {arguments.output.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
