"""Opens what drives a rendered clip, as the options of `omote render` say. The only place that knows which kinds there are.

with ExitStack() as stack:
    sources = open_sources(options, stack)
    for moment in sources.moments(): ...
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final, get_args

from bridge.calibration.clip_rest import median_observed_rest, median_rest, without_learned_rest
from bridge.calibration.profile import CalibrationProfile, load_profile
from bridge.calibration.rest import Rest
from bridge.commands.options import FACE_LAYERS, TRACKERS, layers_among
from bridge.expressions.face_correction import FaceCorrection
from bridge.sending.source_messages import SourceMessages
from bridge.takes.csv_import import import_csv
from bridge.takes.face_parts import FaceParts, parts_of_take
from bridge.takes.open_take import is_take, open_take
from bridge.trackers.clip import observed_clip, tracked_clip
from bridge.trackers.face import FaceMessages, load_landmarker, ttl_between
from bridge.trackers.open_observer import open_network_observer
from bridge.voice.told_sounds import ToldSounds
from omote.clips.emotion_option import example_of
from omote.clips.frozen_source import FrozenSource
from omote.clips.joined_moments import joined_moments
from omote.clips.kept_parts import kept_parts
from omote.clips.part_source import PartSource
from omote.clips.source import ClipSource, Moment
from omote.clips.take_source import TakeSource
from omote.clips.video_source import VideoSource
from omote.clips.voice_source import VoiceSource
from protocol.messages import LayerName
from protocol.parts import PARTS, Part
from runtime.errors import ConfigError
from vision.errors import VideoError
from vision.sound_track import ClipSound
from vision.video_file import VideoFile

ALL_LAYERS: Final[tuple[LayerName, ...]] = get_args(LayerName)
#: Pictures a second where no source has a rate of its own.
FALLBACK_FPS: Final = 30.0
SILENT: Final = "none"
#: Options that name the file of one part of the face.
PART_OPTIONS: Final[tuple[Part, ...]] = ("pose", "eyes", "gaze", "mouth")
SOURCE: Final = "video"  # the source id of `omote-bridge video`: the runtime smooths both alike
#: Options that need a picture of a face: attribute -> its value when it is not given.
VIDEO_ONLY: Final[dict[str, object]] = {
    "side_by_side": False,
    "mirror": False,
    "neutral": "first",
    "profile": None,
    "raw_expression": False,
    "face_landmarker": None,
    "tracker": TRACKERS[0],
}


@dataclass(frozen=True, slots=True)
class OpenSources:
    """All that drives one clip.

    Attributes:
        sources: in the order of the options; one at least.
        example: its mood is shown in place of the sources' own; None = there is none.
        emotion_weight: the share of that mood, 0..1.
        video: the one whose pictures can be shown beside the avatar's; None = there is none.
        sound: what is heard; None = nothing.
    """

    sources: tuple[ClipSource, ...]
    example: ClipSource | None
    emotion_weight: float
    video: VideoSource | None
    sound: ClipSound | None

    @property
    def fps(self) -> float:
        """Pictures a second: the first source's that has a rate."""
        return next((source.fps for source in self.sources if source.fps), FALLBACK_FPS)

    @property
    def expected_s(self) -> float:
        """How long the clip will probably be."""
        return max(source.expected_s for source in self.sources)

    def end_s(self) -> float:
        """How long the clip is: as the longest source; known when `moments` has ended."""
        return max(source.end_s for source in self.sources)

    def moments(self) -> Iterator[Moment]:
        """The moments of all sources in order of time; at one time in the order of the options."""
        return joined_moments(self.sources, self.example, weight=self.emotion_weight)

    def remarks(self) -> list[str]:
        """What the user should know afterwards, a line each."""
        every = (*self.sources, self.example) if self.example else self.sources
        return [line for source in every for line in source.remarks()]


