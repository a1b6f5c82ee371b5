"""A data set on disk: rendered shard by shard by worker processes, and resumable after an interruption.

    summary = render_dataset(Recipe(count=20000), Path("ict_facekit.npz"), Path("data"), workers=2)

A shard is the unit of work: it is complete or does not exist, so resuming means drawing the missing shards. The content
of a shard depends on the recipe alone, not on the worker that draws it or on the order.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from protocol.blendshapes import BLENDSHAPES, REGION
from protocol.channels import EMOTIONS
from protocol.text_file import utf8_of
from studio.data.labels import sample_key
from studio.data.ray_pool import RayPool
from studio.data.recipe import Recipe, checked_recipe
from studio.data.sample import DEPTH_STEP, NORMAL_TOP
from studio.data.shards import MANIFEST, PARTIAL_SUFFIX, is_complete, shard_path
from studio.data.worker_pool import Job, Task, WorkerPool
from studio.errors import StudioError
from studio.factors import STYLES
from studio.head.identity import SPLITS
from studio.head.source import PARTS

FORMAT: Final = "omote-studio-1"
#: Size of a sample: bytes for each pixel, all image files together, and bytes of its labels.
BYTES_PER_PIXEL: Final = 3.2
BYTES_OF_LABELS: Final = 22_000


class Manifest(msgspec.Struct, frozen=True):
    """dataset.json: the recipe, and the meaning of the numbers in labels and part masks."""

    format: str
    recipe: Recipe
    head: str  # digest of ICT-FaceKit's arrays
    depth_step: float = DEPTH_STEP
    normal_top: int = NORMAL_TOP
    parts: tuple[str, ...] = PARTS
    blendshapes: tuple[str, ...] = BLENDSHAPES
    regions: tuple[str, ...] = tuple(REGION[name] for name in BLENDSHAPES)
    emotions: tuple[str, ...] = EMOTIONS
    styles: tuple[str, ...] = STYLES
    splits: tuple[str, ...] = tuple(SPLITS)


@dataclass(frozen=True, slots=True)
class RenderSummary:
    """Result of `render_dataset`: complete shards that existed before, shards drawn now, pictures drawn now."""

    existing: int
    shards: int
    pictures: int


def render_dataset(
    recipe: Recipe,
    source: Path,
    folder: Path,
    *,
    workers: int = 1,
    resume: bool = False,
    devices: Sequence[int] = (),
    on_ray: bool = False,
    progress: Callable[[int], None] = lambda pictures: None,
) -> RenderSummary:
    """Draw the missing shards of a data set.

    Args:
        source: ICT-FaceKit's arrays.
        folder: new or empty, or with `resume` one that was begun with the same recipe.
        workers: worker processes, at most one for each missing shard.
        on_ray: they run on the machines of the Ray cluster that this process is connected to.
        devices: numbers of EGL devices, assigned to the workers in turn; empty = the default one.
        progress: called with the number of pictures drawn so far.

    Raises:
        StudioError: the recipe cannot be drawn, the folder holds another data set, the disk is full, or a worker died.
            The shards that exist by then are complete.
    """
    checked_recipe(recipe)
    _begin(folder, Manifest(FORMAT, recipe, _digest(source)), resume=resume)
    missing = [s for s in range(recipe.shards) if not is_complete(shard_path(folder, s), _keys(recipe, s))]
    existing = recipe.shards - len(missing)
    if not missing:
        return RenderSummary(existing, 0, 0)
    _check_free_space(recipe, len(missing), folder)
    job = Job(str(source), recipe, folder=str(folder))
    pictures, done, waiting = 0, 0, list(reversed(missing))
    try:
        count = min(workers, len(missing))
        opened = RayPool(job, workers=count) if on_ray else WorkerPool(job, workers=count, devices=devices)
        with opened as pool:
            while done < len(missing):
                worker, report = pool.next_report()
                if report.kind == "picture":
                    pictures += 1
                    progress(pictures)
                    continue
                done += report.kind == "done"
                if waiting:
                    pool.assign(worker, Task(waiting.pop()))
    finally:
        _remove_partial_files(folder)
    return RenderSummary(existing, len(missing), pictures)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest in a folder of shards.

    Raises:
        StudioError: the manifest is missing, damaged or of another format.
    """
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(utf8_of(path.read_bytes()), type=Manifest)
    except FileNotFoundError as error:
        raise StudioError(f"there is no {MANIFEST} in {folder}; expected a data set of the studio") from error
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StudioError(f"{path} cannot be read ({error}); render into a new folder") from error
    if manifest.format != FORMAT:
        raise StudioError(f"{path} is {manifest.format}, expected {FORMAT}; render into a new folder")
    return manifest


def _begin(folder: Path, manifest: Manifest, *, resume: bool) -> None:
    """Write the manifest into a new folder, or compare it with the one that is there.

    Raises:
        StudioError: the folder holds something else, or cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_begun = (folder / MANIFEST).exists()
        if not is_begun and next(folder.iterdir(), None) is not None:
            raise StudioError(f"{folder} holds other files already; choose a new or empty folder")
        if not is_begun:
            partial = folder / (MANIFEST + PARTIAL_SUFFIX)
            partial.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            partial.replace(folder / MANIFEST)
            return
    except OSError as error:
        raise StudioError(f"{folder} cannot be written to: {error.strerror or error}") from error
    if not resume:
        raise StudioError(
            f"{folder} holds a data set already; continue it with --resume, or choose another folder"
        )
    before = read_manifest(folder)
    if before != manifest:
        raise StudioError(
            f"{folder} was begun with other options: {', '.join(_differences(before, manifest))}; give the same "
            "options again, or choose another folder"
        )
    _remove_partial_files(folder)


def _differences(before: Manifest, now: Manifest) -> Iterator[str]:
    def flat(manifest: Manifest) -> dict[str, Any]:
        plain: dict[str, Any] = msgspec.to_builtins(manifest)
        return {**plain.pop("recipe"), **plain}

    old = flat(before)
    for name, value in flat(now).items():
        if old.get(name) != value:
            short = isinstance(value, int | float | str)
            yield f"{name} was {old.get(name)}, now {value}" if short else f"other {name}"


def _keys(recipe: Recipe, shard: int) -> Iterator[str]:
    for moment in recipe.moments_of(shard):
        for camera, frame in recipe.camera_frames:
            yield sample_key(moment, camera, frame)


def _digest(source: Path) -> str:
    try:
        return hashlib.blake2b(source.read_bytes(), digest_size=16).hexdigest()
    except OSError as error:
        raise StudioError(f"{source}: {error.strerror}; name ICT-FaceKit's arrays with --ict") from error


def _check_free_space(recipe: Recipe, shards: int, folder: Path) -> None:
    needed = expected_bytes(recipe) * shards / recipe.shards
    free = shutil.disk_usage(folder).free
    if free < needed / 2:
        raise StudioError(
            f"about {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free at {folder}; "
            "free some space, or choose a smaller --count or --size"
        )


def expected_bytes(recipe: Recipe) -> float:
    """Estimated bytes of a whole data set on disk."""
    return recipe.count * recipe.pictures_per_moment * (recipe.size**2 * BYTES_PER_PIXEL + BYTES_OF_LABELS)


def _remove_partial_files(folder: Path) -> None:
    for partial in folder.glob("*" + PARTIAL_SUFFIX):
        partial.unlink(missing_ok=True)
