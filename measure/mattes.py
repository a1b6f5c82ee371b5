"""How exactly people are cut out of portraits: by colours and by the parsing network, against the studio's true alpha.

    rows = measure_mattes(studio, parser, identities_of("test", 200), seed=0)
    print(markdown_of(rows))

Each portrait is shown before one of GROUNDS and goes the way of `omote avatar make`: cut, continued, head fitted (to the
true landmarks), separated. Figures are of the pixels of the extended canvas that the portrait has.

Source of the errors: C. Rhemann et al., "A perceptually motivated online benchmark for image matting", CVPR 2009 (SAD, MSE,
gradient).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.errors import FaceError
from authoring.fit.head_fit import fit_head
from authoring.fit.personal import personalise
from authoring.make import as_in_portrait, expected_head
from authoring.paint.raster import Raster
from authoring.portrait.canvas import CANVAS_PX, choose_cut, draw_canvas, extended_pixels
from authoring.portrait.parsing import Parser
from authoring.portrait.portrait import Portrait
from authoring.portrait.separate import Separated, separate
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from studio.data.recipe import PERSON_RUN, Recipe, scene_of
from studio.renderer import Studio, StudioPicture
from studio.seeds import random_of

Image = NDArray[np.float32]

SIZE: Final = 1024
#: What is behind the person: the studio's room; a colour like the clothes'; things of all colours.
GROUNDS: Final = ("studio", "alike", "busy")
_FRINGE_PX: Final = 15
_OVER: Final = ((1.0, 0.0, 1.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))  # magenta, white, black


@dataclass(frozen=True, slots=True)
class MatteErrors:
    """Errors of one cut.

    Attributes:
        method: "colours" or "parsing". ground: of GROUNDS.
        sad: sum of absolute alpha errors, thousands. mse: mean squared error, thousandths.
        gradient: sum of squared differences of the alpha's gradients, thousands.
        fringe: mean error of the person's colours over plain grounds around the outline, of 255.
    """

    method: str
    ground: str
    sad: float
    mse: float
    gradient: float
    fringe: float


def measure_mattes(
    studio: Studio,
    parser: Parser,
    count: int,
    *,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
    look: Callable[[str, Image, Separated, Separated], None] = lambda name, rgb, old, new: None,
) -> list[MatteErrors]:
    """Cut out `count` people of the test split by both methods.

    Args:
        progress: called with the number of people done.
        look: called with the name, the canvas, the old and the new cut of each.
    """
    recipe = Recipe(count=count * PERSON_RUN, split="test", identities=count, viewing="frontal", seed=seed)
    rows = []
    with Raster() as raster:
        for number in range(count):
            ground = GROUNDS[number % len(GROUNDS)]
            factors = scene_of(recipe, number * PERSON_RUN).factors(0, 0)
            picture = studio.render(factors, SIZE)
            rgb = _before(picture, ground, random_of("mattes", seed, number))
            with suppress(FaceError):  # turned too far, as a user would be told: missing in the table
                rows += _both(raster, parser, picture, rgb, ground, look, f"{number:03d}-{ground}")
            progress(number + 1)
    return rows


def _both(
    raster: Raster,
    parser: Parser,
    picture: StudioPicture,
    rgb: NDArray[np.uint8],
    ground: str,
    look: Callable[[str, Image, Separated, Separated], None],
    name: str,
) -> list[MatteErrors]:
    marks = picture.mediapipe_landmarks[:, :2]
    cut = choose_cut(marks, SIZE, SIZE)
    canvas = draw_canvas(Portrait(rgb, None), cut)
    truth = draw_canvas(Portrait(np.repeat(picture.image[..., 3:], 3, 2), None), cut).rgb[..., 0]
    own = draw_canvas(Portrait(_continued(picture), None), cut).rgb
    placed = np.asarray(cut.to_canvas(marks) / CANVAS_PX - 0.5, np.float32)
    model, landmarks = load_head_model(), load_landmarks()
    fit = fit_head(model, landmarks, placed, picture.expression)
    vertices = as_in_portrait(model, fit, personalise(model, landmarks, fit, placed))
    head = expected_head(raster, model, fit, vertices)
    parsed = parser.parse(canvas.rgb, canvas.known, extended_pixels(placed))
    cuts = {"colours": separate(canvas, None, *head), "parsing": separate(canvas, parsed, *head)}
    look(name, canvas.rgb, cuts["colours"], cuts["parsing"])
    known = canvas.known > 0
    return [
        MatteErrors(method, ground, *errors_of(one.alpha, truth, one.person.rgb, own, known))
        for method, one in cuts.items()
    ]


def errors_of(
    alpha: Image, truth: Image, rgb: Image, true_rgb: Image, known: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    """SAD, MSE, gradient and fringe, as in `MatteErrors`.

    Args:
        alpha, truth: (H, W) float32 0..1. rgb, true_rgb: (H, W, 3) float32 0..1, the person's own colours.
        known: (H, W) bool, the pixels that count.
    """
    error = np.where(known, alpha - truth, 0)
    steeper = np.where(known, _gradient(alpha) - _gradient(truth), 0)
    soft = ((truth > 0.02) & (truth < 0.98)).astype(np.uint8)
    edge = cv2.morphologyEx((truth > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    band = (cv2.dilate(soft | edge, np.ones((_FRINGE_PX, _FRINGE_PX), np.uint8)) > 0) & known
    fringes = []
    for ground in _OVER:
        over = (
            rgb * alpha[..., None] + np.array(ground, np.float32) * (1 - alpha[..., None])
            - true_rgb * truth[..., None] - np.array(ground, np.float32) * (1 - truth[..., None])
        )  # fmt: skip
        fringes.append(float(np.abs(over[band]).mean()) * 255 if band.any() else 0.0)
    return (
        float(np.abs(error).sum()) / 1000,
        float((error**2).sum() / max(int(known.sum()), 1)) * 1000,
        float((steeper**2).sum()) / 1000,
        float(np.mean(fringes)),
    )


def _gradient(alpha: Image) -> Image:
    """Magnitude of the gradient, by derivatives of a Gaussian of 1.4 pixels."""
    smooth = cv2.GaussianBlur(alpha, (0, 0), 1.4)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8
    return np.asarray(np.hypot(across, down), np.float32)


def _continued(picture: StudioPicture) -> NDArray[np.uint8]:
    """The person's colours (S, S, 3), continued where nothing is opaque."""
    colours, alpha = (
        picture.image[..., :3].astype(np.float32),
        picture.image[..., 3:].astype(np.float32) / 255,
    )
    for sigma in (2, 8, 32):
        weight = cv2.GaussianBlur(alpha, (0, 0), sigma)[..., None]
        spread = cv2.GaussianBlur(colours * alpha, (0, 0), sigma) / np.maximum(weight, 1e-4)
        empty = (alpha < 1 / 255) & (weight > 1e-3)
        colours = np.where(empty, spread, colours)
    return np.clip(colours.round(), 0, 255).astype(np.uint8)


