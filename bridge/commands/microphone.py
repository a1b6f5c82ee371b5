"""`omote-bridge microphone`: lip-sync, a voice moves the mouth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from bridge.commands.device_run import add_device_options, run_device
from bridge.commands.options import Subparsers
from bridge.devices.mouths import KINDS, LOOK_AHEADS_MS, open_mouth

#: Silence behind a file, in which the mouth shuts.
TAIL_S: Final = 0.4


def add_parser(subparsers: Subparsers) -> None:
    """Add `microphone` to the command line."""
    parser = subparsers.add_parser(
        "microphone",
        help="a voice moves the mouth",
        description="Let a voice move the mouth, in any language: a small network hears the sounds of speech, and "
        "lips, jaw and tongue do what they need. Without ONNX Runtime, five vowels are told apart by their formants. "
        "No words are recognised, and nothing is recorded.",
        epilog="example: omote-bridge microphone --file speech.wav",
    )
    parser.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="a sound file instead of a microphone: wav, mp3, m4a, ogg, flac, or a video",
    )
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="part of the microphone's name, or its number; loopback = what this machine plays",
    )
    add_mouth_options(parser)
    parser.add_argument("--list", action="store_true", help="only list the sound devices")
    add_device_options(parser)


def add_mouth_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command in which a voice moves the mouth."""
    parser.add_argument(
        "--lips",
        choices=KINDS,
        default="auto",
        help="what hears the voice: the network, five vowels by their formants, or auto: the network where it can run "
        "(default %(default)s)",
    )
    parser.add_argument(
        "--look-ahead",
        type=int,
        choices=LOOK_AHEADS_MS,
        default=40,
        metavar="MS",
        help="the network's lips follow the sound by 0, 40 or 75 ms; the later, the surer (default %(default)s)",
    )
    parser.add_argument(
        "--head",
        action="store_true",
        help="head, brows and lids move with the voice as well, wherever nothing else moves them",
    )
    parser.add_argument(
        "--emotion",
        action="store_true",
        help="an excited or a tired voice shows in the face a little, wherever no other emotion is set",
    )
    parser.add_argument(
        "--send-sound",
        action="store_true",
        help="the sound goes to the runtime as well, and leaves with its lips on the outputs that carry sound (NDI)",
    )


def run(options: argparse.Namespace) -> int:
    """List, or drive until stopped or the file ends; return the exit code."""
    from bridge.devices.microphone_sound import MicrophoneSound
    from bridge.devices.sound import FileSound, Sound, load_sounddevice
    from bridge.devices.voice_mouth import VoiceMouth

    if options.list:
        print(load_sounddevice().query_devices() or "no sound devices; plug a microphone in")
        return 0
    sound: Sound = FileSound(options.file, tail_s=TAIL_S) if options.file else MicrophoneSound(options.device)
    mouth = open_mouth(sound.rate, options.lips, look_ahead_s=options.look_ahead / 1000)
    source = options.source or "microphone"
    return run_device(
        options,
        VoiceMouth(
            sound,
            source=source,
            mouth=mouth,
            moves_head=options.head,
            tells_mood=options.emotion,
            sound_delay_s=mouth.latency_s if options.send_sound else None,
        ),
    )
