"""Times one engine on this machine, in a process of its own, and prints what it found as JSON, a line a few pictures.

python -m omote.checks.engine_probe retouch 1.5

The last line counts: where the process is ended because the machine is slow, the lines before it hold what was measured.
No avatar is needed: the built-in one is drawn, and for networks of others numbers that take as long as a portrait's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

import msgspec
import numpy as np

from face.motion import Motion
from protocol.channels import CHANNEL_INDEX
from protocol.errors import OmoteError

#: Side of the frames, pixels: the default of `omote run`.
SIZE: Final = 512
#: A median of so many pictures is sure enough.
_PICTURES: Final = 40


@dataclass(frozen=True, slots=True)
class EngineTime:
    """What was found.

    Attributes:
        engine: its name. provider: what computes and draws; "" = nothing could.
        frame_ms: median time of a frame; 0 = there was none. pictures: how many were timed.
        note: what else one must know, or why there is no time.
        is_trial: not good enough yet to be recommended.
    """

    engine: str
    provider: str = ""
    frame_ms: float = 0.0
    pictures: int = 0
    note: str = ""
    is_trial: bool = False


Draw = Callable[[int], object]


def _portrait_engine(name: str) -> tuple[str, str, Draw]:
    from face.avatar import load_avatar
    from runtime.avatars.builtin import find_builtin
    from runtime.engines import make_engine
    from runtime.errors import RenderError

    folder = find_builtin("")
    if folder is None:
        raise RenderError("this Omote comes without built-in avatars")
    engine = make_engine(name, SIZE)
    engine.set_avatar(load_avatar(folder))
    motion, yaw = Motion.neutral(), CHANNEL_INDEX["pose"]["yaw"]

    def draw(number: int) -> None:
        motion.values[yaw] = 0.2 * np.sin(0.3 * number)
        engine.render(motion, number / 30)

    return engine.provider, "", draw


def _is_retouch_a_trial() -> bool:
    from runtime.inference.retouch_model import installed_model, load_retouch_model

    return load_retouch_model(installed_model("retouch")).is_trial


def _tha() -> tuple[str, str, Draw]:
    from runtime.errors import RenderError
    from runtime.tha.parameters import PARAMETERS
    from runtime.tha.student import AS_IT_IS, BANDS
    from runtime.tha.student_loader import StudentLoader
    from runtime.tha.weights import PICTURE_PX, SHAPES

    random = np.random.default_rng(0)
    weights = {name: random.uniform(-0.05, 0.05, shape).astype(np.float32) for name, shape in SHAPES.items()}
    drawing = random.uniform(-1, 1, (4, PICTURE_PX, PICTURE_PX)).astype(np.float32)
    loader = StudentLoader(weights, drawing, SIZE, ("auto",))
    while not loader.is_over(1.0):
        pass
    student = loader.take()
    if student is None:
        raise RenderError(loader.failure)
    matrix = np.array(AS_IT_IS, np.float32)
    bands = 1 if student.is_banded else BANDS
    note = f"the face in every frame, the body in {BANDS} frames" if student.is_banded else ""

    def draw(number: int) -> None:
        pose = np.full(PARAMETERS, 0.5 + 0.4 * np.sin(0.3 * number), np.float32)
        student.draw(pose, matrix, bands)

    return student.provider, note, draw


def _liveportrait() -> tuple[str, str, Draw]:
    from runtime.inference.liveportrait_network import LivePortraitNetwork, find_liveportrait
    from runtime.inference.network_loader import NetworkLoader

    open_network = partial(LivePortraitNetwork, find_liveportrait())
    loader = NetworkLoader(open_network, ("auto",), time.perf_counter, is_compared=False)
    loader.start()  # and not `load`: TensorRT would compile for minutes
    network = loader.wait()
    rest = np.zeros((1, 21, 3), np.float32)
    network.wear(np.zeros_like(network.volume), rest)

    def draw(number: int) -> None:
        network.draw(rest + np.float32(0.02 * np.sin(0.3 * number)))

    return network.provider, "pictures of the network; between them the newest one is moved", draw


def _diffusion() -> tuple[str, str, Draw]:
    from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
    from runtime.inference.diffusion_model import find_diffusion_model, load_diffusion_model
    from runtime.inference.diffusion_network import DiffusionNetwork
    from runtime.inference.network_loader import NetworkLoader

    open_network = partial(DiffusionNetwork, load_diffusion_model(find_diffusion_model("")))
    loader = NetworkLoader(open_network, ("auto",), time.perf_counter)
    loader.start()  # and not `load`: TensorRT would compile for minutes
    network = loader.wait()
    planes, code = np.zeros((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.float32), np.zeros(CODE, np.float32)
    network.wear(planes, code)

    def draw(number: int) -> None:
        code[0] = 0.5 + 0.4 * np.sin(0.3 * number)
        network.draw(planes, code)

    note = "pictures of the network, two steps; between them the newest change is moved"
    return network.provider, note, draw


PROBES: Final[dict[str, Callable[[], tuple[str, str, Draw]]]] = {
    "head": partial(_portrait_engine, "head"),
    "retouch": partial(_portrait_engine, "retouch"),
    "tha": _tha,
    "liveportrait": _liveportrait,
    "diffusion": _diffusion,
}


def probe(
    name: str, seconds: float, clock: Callable[[], float], tell: Callable[[EngineTime], None]
) -> EngineTime:
    """Time an engine; the first picture is for warming up, unless it is the only one.

    Args:
        name: of PROBES.
        seconds: how long it may draw after it is loaded; one picture is always finished.
        clock: monotonic seconds.
        tell: called with what is known so far, after the first pictures.
    """
    try:
        provider, note, draw = PROBES[name]()
        is_trial = name == "retouch" and _is_retouch_a_trial()
        times: list[float] = []
        end_s = clock() + seconds
        while len(times) <= _PICTURES and (not times or clock() < end_s):
            began_s = clock()
            draw(len(times))
            times.append(1000.0 * (clock() - began_s))
            found = EngineTime(name, provider, median(times[1:] or times), len(times), note, is_trial)
            if len(times) <= 2:
                tell(found)
    except OmoteError as error:
        found = EngineTime(name, note=str(error))
    except Exception as error:  # a driver or a library that is half installed can raise anything
        found = EngineTime(name, note=f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
    tell(found)
    return found


def main() -> int:
    """Time the engine that the command line names."""
    probe(
        sys.argv[1],
        float(sys.argv[2]),
        time.perf_counter,
        lambda found: print("\n" + msgspec.json.encode(found).decode(), flush=True),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
