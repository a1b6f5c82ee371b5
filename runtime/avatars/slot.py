"""AvatarSlot: the loaded avatar and the engine that draws it; changed between two frames.

slot = AvatarSlot(size=512)
slot.load(Path("avatars/me"))                # at once
pixels = slot.engine.render(motion, now_s)
slot.request("avatars/you", done)            # while frames go on
slot.step()                                  # after every frame
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from face.avatar import RESTS, Avatar
from face.errors import AvatarError
from face.limits import HeadLimits
from face.rest import PortraitRest
from inference.errors import InferenceError
from inference.model_folder import is_model_folder
from protocol.errors import OmoteError
from protocol.file_names import text_of_name
from runtime.avatars.builtin import is_builtin
from runtime.avatars.loader import AvatarLoader, LoadRequest, LoadResult
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.preparation import AvatarChoice, prepare
from runtime.avatars.shelf import Shelf
from runtime.backgrounds.background import Background
from runtime.backgrounds.background_maker import BackgroundMaker, BackgroundRequest, MadeBackground
from runtime.backgrounds.plates import Plate
from runtime.engines import AUTO, ENGINES, make_engine
from runtime.engines.engine import RendererEngine
from runtime.engines.prepared import PreparedAvatar, limits_of, portrait_rest
from runtime.engines.selection import ON_REQUEST
from runtime.errors import RenderError, SupersededError
from runtime.inference.retouch_model import installed_model, load_retouch_model
from runtime.inference.settings import NeuralSettings

if TYPE_CHECKING:
    from runtime.engines.gl_room import GlRoom

logger = logging.getLogger(__name__)


#: Kinds of backgrounds that are made of the avatar's own.
_OF_OWN: Final = ("keep", "blur", "plate")


@dataclass(frozen=True, slots=True)
class SharedLoading:
    """What the slots of several faces in one process have in common.

    Attributes:
        room: the OpenGL context of head engines; None = each slot has its own.
        client: reads avatars; its owner closes it. None = each slot has its own.
    """

    room: GlRoom | None = None
    client: LoadingClient | None = None


class AvatarSlot:
    """Belongs to the loop's thread, as the engines do.

    Args:
        size: side of the frames in pixels.
        engine: a key of ENGINES; "" = the engine that each avatar was made for; AUTO = the same, but the retouch engine
            draws the avatars of the head engine while it keeps the frame rate.
        background: what is behind the avatars; None = each avatar's own.
        rest: "portrait" or "neutral"; "" = each avatar's own.
        neural: settings of engines that run a network; None = the defaults.
        fps: the wanted frame rate, 0 = no limit.
        shared: what it has in common with the other slots of the process; None = nothing.

    Attributes:
        avatar: the loaded avatar.
        engine: the engine that draws it.
        worn: the name of the loaded avatar's folder; "" without an avatar.
        background: what is behind it.
        limits: how far its head may turn and move; None = as far as the channels go.
        at_rest: how drivers' values become what the avatar shows; None = they are that already.
    """

    avatar: Avatar
    engine: RendererEngine
    worn: str
    at_rest: PortraitRest | None
    limits: HeadLimits | None

    def __init__(
        self,
        *,
        size: int,
        engine: str = "",
        background: Background | None = None,
        rest: str = "",
        neural: NeuralSettings | None = None,
        fps: float = 0.0,
        shared: SharedLoading | None = None,
    ) -> None:
        self.size = size
        shared = shared or SharedLoading()
        self._room = shared.room
        self._neural, self._fps = neural, fps
        self._engines: dict[str, RendererEngine] = {}  # an engine that was needed once is kept
        self._why_not_retouched = ""
        self.at_rest = self.limits = None
        self._rest = rest
        self._portrait_rest: PortraitRest | None = None  # of the avatar that is worn, wanted or not
        self.background = background or Background("", "")
        is_retouched = engine == AUTO and self._can_retouch()
        self._choice = AvatarChoice(
            text="",
            size=size,
            engine="" if engine == AUTO else engine,
            background=_prepared_kind(self.background),
            is_retouched=is_retouched,
        )
        self._loader = AvatarLoader(
            self._choice, shared.client or LoadingClient(), is_shared=shared.client is not None
        )
        self._backgrounds = BackgroundMaker(size, self._loader.read_picture)
        self._own_plate: Plate | None = None  # of the avatar that is worn
        self._fixed_plate: Plate | None = None  # of a background that is the same behind every avatar
        self._request: LoadRequest | None = None  # of the avatar that is being uploaded
        self._upload: Iterator[None] | None = None

    def load(self, path: Path | None) -> None:
        """Load an avatar and wait for it; None = the default avatar, or the channel values if none is installed.

        A built-in avatar is read in this process, any other one in a process of its own.

        Raises:
            OmoteError: the avatar cannot be used, or its engine cannot work here; the avatar before stays loaded.
        """
        if path is None or is_builtin(path):
            text = "" if path is None else str(path)
            prepared = prepare(msgspec.structs.replace(self._choice, text=text))
        else:
            prepared = self._loader.load(str(path))
        self._drop_upload(SupersededError(f"superseded: {prepared.avatar.name} was loaded after it"))
        if self.background.is_fixed and self._fixed_plate is None:
            self._fixed_plate = self._backgrounds.make(self.background, None, "")
        prepared = self._with_background(prepared)
        engine = self._engine(prepared.engine)
        for _ in engine.upload(prepared):
            pass
        self._wear(engine, prepared)

    def start_engines(self) -> None:
        """Make every engine that an avatar may ask for later: a graphics driver that starts would delay a frame.

        An engine that cannot work here is named when an avatar asks for it.
        """
        if not self._choice.engine:
            for name in ENGINES:
                if name in ON_REQUEST:
                    continue
                # the retouch engine was made already, if it can be, and draws what the head engine would
                if name != "retouch" and not (name == "head" and self._choice.is_retouched):
                    with suppress(RenderError, InferenceError):
                        self._engine(name)

    def request(
        self, text: str, done: Callable[[OmoteError | None], None], shelf: Shelf | None = None
    ) -> None:
        """Ask for another avatar; the old one moves on until it is ready, and the newest request wins.

        Args:
            text: a folder, or the name of an avatar; "" = the default avatar.
            done: called once, when the avatar is worn (None) or refused (why).
            shelf: where a name is looked up; None = `Shelf()`.
        """
        self._loader.request(LoadRequest(text, done, shelf))

    def can_show(self, background: Background) -> bool:
        """False: it would be made of the avatar's own, and the avatar was made without one."""
        return background.kind not in _OF_OWN or self._own_plate is not None or self.engine.name == "null"

    @property
    def rest(self) -> str:
        """What a driver at rest shows, of `face.rest.RESTS`; "" where both are the same."""
        return (self._rest or self.avatar.rest) if self._portrait_rest is not None else ""

    def show_at_rest(self, rest: str) -> None:
        """Choose what a driver at rest shows, now and with every avatar after: of `RESTS`, or "" = each avatar's own."""
        self._rest = rest
        self.at_rest = self._portrait_rest if self.rest == RESTS[0] else None

    def request_background(
        self, background: Background, done: Callable[[OmoteError | None], None] = lambda failure: None
    ) -> None:
        """Ask for another background; the pictures fade to it when it is made, and the newest request wins.

        Args:
            done: called once, when it is shown (None) or refused (why).
        """
        made_as = self.avatar.background
        self._backgrounds.request(BackgroundRequest(background, self._own_plate, made_as, done))

    def step(self) -> None:
        """Do a small piece of what is to be loaded, a few milliseconds at most; call it after every frame."""
        if self._upload is None:
            loaded = self._loader.take()
            made = self._backgrounds.take() if loaded is None else None
            if loaded is not None:
                self._request = loaded.request
                self._upload = self._uploading(loaded)
            elif made is not None:
                self._request = LoadRequest(
                    f"the background {made.request.background.text}", made.request.done
                )
                self._upload = self._uploading_background(made)
            else:
                return
        request = self._request
        assert request is not None
        try:
            next(self._upload)
            return
        except StopIteration:
            failure: OmoteError | None = None
        except OmoteError as error:
            failure = error
        except Exception as error:  # a fault of ours must not end the frames
            logger.exception("an avatar could not be uploaded")
            failure = AvatarError(f"{request.text:.300} cannot be shown ({type(error).__name__}: {error})")
        self._request = self._upload = None
        request.done(failure)

    def frame_took(self, frame_ms: float, now_s: float) -> None:
        """Tell the engine what the last frame cost; see `RendererEngine.frame_took`."""
        self.engine.frame_took(frame_ms, now_s)

    def notes(self) -> list[str]:
        """Degraded states of the engine in words, with the remedy."""
        said = [self._why_not_retouched] if self._why_not_retouched else []
        if not self.can_show(self.background):
            said.append(
                f"{self.avatar.name} was made without a background, so nothing is behind it; choose a colour or a picture"
            )
        return [*said, *self.engine.notes()]

    def close(self) -> None:
        """Close the engines and end what is being loaded; may be called twice."""
        self._backgrounds.close()
        self._loader.close()
        self._drop_upload(AvatarError("the runtime stops; the avatar is not loaded"))
        while self._engines:
            self._engines.popitem()[1].close()

    def _uploading(self, loaded: LoadResult) -> Iterator[None]:
        if isinstance(loaded.result, OmoteError):
            raise loaded.result
        engine = self._engine(loaded.result.engine)
        yield
        prepared = self._with_background(loaded.result)
        yield from engine.upload(prepared)
        self._wear(engine, prepared)
        if prepared.background != _prepared_kind(self.background):  # it was changed meanwhile
            self.request_background(self.background)

    def _uploading_background(self, made: MadeBackground) -> Iterator[None]:
        if isinstance(made.result, OmoteError):
            raise made.result
        background = made.request.background
        plate = made.result
        if (
            not background.is_fixed and made.request.own is not self._own_plate
        ):  # another avatar is worn by now
            plate = self._backgrounds.make(background, self._own_plate, self.avatar.background)
        yield from self.engine.upload_plate(plate)
        self.background = background
        self._fixed_plate = plate if background.is_fixed else None
        self._loader.show_behind(_prepared_kind(background))
        self._choice = msgspec.structs.replace(self._choice, background=_prepared_kind(background))

    def _with_background(self, prepared: PreparedAvatar) -> PreparedAvatar:
        """The avatar before a background that is the same behind every avatar, if that is shown."""
        if self._fixed_plate is None or prepared.engine == "null":
            return prepared
        return replace(prepared, arrays={**prepared.arrays, "plate": self._fixed_plate})

    def _engine(self, name: str) -> RendererEngine:
        if name not in self._engines:
            self._engines[name] = make_engine(
                name, self.size, self._neural, start="wait", fps=self._fps, room=self._room
            )
        return self._engines[name]

    def _can_retouch(self) -> bool:
        """Make the retouch engine, whose network is loaded in the background, if this installation has one."""
        neural = self._neural or NeuralSettings()
        if not neural.model:
            installed = installed_model("retouch")
            if not is_model_folder(installed):
                return False
            try:
                if load_retouch_model(installed).is_trial:
                    return False  # `--engine retouch` asks for it
            except InferenceError as error:
                self._why_not_retouched = f"the head engine draws; retouch: {error}"
                return False
        try:
            self._engines["retouch"] = make_engine(
                "retouch", self.size, neural, start="background", fps=self._fps
            )
        except (RenderError, InferenceError) as error:
            self._why_not_retouched = f"the head engine draws; retouch: {error}"
            return False
        return True

    def _wear(self, engine: RendererEngine, prepared: PreparedAvatar) -> None:
        self.engine, self.avatar = engine, prepared.avatar
        own = prepared.arrays.get("own_plate")
        self._own_plate = (
            None if own is None else own.copy()
        )  # the array may lie in a file of the whole avatar
        self.worn = text_of_name(prepared.avatar.path.name)
        self._portrait_rest = portrait_rest(prepared.arrays)
        self.show_at_rest(self._rest)
        self.limits = limits_of(prepared.avatar, prepared.arrays)

    def _drop_upload(self, why: OmoteError) -> None:
        request, upload, self._request, self._upload = self._request, self._upload, None, None
        if upload is not None and hasattr(upload, "close"):
            upload.close()
        if request is not None:
            request.done(why)


def _prepared_kind(background: Background) -> str:
    """The kind with which avatars are prepared: a fixed background takes the plate's place afterwards."""
    return "" if background.is_fixed else background.kind
