"""Heads with living skin, as arrays that training reads; kept in a file so that they are made once.

    heads = load_heads(Path("runs/personal/heads.npz"), model, source, identities_of("train", 500))
    truth = heads.offsets(4, expressions)          # (E, F, 3)

A head is one of the studio's identities on the head model's own topology.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.head_model import HeadModel
from face.vertex_features import VertexFeatures
from studio.head.identity import identity_weights
from studio.head.living_skin import LivingSkin, SkinMaker
from studio.head.source import FaceSource
from studio.look import look_of
from training.errors import TrainingError

Floats = NDArray[np.float32]

#: What numpy raises for files that are missing or cut short.
DAMAGES: Final = (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile)
_SKIN: Final = ("residual", "compression", "bulge", "folding", "furrow")
_ARRAYS: Final = ("neutral", "features", "ages", *_SKIN)
#: Changes when the skin's laws do: heads are then made anew.
_EDITION: Final = 1
#: Head-model vertices lie at most this far from the dense head's, which they were chosen from; head-model units.
_NEAR: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class SkinHeads:
    """N heads of F vertices; float16 arrays, because there are many.

    Attributes:
        neutral: (N, F, 3). features: (N, F, FEATURES). ages: (N,), 0..1. residual, compression, bulge, folding, furrow:
            as of `LivingSkin`, with a leading N.
    """

    neutral: NDArray[np.float16]
    features: NDArray[np.float16]
    ages: NDArray[np.float16]
    residual: NDArray[np.float16]
    compression: NDArray[np.float16]
    bulge: NDArray[np.float16]
    folding: NDArray[np.float16]
    furrow: NDArray[np.float16]

    def skin(self, head: int) -> LivingSkin:
        """The skin of one head, float32."""
        return LivingSkin(**{name: getattr(self, name)[head].astype(np.float32) for name in _SKIN})

    def skin_at(self, head: int, vertices: NDArray[np.integer[Any]]) -> LivingSkin:
        """The skin of one head at some of its vertices."""
        arrays = {name: getattr(self, name)[head] for name in _SKIN}
        return LivingSkin(
            residual=arrays["residual"][:, vertices].astype(np.float32),
            compression=arrays["compression"][:, vertices].astype(np.float32),
            bulge=arrays["bulge"][vertices].astype(np.float32),
            folding=arrays["folding"].astype(np.float32),
            furrow=arrays["furrow"][:, vertices].astype(np.float32),
        )

    def offsets(self, head: int, expressions: Floats) -> Floats:
        """True offsets (E, F, 3) of a head, in its own age, in expressions (E, 52)."""
        return self.skin(head).offsets(expressions, age=float(self.ages[head]))


def load_heads(
    path: Path,
    model: HeadModel,
    source: FaceSource,
    identities: Sequence[int],
    *,
    progress: Callable[[int, str], None] = lambda done, note: None,
) -> SkinHeads:
    """The heads of identities from a file, which is made if it is missing or holds others.

    Args:
        path: an .npz file. source: the dense head. identities: of the studio.
        progress: called with the number of heads that are made.

    Raises:
        TrainingError: the dense head is not the one that the head model was made from.
    """
    label = np.array([_EDITION, len(identities), *identities])
    try:
        with path.open("rb") as file, np.load(file) as kept:
            if np.array_equal(kept["label"], label):
                return SkinHeads(**{name: kept[name] for name in _ARRAYS})
    except DAMAGES:
        pass  # missing or cut short
    features = VertexFeatures(model)
    face = features.face
    dense = dense_vertices(model.vertices[face], source)
    maker = SkinMaker(model.vertices[face], features.triangles, model.uv[face], model.expression[:, face])
    made: dict[str, list[Any]] = {name: [] for name in _ARRAYS}
    for number, identity in enumerate(identities):
        moved = np.einsum("k,kvc->vc", identity_weights(identity), source.identity[:, dense])
        neutral = model.vertices[face] + moved
        skin = maker.skin(neutral)
        made["neutral"].append(neutral)
        made["features"].append(features(neutral))
        made["ages"].append(look_of(identity, "real").age)
        for name in _SKIN:
            made[name].append(getattr(skin, name))
        for values in made.values():
            values[-1] = np.asarray(values[-1], np.float16)
        progress(number + 1, f"head {number + 1} of {len(identities)}")
    arrays: dict[str, Any] = {name: np.stack(values) for name, values in made.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_suffix(".new.npz")
    np.savez(making, label=label, **arrays)
    making.replace(path)
    return SkinHeads(**arrays)


def read_heads(path: Path) -> SkinHeads:
    """The heads of a file that `load_heads` made, whichever they are.

    Raises:
        TrainingError: it is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file) as kept:
            return SkinHeads(**{name: kept[name] for name in _ARRAYS})
    except DAMAGES as error:
        raise TrainingError(
            f"{path} holds no heads ({error}); make some with: omote-train personal -o {path.parent}"
        ) from error


def dense_vertices(vertices: Floats, source: FaceSource) -> NDArray[np.int64]:
    """The dense head's vertices (F,) that vertices (F, 3) of the head model were chosen from.

    Raises:
        TrainingError: one of them has none.
    """
    from scipy.spatial import cKDTree

    away, found = cKDTree(source.vertices).query(vertices)
    if float(away.max()) > _NEAR:
        raise TrainingError(
            f"a vertex of the head model lies {float(away.max()):.2f} units from ICT-FaceKit's nearest, expected at most "
            f"{_NEAR}; use the ICT-FaceKit that face/head_model.npz was made from"
        )
    return np.asarray(found, np.int64)
