"""Recipe: the parameters of a data set. The recipe and a moment's number determine everything about that moment.

recipe = Recipe(count=20000, size=256)
scene = scene_of(recipe, 17)
scene.factors(camera=0, frame=0)       # Factors, ready for Studio.render
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

import msgspec
import numpy as np

from studio.data.labels import SampleId
from studio.errors import StudioError
from studio.factors import STYLES, CameraView, Factors
from studio.head.identity import SPLITS, Split, identities_of, identity_weights
from studio.motion.acted import ActedMotion, StudioMotion
from studio.seeds import random_of, seed_of

#: How cameras stand or move over a sequence. Cameras move in the last two: in "sweep" around a face that is held
#: still, in "dynamic-sweep" around a moving one.
Viewing = Literal["frontal", "static", "sweep", "dynamic-sweep"]
VIEWINGS: Final[tuple[Viewing, ...]] = get_args(Viewing)

SIZES: Final = (32, 2048)
MAX_COUNT: Final = 100_000_000
MAX_FRAMES: Final = 10_000
MAX_CAMERAS: Final = 64
#: Most pictures in a shard, and fewest shards in a data set that has at least as many moments.
_PICTURES_PER_SHARD: Final = 256
_SHARDS: Final = 16
#: Number of successive moments that show the same person with the same look: training pairs are neighbours, and
#: building a new head and its textures takes longer than drawing a picture.
PERSON_RUN: Final = 8


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of a data set.

    Attributes:
        count: number of moments; each gives frames x cameras pictures.
        size: side of a picture in pixels.
        seed: seed of all random choices.
        style: one of STYLES.
        split: the identities to draw: one of SPLITS.
        identities: number of identities.
        frames: pictures of a sequence; 1 = stills.
        fps: frames a second of a sequence.
        cameras: cameras for each moment.
        viewing: one of VIEWINGS.
    """

    count: int
    size: int = 256
    seed: int = 0
    style: str = "real"
    split: Split = "train"
    identities: int = 2000
    frames: int = 1
    fps: float = 25.0
    cameras: int = 1
    viewing: Viewing = "static"

    @property
    def pictures_per_moment(self) -> int:
        """Frames x cameras."""
        return self.frames * self.cameras

    @property
    def moments_per_shard(self) -> int:
        """Depends on the recipe alone, so shards do not depend on the number of workers."""
        spread = -(-self.count // _SHARDS)
        return max(min(_PICTURES_PER_SHARD // self.pictures_per_moment, spread), 1)

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.count // self.moments_per_shard)

    def moments_of(self, shard: int) -> range:
        """Numbers of the moments in a shard."""
        first = shard * self.moments_per_shard
        return range(first, min(first + self.moments_per_shard, self.count))

    @property
    def camera_frames(self) -> list[tuple[int, int]]:
        """(camera, frame) of the pictures of a moment, in their order in the shard."""
        return [(camera, frame) for camera in range(self.cameras) for frame in range(self.frames)]


def checked_recipe(recipe: Recipe) -> Recipe:
    """Return the recipe unchanged after checking it.

    Raises:
        StudioError: a value is out of range or unknown.
    """
    for name, value, low, high in (
        ("count", recipe.count, 1, MAX_COUNT),
        ("size", recipe.size, *SIZES),
        ("seed", recipe.seed, 0, 2**63 - 1),
        ("identities", recipe.identities, 1, 1_000_000),
        ("frames (--sequence)", recipe.frames, 1, MAX_FRAMES),
        ("fps", recipe.fps, 1.0, 240.0),
        ("cameras", recipe.cameras, 1, MAX_CAMERAS),
    ):
        if not low <= value <= high:
            raise StudioError(f"{name} is {value:g}, expected {low:g} to {high:g}")
    for name, word, words in (
        ("style", recipe.style, STYLES),
        ("split", recipe.split, SPLITS),
        ("viewing (--view)", recipe.viewing, VIEWINGS),
    ):
        if word not in words:
            raise StudioError(f"{name} is {word!r}, expected one of {', '.join(words)}")
    return recipe


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One moment of a data set.

    Attributes:
        identity: number of the identity. look, background: seeds.
        motion, begin_s: how the face moves, and the time in `motion` at which the sequence begins.
        views: for each camera its view at the beginning and at the end of the sequence.
    """

    recipe: Recipe
    moment: int
    identity: int
    look: int
    background: int
    motion: StudioMotion
    begin_s: float
    views: tuple[tuple[CameraView, CameraView], ...]

    def sample_id(self, camera: int, frame: int) -> SampleId:
        """The SampleId of a picture."""
        return SampleId(self.moment, camera, frame, frame / self.recipe.fps, self.identity)

    def factors(self, camera: int, frame: int) -> Factors:
        """The factors of a picture."""
        recipe = self.recipe
        is_held = recipe.viewing == "sweep"
        face = self.motion.at(self.begin_s + (0.0 if is_held else frame / recipe.fps))
        return Factors(
            identity=identity_weights(self.identity),
            look=self.look,
            background=self.background,
            style=recipe.style,
            pose=face.pose,
            articulation=face.articulation,
            emotion=face.emotion,
            gaze=face.gaze,
            view=self._view(camera, frame),
        )

    def _view(self, camera: int, frame: int) -> CameraView:
        begin, end = self.views[camera]
        share = frame / max(self.recipe.frames - 1, 1)

        def interpolated(a: float, b: float) -> float:
            return a + (b - a) * share

        return CameraView(
            azimuth=interpolated(begin.azimuth, end.azimuth),
            elevation=interpolated(begin.elevation, end.elevation),
            distance=interpolated(begin.distance, end.distance),
            focal=begin.focal,
        )


def scene_of(recipe: Recipe, moment: int) -> Scene:
    """The scene of a moment. Each factor has a seed of its own, so factors are statistically independent."""

    def pick(what: str, number: int = moment) -> int:
        return seed_of(what, recipe.seed, number) % 2**31

    identities = _identities_in(recipe.split, recipe.identities)
    return Scene(
        recipe=recipe,
        moment=moment,
        identity=identities[pick("person", moment // PERSON_RUN) % len(identities)],
        look=pick("look", moment // PERSON_RUN),
        background=pick("background"),
        motion=ActedMotion(pick("motion")),
        begin_s=float(random_of("begin", recipe.seed, moment).uniform(0.0, 4.0)),
        views=tuple(_views(recipe, moment, camera) for camera in range(recipe.cameras)),
    )


def _views(recipe: Recipe, moment: int, camera: int) -> tuple[CameraView, CameraView]:
    random = random_of("view", recipe.seed, moment, camera)
    widest = 0.0 if recipe.viewing == "frontal" else 0.75 if camera == 0 else 1.1
    focal = float(random.uniform(1.6, 3.2))
    # the distance grows with the focal length, so heads fill about the same part of the picture
    distance = 39.0 * focal * float(random.uniform(0.95, 1.3))

    def random_view() -> CameraView:
        return CameraView(
            azimuth=float(random.uniform(-widest, widest)),
            elevation=float(np.clip(random.normal(0.0, 0.16), -0.5, 0.5)) if widest else 0.0,
            distance=distance,
            focal=focal,
        )

    begin, end = random_view(), random_view()
    return (begin, end) if recipe.viewing in ("sweep", "dynamic-sweep") else (begin, begin)


@lru_cache(maxsize=8)
def _identities_in(split: Split, count: int) -> tuple[int, ...]:
    return tuple(identities_of(split, count))
