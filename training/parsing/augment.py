"""One training example of the parsing network from one studio portrait: placed, dressed, recoloured, composed, degraded.

    example = make_example(portrait, others, random)      # Example
    example = make_example(portrait, others, None)        # as it is, for judging

What makes faces of a studio transfer to real ones: heavy changes of everything that is no shape (E. Wood et al., "Fake it
till you make it", ICCV 2021; the studio's light, textures and grounds are few, a user's are not).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.parsing.drawn import (
    Scene,
    draw_body,
    draw_glasses,
    draw_hair,
    draw_hand,
    draw_hat,
    draw_headphones,
    draw_scarf,
    draw_strands,
    head_frame,
    mean_colour,
)
from training.parsing.studio_portraits import StudioPortrait
from training.parsing.textures import Others, colour, ground, noise, rough_noise, texture
from vision.face_outline import face_outline
from vision.portrait_parts import INPUT_PX, PORTRAIT_PART

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

#: Heights of the face's landmarks in the network's picture: as `authoring.portrait.canvas` cuts, and tighter.
_USUAL, _TIGHT = (0.29, 0.36), (0.36, 0.58)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One example; S = INPUT_PX.

    Attributes:
        planes: (S, S, INPUT_PLANES) float32: the network's input.
        part: (S, S) uint8, the part of each pixel where the person is, in whole or in part.
        alpha: (S, S) float32 0..1, the person's coverage.
    """

    planes: Floats
    part: Bytes
    alpha: Floats


def make_example(portrait: StudioPortrait, others: Others, random: np.random.Generator | None) -> Example:
    """Make an example; without a generator it is only scaled, over the studio's own background."""
    if random is None:
        return _plain(portrait)
    rgb, alpha, part, marks = _placed(portrait, random)
    scene = Scene(rgb, alpha, part, head_frame(marks))
    _recoloured(scene, others, random)
    _dressed(scene, others, random)
    near = None
    if random.random() < 0.3:  # light on light, dark on dark
        near = mean_colour(scene, str(random.choice(("clothes", "hair", "skin"))))
    behind = ground(random, INPUT_PX, others, near)
    if random.random() < 0.25:
        studio = cv2.resize(portrait.background, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA)
        behind = studio.astype(np.float32) / 255
    alpha, part = np.clip(scene.alpha, 0, 1), scene.part
    picture = scene.rgb * alpha[..., None] + behind * (1 - alpha[..., None])
    picture = _degraded(picture.astype(np.float32), random)
    picture, alpha, part, known = _bordered(picture, alpha, part, scene.head.centre, random)
    shaken = (
        marks + random.normal(0, 0.006 * INPUT_PX, (1, 2)) + random.normal(0, 0.002 * INPUT_PX, marks.shape)
    )
    outline = face_outline(shaken.astype(np.float32), INPUT_PX)
    planes = np.dstack([picture, outline, known]).astype(np.float32)
    return Example(planes, part, alpha.astype(np.float32))


def _plain(portrait: StudioPortrait) -> Example:
    size = len(portrait.part)
    person = portrait.person.astype(np.float32) / 255
    picture = person[..., :3] * person[..., 3:] + portrait.background.astype(np.float32) / 255 * (
        1 - person[..., 3:]
    )
    picture, alpha = (
        cv2.resize(one, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA)
        for one in (picture, person[..., 3])
    )
    part = cv2.resize(portrait.part, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_NEAREST)
    outline = face_outline(portrait.landmarks * (INPUT_PX / size), INPUT_PX)
    known = np.ones((INPUT_PX, INPUT_PX), np.float32)
    return Example(np.dstack([picture, outline, known]).astype(np.float32), part, alpha)


