"""LivePortraitNetwork: LivePortrait's W, G and stitching on one provider: keypoints -> a picture of 512 pixels.

network = LivePortraitNetwork(find_liveportrait(), "cuda")
network.wear(volume, source)              # once for an avatar
picture = network.draw(keypoints)         # (3, 512, 512) float32 0..1, reused by the next
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.liveportrait.portrait_face import KEYPOINTS
from inference.errors import ModelError
from inference.providers import PROVIDERS
from inference.session import Session, open_session
from inference.weight_search import FoundWeights, find_weights
from inference.weight_sets import weight_sets

Floats = NDArray[np.float32]

PICTURE_FILE: Final = "warping_spade.onnx"
STITCHING_FILE: Final = "stitching.onnx"
#: The set that can be run; the others are converted to it.
ONNX_SET: Final = "liveportrait-onnx"
_COUNT: Final = 3 * KEYPOINTS


def find_liveportrait(named: Path | None = None) -> FoundWeights:
    """LivePortrait's ONNX files.

    Args:
        named: the folder that the user named; None = the usual places.

    Raises:
        ModelError: they are not there, or not all of them; says where people get them.
    """
    sets = {one.key: one for one in weight_sets("liveportrait")}
    found = find_weights(sets[ONNX_SET], named)
    if found.is_complete:
        return found
    for key, one in sets.items():
        if key != ONNX_SET and (other := find_weights(one, named)).is_complete:
            raise ModelError(
                f"{other.folder} holds {one.title}, which must be converted to ONNX once: "
                f"omote-train convert --weights {other.folder}"
            )
    where = f"{named}: " if named is not None else ""
    lacks = ", ".join(one.name for one in found.missing)
    raise ModelError(
        f"{where}LivePortrait's networks are not here, missing {lacks}; omote weights says where people get them; "
        "name their folder with --weights"
    )


class LivePortraitNetwork:
    """Belongs to the thread that holds its lock: `wear` and `draw` need it where faces share the network.

    Attributes:
        name: the provider's key. provider: what computes, for the status.
        computes_on_cpu: whether the CPU runs it.
        lock: held from wearing an avatar to copying its picture. worn: what stands for the avatar that it wears.
    """

    def __init__(self, found: FoundWeights, provider: str, threads: int = 0) -> None:
        """Load the graphs: seconds, and minutes where a provider compiles plans.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graphs have other inputs or outputs than LivePortrait's.
        """
        self.lock = threading.Lock()
        self.worn: object = None
        self.name = provider
        self.computes_on_cpu = PROVIDERS[provider].computes_on_cpu
        self._path = found.files[PICTURE_FILE]
        self._stitching = open_session(found.files[STITCHING_FILE], "cpu", 1)
        _check(found.files[STITCHING_FILE], self._stitching, {"input": 2 * _COUNT, "output": _COUNT + 2})
        self._session = open_session(self._path, provider, threads)
        _check(self._path, self._session, {"kp_driving": _COUNT, "kp_source": _COUNT})
        if "feature_3d" not in self._session.inputs or "out" not in self._session.outputs:
            raise ModelError(f"{self._path} has no feature_3d or no out; is it LivePortrait's warping_spade?")
        self.provider = self._session.provider
        self._at_rest = np.zeros(_COUNT + 2, np.float32)
        self._stitched = np.zeros((KEYPOINTS, 3), np.float32)

    @property
    def volume(self) -> Floats:
        """(1, C, D, H, W) of the avatar that it wears; the network reads this array."""
        return self._session.inputs["feature_3d"]

    @property
    def side(self) -> int:
        """Of its pictures, pixels."""
        return int(self._session.outputs["out"].shape[-1])

    def wear(self, volume: Floats, source: Floats) -> None:
        """Take another avatar.

        Args:
            volume: (1, C, D, H, W). source: (1, K, 3) the portrait's keypoints.

        Raises:
            ModelError: the volume was made by another network.
        """
        wanted = self._session.inputs["feature_3d"]
        if volume.shape != wanted.shape:
            raise ModelError(
                f"the avatar's volume has the shape {volume.shape}, {self._path} expects {wanted.shape}; make the avatar "
                "again with these networks"
            )
        wanted[:] = volume
        self._session.inputs["kp_source"][:] = source
        self._stitch(source[0])
        self._at_rest[:] = self._stitching.outputs["output"][0]

    def stitched(self, keypoints: Floats) -> Floats:
        """Keypoints (1, K, 3) corrected so that the picture's border stays as it is in the portrait; (K, 3), reused.

        What the network would correct in the portrait itself is left out, so that a face at rest is the portrait.

        Raises:
            ProviderError: ONNX Runtime failed.
        """
        self._stitch(keypoints[0])
        change = self._stitching.outputs["output"][0] - self._at_rest
        np.add(keypoints[0], change[:_COUNT].reshape(KEYPOINTS, 3), out=self._stitched)
        self._stitched[:, :2] += change[_COUNT:]
        return self._stitched

    def _stitch(self, keypoints: Floats) -> None:
        given = self._stitching.inputs["input"][0]
        given[:_COUNT] = self._session.inputs["kp_source"].reshape(-1)
        given[_COUNT:] = keypoints.reshape(-1)
        self._stitching.run()

    def draw(self, keypoints: Floats) -> Floats:
        """The picture (3, S, S) float32 0..1 of keypoints (1, K, 3), stitched; overwritten by the next.

        Raises:
            ProviderError: the provider failed.
        """
        self._session.inputs["kp_driving"][0] = self.stitched(keypoints)
        self._session.run()
        picture: Floats = self._session.outputs["out"][0]
        return picture

    def measure(self, clock: Callable[[], float]) -> None:
        """It is not timed: one picture may take ten seconds."""

    def fastest_ms(self, clock: Callable[[], float]) -> float:
        """0: the first provider that works is kept."""
        return 0.0


def _check(path: Path, session: Session, wanted: dict[str, int]) -> None:
    """Raises ModelError unless these inputs and outputs have so many numbers."""
    arrays = session.inputs | session.outputs
    for name, count in wanted.items():
        if name not in arrays or arrays[name].size != count:
            got = f"{arrays[name].size} numbers" if name in arrays else "nothing"
            raise ModelError(
                f"{path}: {name} has {got}, expected {count}; is it LivePortrait's for human faces?"
            )
