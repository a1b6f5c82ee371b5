"""DiffusionEngine: the head engine's picture, changed by the diffusion transformer in a few steps.

The network works in a thread of its own on the newest Motion. Every frame is a fresh draft of the head engine at full
resolution, plus what the network changed in the draft that it saw, moved as the head engine's meshes have moved since
(`FlowPass`, `ChangePass`); until there is a picture, and where the network fails, the head engine draws. Offline, every
frame waits for its picture.

    engine = DiffusionEngine(size=512, settings=NeuralSettings(model="models/diffusion"))
    engine.set_avatar(load_avatar(Path("avatars/me")))
    pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.conditions import CHANNELS_IN, CODE, CONDITION_PX, as_planes, frame_code
from face.motion import Motion
from inference.errors import InferenceError
from inference.session import cpu_threads
from protocol.messages import StageTiming
from runtime.engines.change_pass import ChangePass, SmallPicture
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.eased_share import EasedShare
from runtime.engines.flow_pass import FlowPass
from runtime.engines.head import HeadEngine
from runtime.engines.loaded_head import LoadedHead
from runtime.engines.prepared import PreparedAvatar
from runtime.engines.retouch import Start, draft_scale, prepare_retouch
from runtime.errors import RenderError
from runtime.inference.diffusion_model import find_diffusion_model, load_diffusion_model
from runtime.inference.diffusion_network import DiffusionNetwork
from runtime.inference.guidance_schedule import GuidanceSchedule
from runtime.inference.network_loader import NetworkLoader
from runtime.inference.picture_worker import PictureWorker
from runtime.inference.settings import NeuralSettings
from runtime.stage_timers import TimingWindow

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: For a picture, where the settings name none.
STEPS: Final = 2
#: After a pause of this length a stream begins anew: what the network remembers is of another moment.
PAUSE_S: Final = 2.0


def prepare_diffusion(avatar: Avatar, size: int) -> dict[str, NDArray[Any]]:
    """The arrays of `prepare_retouch` without wrinkles: the network draws the face, and has learned from such drafts.

    Raises:
        AvatarError: a file of the avatar is damaged or does not fit.
    """
    return prepare_retouch(replace(avatar, wrinkles=0.0), size)


@dataclass(frozen=True, slots=True, eq=False)
class SeenFrame:
    """What the network is told of a frame, or of an avatar's portrait.

    Attributes:
        planes: (CHANNELS_IN, CONDITION_PX, CONDITION_PX). code: (CODE,).
    """

    planes: Floats
    code: Floats

    @classmethod
    def empty(cls) -> SeenFrame:
        """Of zeros."""
        return cls(
            np.zeros((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.float32), np.zeros(CODE, np.float32)
        )


@dataclass(frozen=True, slots=True, eq=False)
class PictureRequest:
    """One picture to make.

    Attributes:
        portrait: of the avatar; another object for another one. frame: the picture's.
        stream: its number; another than the last's: nothing was before. asked_s: when, on the engine's clock.
    """

    portrait: SeenFrame
    frame: SeenFrame
    stream: int
    asked_s: float


@dataclass(frozen=True, slots=True, eq=False)
class MadePicture:
    """One picture; its arrays are used again three pictures later.

    Attributes:
        took_ms: the network's time.
    """

    request: PictureRequest
    picture: SmallPicture
    took_ms: float


class PictureMaker:
    """Makes pictures with one network; used by one thread at a time."""

    def __init__(self, network: DiffusionNetwork, clock: Callable[[], float]) -> None:
        self.network = network
        self._clock = clock
        self._pictures = [SmallPicture.empty(network.side) for _ in range(3)]
        self._portrait: SeenFrame | None = None
        self._stream = -1
        self._count = 0

    def make(self, request: PictureRequest) -> MadePicture:
        """Make one picture.

        Raises:
            ProviderError: the provider failed.
        """
        began_s = self._clock()
        network, frame = self.network, request.frame
        if request.portrait is not self._portrait:
            network.wear(request.portrait.planes, request.portrait.code)
        elif request.stream != self._stream:
            network.reset()
        self._portrait, self._stream = request.portrait, request.stream
        clean = network.draw(frame.planes, frame.code)
        self._count += 1
        picture = self._pictures[self._count % len(self._pictures)]
        picture.fill(clean, network.seen_draft)
        return MadePicture(request, picture, 1000.0 * (self._clock() - began_s))


class DiffusionEngine(HeadEngine):
    """RendererEngine for avatars made from a portrait. See `runtime.engines.engine` for the contract.

    Attributes:
        name: "diffusion"; "head" while the head engine draws alone.
        provider: OpenGL's and the network's.
        pictures: how many of the network's have been shown.
    """

    name = "diffusion"

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
            start: "load": offline; every frame waits for its picture. Else live: the network is loaded in the background.
            fps: not used: frames do not wait for pictures.
            clock: monotonic seconds, to time pictures.

        Raises:
            RenderError: there is no OpenGL 3.3.
            ModelError: there is no network. ProviderError: no provider can run it.
        """
        settings = settings or NeuralSettings()
        model = load_diffusion_model(find_diffusion_model(settings.model))
        open_network = partial(
            DiffusionNetwork,
            model,
            # live, one core is left to the frames: threads that wait for each other lose more than one gives
            threads=max(1, cpu_threads() - 1) if start != "load" else 0,
            steps=settings.steps_or(STEPS),
            guidance=GuidanceSchedule(settings.guidance, settings.guidance_schedule),
        )
        self._clock = clock
        self._loader = NetworkLoader(open_network, settings.providers, clock)
        scale = draft_scale(size)
        super().__init__(size * scale, frame_size=size)
        self._frame_size, self._is_averaged = size, scale > 1
        self._driver = self.provider
        self._change = ChangePass(self.gl, size, scale, model.numbers["side"])
        self._flow = FlowPass(self.gl)
        #: Of the head that is shown, and of the one that is being uploaded.
        self._conditions, self._spare_conditions = ConditionPass(self.gl), ConditionPass(self.gl)
        self._portrait, self._spare_portrait = SeenFrame.empty(), SeenFrame.empty()
        self._frame = SeenFrame.empty()
        self._asked_values, self._same_asked = Motion.neutral().values.copy(), 0
        self._asked_most = 1 + model.numbers["past"]
        self._maker: PictureMaker | None = None
        self._worker: PictureWorker[PictureRequest, MadePicture] | None = None
        self._is_computing = self._has_picture = False
        self._share = EasedShare()
        self._stream, self._last_s = 0, -np.inf
        self._drawn_s = np.nan  # offline: the time of the picture that is shown
        self._failure = ""
        self.pictures = 0
        self._took, self._age = TimingWindow(), TimingWindow()
        self._is_live = start != "load"
        if self._is_live:
            self.name = "head"  # until there is a picture
            self._loader.start()
        else:
            self._use(self._loader.load())

    # -- expensive once ----------------------------------------------------------------------------

    def set_avatar(self, avatar: Avatar) -> None:
        """Load an avatar at once; see `HeadEngine.set_avatar`."""
        for _ in self.upload(
            PreparedAvatar(avatar, "diffusion", prepare_diffusion(avatar, self._frame_size))
        ):
            pass

    def _make(self, loaded: LoadedHead) -> Iterator[None]:
        yield from super()._make(loaded)
        self._change.draw(self.drawn, self.plates.shown, 0.0)
        yield
        self._see_portrait(loaded)
        yield

    def _see_portrait(self, loaded: LoadedHead) -> None:
        """The conditions of a head's portrait, while another one is shown."""
        shown = self._head
        motion = Motion.neutral()
        motion.values[:] = loaded.portrait
        self._spare_portrait = SeenFrame.empty()  # pictures of the head before may still read the other
        self._spare_conditions.set_head(loaded)
        super()._show(loaded)
        try:
            self._see(self._spare_conditions, self.draw(motion), motion, self._spare_portrait)
        finally:
            self._head = None
            if shown is not None:
                super()._show(shown)

    def _see(self, conditions: ConditionPass, head: LoadedHead, motion: Motion, out: SeenFrame) -> None:
        as_planes(conditions.draw(head, self.drawn, motion), out=out.planes)
        frame_code(motion, head.camera, out=out.code)

    def _show(self, loaded: LoadedHead) -> None:
        super()._show(loaded)
        self._conditions, self._spare_conditions = self._spare_conditions, self._conditions
        self._portrait, self._spare_portrait = self._spare_portrait, self._portrait
        self._spare_conditions.release_head()  # before its buffers are
        self._flow.set_head(loaded)
        self._begin_stream()

    def _begin_stream(self) -> None:
        """Pictures so far are of another avatar, or of another time."""
        self._stream += 1
        self._has_picture, self._share = False, EasedShare()
        self._same_asked, self._drawn_s = 0, np.nan

    def _use(self, network: DiffusionNetwork) -> None:
        """Take a network, or a better one; a picture that the one before computes is not waited for."""
        if self._worker is not None:
            self._worker.close()
        self._maker = PictureMaker(network, self._clock)
        self._worker = PictureWorker(self._maker.make) if self._is_live else None
        self._is_computing, self._failure = False, ""
        self.provider = f"{self._driver}; {network.provider}"

    # -- cheap often ---------------------------------------------------------------------------------

    def begin(self, motion: Motion, now_s: float) -> None:
        """Nothing: `render` does all of it."""

    def render(self, motion: Motion, now_s: float) -> Pixels:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; reused by the next.

        `now_s` moves the fade to the network's picture, and that to another background.
        """
        found = self._loader.take() if self._is_live else None
        if found is not None:
            self._use(found)
        if now_s < self._last_s or (self._is_live and now_s > self._last_s + PAUSE_S):
            self._begin_stream()
        self._last_s = now_s
        if self._is_live:
            self._take()
        share = self._share.at(now_s, is_on=not self._failure and (self._has_picture or not self._is_live))
        self.name = "diffusion" if share > 0.0 else "head"
        wants_picture = self._wants_picture(motion, now_s)
        if share == 0.0 and not self._is_averaged and not wants_picture:
            return super().render(motion, now_s)
        plate = self.plates.at(now_s)
        head = self.draw(motion)
        if wants_picture:
            self._ask(head, motion, now_s)
        if share == 0.0 and not self._is_averaged:
            return super().render(motion, now_s)  # exactly as the head engine, in this frame twice
        shifts = None
        if self._flow.has_moved(motion):
            self._flow.draw(head, motion)
            shifts = self._flow.shifts
        self._change.draw(self.drawn, plate, share, shifts=shifts)
        return self._reading.of_other(self._change.target)

    def _take(self) -> None:
        """Take a finished picture."""
        worker = self._worker
        if worker is None or self._failure:
            return
        self._failure = worker.failure
        made = worker.take()
        if made is None:
            return
        self._is_computing = False
        if made.request.stream == self._stream:
            self._accept(made)

    def _accept(self, made: MadePicture) -> None:
        self._change.write(made.picture)
        self._flow.show()
        self._has_picture = True
        self.pictures += 1
        self._took.add(made.took_ms)
        self._age.add(1000.0 * (self._clock() - made.request.asked_s))

    def _wants_picture(self, motion: Motion, now_s: float) -> bool:
        """Whether the network can begin one, and the frame is not one that it knows."""
        if self._maker is None or self._failure or self._is_computing:
            return False
        is_same = np.array_equal(self._asked_values, motion.values)
        if not self._is_live:  # the same frame once more is no frame of the stream
            return not (is_same and self._drawn_s == now_s)
        return not is_same or self._same_asked < self._asked_most

    def _ask(self, head: LoadedHead, motion: Motion, now_s: float) -> None:
        """Ask for a frame's picture; offline, wait for it."""
        maker = self._maker
        assert maker is not None
        is_same = np.array_equal(self._asked_values, motion.values)
        self._same_asked = self._same_asked + 1 if is_same else 1
        self._asked_values[:] = motion.values
        self._see(self._conditions, head, motion, self._frame)
        self._flow.remember(head, motion)
        request = PictureRequest(self._portrait, self._frame, self._stream, self._clock())
        if self._worker is not None:
            self._is_computing = True
            self._worker.offer(request)
            return
        try:
            self._accept(maker.make(request))
        except InferenceError as error:
            raise RenderError(f"the diffusion network cannot draw: {error}") from error
        self._drawn_s = now_s

    def timings(self) -> list[StageTiming]:
        """The network's time for a picture, and how old its Motion is when it comes, percentiles in milliseconds."""
        timings = []
        for name, window in (("network", self._took), ("picture", self._age)):
            p50, p95, p99 = (round(value, 3) for value in window.percentiles())
            timings.append(StageTiming(name=name, p50_ms=p50, p95_ms=p95, p99_ms=p99))
        return timings

    def notes(self) -> list[str]:
        """Why the head engine draws alone, and which providers cannot run."""
        reason = self._failure or self._loader.failure
        made = [f"diffusion: the head engine draws; {reason}"] if reason else []
        if self._maker is None and not made:
            made.append("diffusion: its network is being loaded; the head engine draws meanwhile")
        return made + [f"diffusion on {one}" for one in self._loader.notes()]

    def close(self) -> None:
        """Release the context and the network; may be called twice."""
        self._loader.close()
        if self._worker is not None:
            self._worker.close()
        super().close()