def _placed(portrait: StudioPortrait, random: np.random.Generator) -> tuple[Floats, Floats, Bytes, Floats]:
    """The person moved to a random place, mirrored, turned, bent: colours, alpha, parts, landmarks."""
    person, part, marks = portrait.person, portrait.part, portrait.landmarks
    size = person.shape[0]
    if random.random() < 0.5:
        person, part = person[:, ::-1], part[:, ::-1]
        marks = marks * np.array((-1, 1), np.float32) + np.array((size, 0), np.float32)
    low, high = marks.min(0), marks.max(0)
    tall = float(high[1] - low[1])
    wanted = random.uniform(*(_USUAL if random.random() < 0.7 else _TIGHT)) * INPUT_PX
    scale = max(wanted / tall, 0.92 * INPUT_PX / size)
    if scale < 0.75:  # average first: `remap` does not when it scales down
        half = (size // 2, size // 2)
        person = cv2.resize(np.ascontiguousarray(person), half, interpolation=cv2.INTER_AREA)
        part = cv2.resize(np.ascontiguousarray(part), half, interpolation=cv2.INTER_NEAREST)
        marks, scale = marks / np.float32(2), scale * 2
        low, high = marks.min(0), marks.max(0)
    roll = float(np.clip(random.normal(0, 0.09), -0.3, 0.3))
    stretch = 1 + float(np.clip(random.normal(0, 0.05), -0.12, 0.12))
    matrix = (
        scale
        * np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        @ np.diag((stretch, 1))
    )
    centre = (low + high) / 2
    to = INPUT_PX * (np.array((0.5, 0.484)) + random.normal(0, (0.05, 0.04)))
    shift = to - matrix @ centre
    marks = (marks @ matrix.T + shift).astype(np.float32)
    # from the new pixel back to the portrait's
    rows, columns = np.mgrid[0:INPUT_PX, 0:INPUT_PX].astype(np.float32) + 0.5
    if random.random() < 0.5:  # broader shoulders, as the studio's people hardly have
        chin, face = float(marks[152, 1]), float(np.ptp(marks[:, 1]))
        share = np.clip((rows - chin - 0.08 * face) / (0.5 * face), 0, 1)
        broad = 1 + random.uniform(-0.1, 1.0) * share * share * (3 - 2 * share)
        middle = float(marks[152, 0])
        columns = middle + (columns - middle) / broad
    if random.random() < 0.5:
        bend = noise(random, INPUT_PX, int(random.integers(3, 9)), 2) * random.uniform(0.002, 0.02) * INPUT_PX
        outside = 1 - cv2.GaussianBlur(face_outline(marks, INPUT_PX), (0, 0), 4)
        columns, rows = columns + bend[..., 0] * outside, rows + bend[..., 1] * outside
    back = np.linalg.inv(matrix).astype(np.float32)
    x = back[0, 0] * (columns - shift[0]) + back[0, 1] * (rows - shift[1]) - 0.5
    y = back[1, 0] * (columns - shift[0]) + back[1, 1] * (rows - shift[1]) - 0.5
    x, y = x.astype(np.float32), y.astype(np.float32)
    # a person that the portrait cuts off at a side or above is continued: nothing else can be told
    moved = cv2.remap(np.ascontiguousarray(person), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    parts = cv2.remap(np.ascontiguousarray(part), x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    floats = moved.astype(np.float32) / 255
    return np.ascontiguousarray(floats[..., :3]), np.ascontiguousarray(floats[..., 3]), parts, marks


def _recoloured(scene: Scene, others: Others, random: np.random.Generator) -> None:
    """Other cloth, hair and skin; the light stays."""
    for name, chance in (("clothes", 0.65), ("hair", 0.4), ("skin", 0.35)):
        names = (name,) if name != "skin" else ("skin", "ears", "neck")
        mask = np.isin(scene.part, [PORTRAIT_PART[one] for one in names])
        if random.random() >= chance or not mask.any():
            continue
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
        light = scene.rgb.mean(2, keepdims=True)
        light = light / max(float(light[mask].mean()), 0.02)
        if name == "clothes":
            new = texture(random, scene.size, others) * np.clip(light, 0.2, 2.5)
        elif name == "hair":
            new = (colour(random) if random.random() < 0.5 else _hair_tone(random)) * light ** random.uniform(
                0.6, 1.6
            )
        else:
            tone = np.array((0.95, 0.72, 0.6), np.float32) * random.uniform(0.15, 1.1) ** np.array(
                (0.8, 1.0, 1.2), np.float32
            )
            new = scene.rgb / max(float(scene.rgb[mask].mean()), 0.02) * tone
            if random.random() < 0.3:
                new = new * (1 + random.uniform(0.1, 0.5) * rough_noise(random, scene.size, 3))
        scene.rgb = np.asarray(scene.rgb * (1 - soft) + np.clip(new, 0, 1) * soft, np.float32)
    if random.random() < 0.3:  # strong light from one side, as lamps and painters make
        line = np.linspace(-1, 1, scene.size, dtype=np.float32)
        angle = random.uniform(0, 2 * np.pi)
        along = np.cos(angle) * line[None, :, None] + np.sin(angle) * line[:, None, None]
        scene.rgb = np.asarray(
            np.clip(scene.rgb * np.exp(random.uniform(0.2, 1.3) * along), 0, 1), np.float32
        )


def _hair_tone(random: np.random.Generator) -> Floats:
    tones = (
        (0.06, 0.05, 0.05),
        (0.22, 0.14, 0.09),
        (0.45, 0.3, 0.18),
        (0.8, 0.66, 0.45),
        (0.55, 0.25, 0.12),
        (0.75, 0.74, 0.73),
    )
    return np.asarray(
        np.array(tones[int(random.integers(len(tones)))]) * random.uniform(0.7, 1.2), np.float32
    )


def _dressed(scene: Scene, others: Others, random: np.random.Generator) -> None:
    """Draw what the studio has not."""
    tone = mean_colour(scene, "hair") if (scene.part == PORTRAIT_PART["hair"]).any() else _hair_tone(random)
    if random.random() < 0.25:
        own = np.ones_like(scene.rgb) * mean_colour(scene, "clothes")
        draw_body(scene, random, own if random.random() < 0.5 else texture(random, scene.size, others))
    if random.random() < 0.28:
        draw_hair(scene, random, np.asarray(tone * random.uniform(0.8, 1.2), np.float32))
    elif random.random() < 0.35:
        draw_strands(scene, random, tone)
    draw = random.random()
    if draw < 0.12:
        draw_hat(scene, random, texture(random, scene.size, others))
    elif draw < 0.24:
        draw_scarf(scene, random, texture(random, scene.size, others))
    elif draw < 0.29:
        draw_headphones(scene, random, texture(random, scene.size, others))
    if random.random() < 0.12:
        draw_glasses(scene, random, np.ones_like(scene.rgb) * colour(random) * 0.5)
    if random.random() < 0.12:
        draw_hand(scene, random, mean_colour(scene, "skin"))


def _degraded(picture: Floats, random: np.random.Generator) -> Floats:
    """A camera, a painter, a file format."""
    if random.random() < 0.2:
        picture = _painted(picture, random)
    if random.random() < 0.5:
        picture = np.clip(picture, 0, 1) ** np.float32(np.exp(random.normal(0, 0.35)))
    if random.random() < 0.6:
        balance = np.exp(random.normal(0, 0.12, 3))
        grey = picture.mean(2, keepdims=True)
        contrast, saturation = np.exp(random.normal(0, 0.2)), float(np.clip(random.normal(1, 0.35), 0, 2))
        picture = (grey + (picture - grey) * saturation) * balance
        picture = np.asarray((picture - 0.5) * contrast + 0.5 + random.normal(0, 0.07), np.float32)
    if random.random() < 0.08:
        toned = picture.mean(2, keepdims=True) * (1 + random.uniform(-0.1, 0.1, 3))
        picture = np.asarray(toned, np.float32)
    picture = np.clip(picture, 0, 1).astype(np.float32)
    if random.random() < 0.35:
        picture = cv2.GaussianBlur(picture, (0, 0), float(random.uniform(0.3, 1.2)))
    if random.random() < 0.2:
        small = int(INPUT_PX * random.uniform(0.4, 0.8))
        picture = cv2.resize(
            cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA), (INPUT_PX, INPUT_PX)
        )
    if random.random() < 0.45:
        grain = random.standard_normal(picture.shape, np.float32) * np.float32(random.uniform(0.004, 0.07))
        if random.random() < 0.4:
            grain = cv2.GaussianBlur(grain, (0, 0), 0.8)
        picture = picture + grain
    picture = np.clip(picture, 0, 1)
    if random.random() < 0.35:
        quality = int(random.integers(15, 92))
        _, packed = cv2.imencode(
            ".jpg", (picture * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.float32) / np.float32(255)
    if random.random() < 0.12:  # cut-outs: something in front that is of no interest
        for _ in range(int(random.integers(1, 4))):
            x, y = random.integers(0, INPUT_PX, 2)
            wide, high = random.integers(8, INPUT_PX // 5, 2)
            picture[y : y + high, x : x + wide] = colour(random)
    return np.asarray(picture, np.float32)


def _painted(picture: Floats, random: np.random.Generator) -> Floats:
    """Like a painting or a drawing: flat patches, brush marks, canvas."""
    values = np.ascontiguousarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    kind = random.integers(4)
    if kind == 0:
        values = cv2.bilateralFilter(values, 5, float(random.uniform(30, 90)), 3)
    elif kind == 1:
        values = cv2.medianBlur(values, int(random.choice((3, 5))))
    elif kind == 2:
        levels = int(random.integers(4, 12))
        values = (values.astype(np.int32) * levels // 256 * 255 // (levels - 1)).astype(np.uint8)
    found = values.astype(np.float32) / 255
    if kind == 3:  # brush marks move the colours about
        at = np.mgrid[0:INPUT_PX, 0:INPUT_PX].astype(np.float32)
        move = random.uniform(0.7, 2) * noise(random, INPUT_PX, int(random.integers(20, 50)), 2)
        found = cv2.remap(
            found,
            at[1] + move[..., 0],
            at[0] + move[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    if random.random() < 0.5:
        found = found * (1 + random.uniform(0.02, 0.12) * rough_noise(random, INPUT_PX))
    return np.asarray(found, np.float32)


def _bordered(
    picture: Floats, alpha: Floats, part: Bytes, centre: Floats, random: np.random.Generator
) -> tuple[Floats, Floats, Bytes, Floats]:
    """The picture ends within the network's picture and is continued there, as `draw_canvas` does."""
    known = np.ones((INPUT_PX, INPUT_PX), np.float32)
    if random.random() < 0.45:
        return picture, alpha, part, known
    sides = [int(random.uniform(0.02, 0.17) * INPUT_PX) if random.random() < 0.5 else 0 for _ in range(4)]
    left, top, right, bottom = sides
    inner = (slice(top, INPUT_PX - bottom), slice(left, INPUT_PX - right))
    picture, alpha, part = (
        cv2.copyMakeBorder(np.ascontiguousarray(one[inner]), top, bottom, left, right, cv2.BORDER_REPLICATE)
        for one in (picture, alpha, part)
    )
    known[:] = 0
    known[inner] = 1
    blurred = cv2.GaussianBlur(picture, (0, 0), 6)
    share = np.clip(2 * cv2.GaussianBlur(known, (0, 0), 3), 0, 1)[..., None]
    picture = np.where(known[..., None] > 0, picture, picture * share + blurred * (1 - share))
    return np.asarray(picture, np.float32), alpha, part, known