def open_sources(options: argparse.Namespace, stack: ExitStack) -> OpenSources:
    """Open every file that the options name.

    Args:
        options: those of `omote render`.
        stack: closes the sources.

    Raises:
        OmoteError: nothing drives, an option does not suit the files, or a file cannot be used.
    """
    files = part_files(options)
    example_path = example_of(options.emotion)
    _check_options(options, [options.drive, *files.values(), example_path])
    opener = _Opener(options, stack)
    sources: list[ClipSource] = []
    sound: ClipSound | None = None
    if options.drive is not None:
        taken = {*files, *(["emotion"] if example_path else [])}
        only = kept_parts(options.only) or PARTS
        left: tuple[Part, ...] = tuple(part for part in only if part not in taken)
        if options.only:
            sources.append(opener.parts(options.drive, left, is_drive=True))
        else:
            sources.append(opener.drive(options.drive, FaceParts(left) if taken else None))
        sound = sources[0].sound if "mouth" not in files else None
    # A file of several parts is read once.
    for path in dict.fromkeys(files.values()):
        parts = tuple(part for part, file in files.items() if file == path)
        sources.append(opener.parts(path, parts))
        sound = sources[-1].sound if "mouth" in parts else sound
    example = opener.parts(example_path, ("emotion",)) if example_path else None
    if options.voice is not None:
        told = ToldSounds.of_options(options.visemes, options.text, options.language)
        sources.append(VoiceSource(options.voice, lips=options.lips, told=told))
        sound = sources[-1].sound
    if options.sound is not None:
        sound = None if options.sound == SILENT else ClipSound(Path(options.sound))
    if options.freeze is not None:
        sources = [FrozenSource(source, options.freeze) for source in sources]
        example = FrozenSource(example, options.freeze) if example is not None else None
    return OpenSources(tuple(sources), example, options.emotion_weight, opener.video, sound)


def part_files(options: argparse.Namespace) -> dict[Part, Path]:
    """Part -> the file that an option names for it; the eyes' file moves the gaze as well, unless that has its own."""
    files = {part: path for part in PART_OPTIONS if (path := getattr(options, part)) is not None}
    if "eyes" in files:
        files.setdefault("gaze", files["eyes"])
    return files


class _Opener:
    """Opens the files of one clip; `video` is that of `--drive`, if it is one."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self._options = options
        self._stack = stack
        self.video: VideoSource | None = None

    def drive(self, path: Path, parts: FaceParts | None) -> ClipSource:
        """The file of all parts, or of those that are left; None = all."""
        source: ClipSource
        if is_recorded(path):
            layers = _layers(self._options, ALL_LAYERS) if self._options.layers else ()
            source = TakeSource(self._take_of(path), layers=layers)
        else:
            source = self.video = _open_video(path, self._options)
        self._stack.callback(source.close)
        return source if parts is None else PartSource(source, parts)

    def parts(self, path: Path, parts: tuple[Part, ...], *, is_drive: bool = False) -> ClipSource:
        """The file of some parts; of `--drive`, its pictures may be shown beside the avatar's."""
        source: ClipSource
        if is_recorded(path):
            path = self._take_of(path)
            with open_take(path) as take:
                face = parts_of_take(take, parts)
            source = TakeSource(path, layers=face.layers)
        else:
            face = FaceParts(parts, estimates_emotion=True)
            is_example = "emotion" in parts
            source = _open_video(path, self._options, is_part=not is_drive, is_example=is_example)
            self.video = source if is_drive else self.video
        self._stack.callback(source.close)
        return PartSource(source, face)

    def _take_of(self, path: Path) -> Path:
        """The take, for a CSV file one that is made of it."""
        if path.suffix.lower() != ".csv":
            return path
        made = Path(self._stack.enter_context(tempfile.TemporaryDirectory())) / f"{path.stem}.mcap"
        import_csv(path, made)
        return made


def is_recorded(path: Path) -> bool:
    """Whether a file is meant as a take or a CSV file, and not as a video."""
    return path.suffix.lower() == ".csv" or is_take(path)


def _check_options(options: argparse.Namespace, files: list[Path | None]) -> None:
    """Refuse options that have no meaning with these files.

    Raises:
        ConfigError: nothing drives, or an option needs another file.
    """
    named = [path for path in files if path is not None]
    moving = [options.drive, options.voice, *part_files(options).values()]
    if not any(path is not None for path in moving):
        raise ConfigError(
            "nothing moves the face; give a video or a take with --drive, or a voice with --voice"
        )
    if options.voice is None and (options.visemes is not None or options.text is not None):
        raise ConfigError("--visemes and --text tell the sounds of a voice; give it with --voice")
    if options.layers and options.drive is None:
        raise ConfigError("--layers says which layers --drive moves; there is no --drive")
    if options.only and (options.drive is None or options.layers):
        raise ConfigError(
            "--only says which parts of the face in --drive move; give it with --drive and without --layers"
        )
    if options.freeze is not None and not 0.0 <= options.freeze < inf:
        raise ConfigError(f"--freeze {options.freeze:g}, expected seconds from the clip's beginning")
    if options.freeze is not None and options.side_by_side:
        raise ConfigError(
            "--side-by-side shows a video that moves, and --freeze a face that does not; leave out one"
        )
    if options.side_by_side and options.drive is None and named:
        raise ConfigError("--side-by-side shows the video of --drive; there is no --drive")
    for name, absent in VIDEO_ONLY.items():
        files_of = [options.drive] if name == "side_by_side" and options.drive else named
        if getattr(options, name) != absent and all(is_recorded(path) for path in files_of):
            given = f"{files_of[0]} is a take" if files_of else f"{options.voice} is a voice"
            raise ConfigError(
                f"--{name.replace('_', '-')} needs a video of a face; {given}, which has no pictures"
            )


