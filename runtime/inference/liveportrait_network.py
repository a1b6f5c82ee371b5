"""LivePortraitNetwork: LivePortrait's W, G and stitching on one provider: keypoints -> a picture of 512 pixels.

network = LivePortraitNetwork(find_liveportrait(), "cuda")
network.wear(volume, source)              # once for an avatar
picture = network.draw(keypoints)         # (3, 512, 512) float32 0..1, reused by the next
network.draw_shared(asked)                # several avatars, each from a thread of its own: those that wait are one call
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from runtime.inference.drawn_together import DrawnTogether

Floats = NDArray[np.float32]

PICTURE_FILE: Final = "warping_spade.onnx"
STITCHING_FILE: Final = "stitching.onnx"
#: The set that can be run; the others are converted to it.
ONNX_SET: Final = "liveportrait-onnx"
#: Avatars that are drawn in one call, where the graph has a batch axis: 8 MB of volume each.
MOST_TOGETHER: Final = 4
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


@dataclass(frozen=True, slots=True, eq=False)
class AskedPicture:
    """One picture of one avatar.

    Attributes:
        worn: what stands for the avatar: while it is the same object, so is what follows.
        volume: (1, C, D, H, W). source: (1, K, 3) the portrait's keypoints.
        keypoints: (1, K, 3) the picture's.
        out: (3, S, S) float32; the picture is written into it, 0..1.
    """

    worn: object
    volume: Floats
    source: Floats
    keypoints: Floats
    out: Floats


class LivePortraitNetwork:
    """Used by one thread at a time; `draw_shared` sees to that where faces share the network.

    Attributes:
        name: the provider's key. provider: what computes, for the status.
        computes_on_cpu: whether the CPU runs it.
        most: avatars in one call; 1 where the files have no batch axis, or the provider wants none.
        together: how many pictures the newest call of `draw_shared` had is its `last`.
    """

    def __init__(self, found: FoundWeights, provider: str, threads: int = 0) -> None:
        """Load the graphs: seconds, and minutes where a provider compiles plans.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graphs have other inputs or outputs than LivePortrait's.
        """
        self.name = provider
        self.computes_on_cpu = PROVIDERS[provider].computes_on_cpu
        self._path = found.files[PICTURE_FILE]
        self._stitching = open_session(found.files[STITCHING_FILE], "cpu", 1)
        _check(found.files[STITCHING_FILE], self._stitching, {"input": 2 * _COUNT, "output": _COUNT + 2})
        self._session = open_session(self._path, provider, threads, most=MOST_TOGETHER)
        self.most = self._session.most
        self.together: DrawnTogether[AskedPicture] = DrawnTogether(self.most)
        _check(self._path, self._session, dict.fromkeys(("kp_driving", "kp_source"), _COUNT * self.most))
        if "feature_3d" not in self._session.inputs or "out" not in self._session.outputs:
            raise ModelError(f"{self._path} has no feature_3d or no out; is it LivePortrait's warping_spade?")
        self.provider = self._session.provider
        self._rows: list[object] = [None] * self.most  # the avatar in each row
        self._at_rest = np.zeros((self.most, _COUNT + 2), np.float32)
        self._stitched = np.zeros((KEYPOINTS, 3), np.float32)

    @property
    def volume(self) -> Floats:
        """(1, C, D, H, W) of the avatar that `draw` draws; the network reads this array."""
        return self._session.inputs["feature_3d"][:1]

    @property
    def side(self) -> int:
        """Of its pictures, pixels."""
        return int(self._session.outputs["out"].shape[-1])

    def check(self, volume: Floats) -> None:
        """Raises ModelError where an avatar's volume (1, C, D, H, W) was made by another network."""
        wanted = self.volume.shape
        if volume.shape != wanted:
            raise ModelError(
                f"the avatar's volume has the shape {volume.shape}, {self._path} expects {wanted}; make the avatar "
                "again with these networks"
            )

    def wear(self, volume: Floats, source: Floats) -> None:
        """Take another avatar, for `draw`.

        Args:
            volume: (1, C, D, H, W). source: (1, K, 3) the portrait's keypoints.

        Raises:
            ModelError: the volume was made by another network.
        """
        self.check(volume)
        self._rows[0] = None
        self._wear(0, volume, source)

    def _wear(self, row: int, volume: Floats, source: Floats) -> None:
        self._session.inputs["feature_3d"][row] = volume[0]
        self._session.inputs["kp_source"][row] = source[0]
        self._stitch(row, source[0])
        self._at_rest[row] = self._stitching.outputs["output"][0]

    def stitched(self, keypoints: Floats, row: int = 0) -> Floats:
        """Keypoints (1, K, 3) corrected so that the picture's border stays as it is in the portrait; (K, 3), reused.

        What the network would correct in the portrait itself is left out, so that a face at rest is the portrait.

        Raises:
            ProviderError: ONNX Runtime failed.
        """
        self._stitch(row, keypoints[0])
        change = self._stitching.outputs["output"][0] - self._at_rest[row]
        np.add(keypoints[0], change[:_COUNT].reshape(KEYPOINTS, 3), out=self._stitched)
        self._stitched[:, :2] += change[_COUNT:]
        return self._stitched

    def _stitch(self, row: int, keypoints: Floats) -> None:
        given = self._stitching.inputs["input"][0]
        given[:_COUNT] = self._session.inputs["kp_source"][row].reshape(-1)
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

    def draw_shared(self, asked: AskedPicture) -> None:
        """Draw one picture, and in the same call those that other threads wait for. May be called from any thread.

        Raises:
            ModelError: the volume was made by another network. ProviderError: the provider failed.
        """
        self.check(asked.volume)
        self.together.draw(asked, self.draw_together, who=asked.worn)

    def draw_together(self, asked: Sequence[AskedPicture]) -> None:
        """Draw 1..`most` pictures in one call; each has passed `check`.

        Raises:
            ProviderError: the provider failed.
        """
        for one, row in zip(asked, self._places(asked), strict=True):
            self._session.inputs["kp_driving"][row] = self.stitched(one.keypoints, row)
        self._session.run(len(asked))
        for one in asked:
            np.copyto(one.out, self._session.outputs["out"][self._rows.index(one.worn)])

    def _places(self, asked: Sequence[AskedPicture]) -> list[int]:
        """A row for each, the first ones; an avatar keeps its row where it can, because a volume is 8 MB."""
        count = len(asked)
        kept = {id(one): self._rows.index(one.worn) for one in asked if one.worn in self._rows[:count]}
        free = [row for row in range(count) if row not in kept.values()]
        places = []
        for one in asked:
            row = kept.get(id(one))
            if row is None:
                row = free.pop()
                self._rows[row] = None  # should the stitching fail
                self._wear(row, one.volume, one.source)
                self._rows[row] = one.worn
            places.append(row)
        return places

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
