from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from face.conditions import CODE, CONDITION_PX, EXPRESSION, GAZE, HEAD, POSE
from face.landmarks import FIRST_IRIS
from protocol.blendshapes import INDEX
from tests.made_pairs import FACE, made_pairs
from training.errors import TrainingError
from training.pairs.person_pairs import PersonPairs, write_pairs
from training.retouch.batches import PHOTOGRAPH_SHARE, Batch, PairBatches, batch_of, mirrored_code


class Chosen:
    """A random generator that decides as it is told: `random()` in turn, all else as usual."""

    def __init__(self, *values: float) -> None:
        self._values = list(values)
        self._usual = np.random.default_rng(0)

    def random(self, size: int | None = None) -> object:
        return self._usual.random(size) if size is not None else self._values.pop(0)

    def __getattr__(self, name: str) -> object:
        return getattr(self._usual, name)


PLATE, PLAIN = 0.9, 0.1  # the avatar's background, or one colour
AS_IS, MIRRORED = 0.9, 0.1
UNCOLOURED = 0.0


def batch(person: PersonPairs, *decisions: float) -> Batch:
    return batch_of([(person, 0)], Chosen(*decisions) if decisions else None)  # type: ignore[arg-type]


def mirrored_pictures(person: PersonPairs) -> PersonPairs:
    """A person who is the mirror image, made by hand."""
    other = np.array([INDEX[swapped(name)] for name in INDEX])
    code = person.code.copy()
    code[:, EXPRESSION] = code[:, EXPRESSION][:, other]
    for place, signs in ((GAZE, (-1, 1)), (POSE, (-1, 1, -1, -1, 1, 1)), (HEAD, (-1, 1, -1))):
        code[:, place] *= np.array(signs, np.float32)
    conditions = person.conditions[..., ::-1, :].copy()
    conditions[..., 0] = 255 - conditions[..., 0]  # x of both normals
    sign = np.array([-1, 1], np.float32)
    return replace(
        person,
        draft=person.draft[:, :, ::-1], truth=person.truth[:, :, ::-1], part=person.part[:, :, ::-1],
        conditions=conditions, portrait_conditions=conditions[0], portrait_draft=person.portrait_draft[:, ::-1],
        plate=person.plate[:, ::-1], code=code, place_draft=person.place_draft * sign,
        place_truth=person.place_truth * sign,
    )  # fmt: skip


def swapped(name: str) -> str:
    if name.endswith("Left"):
        other = name.removesuffix("Left") + "Right"
    elif name.endswith("Right"):
        other = name.removesuffix("Right") + "Left"
    else:
        return name
    return other if other in INDEX else name


def same(one: Batch, other: Batch, atol: float = 1e-6) -> None:
    for field in fields(Batch):
        torch.testing.assert_close(
            getattr(one, field.name),
            getattr(other, field.name),
            atol=atol,
            rtol=0,
            msg=lambda m, f=field: f"{f.name}: {m}",
        )


def test_an_unchanged_batch_is_what_the_files_say() -> None:
    person = made_pairs()
    found = batch(person)
    assert found.draft[0].permute(1, 2, 0).numpy() * 255 == pytest.approx(person.draft[0], abs=0.01)
    assert found.truth[0].permute(1, 2, 0).numpy() * 255 == pytest.approx(person.truth[0], abs=0.01)
    assert found.backdrop[0, :, 5, 7].numpy() * 255 == pytest.approx(person.plate[5, 7], abs=0.01)
    share = len(person.draft[0]) // CONDITION_PX
    mean = person.draft[0].reshape(CONDITION_PX, share, CONDITION_PX, share, 4).mean((1, 3)) / 255
    assert found.planes[0, :4].permute(1, 2, 0).numpy() == pytest.approx(mean, abs=1e-5)
    assert found.code[0].numpy() == pytest.approx(person.code[0])
    assert found.flow_at[0].numpy() + found.flow[0].numpy() == pytest.approx(person.place_draft[0], abs=1e-6)
    assert np.array_equal(found.face[0, 0].numpy() == 1, person.part[0] > 0)
    assert found.weight.min() == 1.0  # the background counts least
    assert found.weight[found.face > 0].min() == found.weight.max() > 1.0


def test_a_mirrored_batch_is_that_of_the_mirrored_person() -> None:
    person = made_pairs()
    once = batch(person, PLATE, MIRRORED, UNCOLOURED)
    # a byte of a normal and its negative differ by the rounding of 127.5
    same(once, batch(mirrored_pictures(person), PLATE, AS_IS, UNCOLOURED), atol=1e-5)
    assert (once.draft - batch(person).draft).abs().max() > 0.1


def test_mirroring_twice_is_the_identity() -> None:
    person = made_pairs()
    twice = batch(mirrored_pictures(person), PLATE, MIRRORED, UNCOLOURED)
    same(twice, batch(person), atol=1e-5)
    code = person.code[0]
    assert np.array_equal(mirrored_code(mirrored_code(code)), code)
    assert not np.array_equal(mirrored_code(code), code)


