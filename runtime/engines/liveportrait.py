"""LivePortraitEngine: LivePortrait's networks, whose weights the user brings, moved by our layers.

A picture: Motion -> keypoints (`face.liveportrait.control`) -> network -> pasted over the portrait at rest. Live, the
network works in a thread of its own on the newest Motion, and frames show its newest picture, moved as the head engine's
meshes have moved since (`FlowPass`); until there is one, and where it fails, the head engine draws. Offline, every frame
waits for its picture.

    engine = LivePortraitEngine(size=512)
    engine.set_avatar(load_avatar(Path("avatars/me")))      # made with --engine liveportrait
    pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.liveportrait.control import KeypointControl
from face.liveportrait.portrait_face import PortraitFace, load_face
from face.motion import Motion
from inference.errors import InferenceError
from runtime.engines.flow_pass import FlowPass
from runtime.engines.gl_context import make_current
from runtime.engines.head import HeadEngine
from runtime.engines.head_prepare import prepare_head
from runtime.engines.loaded_head import LoadedHead
from runtime.engines.paste_pass import PastePass
from runtime.engines.prepared import PreparedAvatar
from runtime.engines.retouch import Start
from runtime.errors import RenderError
from runtime.inference.liveportrait_network import AskedPicture, LivePortraitNetwork, find_liveportrait
from runtime.inference.network_loader import NetworkLoader
from runtime.inference.picture_worker import PictureWorker
from runtime.inference.settings import NeuralSettings
from runtime.inference.shared_network import LIVEPORTRAITS

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: Before the names of `PortraitFace`'s arrays, among those of a prepared avatar.
_PREFIX: Final = "liveportrait_"


def prepare_liveportrait(avatar: Avatar, size: int) -> dict[str, NDArray[Any]]:
    """The arrays of `prepare_head`, and those of `PortraitFace` as `liveportrait_NAME`.

    Raises:
        AvatarError: a file of the avatar is damaged or does not fit, or it was not made for LivePortrait.
    """
    face = load_face(avatar)
    # The networks draw the face, with wrinkles of their own.
    return prepare_head(replace(avatar, wrinkles=0.0), size) | {
        f"{_PREFIX}{one.name}": getattr(face, one.name) for one in fields(face)
    }


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """The avatar as its pictures need it.

    Attributes:
        face: what LivePortrait knows of it. control: Motion -> keypoints. keeps_background: as in `PastePass.draw`.
    """

    face: PortraitFace
    control: KeypointControl
    keeps_background: bool


@dataclass(frozen=True, slots=True, eq=False)
class PictureRequest:
    """One picture to compute: of which avatar, and its keypoints (1, K, 3)."""

    worn: Worn
    keypoints: Floats


@dataclass(frozen=True, slots=True, eq=False)
class MadePicture:
    """One picture, (S, S, 4) uint8; reused two pictures later."""

    worn: Worn
    pixels: Pixels


class PictureMaker:
    """One face's way to a network that others may use as well; used by one thread at a time.

    Attributes:
        picture_ms: what the last picture took, with the wait for others; 0 = there was none.
    """

    def __init__(self, network: LivePortraitNetwork, clock: Callable[[], float]) -> None:
        self.network = network
        self.picture_ms = 0.0
        self._clock = clock
        side = network.side
        self._pixels = [np.zeros((side, side, 4), np.uint8) for _ in range(3)]
        self._scaled = np.zeros((3, side, side), np.float32)
        self._count = 0

    def make(self, request: PictureRequest) -> MadePicture:
        """Compute one picture.

        Raises:
            ProviderError: the provider failed. ModelError: the avatar was made with other networks.
        """
        worn, began_s = request.worn, self._clock()
        self.network.draw_shared(
            AskedPicture(worn, worn.face.volume, worn.control.source, request.keypoints, self._scaled)
        )
        self.picture_ms = 1000.0 * (self._clock() - began_s)
        self._scaled *= 255.0
        self._scaled += 0.5
        np.clip(self._scaled, 0.0, 255.0, out=self._scaled)
        self._count += 1
        pixels = self._pixels[self._count % len(self._pixels)]
        np.copyto(pixels[..., :3], self._scaled.transpose(1, 2, 0), casting="unsafe")
        return MadePicture(request.worn, pixels)


class LivePortraitEngine(HeadEngine):
    """RendererEngine for avatars made with --engine liveportrait. See `runtime.engines.engine` for the contract.

    Attributes:
        name: "liveportrait"; "head" while the head engine draws alone.
        provider: OpenGL's and the network's.
    """

    name = "liveportrait"

    def __init__(
        self,
        size: int = 512,
        settings: NeuralSettings | None = None,
        *,
        start: Start = "load",
        fps: float = 0.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Create the context and load the networks.

        Args:
            size: side of the frames in pixels.
            start: "load": offline; every frame waits for its picture. Else live: the networks are loaded in the background.
            fps: not used: frames do not wait for pictures.
            clock: monotonic seconds.

        Raises:
            RenderError: there is no OpenGL 3.3.
            ModelError: LivePortrait's files are not here. ProviderError: no provider can run them.
        """
        settings = settings or NeuralSettings()
        self._clock = clock
        found = find_liveportrait(Path(settings.weights) if settings.weights else None)
        open_network = partial(LIVEPORTRAITS.open, found)
        self._loader = NetworkLoader(open_network, settings.providers, clock, is_compared=False)
        super().__init__(size)
        self._driver = self.provider
        self._paste = PastePass(self.gl, size)
        self._flow = FlowPass(self.gl)
        self._base, self._spare_base, self._draft, self._shown_draft = (self._texture(size) for _ in range(4))
        self._into = {
            texture: self.gl.framebuffer([texture])
            for texture in (self._base, self._spare_base, self._draft, self._shown_draft)
        }
        self._incoming: PreparedAvatar | None = None
        self._own_plate: NDArray[np.uint8] | None = None
        self._worn: Worn | None = None
        self._maker: PictureMaker | None = None
        self._worker: PictureWorker[PictureRequest, MadePicture] | None = None
        self._is_computing = self._has_picture = False
        self._failure = ""
        self._is_live = start != "load"
        if self._is_live:
            self.name = "head"  # until there is a picture
            self._loader.start()
        else:
            self._use(self._loader.load())

    def _texture(self, size: int) -> Any:
        made = self.gl.texture((size, size), 4)
        made.filter = (moderngl.LINEAR, moderngl.LINEAR)
        made.repeat_x = made.repeat_y = False
        return made

    # -- expensive once ----------------------------------------------------------------------------

    def set_avatar(self, avatar: Avatar) -> None:
        """Load an avatar at once; see `HeadEngine.set_avatar`."""
        for _ in self.upload(
            PreparedAvatar(avatar, "liveportrait", prepare_liveportrait(avatar, self._size))
        ):
            pass

    def upload(self, prepared: PreparedAvatar) -> Iterator[None]:
        """Upload a prepared avatar step by step; see `HeadEngine.upload`."""
        self._incoming = prepared
        yield from super().upload(prepared)

    def upload_plate(self, picture: NDArray[np.uint8] | None) -> Iterator[None]:
        """Fade to another background; see `RendererEngine.upload_plate`."""
        yield from super().upload_plate(picture)
        if self._worn is not None and self._incoming is not None:
            is_kept = self._incoming.avatar.background == "keep" and self._is_own(picture)
            self._worn = replace(self._worn, keeps_background=is_kept)

    def _is_own(self, plate: NDArray[np.uint8] | None) -> bool:
        """Whether a plate is the portrait's own background, which the network's picture shows as well."""
        own = self._own_plate
        return plate is not None and own is not None and np.array_equal(plate, own)

    def _make(self, loaded: LoadedHead) -> Iterator[None]:
        yield from super()._make(loaded)
        self._draw_at_rest(loaded)
        yield

    def _draw_at_rest(self, loaded: LoadedHead) -> None:
        """The portrait at rest, while another avatar is shown."""
        shown = self._head
        motion = Motion.neutral()
        motion.values[:] = loaded.portrait
        super()._show(loaded)
        try:
            self.draw(motion)
            self.gl.copy_framebuffer(self._into[self._spare_base], self._plate_into)
        finally:
            self._head = None
            if shown is not None:
                super()._show(shown)

    def _show(self, loaded: LoadedHead) -> None:
        super()._show(loaded)
        self._flow.set_head(loaded)
        prepared = self._incoming
        assert prepared is not None
        face = PortraitFace(
            **{one.name: np.array(prepared.arrays[f"{_PREFIX}{one.name}"]) for one in fields(PortraitFace)}
        )
        control = KeypointControl(face, loaded.camera, loaded.portrait)
        plate, own = prepared.arrays.get("plate"), prepared.arrays.get("own_plate")
        self._own_plate = plate if own is None else np.array(own)
        is_kept = prepared.avatar.background == "keep" and self._is_own(plate)
        self._worn = Worn(face, control, is_kept)
        self._base, self._spare_base = self._spare_base, self._base
        self._has_picture = False

    def _use(self, network: LivePortraitNetwork) -> None:
        """Take a network, or a better one; a picture that the one before computes is not waited for."""
        if self._worker is not None:
            self._worker.close()
        self._maker = PictureMaker(network, self._clock)
        self._worker = PictureWorker(self._maker.make) if self._is_live else None
        self._is_computing = False
        self.provider = f"{self._driver}; {network.provider}"

    # -- cheap often ---------------------------------------------------------------------------------

    def begin(self, motion: Motion, now_s: float) -> None:
        """Nothing: `render` does all of it."""

    def render(self, motion: Motion, now_s: float) -> Pixels:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; reused by the next."""
        found = self._loader.take() if self._is_live else None
        if found is not None:
            self._use(found)
        worn = self._worn
        if worn is None:
            raise RenderError("the liveportrait engine has no avatar yet; call set_avatar first")
        make_current(self.gl)  # a frame that only pastes draws nothing that would do it
        if self._is_live:
            self._work_on(worn, motion)
        else:
            self._wait_for(worn, motion)
        if not self._has_picture:
            self.name = "head"
            return super().render(motion, now_s)
        self.name = "liveportrait"
        plate = self.plates.at(now_s)
        shifts = self._shifts(motion) if self._is_live else None
        self._paste.draw(
            self._base,
            self._shown_draft,
            plate.texture if plate.is_opaque else None,
            worn.face.crop,
            keeps_background=worn.keeps_background,
            shifts=shifts,
        )
        return self._reading.of_other(self._paste.target)

    def _work_on(self, worn: Worn, motion: Motion) -> None:
        """Take a finished picture, and ask for the next one."""
        worker = self._worker
        if worker is None or self._failure:
            return
        self._failure = worker.failure
        made = worker.take()
        if made is not None:
            self._is_computing = False
            if made.worn is worn:
                self._accept(made)
                self._flow.show()
        if not self._is_computing and not self._failure:
            self._draw_draft(motion)
            assert self._head is not None
            self._flow.remember(self._head, motion)
            worker.offer(PictureRequest(worn, worn.control.keypoints(motion).copy()))
            self._is_computing = True

    def _shifts(self, motion: Motion) -> Any:
        """The texture that moves the shown picture to a Motion; None where it is of this Motion."""
        if self._head is None or not self._flow.has_moved(motion):
            return None
        self.deform(self._head, motion)
        self._flow.draw(self._head, motion)
        return self._flow.shifts

    def _wait_for(self, worn: Worn, motion: Motion) -> None:
        assert self._maker is not None
        self._draw_draft(motion)
        try:
            self._accept(self._maker.make(PictureRequest(worn, worn.control.keypoints(motion))))
        except InferenceError as error:
            raise RenderError(f"LivePortrait cannot draw: {error}") from error

    def _draw_draft(self, motion: Motion) -> None:
        """The head engine's picture of the Motion that the network is given, kept beside it."""
        self.draw(motion)
        self.gl.copy_framebuffer(self._into[self._draft], self._plate_into)

    def _accept(self, made: MadePicture) -> None:
        self._paste.write_picture(made.pixels)
        self._draft, self._shown_draft = self._shown_draft, self._draft
        self._has_picture = True

    def notes(self) -> list[str]:
        """Why the head engine draws alone, which providers cannot run, and that a CPU is too slow."""
        reason = self._failure or self._loader.failure
        made = [f"liveportrait: the head engine draws; {reason}"] if reason else []
        if self._maker is None and not made:
            made.append("liveportrait: its networks are being loaded; the head engine draws meanwhile")
        if self._maker is not None and self._maker.network.computes_on_cpu:
            took = f"{self._maker.picture_ms / 1000:.1f}" if self._maker.picture_ms > 0.0 else "about 10"
            made.append(
                f"liveportrait: the CPU computes, {took} seconds a picture; a graphics card makes it live "
                "(docs/gpu.md), and omote render waits for every picture of a clip"
            )
        return made + [f"liveportrait on {one}" for one in self._loader.notes()]

    def close(self) -> None:
        """Release the context and the network; may be called twice."""
        self._loader.close()
        if self._worker is not None:
            self._worker.close()
        super().close()
