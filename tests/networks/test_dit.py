from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from networks.attention import KeysValues
from networks.conditioning import Steering
from networks.dit import MAPS_OF, PLANES_OF, Dit, joined, shown_frames
from networks.flow import FLOWS, sample
from tests.networks.dits import clean, random_dit, random_inputs, small_design

#: Part -> the inputs, and the places in their channels, that only this part reads.
READS: dict[str, dict[str, slice]] = {
    "reference": {"portrait_planes": slice(None), "portrait_maps": slice(None)},
    **{name: {"planes": where} for name, where in PLANES_OF.items() if name != "draft"},
    **{name: {"maps": where} for name, where in MAPS_OF.items()},
    "pose": {"pose": slice(None)},
    "emotion": {"emotion": slice(None)},
}


def effects(without: frozenset[str], reads: dict[str, slice]) -> tuple[float, float]:
    """How far the output changes with the inputs, and their largest gradient."""
    design = small_design(without=without)
    net, inputs = random_dit(design), random_inputs(design)
    other = {name: value.clone() for name, value in inputs.items()}
    for name, where in reads.items():
        axis = {"planes": 2, "maps": 2, "portrait_planes": 1, "portrait_maps": 1}.get(
            name, inputs[name].dim() - 1
        )
        place = [slice(None)] * inputs[name].dim()
        place[axis] = where
        other[name][tuple(place)] = torch.rand_like(other[name][tuple(place)])
        inputs[name].requires_grad_(True)
    made = clean(net, inputs)
    made.square().sum().backward()
    gradients = [
        float(gradient.movedim({"planes": 2, "maps": 2}.get(name, -1), 0)[where].abs().max())
        for name, where in reads.items()
        if (gradient := inputs[name].grad) is not None and name in ("planes", "maps")
    ] + [
        float(gradient.abs().max())
        for name in reads
        if (gradient := inputs[name].grad) is not None and name not in ("planes", "maps")
    ]
    with torch.no_grad():
        return float((clean(net, other) - made).abs().max()), max(gradients, default=0.0)


@pytest.mark.parametrize("part", READS)
def test_a_condition_has_an_effect_and_without_it_none(part: str) -> None:
    change, gradient = effects(frozenset(), READS[part])
    assert change > 1e-4
    assert gradient > 1e-5
    assert effects(frozenset({part}), READS[part]) == (0.0, 0.0)


def test_the_draft_is_left_out_as_a_condition_and_as_what_is_added_to() -> None:
    reads = {"planes": PLANES_OF["draft"]}
    assert effects(frozenset(), reads)[0] > 1e-2
    assert effects(frozenset({"draft"}), reads) == (0.0, 0.0)


def test_the_expression_arrives_as_code_and_as_tokens() -> None:
    reads = {"expression": slice(None)}
    for without in ({"code"}, {"tokens"}):
        change, gradient = effects(frozenset(without), reads)
        assert change > 1e-4
        assert gradient > 1e-5
    assert effects(frozenset({"code", "tokens"}), reads) == (0.0, 0.0)


def test_the_emotion_reaches_the_tokens_alone() -> None:
    assert effects(frozenset({"tokens"}), {"emotion": slice(None)}) == (0.0, 0.0)


@pytest.mark.parametrize("codec", ["conv", "patch"])
def test_an_untrained_network_returns_the_draft(codec: str) -> None:
    design = small_design(codec=codec)
    inputs = random_inputs(design, frames=2) | {"time": torch.zeros(1, 2)}
    with torch.no_grad():
        made = clean(Dit(design), inputs)
    torch.testing.assert_close(made, 2 * inputs["planes"][:, :, :4] - 1)


@pytest.mark.parametrize("name", FLOWS)
def test_an_untrained_network_keeps_of_the_noise_what_the_truth_may_differ_by(name: str) -> None:
    """The flow of the best prediction for N(draft, 0.06) ends at draft + 0.06 z exactly."""
    design = small_design(flow=name)
    net, inputs = Dit(design), random_inputs(design)
    noise = inputs["noisy"]
    draft = 2 * inputs["planes"][:, :, :4] - 1

    def predict(noisy: Tensor, time: float) -> Tensor:
        return clean(net, inputs | {"noisy": noisy, "time": torch.full((1, 1), time)})

    with torch.no_grad():
        made = sample(predict, FLOWS[name].begin(draft, noise), 200)
    torch.testing.assert_close(made, draft + 0.06 * noise, atol=0.02, rtol=0.02)


def test_examples_of_a_batch_do_not_see_each_other() -> None:
    design = small_design()
    net, inputs = random_dit(design), random_inputs(design, count=3)
    order = [2, 0, 1]
    with torch.no_grad():
        whole = clean(net, inputs)
        swapped = clean(net, {name: value[order] for name, value in inputs.items()})
    torch.testing.assert_close(swapped, whole[order], atol=1e-5, rtol=1e-5)
    assert float((whole[0] - whole[1]).abs().max()) > 0.1


def test_frames_of_a_chunk_may_change_places_while_ages_are_not_told() -> None:
    design = small_design(chunk=3, window=1)
    net, inputs = random_dit(design), random_inputs(design, frames=3)
    order = [1, 2, 0]
    timed = [name for name in inputs if not name.startswith("portrait")]
    swapped = inputs | {name: inputs[name][:, order] for name in timed}
    with torch.no_grad():
        assert float((clean(net, swapped) - clean(net, inputs)[:, order]).abs().max()) > 1e-4
        for block in net.blocks:
            block.attention.age.zero_()
        torch.testing.assert_close(clean(net, swapped), clean(net, inputs)[:, order], atol=1e-5, rtol=1e-5)


def part_of(inputs: dict[str, Tensor], begin: int, end: int) -> list[Tensor]:
    return [inputs[name][:, begin:end] for name in ("noisy", "time", "planes", "maps")]


@pytest.mark.parametrize(("chunk", "window", "codec"), [(1, 3, "conv"), (2, 2, "patch"), (1, 1, "conv")])
def test_a_stream_with_a_cache_is_the_whole_clip_at_once(chunk: int, window: int, codec: str) -> None:
    design = small_design(chunk=chunk, window=window, codec=codec)
    net, frames = random_dit(design), 6
    inputs = random_inputs(design, frames=frames)
    past: KeysValues | None = None
    made = []
    with torch.no_grad():
        whole = clean(net, inputs)
        memory = net.remember(inputs["portrait_planes"], inputs["portrait_maps"])
        for begin in range(0, frames, chunk):
            steering = Steering(
                *(inputs[name][:, begin : begin + chunk] for name in ("expression", "emotion", "pose"))
            )
            picture, now = net(*part_of(inputs, begin, begin + chunk), steering, memory, past)
            made.append(picture)
            past = shown_frames(joined(past, now), design)
            assert past is None or past.keys.shape[2] <= design.past
    torch.testing.assert_close(torch.cat(made, 1), whole, atol=1e-5, rtol=1e-5)


def test_the_future_has_no_effect_and_neither_has_what_left_the_window() -> None:
    """With two blocks a frame knows of frames as old as two windows."""
    design = small_design(chunk=1, window=2)
    net, inputs = random_dit(design), random_inputs(design, frames=5)
    changed = inputs | {"noisy": inputs["noisy"].clone()}
    changed["noisy"][:, 1] += 1.0
    with torch.no_grad():
        change = (clean(net, changed) - clean(net, inputs)).abs().amax((0, 2, 3, 4))
    assert (change > 0).tolist() == [False, True, True, True, False]
