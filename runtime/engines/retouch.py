"""RetouchEngine: the head engine's picture, bent, relit and painted over by a small network.

A frame: draft (at least 512 pixels, without background) -> conditions (128 pixels), crops of mouth and eyes -> network ->
fields -> one pass that applies them at the frame's resolution. Without its network it draws what the head engine draws.

    engine = RetouchEngine(size=512)
    engine.set_avatar(load_avatar(Path("avatars/me")))
    pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.conditions import CHANNELS_IN, CONDITION_PX, as_planes, frame_code
from face.motion import Motion
from face.regions import REGIONS, RegionCrops, RegionPlanes
from face.retouch_code import RetouchCode, load_code
from inference.errors import InferenceError
from runtime.engines.composite_pass import CompositePass
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.crop_pass import CropPass
from runtime.engines.eased_share import EasedShare
from runtime.engines.frame_ladder import FrameLadder
from runtime.engines.head import HeadEngine
from runtime.engines.head_prepare import plate_picture, prepare_head
from runtime.engines.loaded_head import LoadedHead
from runtime.engines.prepared import PreparedAvatar
from runtime.inference.network_loader import NetworkLoader
from runtime.inference.retouch_model import installed_model, load_retouch_model
from runtime.inference.retouch_network import RetouchNetwork
from runtime.inference.settings import NeuralSettings

Floats = NDArray[np.float32]

#: Smaller frames are drawn at a multiple of their size near this, and averaged.
DRAFT_PX: Final = 512
#: What is left out where time is short, the last first: part of the network (`RetouchNetwork.parts`) -> its name in notes.
RUNGS: Final = {
    "form": "retouch",
    "regions": "the retouch of mouth and eyes",
    "steps": "retouch in more than one step",
}
#: How the network is loaded: "load": the best one, waiting for it; "wait": any one, waiting for it, then better ones in the
#: background; "background": without waiting, and only used while it keeps the frame rate.
Start = Literal["load", "wait", "background"]


def draft_scale(size: int) -> int:
    """Sides of the frame that a draft's side has."""
    return max(1, round(DRAFT_PX / size))


def frame_limit_ms(least_fps: float, fps: float, share: float) -> float:
    """The longest time that drawing a frame may take.

    Args:
        least_fps: frames a second that must be kept. fps: those that are wanted, 0 = no limit.
        share: of the time between wanted frames, 0..1; 1 leaves the choice to `least_fps`.
    """
    limit_ms = 1000.0 / (min(least_fps, fps) if fps else least_fps)
    return min(limit_ms, share * 1000.0 / (fps or least_fps)) if share < 1.0 else limit_ms


def prepare_retouch(avatar: Avatar, size: int) -> dict[str, NDArray[Any]]:
    """The arrays of `prepare_head` for the draft's size, with a `plate` of the frame's.

    An avatar with a fitted code has `retouch_code` (C,) float32 and `retouch_network` (32,) uint8, as in
    `face.retouch_code`, besides.

    Raises:
        AvatarError: a file of the avatar is damaged or does not fit.
    """
    # The network has learned from drafts without wrinkles; they change what it answers by less than a hundredth.
    arrays = prepare_head(avatar, size * draft_scale(size))
    if "plate" in arrays:
        arrays["plate"] = plate_picture(avatar, size)
    if (code := load_code(avatar)) is not None:
        arrays["retouch_code"] = code.values
        arrays["retouch_network"] = np.frombuffer(code.network, np.uint8)
    return arrays


def _code_of(arrays: Mapping[str, NDArray[Any]]) -> RetouchCode | None:
    """The fitted code of `prepare_retouch`'s arrays, copied."""
    if "retouch_code" not in arrays:
        return None
    return RetouchCode(arrays["retouch_code"].copy(), arrays["retouch_network"].tobytes())


