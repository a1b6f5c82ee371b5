"""Opens what drives a rendered clip, as the options of `omote render` say. The only place that knows which kinds there are.

with ExitStack() as stack:
    sources = open_sources(options, stack)
    for moment in sources.moments(): ...
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from bridge.calibration.clip_rest import median_rest, without_learned_rest
from bridge.calibration.profile import load_profile
from bridge.commands.options import FACE_LAYERS, layers_among
from bridge.expressions.face_correction import FaceCorrection
from bridge.takes.open_take import is_take
from bridge.trackers.face import FaceMessages, load_landmarker, ttl_between
from omote.clips.source import ClipSource, Moment
from omote.clips.take_source import TakeSource
from omote.clips.video_source import VideoSource
from omote.clips.voice_source import VoiceSource
from protocol.messages import LayerName
from runtime.errors import ConfigError
from vision.errors import VideoError
from vision.sound_track import ClipSound
from vision.video_file import VideoFile

ALL_LAYERS: Final[tuple[LayerName, ...]] = get_args(LayerName)
#: Pictures a second where no source has a rate of its own.
FALLBACK_FPS: Final = 30.0
SILENT: Final = "none"
SOURCE: Final = "video"  # the source id of `omote-bridge video`: the runtime smooths both alike
#: Options that need a picture of a face: attribute -> its value when it is not given.
VIDEO_ONLY: Final[dict[str, object]] = {
    "side_by_side": False,
    "mirror": False,
    "neutral": "first",
    "profile": None,
    "raw_expression": False,
    "face_landmarker": None,
}


@dataclass(frozen=True, slots=True)
class OpenSources:
    """All that drives one clip.

    Attributes:
        sources: in the order of the options; one at least.
        video: the one whose pictures can be shown beside the avatar's; None = there is none.
        sound: what is heard; None = nothing.
    """

    sources: tuple[ClipSource, ...]
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
        return heapq.merge(*(source.moments() for source in self.sources), key=lambda moment: moment.due_s)

    def remarks(self) -> list[str]:
        """What the user should know afterwards, a line each."""
        return [line for source in self.sources for line in source.remarks()]


def open_sources(options: argparse.Namespace, stack: ExitStack) -> OpenSources:
    """Open every file that the options name.

    Args:
        options: those of `omote render`.
        stack: closes the sources.

    Raises:
        OmoteError: nothing drives, an option does not suit the files, or a file cannot be used.
    """
    drive: Path | None = options.drive
    if drive is None and options.voice is None:
        raise ConfigError(
            "nothing moves the face; give a video or a take with --drive, or a voice with --voice"
        )
    sources: list[ClipSource] = []
    video: VideoSource | None = None
    if drive is None or is_take(drive):
        _refuse_video_options(options)
    if drive is not None and is_take(drive):
        sources.append(TakeSource(drive, layers=_layers(options, ALL_LAYERS) if options.layers else ()))
    elif drive is not None:
        video = _open_video(drive, options)
        sources.append(video)
    for source in sources:
        stack.callback(source.close)
    if options.voice is not None:
        sources.append(VoiceSource(options.voice))
    return OpenSources(tuple(sources), video, _sound(options.sound, sources))


def _sound(wanted: str | None, sources: list[ClipSource]) -> ClipSound | None:
    """What is heard: `--sound`, else the last source's that has a sound: the voice, or the video's own."""
    if wanted == SILENT:
        return None
    if wanted is not None:
        return ClipSound(Path(wanted))
    return next((source.sound for source in reversed(sources) if source.sound is not None), None)


def _refuse_video_options(options: argparse.Namespace) -> None:
    for name, absent in VIDEO_ONLY.items():
        if getattr(options, name) != absent:
            given = f"{options.drive} is a take" if options.drive else f"{options.voice} is a voice"
            raise ConfigError(
                f"--{name.replace('_', '-')} needs a video of a face; {given}, which has no pictures"
            )


def _layers(options: argparse.Namespace, allowed: tuple[LayerName, ...]) -> tuple[LayerName, ...]:
    try:
        return layers_among(allowed)(options.layers or ",".join(allowed))
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f"--layers: {error}") from error


def _open_video(path: Path, options: argparse.Namespace) -> VideoSource:
    with ExitStack() as opened:
        video = opened.enter_context(VideoFile(path))
        face = _face(options, video)
        landmarker = opened.enter_context(load_landmarker(options.face_landmarker))
        source = VideoSource(video, landmarker, face, keeps_pictures=options.side_by_side)
        opened.pop_all()  # the source closes them
    return source


def _face(options: argparse.Namespace, video: VideoFile) -> FaceMessages:
    """Make the messages' source, with the neutral face that `--neutral` selects."""
    layers = _layers(options, FACE_LAYERS)
    profile = load_profile(options.profile)
    rest = None
    is_raw = options.raw_expression or options.neutral == "none"
    if options.neutral == "none":
        profile = without_learned_rest(profile)
    elif options.neutral == "median":
        with load_landmarker(options.face_landmarker) as landmarker:
            rest = median_rest(video, landmarker, profile)
        if rest is None:
            raise VideoError(f"no face can be found in {video.path}; nothing would move")
    return FaceMessages(
        profile,
        source=SOURCE,
        layers=layers,
        mirror=options.mirror,
        rest=rest,
        ttl_s=ttl_between(video.fps),
        correction=None if is_raw else FaceCorrection(rest=rest),
    )
