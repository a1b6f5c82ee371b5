"""Batches of training pairs: random pairs, mirrored and recoloured, read ahead by a thread.

with PairBatches(folders, batch=16, seed=0) as batches:
    batch = batches.next()          # Batch of tensors
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX, EXPRESSION, GAZE, HEAD, POSE, as_planes
from face.landmarks import FIRST_IRIS
from face.regions import REGIONS, Region, RegionPlanes
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from studio.head.source import PART
from studio.labelled_image import FACE_PARTS
from training.pairs.person_pairs import PersonPairs, read_pairs
from training.read_ahead import ReadAhead

Floats = NDArray[np.float32]
_OTHER_SIDE: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
#: Weights of pixels in the losses: the face, what else belongs to the person, and the rest.
FACE_WEIGHT, PERSON_WEIGHT = 4.0, 2.0
#: Share of pairs at the portrait's own motion: there, a network has nothing to mend.
OWN_SHARE: Final = 0.08
#: Share of pairs of photographs, where there are any. On the studio's people it costs nothing.
PHOTOGRAPH_SHARE: Final = 0.3
#: People whose files stay open: each is 16 of them, and a thousand people have more than a system allows.
_OPEN: Final = 32
_MOUTH_PARTS: Final = tuple(PART[name] for name in ("teeth", "gums_and_tongue", "mouth_socket"))


@dataclass(frozen=True, slots=True)
class RegionBatch:
    """Crops of one region of B pairs.

    Attributes:
        draft, truth: (B, 4, H, W) premultiplied, 0..1. planes: (B, REGION_PLANES, H/2, W/2).
        matrix: (B, 2, 3) `RegionCrops.matrix`.
    """

    draft: Tensor
    truth: Tensor
    planes: Tensor
    matrix: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """B pairs as tensors. S = PAIR_PX, P = CONDITION_PX.

    Attributes:
        planes, portrait_planes: (B, CHANNELS_IN, P, P) of the moment and of the avatar's portrait.
        code, portrait_code: (B, CODE) of the moment and of the portrait's own motion.
        draft, truth: (B, 4, S, S) premultiplied, 0..1.
        backdrop: (B, 3, S, S) 0..1, what both are shown over.
        weight: (B, 1, S, S) of the pixels; 0 = nothing is learned there. face: (B, 1, S, S) 1 in the face.
        flow_at: (B, K, 2) places of landmarks in the truth, flow: (B, K, 2) from there to the same point in the draft;
            picture heights. flow_weight: (B, K) 0 where the point is hidden.
        is_lit: (B, 1, 1, 1) 1 where light is learned, else 0.
        regions: the crops of each region, if they were asked for.
    """

    planes: Tensor
    portrait_planes: Tensor
    code: Tensor
    portrait_code: Tensor
    draft: Tensor
    truth: Tensor
    backdrop: Tensor
    weight: Tensor
    face: Tensor
    flow_at: Tensor
    flow: Tensor
    flow_weight: Tensor
    is_lit: Tensor
    regions: dict[str, RegionBatch] = field(default_factory=dict)

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        if device.type == "cpu":
            return self
        regions = {name: RegionBatch(**_moved(one, device)) for name, one in self.regions.items()}
        return Batch(**_moved(self, device), regions=regions)


def _moved(one: Batch | RegionBatch, device: torch.device) -> dict[str, Tensor]:
    values = {entry.name: getattr(one, entry.name) for entry in fields(one)}
    return {name: value.to(device) for name, value in values.items() if isinstance(value, Tensor)}


class PairBatches(ReadAhead[Batch]):
    """Batches of random pairs, read ahead; their order follows from the seed and the number of the first batch."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        batch: int,
        seed: int,
        begin: int = 0,
        faces_of: Sequence[Path] = (),
        photographs: Sequence[Path] = (),
        is_augmented: bool = True,
        with_regions: bool = False,
    ) -> None:
        """Look whether all of them can be read.

        Args:
            folders: people's pairs. faces_of: those of more people, of which only the face is learned from.
            photographs: likewise, pairs of photographs: PHOTOGRAPH_SHARE of all.
            batch: pairs in a batch. begin: number of the first one.
            is_augmented: mirrored and recoloured at random. with_regions: with `Batch.regions`.
        """
        everyone = [*folders, *faces_of]
        for folder in (*everyone, *photographs):
            read_pairs(folder)
        read = lru_cache(_OPEN)(read_pairs)

        def make(number: int) -> Batch:
            random = np.random.default_rng([seed, number])
            rows, is_face_only = [], []
            for _ in range(batch):
                is_photograph = bool(photographs) and random.random() < PHOTOGRAPH_SHARE
                among = photographs if is_photograph else everyone
                place = int(random.integers(len(among)))
                person = read(among[place])
                is_own = random.random() < OWN_SHARE
                rows.append((person, 0 if is_own else int(random.integers(len(person.draft)))))
                is_face_only.append(is_photograph or place >= len(folders))
            changes = random if is_augmented else None
            return batch_of(rows, changes, with_regions=with_regions, is_face_only=is_face_only)

        super().__init__(make, begin=begin)