def test_the_mirror_image_of_a_symmetric_moment_is_itself() -> None:
    code = np.zeros(CODE, np.float32)
    code[[INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"], INDEX["jawOpen"]]] = 0.6
    code[GAZE] = (0.0, 0.2)
    code[POSE] = (0.0, 0.1, 0.0, 0.0, -0.1, 0.2)
    code[HEAD] = (0.0, 0.1, 0.0)
    assert np.array_equal(mirrored_code(code), code)
    person = made_pairs()
    conditions = person.conditions.copy()
    conditions[..., 0] = 127  # normals look straight ahead, but for half a byte
    symmetric = replace(person, conditions=conditions, portrait_conditions=conditions[0])
    mirrored, still = batch(symmetric, PLATE, MIRRORED, UNCOLOURED), batch(symmetric)
    torch.testing.assert_close(mirrored.planes[:, 4:], still.planes[:, 4:], atol=0.01, rtol=0)


@pytest.mark.parametrize("kind", [0.5, 0.7, 0.95], ids=["light", "saturation", "hues"])
def test_colours_change_alike_in_draft_truth_portrait_and_background(kind: float) -> None:
    """So that a network learns to keep the colours that are there."""
    person = made_pairs(light=1.0)  # draft and truth are the same picture
    person = replace(person, plate=person.draft[0, ..., :3].copy(), draft=person.draft, truth=person.draft)
    inside = person.draft[0, ..., 3] > 0
    changed = batch(person, PLATE, AS_IS, kind, 0.0)
    plain = batch(person)
    assert (changed.draft - plain.draft).abs().max() > 0.02
    torch.testing.assert_close(changed.draft, changed.truth)
    torch.testing.assert_close(
        changed.backdrop[0][:, inside], changed.draft[0, :3][:, inside], atol=1e-5, rtol=0
    )
    torch.testing.assert_close(changed.planes[:, :4], changed.portrait_planes[:, :4])
    assert changed.draft[:, 3].equal(plain.draft[:, 3])
    assert (changed.draft[:, :3] <= changed.draft[:, 3:] + 1e-6).all()
    assert changed.planes[:, 4:].equal(plain.planes[:, 4:])


def test_a_plain_background_is_one_colour_for_both() -> None:
    found = batch(made_pairs(), PLAIN, AS_IS, UNCOLOURED)
    assert found.backdrop.flatten(2).std(2).max() < 1e-6
    assert found.backdrop.flatten(2).mean(2).std() > 0.0


def test_flow_counts_where_both_pictures_show_the_skin() -> None:
    person = made_pairs()
    places = np.zeros_like(person.place_truth)
    places[0, 1] = (0.45, 0.45)  # background in both
    places[0, FIRST_IRIS] = (0.0, 0.0)  # an iris, which turns with the gaze
    person = replace(person, place_truth=places, place_draft=places)
    weight = batch(person).flow_weight[0].numpy()
    assert weight[0] == 1.0
    assert weight[1] == weight[FIRST_IRIS] == 0.0
    for value, place in ((120, 3), (100, 2)):  # another part; seen edge-on
        conditions = person.conditions.copy()
        conditions[:, 0, ..., place][conditions[:, 0, ..., 3] == FACE] = value
        assert batch(replace(person, conditions=conditions)).flow_weight.sum() == 0


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = []
    for identity in (1, 2, 3):
        made.append(tmp_path / f"p{identity:06d}")
        write_pairs(made_pairs(identity), made[-1])
    return made


def test_the_order_follows_from_the_seed_and_the_number(folders: list[Path]) -> None:
    def codes(seed: int, begin: int, count: int) -> list[list[float]]:
        with PairBatches(folders, batch=2, seed=seed, begin=begin) as batches:
            return [batches.next().code.flatten().tolist() for _ in range(count)]

    first = codes(0, 0, 4)
    assert codes(0, 0, 4) == first
    assert codes(0, 2, 2) == first[2:]
    assert codes(1, 0, 4) != first
    assert len({tuple(code) for code in first}) > 1


def test_of_some_people_only_the_face_has_weight(folders: list[Path]) -> None:
    with PairBatches(folders[:1], batch=16, seed=0, faces_of=folders[1:], is_augmented=False) as batches:
        mixed = batches.next()
    with PairBatches(folders, batch=16, seed=0, is_augmented=False) as batches:
        whole = batches.next()  # the same people and moments
    alone = [bool((one == 0.0).any()) for one in mixed.weight]
    assert 0 < sum(alone) < 16
    for place, is_alone in enumerate(alone):
        inside = whole.face[place] > 0
        torch.testing.assert_close(mixed.weight[place][inside], whole.weight[place][inside])
        outside = mixed.weight[place][~inside]
        torch.testing.assert_close(outside, whole.weight[place][~inside] * (0.0 if is_alone else 1.0))


def test_of_photographs_there_is_a_share_and_only_their_faces_have_weight(folders: list[Path]) -> None:
    """Also where most folders hold photographs."""
    people, photographs = folders[:1], folders[1:] * 5
    with PairBatches(people, batch=64, seed=0, photographs=photographs, is_augmented=False) as batches:
        weights = [one for _ in range(4) for one in batches.next().weight]
    alone = [bool((one == 0.0).any()) for one in weights]
    assert np.mean(alone) == pytest.approx(PHOTOGRAPH_SHARE, abs=0.08)


def test_an_error_of_the_reading_thread_reaches_the_caller(folders: list[Path]) -> None:
    np.save(folders[0] / "place_truth.npy", np.zeros((2, 478, 3), np.float32))  # another version's
    batches = PairBatches(folders[:1], batch=1, seed=0)
    with pytest.raises(ValueError, match="values"):
        batches.next()
    batches.close()


def test_damaged_people_are_refused_at_once(folders: list[Path]) -> None:
    (folders[1] / "draft.npy").unlink()
    with pytest.raises(TrainingError, match="p000002"):
        PairBatches(folders, batch=1, seed=0)


def test_it_can_be_closed_twice_and_without_a_batch(folders: list[Path]) -> None:
    batches = PairBatches(folders, batch=1, seed=0)
    batches.close()
    batches.close()
