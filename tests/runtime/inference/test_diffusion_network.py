"""Streams of frames without torch against the same with it: conditions, noise, steps, guidance, and the cache."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch
from torch import Tensor

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from face.ray_maps import pose_maps
from face.steering import steering_of
from networks.attention import KeysValues
from networks.conditioning import EMOTIONS_IN, EXPRESSION_IN, POSE_IN, Steering
from networks.dit import Dit, joined, shown_frames
from networks.dit_design import DitDesign
from networks.flow import FLOWS, sample
from networks.guidance import Guidance
from runtime.inference.diffusion_model import load_diffusion_model
from runtime.inference.diffusion_network import DiffusionNetwork
from runtime.inference.guidance_schedule import GuidanceSchedule
from tests.networks.diffusion_models import DESIGN, random_network, write_random_diffusion
from training.diffusion.recipe import straightened

Floats = NDArray[np.float32]
FRAMES = 5
_RANDOM = np.random.default_rng(3)
CODES = _RANDOM.normal(0, 0.3, (FRAMES, CODE)).astype(np.float32)
#: Soft pictures, so that a network's answer is not all at the limits of what is shown.
PLANES = np.repeat(
    np.repeat(_RANDOM.uniform(0.2, 0.8, (FRAMES, CHANNELS_IN, 16, 16)), 8, axis=2), 8, axis=3
).astype(np.float32)
#: Without a portrait and without past frames.
ALONE = replace(DESIGN, window=1, without=frozenset({"reference", "pose"}))
PROGRESSIVE = GuidanceSchedule(2.5, "progressive")


@dataclass(frozen=True)
class TorchFrame:
    """One frame for torch; `past` and `newest` are the caches of the streams with conditions ("") and without ("all")."""

    net: Dit
    planes: Tensor
    maps: Tensor
    steering: Steering
    memories: dict[str, KeysValues | None]
    past: dict[str, KeysValues | None]
    newest: dict[str, KeysValues] = field(default_factory=dict)

    def predict(self, drop: str, noisy: Tensor, time: float) -> Tensor:
        stream = "all" if drop == "all" else ""
        kept, expressed = (0.0 if drop == "all" else 1.0), (0.0 if drop else 1.0)
        expression, emotion, pose = self.steering
        steering = Steering(expressed * expression, expressed * emotion, kept * pose)
        planes, maps, times = kept * self.planes, kept * self.maps, torch.full((1, 1), time)
        memory, past = self.memories[stream], self.past[stream]
        clean, now = self.net(noisy, times, planes, maps, steering, memory, past)
        if drop != "expression":
            self.newest[stream] = now
        return clean  # type: ignore[no-any-return]

    def made(self, begin: Tensor, steps: int, guidance: Guidance) -> Floats:
        guided = guidance.guided({drop: partial(self.predict, drop) for drop in ("", "expression", "all")})
        picture = sample(lambda noisy, time: guided(noisy, time).clamp(-1, 1), begin, steps)
        return np.asarray(straightened(picture)[0, 0].numpy())


def of_torch(net: Dit, flow: str, noise: Tensor, steps: int, guidance: Guidance) -> list[Floats]:
    """The frames by torch; what later frames see of one is of its last step."""
    side, grid = net.design.side, net.design.grid
    pool = torch.nn.AvgPool2d(CONDITION_PX // side)
    portrait_planes = pool(torch.from_numpy(PLANES[0]))[None]
    portrait_maps = torch.from_numpy(pose_maps(CODES[0], CODES[0], grid))[None]
    memories = {
        drop: net.remember(kept * portrait_planes, kept * portrait_maps)
        for drop, kept in (("", 1.0), ("all", 0.0))
    }
    past: dict[str, KeysValues | None] = {"": None, "all": None}
    made = []
    for planes_of, code in zip(PLANES, CODES, strict=True):
        planes = pool(torch.from_numpy(planes_of))[None, None]
        maps = torch.from_numpy(pose_maps(code, CODES[0], grid))[None, None]
        steering = Steering(*(torch.from_numpy(one)[None, None] for one in steering_of(code)))
        frame = TorchFrame(net, planes, maps, steering, memories, past)
        begin = noise + (2 * planes[:, :, :4] - 1 if FLOWS[flow].from_draft else 0)
        made.append(frame.made(begin, steps, guidance))
        for stream, now in frame.newest.items():
            past[stream] = shown_frames(joined(past[stream], now), net.design)
    return made


def streamed(network: DiffusionNetwork, codes: Floats = CODES) -> list[Floats]:
    network.wear(PLANES[0], codes[0])
    return [network.draw(planes, code).copy() for planes, code in zip(PLANES, codes, strict=True)]


@pytest.mark.parametrize(
    ("design", "flow", "steps", "guidance"),
    [
        (DESIGN, "bridge", 1, GuidanceSchedule()),
        (DESIGN, "bridge", 2, GuidanceSchedule()),
        (DESIGN, "noise", 4, PROGRESSIVE),
        (DESIGN, "bridge", 2, GuidanceSchedule(1.7)),
        (ALONE, "bridge", 2, GuidanceSchedule()),
    ],
    ids=["one step", "two steps", "progressive guidance", "constant guidance", "no portrait, no past"],
)  # fmt: skip
def test_a_stream_agrees_with_torch(
    design: DitDesign, flow: str, steps: int, guidance: GuidanceSchedule, tmp_path: Path
) -> None:
    model = load_diffusion_model(write_random_diffusion(tmp_path, design, flow=flow))
    network = DiffusionNetwork(model, "cpu", 1, steps=steps, guidance=guidance)
    blends = {"constant": (0.0, 0.0), "progressive": (5 / 35, 10 / 35)}[guidance.schedule]
    with torch.no_grad():
        wanted = of_torch(
            random_network(design),
            flow,
            torch.from_numpy(network.noise)[None, None],
            steps,
            Guidance(guidance.weight, *blends),
        )
    got = streamed(network)
    np.testing.assert_allclose(got, wanted, atol=3e-4)
    shown = np.stack(wanted)
    assert ((shown > 0.01) & (shown < 0.99)).mean() > 0.1, "all is at the limits; the comparison says nothing"
    drafts = PLANES[:, :4].reshape(FRAMES, 4, 64, 2, 64, 2).mean((3, 5))
    assert np.abs(shown - drafts).mean() > 0.02


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> DiffusionNetwork:
    folder = write_random_diffusion(tmp_path_factory.mktemp("model"))
    return DiffusionNetwork(load_diffusion_model(folder), "cpu", 1)


def test_a_stream_is_the_same_every_time_and_frames_know_those_before(network: DiffusionNetwork) -> None:
    once, again = streamed(network), streamed(network)
    np.testing.assert_array_equal(once, again)
    alone = []
    for planes, code in zip(PLANES, CODES, strict=True):
        network.reset()
        alone.append(network.draw(planes, code).copy())
    np.testing.assert_array_equal(alone[0], once[0])
    for cut, followed in zip(alone[1:], once[1:], strict=True):
        assert np.abs(cut - followed).max() > 0.004


def test_a_stream_before_it_is_forgotten(network: DiffusionNetwork) -> None:
    network.wear(PLANES[0], CODES[0])
    for _ in range(2):
        network.draw(PLANES[4], CODES[4])
    network.reset()
    after = [network.draw(planes, code).copy() for planes, code in zip(PLANES, CODES, strict=True)]
    np.testing.assert_array_equal(after, streamed(network))


def test_another_portrait_gives_another_face(network: DiffusionNetwork) -> None:
    pictures = []
    for portrait in (0, 1):
        network.wear(PLANES[portrait], CODES[portrait])
        pictures.append(network.draw(PLANES[2], CODES[2]).copy())
    assert np.abs(pictures[0] - pictures[1]).max() > 0.004


def test_no_colour_is_above_its_alpha(network: DiffusionNetwork) -> None:
    for picture in streamed(network):
        assert (picture[:3] <= picture[3:]).all()
        assert (picture >= 0).all()
        assert (picture <= 1).all()


def test_sizes_are_those_of_the_torch_network() -> None:
    from face import steering

    assert (EXPRESSION_IN, EMOTIONS_IN, POSE_IN) == (
        steering.EXPRESSION_IN,
        steering.EMOTIONS_IN,
        steering.POSE_IN,
    )


def test_openvino_in_bfloat16_draws_the_same_picture(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    model = load_diffusion_model(write_random_diffusion(tmp_path))
    exact, fast = (streamed(DiffusionNetwork(model, name, 1)) for name in ("cpu", "openvino"))
    off = np.abs(np.stack(exact) - np.stack(fast))
    assert off.mean() < 1 / 255
    assert np.percentile(off, 99) < 4 / 255  # random weights answer to everything, and strongly
