"""`omote-bridge midi`: a MIDI controller's keys and knobs."""

from __future__ import annotations

import argparse

from bridge.commands.device_run import add_binding_options, add_device_options, learn_device, run_device
from bridge.commands.options import Subparsers
from bridge.devices.bindings import load_bindings
from terminal.old_option import add_old_option


def add_parser(subparsers: Subparsers) -> None:
    """Add `midi` to the command line."""
    parser = subparsers.add_parser(
        "midi",
        help="a MIDI controller: keys hold emotions, knobs move channels",
        description="Let a MIDI controller drive: its pads hold emotions, its wheels and knobs move the head.",
        epilog="example: omote-bridge midi --device nanoKONTROL --map my_midi.toml",
    )
    parser.add_argument("--device", metavar="NAME", help="part of the input's name (default: the first one)")
    add_old_option(parser, "--port", "--device")
    parser.add_argument("--list", action="store_true", help="only list the inputs")
    add_binding_options(parser)
    add_device_options(parser)


def run(options: argparse.Namespace) -> int:
    """List, learn, or drive until stopped; return the exit code."""
    bindings = load_bindings(options.map, "midi")
    from bridge.devices.midi import MidiController, midi_inputs, open_midi_input

    if options.list:
        names = midi_inputs()
        print("\n".join(names) if names else "no MIDI inputs; plug a controller in")
        return 0
    controller = MidiController(open_midi_input(options.device), bindings, source=options.source or "midi")
    return learn_device(controller) if options.learn else run_device(options, controller)