def _layers(options: argparse.Namespace, allowed: tuple[LayerName, ...]) -> tuple[LayerName, ...]:
    try:
        return layers_among(allowed)(options.layers or ",".join(allowed))
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f"--layers: {error}") from error


def _open_video(
    path: Path, options: argparse.Namespace, *, is_part: bool = False, is_example: bool = False
) -> VideoSource:
    """A video; of a part all layers are measured, and no pictures are kept."""
    with ExitStack() as opened:
        video = opened.enter_context(VideoFile(path))
        layers = FACE_LAYERS if is_part else _layers(options, FACE_LAYERS)
        if options.tracker != TRACKERS[0]:
            _refuse_of_mediapipe(options)
            messages = _observed(options, video, layers, learns_rest=not is_example)
            # a mood, or values as they are measured: what the first second shows is then no rest
            learns_rest = not is_example and options.neutral == "first"
            observer = open_network_observer(SOURCE, learns_rest=learns_rest, looks_twice=True)
            opened.callback(observer.close)
            frames, close = observed_clip(video, observer, messages), observer.close
        else:
            face = _face(options, video, layers, learns_rest=not is_example)
            landmarker = opened.enter_context(load_landmarker(options.face_landmarker))
            frames, close = tracked_clip(video, landmarker, face), landmarker.close
        source = VideoSource(video, frames, close, keeps_pictures=options.side_by_side and not is_part)
        opened.pop_all()  # the source closes them
    return source


def _refuse_of_mediapipe(options: argparse.Namespace) -> None:
    for name in ("raw_expression", "face_landmarker"):
        if getattr(options, name) != VIDEO_ONLY[name]:
            option = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{option} is for MediaPipe; leave it out with --tracker {options.tracker}")


def _observed(
    options: argparse.Namespace, video: VideoFile, layers: tuple[LayerName, ...], *, learns_rest: bool
) -> SourceMessages:
    """The same as `_face` for Omote's own tracker, which corrects nothing."""

    def median(profile: CalibrationProfile) -> Rest | None:
        with closing(open_network_observer(SOURCE, learns_rest=False, looks_twice=True)) as observer:
            return median_observed_rest(video, observer, profile)

    profile, rest = _neutral(options, video, median, learns_rest=learns_rest)
    return SourceMessages(
        profile, source=SOURCE, layers=layers, mirror=options.mirror, rest=rest, ttl_s=ttl_between(video.fps)
    )


def _face(
    options: argparse.Namespace, video: VideoFile, layers: tuple[LayerName, ...], *, learns_rest: bool
) -> FaceMessages:
    """Make the messages' source."""

    def median(profile: CalibrationProfile) -> Rest | None:
        with load_landmarker(options.face_landmarker) as landmarker:
            return median_rest(video, landmarker, profile)

    profile, rest = _neutral(options, video, median, learns_rest=learns_rest)
    is_raw = options.raw_expression or options.neutral == "none"
    return FaceMessages(
        profile,
        source=SOURCE,
        layers=layers,
        mirror=options.mirror,
        rest=rest,
        ttl_s=ttl_between(video.fps),
        correction=None if is_raw else FaceCorrection(rest=rest),
    )


def _neutral(
    options: argparse.Namespace,
    video: VideoFile,
    median: Callable[[CalibrationProfile], Rest | None],
    *,
    learns_rest: bool,
) -> tuple[CalibrationProfile, Rest | None]:
    """The tracker's profile and the rest that `--neutral` selects; None = the first second's, or none.

    An example of a mood may show it from its first frame on, which must not become the neutral face: `learns_rest` is
    False for it.

    Args:
        median: the median of all faces in the video.

    Raises:
        VideoError: there is no face for a median.
    """
    profile = load_profile(options.profile, tracker=options.tracker)
    if options.neutral == "none" or (options.neutral == "first" and not learns_rest):
        return without_learned_rest(profile), None
    if options.neutral != "median":
        return profile, None
    rest = median(profile)
    if rest is None:
        raise VideoError(f"no face can be found in {video.path}; nothing would move")
    return profile, rest
