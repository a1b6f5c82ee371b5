"""`omote-bridge voice`: a recorded voice, or one that another program sends, moves the mouth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.commands.console import say
from bridge.commands.device_run import add_device_options, run_device
from bridge.commands.microphone import TAIL_S, add_mouth_options
from bridge.commands.options import Subparsers, add_told_options
from bridge.devices.mouths import Mouth, open_mouth
from bridge.errors import SoundError

if TYPE_CHECKING:
    from bridge.devices.sound import Sound
    from bridge.devices.voice_mouth import VoiceMouth
    from bridge.voice.mark_track import MarkTrack

#: Longest --buffer.
MOST_BUFFER_MS: Final = 2000
BUFFER_MS: Final = 60


def add_parser(subparsers: Subparsers) -> None:
    """Add `voice` to the command line."""
    parser = subparsers.add_parser(
        "voice",
        help="a recorded voice, or a game's or a speech synthesizer's, moves the mouth",
        description="Let a recorded voice move the mouth, or one that another program sends over ZeroMQ as it speaks: a "
        "game, a speech synthesizer, a language model. Where the program knows the times of visemes or phonemes, the "
        "mouth follows those. docs/voice.md has examples, docs/protocol.md the messages.",
        epilog="example: omote-bridge voice --listen tcp://127.0.0.1:5580",
    )
    parser.add_argument(
        "recording",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="a recorded voice: wav, mp3, m4a, ogg, flac, or a video",
    )
    parser.add_argument(
        "--listen",
        metavar="ADDRESS",
        help="where other programs send sound, such as tcp://127.0.0.1:5580",
    )
    parser.add_argument(
        "--buffer",
        type=int,
        default=BUFFER_MS,
        metavar="MS",
        help="how long sound that comes from outside waits, so that the next piece may be late (default %(default)s)",
    )
    add_told_options(parser)
    add_mouth_options(parser)
    add_device_options(parser)


def run(options: argparse.Namespace) -> int:
    """Drive until stopped or the file ends; return the exit code.

    Raises:
        SoundError: the options do not suit each other, or a file or an address cannot be used.
        InferenceError: the network is asked for and cannot run here.
    """
    _check(options)
    source = options.source or "voice"
    if options.listen is None:
        return _play(options, source)
    return _listen(options, source)


def _play(options: argparse.Namespace, source: str) -> int:
    from bridge.devices.sound import FileSound
    from bridge.voice.told_sounds import ToldSounds

    told = ToldSounds.of_options(options.visemes, options.text, options.language)
    sound = FileSound(options.recording, tail_s=TAIL_S)
    track = None
    if told is not None:
        track = told.track(sound.samples, sound.rate)
        for line in told.remarks:
            say(line)
    mouth = open_mouth(sound.rate, options.lips, look_ahead_s=options.look_ahead / 1000)
    # lips of sounds whose times are known are not late
    delay_s = mouth.latency_s if track is None else 0.0
    return run_device(options, _mouth(options, sound, mouth, source, track, delay_s=delay_s))


def _listen(options: argparse.Namespace, source: str) -> int:
    from bridge.voice.sound_port import SoundPort

    with SoundPort(options.listen, delay_s=options.buffer / 1000) as port:
        mouth = open_mouth(port.rate, options.lips, look_ahead_s=options.look_ahead / 1000)
        port.lead_s = mouth.latency_s
        say(f"{source}: listening at {port.address}")
        return run_device(options, _mouth(options, port, mouth, source, port.track, delay_s=mouth.latency_s))


def _mouth(
    options: argparse.Namespace,
    sound: Sound,
    mouth: Mouth,
    source: str,
    track: MarkTrack | None,
    *,
    delay_s: float,
) -> VoiceMouth:
    """A mouth whose lips follow the sound by `delay_s`."""
    from bridge.devices.voice_mouth import VoiceMouth

    return VoiceMouth(
        sound,
        source=source,
        mouth=mouth,
        moves_head=options.head,
        tells_mood=options.emotion,
        track=track,
        sound_delay_s=delay_s if options.send_sound else None,
    )


def _check(options: argparse.Namespace) -> None:
    """Refuse options that have no meaning together.

    Raises:
        SoundError: they have none.
    """
    if (options.recording is None) == (options.listen is None):
        raise SoundError(
            "give either a recorded voice, such as talk.mp3, or --listen tcp://127.0.0.1:5580 for sound that another "
            "program sends"
        )
    if options.listen is not None and (options.visemes or options.text):
        raise SoundError(
            "--visemes and --text belong to a recording; with --listen marks come as messages (docs/protocol.md)"
        )
    if not 0 <= options.buffer <= MOST_BUFFER_MS:
        raise SoundError(f"--buffer {options.buffer}, expected 0 to {MOST_BUFFER_MS} ms")
