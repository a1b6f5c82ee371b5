"""RetouchNetwork: the retouch network on one provider: an avatar's code once, the fields of every frame.

network = RetouchNetwork(load_retouch_model(path), "openvino")
network.wear(portrait_planes, code)           # once for an avatar; a code that was fitted to it, or None
as_planes(pictures, out=network.planes); frame_code(motion, camera, out=network.code)
network.run()
network.fields.flow                           # (2, 64, 64)
network.regions["mouth"].fields.paint         # (3, 96, 128); {} where the network has no regions
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from face.regions import REGIONS
from face.retouch_code import RetouchCode
from inference.errors import ModelError
from inference.model_folder import ModelFolder
from inference.providers import PROVIDERS
from inference.session import Session, open_session
from runtime.inference.retouch_model import AVATAR_FILE, FORM_FILE, REGIONS_FILE, STEP_FILE, fingerprint

Floats = NDArray[np.float32]
_P: Final = CONDITION_PX
#: Output -> (channels, side). Must match networks/retouch.py FormFields.
FIELDS: Final[dict[str, tuple[int, int]]] = {
    "flow": (2, _P // 2),
    "gain": (3, _P // 2),
    "bias": (3, _P // 2),
    "detail": (1, _P // 2),
    "far": (2, _P // 2),
    "paint": (4, _P),
    "copied": (1, _P),
    "mask": (1, _P),
}
#: Fields that a step goes on from: those that bend and relight. Paint is the last step's alone.
BEFORE: Final = ("flow", "gain", "bias", "detail")
#: Later steps have learned from no less of the way than a fifth.
MOST_STEPS: Final = 5
_WARM_RUNS: Final = 2
_TIMED_RUNS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class RetouchFields:
    """What the network says of a frame, (channels, side, side) float32 each; meanings as in networks/retouch.py."""

    flow: Floats
    gain: Floats
    bias: Floats
    detail: Floats
    far: Floats
    paint: Floats
    copied: Floats
    mask: Floats

    @classmethod
    def unchanged(cls) -> RetouchFields:
        """Fields that leave a draft as it is."""
        made = cls(
            **{name: np.zeros((count, side, side), np.float32) for name, (count, side) in FIELDS.items()}
        )
        made.gain[:] = 1.0
        return made


@dataclass(frozen=True, slots=True, eq=False)
class RegionFields:
    """What the network says of a crop of H x W pixels, float32; meanings as in networks/regions.py.

    Attributes:
        flow: (2, H/2, W/2). gain, bias: (3, H/2, W/2). paint: (3, H, W). mask, blend: (1, H, W).
    """

    flow: Floats
    gain: Floats
    bias: Floats
    paint: Floats
    mask: Floats
    blend: Floats


@dataclass(frozen=True, slots=True, eq=False)
class RegionData:
    """A region's crop, written before `run`, and its fields, read after it.

    Attributes:
        crop: (4, H, W) of the draft, premultiplied, 0..1. planes: (CHANNELS_IN - 4, H/2, W/2).
    """

    crop: Floats
    planes: Floats
    fields: RegionFields


class RetouchNetwork:
    """Belongs to one thread at a time.

    Attributes:
        name: the provider's key. provider: what computes, for the status.
        planes: (CHANNELS_IN, P, P), code: (CODE,): written before `run`. fields: read after it.
        regions: of each of REGIONS; empty where the network has none.
        parts: what a `run` can do, what is left out first the last: "form", the first step; "regions" and "steps", those
            after the first, where there are some.
        measured_ms: of each of the parts, as the loader timed it; () = it did not.
        computes_on_cpu: whether the CPU runs it.
        fingerprint: of the network, as fitted codes name it.
    """

    def __init__(self, model: ModelFolder, provider: str, threads: int = 0, *, steps: int = 1) -> None:
        """Load the graphs, and run them once, because the first run is slower.

        Args:
            steps: of a frame (networks/retouch_steps.py), up to MOST_STEPS; each takes half as long again as the first.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graphs have other inputs or outputs than this version knows, or it knows one step only.
        """
        if steps > 1 and STEP_FILE not in model.graphs:
            raise ModelError(
                f"{model.path}: this retouch network goes in one step, got {steps}; choose --steps 1 (neural.steps), or "
                "another network with --model"
            )
        if steps > MOST_STEPS:
            raise ModelError(
                f"a retouch network goes in up to {MOST_STEPS} steps, got {steps}; choose fewer with --steps (neural.steps)"
            )
        self.name = provider
        self.measured_ms: tuple[float, ...] = ()
        self.computes_on_cpu = PROVIDERS[provider].computes_on_cpu
        self.fingerprint = fingerprint(model)
        # The avatar's code is needed once: it is worth no plan of its own, and no copies to a GPU.
        self._portrait = open_session(
            model.graphs[AVATAR_FILE], provider if provider == "openvino" else "cpu", threads
        )
        self._form = open_session(model.graphs[FORM_FILE], provider, threads)
        self._later = open_session(model.graphs[STEP_FILE], provider, threads) if steps > 1 else None
        self._steps = steps
        picture, code = (1, CHANNELS_IN, _P, _P), (1, model.numbers["avatar_code"])
        _check(model, AVATAR_FILE, self._portrait, {"planes": picture, "avatar": code})
        wanted = {"planes": picture, "code": (1, CODE), "avatar": code}
        wanted |= {name: (1, count, side, side) for name, (count, side) in FIELDS.items()}
        _check(model, FORM_FILE, self._form, wanted)
        if self._later is not None:
            wanted |= {"left": (1, 1), "share": (1, 1)}
            wanted |= {f"{name}_before": wanted[name] for name in BEFORE}
            _check(model, STEP_FILE, self._later, wanted)
        self._region_session = _open_regions(model, provider, threads, code)
        has = {"form": True, "regions": self._region_session is not None, "steps": steps > 1}
        self.parts = tuple(name for name, is_there in has.items() if is_there)
        self.regions = _region_data(self._region_session)
        self.provider = self._form.provider
        self.planes: Floats = self._form.inputs["planes"][0]
        self.code: Floats = self._form.inputs["code"][0]
        self.fields = RetouchFields(**{name: self._form.outputs[name][0] for name in FIELDS})
        for _ in range(_WARM_RUNS):
            self.run()

    def wear(self, portrait_planes: Floats, code: RetouchCode | None = None) -> None:
        """Take another avatar; less than a millisecond.

        Args:
            portrait_planes: (CHANNELS_IN, P, P) the conditions of its portrait, as `face.conditions.as_planes` gives them.
            code: one that was fitted to it; one of another network is ignored (`knows`).

        Raises:
            ProviderError: the provider failed.
        """
        if code is not None and self.knows(code):
            self.set_avatar_code(code.values)
            return
        self._portrait.inputs["planes"][0] = portrait_planes
        self._portrait.run()
        self.set_avatar_code(self._portrait.outputs["avatar"][0])

    def knows(self, code: RetouchCode) -> bool:
        """Whether a code was fitted with this network."""
        return code.network == self.fingerprint and code.values.shape == self.avatar_code.shape

    @property
    def avatar_code(self) -> Floats:
        """(C,) the code that it wears; read only."""
        code: Floats = self._form.inputs["avatar"][0]
        return code

    def set_avatar_code(self, values: Floats) -> None:
        """Wear a code (C,) float32; allocates nothing."""
        self._form.inputs["avatar"][0] = values
        if self._region_session is not None:
            self._region_session.inputs["avatar"][0] = values

    def measure(self, clock: Callable[[], float]) -> None:
        """Fill `measured_ms`; arguments as of `fastest_ms`."""
        whole_ms = [
            self.fastest_ms(
                clock,
                with_regions="regions" in self.parts[:count],
                further=float("steps" in self.parts[:count]),
            )
            for count in range(1, len(self.parts) + 1)
        ]
        self.measured_ms = (whole_ms[0], *(max(0.0, after - before) for before, after in pairwise(whole_ms)))

    def run(self, *, with_regions: bool = True, further: float = 1.0) -> None:
        """Compute the fields of the frame that `planes` and `code` describe, and those of the regions' crops.

        Args:
            further: 0..1, how much of what the steps after the first change is taken; 0 = they are left out.

        Raises:
            ProviderError: the provider failed.
        """
        self._form.run()
        if self._later is not None and further > 0.0:
            self._go_on(self._later, further)
        if with_regions and self._region_session is not None:
            self._region_session.inputs["code"][0] = self.code
            self._region_session.run()

    def _go_on(self, later: Session, further: float) -> None:
        """A share of the first step's answer, and the steps after it; as much of the difference as is wanted."""
        inputs, made, fields = later.inputs, later.outputs, self.fields
        for name in ("planes", "code", "avatar"):
            np.copyto(inputs[name], self._form.inputs[name])
        share = 1.0 / self._steps
        for name in BEFORE:
            part = np.power if name == "gain" else np.multiply
            part(getattr(fields, name), share, out=inputs[f"{name}_before"][0])
        for step in range(1, self._steps):
            inputs["left"].fill(1.0 - step / self._steps)
            inputs["share"].fill(1.0 / (self._steps - step))
            later.run()
            if step < self._steps - 1:
                for name in BEFORE:
                    np.copyto(inputs[f"{name}_before"], made[name])
        for name in FIELDS:
            own, new = getattr(fields, name), made[name][0]
            new -= own
            new *= further
            own += new

    def fastest_ms(
        self, clock: Callable[[], float], *, with_regions: bool = True, further: float = 1.0
    ) -> float:
        """The fastest of a few runs, milliseconds; what else runs on the machine makes others slower.

        Args:
            clock: returns monotonic seconds.
        """
        times = []
        for _ in range(_TIMED_RUNS):
            began_s = clock()
            self.run(with_regions=with_regions, further=further)
            times.append(clock() - began_s)
        return 1000.0 * min(times)