def _before(picture: StudioPicture, ground: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """The portrait (S, S, 3) before a ground of GROUNDS."""
    person = picture.image.astype(np.float32) / 255
    behind = picture.background.astype(np.float32) / 255
    if ground == "alike":
        low = person[-SIZE // 5 :]
        tone = low[low[..., 3] > 0.9][:, :3]
        colour = tone.mean(0) if len(tone) else np.full(3, 0.5, np.float32)
        behind = colour + 0.25 * (behind - behind.mean((0, 1))) + random.normal(0, 0.05, 3)
    elif ground == "busy":
        behind = np.ascontiguousarray(behind)
        for _ in range(60):
            tone = random.uniform(0, 1, 3)
            x, y, wide, high = (int(v) for v in random.integers((0, 0, 8, 8), (SIZE, SIZE, 260, 260)))
            if random.random() < 0.5:
                cv2.rectangle(behind, (x, y), (x + wide, y + high), tuple(tone.tolist()), -1)
            else:
                cv2.ellipse(behind, (x, y), (wide // 2, high // 2), 0, 0, 360, tuple(tone.tolist()), -1)
        behind = cv2.GaussianBlur(behind, (0, 0), float(random.uniform(1, 8)))
    rgb = person[..., :3] * person[..., 3:] + np.clip(behind, 0, 1) * (1 - person[..., 3:])
    rgb = rgb + random.normal(0, 0.008, rgb.shape)
    return np.asarray(np.clip(rgb * 255, 0, 255).round(), np.uint8)


def markdown_of(rows: Sequence[MatteErrors]) -> str:
    """A table: means by ground and method."""
    lines = [
        "| ground | method | people | SAD, thousands | MSE, thousandths | gradient, thousands | fringe, of 255 |"
    ]
    lines.append("|---|---|--:|--:|--:|--:|--:|")
    for ground in (*GROUNDS, "all"):
        for method in ("colours", "parsing"):
            chosen = [row for row in rows if row.method == method and ground in (row.ground, "all")]
            if chosen:
                means = [
                    float(np.mean([getattr(row, name) for row in chosen]))
                    for name in ("sad", "mse", "gradient", "fringe")
                ]
                figures = " | ".join(f"{value:.2f}" for value in means)
                lines.append(f"| {ground} | {method} | {len(chosen)} | {figures} |")
    return "\n".join(lines)
