"""What is fixed of an avatar's own skin: a network says once for each avatar how its skin follows, bulges and folds.

    skin = personal_skin(rig, load_personal_model(folder), strength=0.8, age=0.3)
    deformer = FaceDeformer.of(neutral, moving, skin.added_to(moving, basis), skin.codes)

The network's rows stand beside the shapes of the deformation, so that a frame costs a few more rows and no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.deform import SkinCodes
from face.easing import ease_in_out
from face.rig import HeadRig
from face.skin_folds import furrow_depth
from face.vertex_features import VertexFeatures
from inference.model_folder import ModelFolder
from inference.session import open_session
from protocol.blendshapes import BLENDSHAPES
from runtime.inference.personal_model import BASIS_FILE

Floats = NDArray[np.float32]

_SHAPES: Final = len(BLENDSHAPES)
#: Rows of folds, the last ones; the network's are as deep as in the oldest faces.
FOLDS: Final = 8
#: Distance from the lids' edges at which skin moves as told, head-model units: lids must shut as they were fitted to.
_FROM_LIDS: Final = 1.0
#: Vertices of other parts nearer than this to one of the face are the same place, head-model units.
_SAME: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class PersonalSkin:
    """The rows of one avatar.

    Attributes:
        residual: (52, V, 3) float32 added to the shapes' displacements. rows: (R, V, 3) those of the codes.
        codes: what weighs them.
    """

    residual: Floats
    rows: Floats
    codes: SkinCodes

    def added_to(self, moving: NDArray[np.integer[Any]], basis: Floats) -> Floats:
        """The basis (54 + R, 3 M) with this skin, from that of `deform_basis`."""
        made = np.concatenate([basis, self.rows[:, moving].reshape(len(self.rows), -1)])
        made[:_SHAPES] += self.residual[:, moving].reshape(_SHAPES, -1)
        return made

    def offsets(self, expression: Floats) -> Floats:
        """What it adds (V, 3) to a head in an expression (52,): the slow reference."""
        codes = np.maximum(self.codes.weight @ expression + self.codes.bias, 0.0)
        made: Floats = np.tensordot(expression, self.residual, 1) + np.tensordot(codes, self.rows, 1)
        return made


def personal_skin(rig: HeadRig, model: ModelFolder, *, strength: float, age: float) -> PersonalSkin:
    """Ask the network about an avatar's head.

    Args:
        strength: 0..1, of everything. age: 0..1, how deep skin folds.

    Raises:
        ProviderError: ONNX Runtime is missing or cannot run it; says what to do.
    """
    features = VertexFeatures(rig.model)
    session = open_session(model.graphs[BASIS_FILE], "cpu", 1)
    session.inputs["features"][:] = features(rig.neutral[features.face])
    session.run()
    told = session.outputs["basis"] * (np.float32(strength) * _free(rig, features.face))[:, None, None]
    told[:, -FOLDS:] *= furrow_depth(age)
    whole = np.zeros((told.shape[1], *rig.neutral.shape), np.float32)
    whole[:, features.face] = told.transpose(1, 0, 2)
    twins, of_face = _twins(rig, features.face)
    whole[:, twins] = whole[:, of_face]
    codes = SkinCodes(session.outputs["code_weight"].copy(), session.outputs["code_bias"].copy())
    return PersonalSkin(whole[:_SHAPES], whole[_SHAPES:], codes)


def _free(rig: HeadRig, face: NDArray[np.integer[Any]]) -> Floats:
    """How freely each vertex of the face moves (F,): 0 at the lids' edges, 1 from _FROM_LIDS on."""
    edges = np.concatenate([part for loop in rig.model.lids for part in (loop.upper, loop.lower)])
    points, lids = rig.model.vertices[face], rig.model.vertices[edges]
    away = np.full(len(points), np.inf, np.float32)
    for lid in lids:  # one at a time: all at once would need a hundred times the memory
        np.minimum(away, np.linalg.norm(points - lid, axis=1), out=away)
    return np.asarray(ease_in_out(np.clip(away / _FROM_LIDS, 0.0, 1.0)), np.float32)


def _twins(rig: HeadRig, face: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Vertices of other parts (N,) that lie where vertices of the face (N,) do: the part's border is doubled."""
    mean = rig.model.vertices
    keys = {tuple(np.round(mean[vertex] / _SAME).astype(int)): vertex for vertex in face}
    others = np.setdiff1d(np.arange(len(mean)), face)
    pairs = [
        (other, keys[key])
        for other in others
        if (key := tuple(np.round(mean[other] / _SAME).astype(int))) in keys
    ]
    found = np.array(pairs, np.intp).reshape(-1, 2)
    return found[:, 0], found[:, 1]