class RetouchEngine(HeadEngine):
    """RendererEngine for avatars made from a portrait. See `runtime.engines.engine` for the contract.

    Attributes:
        name: "retouch"; "head" while the head engine draws alone.
        provider: OpenGL's and the network's.
        network: what runs; None while it is loaded.
    """

    name = "retouch"

    def __init__(
        self,
        size: int = 512,
        settings: NeuralSettings | None = None,
        *,
        start: Start = "load",
        fps: float = 0.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Create the context and load the network.

        Args:
            size: side of the frames in pixels.
            start: see `Start`.
            fps: wanted frames a second, 0 = no limit; for `start` "background".
            clock: monotonic seconds, to time the network before its first frame.

        Raises:
            RenderError: there is no OpenGL 3.3.
            ModelError, ProviderError: there is no network, or no provider that can run it or has such a name.
        """
        settings = settings or NeuralSettings()
        folder = Path(settings.model) if settings.model else installed_model("retouch")
        open_network = partial(RetouchNetwork, load_retouch_model(folder), steps=settings.steps_or(1))
        self._loader = NetworkLoader(open_network, settings.providers, clock)
        scale = draft_scale(size)
        super().__init__(size * scale, frame_size=size)
        self._frame_size = size
        self._is_averaged = scale > 1
        self._driver = self.provider
        self._clock = clock
        self._composite = CompositePass(self.gl, size, scale)
        self._crop_pass = CropPass(self.gl, size * scale)
        self._cut = {name: RegionPlanes(name) for name in REGIONS}
        self._crops: RegionCrops | None = None
        self._matrices: dict[str, Floats] = {}
        #: Of the head that is shown, and of the one that is being uploaded.
        self._conditions, self._spare = ConditionPass(self.gl), ConditionPass(self.gl)
        self._portrait, self._spare_portrait = (
            np.zeros((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.float32) for _ in range(2)
        )
        self._code: RetouchCode | None = None
        self._spare_code: RetouchCode | None = None
        self._shares = {part: EasedShare() for part in RUNGS}
        self.network: RetouchNetwork | None = None
        self._failure = ""
        self._is_optional = False
        self._settings, self._fps = settings, fps
        self._ladder: FrameLadder | None = None
        if start == "load":
            self._use(self._loader.load())
            return
        if start == "background":
            self._is_optional = True
            self.name = "head"  # until there is a network
        self._loader.start()
        if start == "wait":
            self._use(self._loader.wait())

    # -- expensive once ----------------------------------------------------------------------------

    def set_avatar(self, avatar: Avatar) -> None:
        """Load an avatar at once; see `HeadEngine.set_avatar`."""
        for _ in self.upload(PreparedAvatar(avatar, "retouch", prepare_retouch(avatar, self._frame_size))):
            pass

    def upload(self, prepared: PreparedAvatar) -> Iterator[None]:
        """Upload a prepared avatar step by step; see `HeadEngine.upload`."""
        self._spare_code = _code_of(prepared.arrays)
        yield from super().upload(prepared)

    def _make(self, loaded: LoadedHead) -> Iterator[None]:
        yield from super()._make(loaded)
        self._composite.draw(self.drawn, self.plates.shown, 0.0)
        yield
        self._draw_portrait(loaded)
        yield

    def _draw_portrait(self, loaded: LoadedHead) -> None:
        """The conditions of a head's portrait, while another one is shown."""
        shown = self._head
        motion = Motion.neutral()
        motion.values[:] = loaded.portrait
        self._spare.set_head(loaded)
        super()._show(loaded)
        try:
            pictures = self._spare.draw(self.draw(motion), self.drawn, motion)
            as_planes(pictures, out=self._spare_portrait)
        finally:
            self._head = None
            if shown is not None:
                super()._show(shown)

    def _show(self, loaded: LoadedHead) -> None:
        super()._show(loaded)
        self._conditions, self._spare = self._spare, self._conditions
        self._portrait, self._spare_portrait = self._spare_portrait, self._portrait
        self._code = self._spare_code
        self._spare.release_head()  # before its buffers are
        self._crops = RegionCrops(loaded.lips, loaded.camera, loaded.eye_centres)
        if self.network is not None:
            self.network.wear(self._portrait, self._code)

    def _use(self, network: RetouchNetwork) -> None:
        self.network = network
        self.provider = f"{self._driver}; {network.provider}"
        share = self._settings.cpu_share if network.computes_on_cpu else self._settings.gpu_share
        if self._is_optional or share < 1.0:
            limit_ms = frame_limit_ms(self._settings.least_fps, self._fps, share)
            if self._ladder is None:
                self._ladder = FrameLadder(limit_ms, [RUNGS[part] for part in network.parts])
            self._ladder.set_limit(limit_ms)
            self._ladder.ready(network.measured_ms or (0.0,) * len(network.parts))
        if self._head is not None:
            network.wear(self._portrait, self._code)  # once, in less than a millisecond

    # -- cheap often ---------------------------------------------------------------------------------

    def begin(self, motion: Motion, now_s: float) -> None:
        """Nothing: `render` does all of it."""

    def render(self, motion: Motion, now_s: float) -> NDArray[np.uint8]:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; reused by the next.

        `now_s` moves the fade between the head engine's picture and this one's, and that to another background.
        """
        found = self._loader.take()
        if found is not None:
            self._use(found)
        are_on = self._parts_on()
        share, region_share, further = (self._shares[part].at(now_s, is_on=part in are_on) for part in RUNGS)
        self.name = "retouch" if share > 0.0 or not self._is_optional else "head"
        if share == 0.0 and not self._is_averaged:
            return super().render(motion, now_s)
        plate = self.plates.at(now_s)
        head = self.draw(motion)
        if share > 0.0:
            try:
                self.compute_fields(head, motion, with_regions=region_share > 0.0, further=further)
            except InferenceError as error:
                if not self._is_optional:
                    raise
                self._failure = str(error)  # the fields of the frame before fade out
        self._composite.draw(self.drawn, plate, share, matrices=self._matrices, region_share=region_share)
        return self._reading.of_other(self._composite.target)

    def _parts_on(self) -> tuple[str, ...]:
        """The parts of the network that draw."""
        if self.network is None or self._failure:
            return ()
        parts = self.network.parts
        return parts[: self._ladder.level] if self._ladder is not None else parts

    def compute_fields(
        self, head: LoadedHead, motion: Motion, *, with_regions: bool = True, further: float = 1.0
    ) -> None:
        """Draw the conditions, run the network and upload its fields; `further` as of `RetouchNetwork.run`.

        Raises:
            ProviderError: the network's provider failed.
        """
        assert self.network is not None
        self.see(head, motion, with_regions=with_regions)
        self.network.run(with_regions=bool(self._matrices), further=further)
        self.write_fields()

    def see(self, head: LoadedHead, motion: Motion, *, with_regions: bool = True) -> None:
        """Draw what the network reads."""
        network, crops = self.network, self._crops
        assert network is not None
        assert crops is not None
        regions = network.regions if with_regions else {}
        vertices = head.deformer.vertices
        self._matrices = {name: crops.matrix(name, vertices, motion) for name in regions}
        if regions:
            self._crop_pass.draw(self.drawn, self._matrices)
        pictures = self._conditions.draw(head, self.drawn, motion)
        as_planes(pictures, out=network.planes)
        frame_code(motion, head.camera, out=network.code)
        for name, data in regions.items():
            self._cut[name].cut(network.planes[4:], self._matrices[name], out=data.planes)
        if regions:
            self._crop_pass.read(regions)

    def write_fields(self) -> None:
        """Upload what the network made of it."""
        network = self.network
        assert network is not None
        self._composite.write(network.fields)
        if self._matrices:
            self._composite.write_regions(network.regions)

    def draw_with_codes(self, motion: Motion, codes: Iterable[Floats]) -> Iterator[NDArray[np.uint8]]:
        """Draw one frame with one code of the avatar after the other, to fit a code; `render` has its own again.

        Args:
            codes: (C,) float32 each.

        Yields:
            As `render`; overwritten by the next.

        Raises:
            ProviderError: the network's provider failed.
        """
        network = self.network
        assert network is not None
        self.see(self.draw(motion), motion)
        plate = self.plates.at(0.0)
        try:
            for code in codes:
                network.set_avatar_code(code)
                network.run(with_regions=bool(self._matrices))
                self.write_fields()
                self._composite.draw(self.drawn, plate, 1.0, matrices=self._matrices)
                yield self._reading.of_other(self._composite.target)
        finally:
            network.wear(self._portrait, self._code)

    def frame_took(self, frame_ms: float, now_s: float) -> None:
        """Begin or end retouching, if it is optional; the next frames fade."""
        if self._ladder is not None:
            self._ladder.frame_took(frame_ms, now_s)

    def notes(self) -> list[str]:
        """Why the head engine draws alone, and which providers cannot run."""
        made = [f"retouch: {one}" for one in (self._failure or self._loader.failure,) if one]
        if self.network is None and not made:
            made.append("retouch: its network is being loaded; the head engine draws meanwhile")
        if self._ladder is not None and self._ladder.note and not made:
            made.append(self._ladder.note)
        if self.network is not None and self._code is not None and not self.network.knows(self._code):
            made.append(
                "retouch: the avatar's code was fitted with another network and is not used; fit it again: "
                "omote avatar make clip.mp4 --fit-minutes 1"
            )
        return made + [f"retouch on {one}" for one in self._loader.notes()]

    def close(self) -> None:
        """Release the context and the network; may be called twice."""
        self._loader.close()
        super().close()