def _open_regions(model: ModelFolder, provider: str, threads: int, avatar: tuple[int, int]) -> Session | None:
    if REGIONS_FILE not in model.graphs:
        return None
    session = open_session(model.graphs[REGIONS_FILE], provider, threads)
    wanted: dict[str, tuple[int, ...]] = {"code": (1, CODE), "avatar": avatar}
    for name, region in REGIONS.items():
        full, half = (region.height, region.width), (region.height // 2, region.width // 2)
        wanted |= {f"{name}_crop": (1, 4, *full), f"{name}_planes": (1, CHANNELS_IN - 4, *half)}
        wanted |= {
            f"{name}_flow": (1, 2, *half),
            f"{name}_gain": (1, 3, *half),
            f"{name}_bias": (1, 3, *half),
        }
        wanted |= {
            f"{name}_paint": (1, 3, *full),
            f"{name}_mask": (1, 1, *full),
            f"{name}_blend": (1, 1, *full),
        }
    _check(model, REGIONS_FILE, session, wanted)
    return session


def _region_data(session: Session | None) -> dict[str, RegionData]:
    if session is None:
        return {}
    parts = [field.name for field in fields(RegionFields)]
    return {
        name: RegionData(
            session.inputs[f"{name}_crop"][0],
            session.inputs[f"{name}_planes"][0],
            RegionFields(*(session.outputs[f"{name}_{part}"][0] for part in parts)),
        )
        for name in REGIONS
    }


def _check(model: ModelFolder, file: str, session: Session, wanted: dict[str, tuple[int, ...]]) -> None:
    got = {name: array.shape for name, array in (session.inputs | session.outputs).items()}
    for name, shape in wanted.items():
        if got.get(name) != shape:
            raise ModelError(
                f"{model.path / file}: {name} has the shape {got.get(name, 'nothing')}, expected {shape}; "
                "export the network again with this version"
            )
