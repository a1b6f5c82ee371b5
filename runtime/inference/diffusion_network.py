"""DiffusionNetwork: the diffusion transformer on one provider: frame after frame, each by a few steps from the one draft.

network = DiffusionNetwork(load_diffusion_model(path), "openvino", steps=2)
network.wear(portrait_planes, portrait_code)     # once for an avatar
clean = network.draw(planes, code)               # (4, S, S) premultiplied, 0..1; reused by the next
network.reset()                                  # the next frame follows no other

Keys and values of a frame's last step are what later frames see of it. Noise is the same for every frame: a still face
stays still. Sampling must match networks/flow.py `sample` and training/diffusion/recipe.py `made`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from face.ray_maps import MAPS, pose_maps
from face.steering import EMOTIONS_IN, EXPRESSION_IN, POSE_IN, steering_of
from inference.errors import ModelError
from inference.model_folder import ModelFolder
from inference.providers import PROVIDERS
from inference.session import Session, open_session
from runtime.inference.diffusion_model import FRAMES_FILE, PORTRAIT_FILE
from runtime.inference.guidance_schedule import GuidanceSchedule

Floats = NDArray[np.float32]

#: Channels of a picture.
_PICTURE: Final = 4
_SEED: Final = 0
_WARM_RUNS: Final = 2
_TIMED_RUNS: Final = 4
#: Inputs that are the state of a stream, and those of the avatar.
_PAST: Final = ("past_keys", "past_values", "given")
_MEMORY: Final = ("portrait_keys", "portrait_values")
#: Inputs of a frame that predictions without the expression, and without any condition, have zeros for.
_EXPRESSION: Final = ("expression", "emotion")
_CONDITIONS: Final = ("planes", "maps", "pose", *_EXPRESSION)


class DiffusionNetwork:
    """Belongs to one thread at a time.

    Attributes:
        name: the provider's key. provider: what computes, for the status.
        side: of its pictures, pixels.
        noise: (4, S, S) what is added where a flow begins.
        computes_on_cpu: whether the CPU runs it.
    """

    def __init__(
        self,
        model: ModelFolder,
        provider: str,
        threads: int = 0,
        *,
        steps: int = 2,
        guidance: GuidanceSchedule | None = None,
    ) -> None:
        """Load the graphs, and run them, because the first runs are slower.

        Args:
            steps: of the flow for a frame.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graphs have other inputs or outputs than this version knows.
        """
        self.name = provider
        self.computes_on_cpu = PROVIDERS[provider].computes_on_cpu
        self.side, self._grid = model.numbers["side"], model.numbers["grid"]
        self._steps, self._guidance = steps, guidance or GuidanceSchedule()
        # A trained network computes in bfloat16 as well.
        self._frames = open_session(model.graphs[FRAMES_FILE], provider, threads, is_bf16=True)
        self._portrait: Session | None = None
        if PORTRAIT_FILE in model.graphs:
            self._portrait = open_session(model.graphs[PORTRAIT_FILE], provider, threads)
        self._check(model)
        self.provider = self._frames.provider
        inputs = self._frames.inputs
        self._noisy: Floats = inputs["noisy"][0, 0]
        self._clean: Floats = self._frames.outputs["clean"][0, 0]
        noise = np.random.default_rng(_SEED).standard_normal(self._noisy.shape, np.float32)
        self.noise: Floats = noise * np.float32(model.numbers["noise_percent"] / 100)
        self._from_draft = bool(model.numbers["from_draft"])
        shape = self._noisy.shape
        self._draft: Floats = np.zeros(shape, np.float32)
        self._guided: Floats = np.zeros(shape, np.float32)
        self._made: Floats = np.zeros(shape, np.float32)
        self._seen = {name: np.zeros_like(inputs[name]) for name in _CONDITIONS if name in inputs}
        # With guidance, the frames without conditions are a stream of their own.
        self._streams: dict[str, dict[str, Floats]] = {
            drop: {name: np.zeros_like(inputs[name]) for name in (*_PAST, *_MEMORY) if name in inputs}
            for drop in (("", "all") if self._guidance.weight != 1.0 else ("",))
        }
        self._loaded = ""
        self._portrait_code = np.zeros(CODE, np.float32)
        for _ in range(_WARM_RUNS):
            self._frames.run()

    def _check(self, model: ModelFolder) -> None:
        side, grid = (self.side, self.side), (self._grid, self._grid)
        wanted: dict[str, tuple[int, ...]] = {
            "noisy": (1, 1, _PICTURE, *side),
            "time": (1, 1),
            "planes": (1, 1, CHANNELS_IN, *side),
            "maps": (1, 1, MAPS, *grid),
            "expression": (1, 1, EXPRESSION_IN),
            "emotion": (1, 1, EMOTIONS_IN),
            "pose": (1, 1, POSE_IN),
            "clean": (1, 1, _PICTURE, *side),
        }
        if model.numbers["past"]:
            wanted["given"] = (model.numbers["past"],)
        _compare(model, FRAMES_FILE, self._frames, wanted)
        if self._portrait is not None:
            _compare(
                model,
                PORTRAIT_FILE,
                self._portrait,
                {"planes": (1, CHANNELS_IN, *side), "maps": (1, MAPS, *grid)},
            )

    @property
    def seen_draft(self) -> Floats:
        """(4, S, S) premultiplied, 0..1: the draft that the last picture was made of; read only."""
        drafts: Floats = self._seen["planes"][0, 0, :_PICTURE]
        return drafts

    def wear(self, planes: Floats, code: Floats) -> None:
        """Take another avatar; the next frame follows no other.

        Args:
            planes: (CHANNELS_IN, CONDITION_PX, CONDITION_PX) the conditions of its portrait.
            code: (CODE,) of its own motion.

        Raises:
            ProviderError: the provider failed.
        """
        self.reset()
        self._portrait_code[:] = code
        if self._portrait is None:
            return
        inputs, outputs = self._portrait.inputs, self._portrait.outputs
        for drop, stream in self._streams.items():
            for name in inputs:
                inputs[name][:] = 0.0
            if drop == "":
                _shrink(planes, out=inputs["planes"][0])
                inputs["maps"][0] = pose_maps(code, code, self._grid)
            self._portrait.run()
            for name in _MEMORY:
                np.copyto(stream[name], outputs[name])
                if drop == self._loaded:
                    np.copyto(self._frames.inputs[name], outputs[name])

    def reset(self) -> None:
        """The next frame follows no other."""
        if "given" in self._frames.inputs:
            for given in (self._frames.inputs["given"], *(one["given"] for one in self._streams.values())):
                given[:] = 0.0

    def draw(self, planes: Floats, code: Floats) -> Floats:
        """The next frame of the stream, (4, S, S) premultiplied, 0..1; reused by the next.

        Args:
            planes: (CHANNELS_IN, CONDITION_PX, CONDITION_PX) its conditions, `face.conditions.as_planes`. code: (CODE,) its
                `frame_code`.

        Raises:
            ProviderError: the provider failed.
        """
        self._see(planes, code)
        x = self._noisy
        np.copyto(x, self.noise)
        if self._from_draft:
            x += self._draft
        for step in range(self._steps):
            now, then = step / self._steps, (step + 1) / self._steps
            is_last = step == self._steps - 1
            made = self._predict(now, is_last)
            np.clip(made, -1.0, 1.0, out=made)
            made -= x
            made *= np.float32((then - now) / (1.0 - now))
            x += made
        made = self._made
        np.multiply(x, np.float32(0.5), out=made)
        made += np.float32(0.5)
        np.clip(made, 0.0, 1.0, out=made)
        np.minimum(made[:3], made[3:], out=made[:3])  # no colour is above its alpha
        return made

    def measure(self, clock: Callable[[], float]) -> None:
        """Nothing: pictures are timed while they are made."""

    def fastest_ms(self, clock: Callable[[], float]) -> float:
        """The fastest of a few steps, milliseconds; `clock` returns monotonic seconds."""
        times = []
        for _ in range(_TIMED_RUNS):
            began_s = clock()
            self._frames.run()
            times.append(clock() - began_s)
        return 1000.0 * min(times)

    def _see(self, planes: Floats, code: Floats) -> None:
        """Take a frame's conditions."""
        seen = self._seen
        steering = steering_of(code)
        found = {"expression": steering.expression, "emotion": steering.emotion, "pose": steering.pose}
        found["maps"] = pose_maps(code, self._portrait_code, self._grid)
        for name, value in found.items():
            if name in seen:
                seen[name][0, 0] = value
        _shrink(planes, out=seen["planes"][0, 0])
        np.multiply(seen["planes"][0, 0, :_PICTURE], np.float32(2.0), out=self._draft)
        self._draft -= 1.0

    def _predict(self, time: float, is_last: bool) -> Floats:
        """The clean picture of `noisy` at a time of the flow; a last step joins the streams' caches."""
        total = self._guided
        total[:] = 0.0
        for drop, share in self._guidance.shares(time).items():
            self._load("all" if drop == "all" else "")
            inputs = self._frames.inputs
            inputs["time"][:] = time
            for name, value in self._seen.items():
                is_dropped = drop == "all" or (drop == "expression" and name in _EXPRESSION)
                np.copyto(inputs[name], 0.0 if is_dropped else value)
            self._frames.run()
            np.multiply(self._clean, np.float32(share), out=self._made)
            total += self._made
            if is_last and drop != "expression" and "given" in inputs:
                self._join()
        return total

    def _load(self, stream: str) -> None:
        """Give the session the caches of one stream; those of the other are kept."""
        if stream == self._loaded:
            return
        inputs = self._frames.inputs
        for name, kept in self._streams[self._loaded].items():
            np.copyto(kept, inputs[name])
        for name, kept in self._streams[stream].items():
            np.copyto(inputs[name], kept)
        self._loaded = stream

    def _join(self) -> None:
        """The call's keys and values become the newest of the session's cache."""
        inputs, outputs = self._frames.inputs, self._frames.outputs
        for past, now in (("past_keys", "keys"), ("past_values", "values")):
            cache = inputs[past]  # (depth, 1, M, heads, N, d)
            for frame in range(cache.shape[2] - 1):
                cache[:, :, frame] = cache[:, :, frame + 1]
            cache[:, :, -1] = outputs[now][:, :, 0]
        given = inputs["given"]
        given[:-1] = given[1:]
        given[-1] = 1.0


def _shrink(planes: Floats, *, out: Floats) -> None:
    """Conditions (C, P, P) at a network's side, means of squares of pixels."""
    count, side = len(planes), out.shape[-1]
    if side == CONDITION_PX:
        np.copyto(out, planes)
        return
    share = CONDITION_PX // side
    np.mean(planes.reshape(count, side, share, side, share), axis=(2, 4), out=out)


def _compare(model: ModelFolder, file: str, session: Session, wanted: dict[str, tuple[int, ...]]) -> None:
    """Check the shapes of inputs and outputs; a graph has no input for what its network leaves out."""
    got = {name: array.shape for name, array in (session.inputs | session.outputs).items()}
    for name, shape in wanted.items():
        is_needed = name in ("noisy", "planes", "clean")
        if (name in got or is_needed) and got.get(name) != shape:
            raise ModelError(
                f"{model.path / file}: {name} has the shape {got.get(name, 'nothing')}, expected {shape}; "
                "export the network again with this version"
            )