def batch_of(
    rows: Sequence[tuple[PersonPairs, int]],
    random: np.random.Generator | None,
    *,
    with_regions: bool = False,
    is_face_only: Sequence[bool] = (),
) -> Batch:
    """A batch of (person, number of the pair); augmented if there is a random generator.

    Args:
        is_face_only: of each row: pixels outside the face have no weight.
    """
    found: dict[str, list[NDArray[Any]]] = {}
    for person, number in rows:
        for name, value in _example(person, number, random, with_regions).items():
            found.setdefault(name, []).append(value)
    tensors = {name: torch.from_numpy(np.stack(values)) for name, values in found.items()}
    changes = [_recolouring(random) for _ in rows] if random is not None else []
    draft, truth, portrait, backdrop = (
        _recoloured(_floats(tensors.pop(name)), changes)
        for name in ("draft", "truth", "portrait_draft", "plate")
    )
    regions = {
        name: RegionBatch(
            draft=_recoloured(_floats(tensors.pop(f"{name}_draft")), changes),
            truth=_recoloured(_floats(tensors.pop(f"{name}_truth")), changes),
            planes=tensors.pop(f"{name}_planes"),
            matrix=tensors.pop(f"{name}_matrix"),
        )
        for name in (REGIONS if with_regions else ())
    }
    plain = tensors.pop("plain")[:, :, None, None]
    backdrop = torch.where(torch.isnan(plain), backdrop[:, :3], plain)
    planes, portrait_planes = tensors["planes"], tensors["portrait_planes"]
    planes[:, :4] = functional.avg_pool2d(draft, draft.shape[-1] // CONDITION_PX)
    portrait_planes[:, :4] = functional.avg_pool2d(portrait, portrait.shape[-1] // CONDITION_PX)
    face = tensors.pop("face")[:, None].float()
    person_mask = torch.maximum(draft[:, 3:], truth[:, 3:])
    weight = 1.0 + (PERSON_WEIGHT - 1.0) * person_mask + (FACE_WEIGHT - PERSON_WEIGHT) * face
    for place, is_alone in enumerate(is_face_only):
        if is_alone:
            weight[place] *= face[place]
    return Batch(
        draft=draft, truth=truth, backdrop=backdrop, weight=weight, face=face, regions=regions, **tensors
    )


def _example(
    person: PersonPairs, number: int, random: np.random.Generator | None, with_regions: bool
) -> dict[str, NDArray[Any]]:
    part = person.part[number]
    at, source = person.place_truth[number].copy(), person.place_draft[number].copy()
    visible = _is_visible(person, number, part, at, source)
    code, portrait_code = person.code[number].copy(), person.code[0].copy()
    plate = person.plate
    pictures: dict[str, NDArray[Any]] = {
        "draft": person.draft[number],
        "truth": person.truth[number],
        "plate": np.concatenate([plate, np.full_like(plate[..., :1], 255)], -1),
        "portrait_draft": person.portrait_draft,
        "face": np.isin(part, FACE_PARTS),
    }
    matrices: dict[str, Floats] = {}
    for name in REGIONS if with_regions else ():
        pictures[f"{name}_draft"], pictures[f"{name}_truth"] = getattr(person, name)[number]
        matrices[name] = getattr(person, f"{name}_crop")[number].copy()
    planes, portrait_planes = (
        _planes(one) for one in (person.conditions[number], person.portrait_conditions)
    )
    plain = np.full(3, np.nan, np.float32)
    if random is not None:
        if random.random() < 0.5:
            plain = random.random(3).astype(np.float32)
        if random.random() < 0.5:
            pictures = {name: one[:, ::-1] for name, one in pictures.items()}
            planes, portrait_planes = (_mirrored_planes(one) for one in (planes, portrait_planes))
            code, portrait_code = mirrored_code(code), mirrored_code(portrait_code)
            at[:, 0] *= -1
            source[:, 0] *= -1
            matrices = {name: mirrored_matrix(one, REGIONS[name]) for name, one in matrices.items()}
    regions = {
        f"{name}_planes": RegionPlanes(name).cut(
            planes[4:],
            matrix,
            out=np.zeros((CHANNELS_IN - 4, REGIONS[name].height // 2, REGIONS[name].width // 2), np.float32),
        )
        for name, matrix in matrices.items()
    }
    return (
        regions
        | {f"{name}_matrix": one for name, one in matrices.items()}
        | pictures
        | {
            "planes": planes,
            "portrait_planes": portrait_planes,
            "code": code,
            "portrait_code": portrait_code,
            "plain": plain,
            "flow_at": at,
            "flow": source - at,
            "flow_weight": visible,
            "is_lit": np.full((1, 1, 1), person.is_lit, np.float32),
        }
    )


def _floats(pictures: Tensor) -> Tensor:
    """(B, S, S, C) uint8 to (B, C, S, S) float32 0..1."""
    return pictures.permute(0, 3, 1, 2).contiguous().float().mul_(1 / 255)


def _planes(conditions: NDArray[np.uint8]) -> Floats:
    """The network's input but for the draft, from the second and third picture of conditions."""
    out = np.zeros((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.float32)
    blank = np.zeros((1, CONDITION_PX, CONDITION_PX, 4), np.uint8)
    return as_planes(np.concatenate([blank, conditions]), out=out)


def _mirrored_planes(planes: Floats) -> Floats:
    flipped = np.ascontiguousarray(planes[..., ::-1])
    flipped[[4, 7]] *= -1  # x of both normals
    return flipped


def mirrored_code(code: Floats) -> Floats:
    """The code (CODE,) of the mirrored moment."""
    other = code.copy()
    other[EXPRESSION] = code[EXPRESSION][_OTHER_SIDE]
    other[GAZE] *= (-1, 1)
    other[POSE] *= (-1, 1, -1, -1, 1, 1)
    other[HEAD] *= (-1, 1, -1)
    assert other.shape == (CODE,)
    return other


def mirrored_matrix(matrix: Floats, region: Region) -> Floats:
    """The (2, 3) matrix of the mirrored crop of the mirrored picture."""
    mirror = np.array([[-1, 0, region.width], [0, 1, 0]], np.float32)
    whole = np.concatenate([matrix, np.array([[0, 0, 1]], np.float32)])
    return np.asarray(mirror @ whole @ np.diag(np.array([-1, 1, 1], np.float32)), np.float32)


def _is_visible(
    person: PersonPairs, number: int, part: NDArray[np.uint8], at: Floats, source: Floats
) -> Floats:
    """(K,) 1 where draft and truth both show the face's skin at the landmark, away from the mouth's inside.

    Irises are left out: their landmarks follow the gaze in the truth, but not on the draft's mesh, whose eyeballs are
    turned when they are drawn.
    """
    side = len(part)
    x, y = np.clip(((at + 0.5) * side).astype(int), 0, side - 1).T
    seen = np.isin(part[y, x], FACE_PARTS) & ~np.isin(part[y, x], _MOUTH_PARTS)
    label = person.conditions[number, 0, ..., 3]
    normal = person.conditions[number, 0, ..., 2]
    u, v = np.clip(((source + 0.5) * CONDITION_PX).astype(int), 0, CONDITION_PX - 1).T
    # the face (the last part), not nearly edge-on
    drawn = (label[v, u] >= 200) & (normal[v, u] > 150)
    is_skin = np.arange(len(at)) < FIRST_IRIS
    return np.asarray(seen & drawn & is_skin, np.float32)


@dataclass(frozen=True, slots=True)
class _Recolouring:
    """One change of colours, the same for draft, truth, portrait and background: "keep what is there" is learnt.

    In this order: `matrix` and `offset`, `gamma`, `contrast` (above 0 steeper in the middle, below 0 flatter).
    """

    matrix: Floats
    gamma: float
    offset: Floats
    contrast: float


def _recolouring(random: np.random.Generator) -> _Recolouring | None:
    kind = random.random()
    if kind < 0.2:
        return None
    gain = np.exp(random.normal(0, 0.15, 3)).astype(np.float32)
    matrix = np.diag(gain)
    if kind > 0.45:  # saturation, to grey and beyond
        keep = float(random.uniform(0.0, 1.5))
        grey = np.full((3, 3), 1 / 3, np.float32)
        matrix = (keep * np.eye(3) + (1 - keep) * grey).astype(np.float32) @ matrix
    if kind > 0.7:  # other hues: mix the channels
        matrix = random.dirichlet(np.full(3, 0.7), 3).astype(np.float32) @ matrix
    return _Recolouring(
        matrix.astype(np.float32),
        float(np.exp(random.normal(0, 0.25))),
        random.normal(0, 0.03, 3).astype(np.float32),
        # paintings have dark shadows beside bright skin
        float(random.uniform(-0.4, 1.0)) if random.random() < 0.5 else 0.0,
    )


def _recoloured(pictures: Tensor, changes: Sequence[_Recolouring | None]) -> Tensor:
    """Premultiplied pictures (B, 4, S, S) with other colours; None leaves a picture as it is."""
    for picture, change in zip(pictures, changes, strict=bool(changes)):
        if change is None:
            continue
        alpha = picture[3:]
        straight = (picture[:3] / alpha.clamp(min=1e-3)).flatten(1)
        mixed = torch.from_numpy(change.matrix) @ straight + torch.from_numpy(change.offset)[:, None]
        mixed = mixed.clamp_(1e-6, 1.0).pow_(change.gamma)
        mixed = torch.lerp(mixed, mixed * mixed * (3.0 - 2.0 * mixed), change.contrast)
        picture[:3] = mixed.view_as(picture[:3]) * alpha
    return pictures
