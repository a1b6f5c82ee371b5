"""A data set on disk: drawn by a pool, shard by shard, and gone on with where it was broken off.

    written = render_dataset(Recipe(count=20000), Path("ict_facekit.npz"), Path("data"), workers=2)

A shard is the unit of work: it is there whole or not at all, so going on means drawing what is missing. What is drawn
depends on the recipe alone, so it does not matter who draws it, or when.
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
from studio.data.labels import sample_key
from studio.data.recipe import Recipe, checked_recipe
from studio.data.sample import DEPTH_STEP, NORMAL_TOP
from studio.data.shards import MANIFEST, PARTIAL_SUFFIX, is_complete, shard_path
from studio.data.worker_pool import Job, Task, WorkerPool
from studio.errors import StudioError
from studio.factors import STYLES
from studio.head.identity import SPLITS
from studio.head.source import PARTS

FORMAT: Final = "omote-studio-1"
#: Bytes a pixel that a sample takes, all its files together, and bytes of its labels.
BYTES_PER_PIXEL: Final = 3.2
BYTES_OF_LABELS: Final = 22_000


class Manifest(msgspec.Struct, frozen=True):
    """dataset.json: what was asked for, and what numbers in labels and part masks stand for."""

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
    """What became of a rendering: shards there were already, shards and pictures drawn now."""

    found: int
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
    progress: Callable[[int], None] = lambda pictures: None,
) -> RenderSummary:
    """Draw what is missing of a data set.

    Args:
        folder: new or empty, or with `resume` one that was begun with the same recipe.
        devices: EGL devices for the workers in turn.
        progress: called with the number of pictures drawn so far.

    Raises:
        StudioError: an impossible recipe, another data set in the folder, a full disk, a worker that died. What
            shards there are by then are whole.
    """
    checked_recipe(recipe)
    _begin(folder, Manifest(FORMAT, recipe, _digest(source)), resume=resume)
    missing = [s for s in range(recipe.shards) if not is_complete(shard_path(folder, s), _keys(recipe, s))]
    found = recipe.shards - len(missing)
    if not missing:
        return RenderSummary(found, 0, 0)
    _check_room(recipe, len(missing), folder)
    job = Job(str(source), recipe, folder=str(folder))
    pictures, done, waiting = 0, 0, list(reversed(missing))
    try:
        with WorkerPool(job, workers=min(workers, len(missing)), devices=devices) as pool:
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
    return RenderSummary(found, len(missing), pictures)


def read_manifest(folder: Path) -> Manifest:
    """What a folder of shards says of itself.

    Raises:
        StudioError: there is none, or it is damaged or of another format.
    """
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise StudioError(f"there is no {MANIFEST} in {folder}; is it a data set of the studio?") from error
    except (OSError, msgspec.MsgspecError) as error:
        raise StudioError(f"{path} cannot be read ({error}); render into a new folder") from error
    if manifest.format != FORMAT:
        raise StudioError(f"{path} is {manifest.format}, expected {FORMAT}; render into a new folder")
    return manifest


def _begin(folder: Path, manifest: Manifest, *, resume: bool) -> None:
    """Make the folder this data set's, or find that it is already. Raises StudioError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_begun = (folder / MANIFEST).exists()
        if not is_begun and next(folder.iterdir(), None) is not None:
            raise StudioError(f"{folder} holds something else already; choose a new or empty folder")
        if not is_begun:
            partial = folder / (MANIFEST + PARTIAL_SUFFIX)
            partial.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            partial.replace(folder / MANIFEST)
            return
    except OSError as error:
        raise StudioError(f"{folder} cannot be written to: {error.strerror or error}") from error
    if not resume:
        raise StudioError(
            f"{folder} holds a data set already; go on with it with --resume, or choose another folder"
        )
    before = read_manifest(folder)
    if before != manifest:
        raise StudioError(
            f"{folder} was begun with something else: {', '.join(_differences(before, manifest))}; give the same "
            "options again, or choose another folder"
        )
    _remove_partial_files(folder)


def _differences(before: Manifest, now: Manifest) -> Iterator[str]:
    def flat(manifest: Manifest) -> dict[str, Any]:
        plain: dict[str, Any] = msgspec.to_builtins(manifest)
        return {**plain.pop("recipe"), **plain}

    then, today = flat(before), flat(now)
    for name, value in today.items():
        if then.get(name) != value:
            short = isinstance(value, int | float | str)
            yield f"{name} was {then.get(name)}, now {value}" if short else f"other {name}"


def _keys(recipe: Recipe, shard: int) -> Iterator[str]:
    for moment in recipe.moments_of(shard):
        for camera, frame in recipe.camera_frames:
            yield sample_key(moment, camera, frame)


def _digest(source: Path) -> str:
    try:
        return hashlib.blake2b(source.read_bytes(), digest_size=16).hexdigest()
    except OSError as error:
        raise StudioError(f"{source}: {error.strerror}; name ICT-FaceKit's arrays with --ict") from error


def _check_room(recipe: Recipe, shards: int, folder: Path) -> None:
    needed = expected_bytes(recipe) * shards / recipe.shards
    free = shutil.disk_usage(folder).free
    if free < needed / 2:
        raise StudioError(
            f"about {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free at {folder}; "
            "make room, or choose a smaller --count or --size"
        )


def expected_bytes(recipe: Recipe) -> float:
    """About how much a data set takes."""
    return recipe.count * recipe.pictures_per_moment * (recipe.size**2 * BYTES_PER_PIXEL + BYTES_OF_LABELS)


def _remove_partial_files(folder: Path) -> None:
    for partial in folder.glob("*" + PARTIAL_SUFFIX):
        partial.unlink(missing_ok=True)
