"""One name for one thing: all options of the five programs, and what each means."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

import pytest

import bridge.__main__ as bridge_program
import measure.__main__ as measure_program
import omote.__main__ as omote_program
import studio.__main__ as studio_program
import training.__main__ as training_program
from measure.commands.alignment import alignment_parser
from measure.commands.closures import closures_parser
from measure.commands.mattes import mattes_parser
from measure.commands.portraits import portraits_parser
from measure.commands.real import real_parser
from measure.commands.shape import shape_parser
from measure.commands.tracker import tracker_parser
from measure.commands.tracker_avatar import avatar_parser
from measure.commands.tracker_calibration import calibration_parser
from measure.commands.tracker_clips import clips_parser
from measure.commands.tracker_leaks import leaks_parser
from measure.commands.voice import voice_parser

#: Option -> what it means, wherever it is. An option that means the same as another one must have the other's name.
MEANINGS = {
    "--add": "what an existing file says about other trackers is kept",
    "--against": "another program that is measured on the same files",
    "--allow": "a host that may send datagrams to the bridge",
    "--allow-origin": "a web site whose pages may connect",
    "--allow-other-users": "programs of other users of this machine may connect",
    "--announce": "announce by OSCQuery",
    "--approve": "how a new plugin is approved",
    "--at": "the moment of a clip that becomes the portrait",
    "--at-rest": "the portrait shows no expression",
    "--avatar": "the avatar that is shown, by its name",
    "--avatars": "the avatars there are: a folder of them, or those that are served",
    "--background": "what is behind the face",
    "--batch": "pictures in a batch",
    "--batches": "number of batches",
    "--beacon-port": "the port of the announcement of the VTube Studio API",
    "--begin-with": "the network whose weights are the first ones",
    "--bind": "the address of this machine to listen on",
    "--buffer": "how long sound from outside waits for the next piece",
    "--cameras": "cameras for each moment",
    "--check": "files are read and compared with known checksums",
    "--chunk": "frames that see each other",
    "--clip": "how many pairs are consecutive frames",
    "--clips": "which expression clips VMC gets",
    "--codec": "what is between pixels and tokens",
    "--compact": "a smaller avatar with losses",
    "--cpus": "cores that are set aside for a face",
    "--cpu-share": "the largest share of a frame where the CPU runs the network",
    "--config": "the settings: a file that is read, or a network's size",
    "--control-port": "the runtime's port for control messages",
    "--count": "how many samples are made",
    "--data": "what is learnt from",
    "--device": "which device: camera, microphone, MIDI input; what computes",
    "--devices": "graphics cards of the workers",
    "--directory-port": "the port of a fleet's directory",
    "--drawn": "the cache of drawn samples",
    "--drive": "the file that moves the face",
    "--emotion": "the emotion of the face",
    "--emotion-composite": "what adds the wanted emotion",
    "--emotion-filter": "what takes the tracked emotion away",
    "--emotion-weight": "the share of the emotion",
    "--engine": "what draws",
    "--engines": "each engine is timed",
    "--eyes": "the file that moves the eyes",
    "--face": "which of several faces of a portrait",
    "--face-landmarker": "MediaPipe's model",
    "--faces-of": "pairs of which only the face counts",
    "--file": "a sound file in place of a microphone",
    "--finder": "what says where the face is that a network reads",
    "--first": "the number of the first batch",
    "--fit-minutes": "how long a network is fitted to the person of a clip",
    "--fit": "where a fitted correction is written",
    "--folder": "the folder of shared memory",
    "--form": "the run of the form network",
    "--for": "how long sent values hold",
    "--force": "an existing file or folder is replaced",
    "--fps": "frames a second",
    "--frames": "frames of each measured clip",
    "--freeze": "the moment of a clip at which the face stays",
    "--from": "where it begins: an address or a time to read from, the beginning of a flow",
    "--guidance": "how far a picture moves away from one without conditions",
    "--guidance-schedule": "how guidance changes over the steps of a picture",
    "--half": "weights are stored as float16",
    "--head": "head, brows and lids move with a voice",
    "--held-out": "what a trained network is judged by",
    "--here": "for browsers on this computer only",
    "--host": "the runtime's machine",
    "--heads": "the folder of heads that skin is learned from",
    "--ict": "ICT-FaceKit's arrays",
    "--leave-out": "whose recordings are not learned from",
    "--gpus": "the share of a graphics card that is set aside for a face",
    "--gpu-share": "the largest share of a frame where a GPU runs the network",
    "--hours": "hours of training, for the model card",
    "--identities": "how many identities there are",
    "--identity": "which identity",
    "--in-browser": "the panel opens in the browser",
    "--info": "a file is only described",
    "--init": "write a settings file",
    "--json": "output for programs",
    "--judges": "networks from outside that judge pictures",
    "--key": "the key of this client",
    "--keys": "the folder of keys",
    "--landmarks": "a file of landmarks",
    "--layers": "which layers are driven",
    "--learn": "controls are named instead of sent",
    "--list": "devices are only listed",
    "--listen": "where other programs send sound",
    "--lips": "what hears a voice for the lips",
    "--look-ahead": "how late the lips follow a voice, ms",
    "--look": "the seed of a person's looks",
    "--loop": "start again at the end",
    "--look-twice": "the tracker's network reads each picture in a mirror as well",
    "--map": "which control moves what",
    "--methods": "what is compared",
    "--made-from": "the share of a clip that avatars are made from",
    "--matte": "how the person is cut out of a portrait",
    "--minutes": "training time",
    "--movers": "synthetic people to learn motion from",
    "--mirror": "left and right change places",
    "--mode": "set or add",
    "--model": "the folder of a network",
    "--moments": "moments of clips that people have looked at",
    "--most": "frames of a clip that are compared",
    "--motions": "moments of each person",
    "--name": "an avatar's name for people",
    "--neutral": "how the neutral face of a clip is chosen",
    "--new": "a new token",
    "--gaze": "the file that moves the gaze",
    "--mouth": "the file that moves the mouth",
    "--on-close": "what closing the window does",
    "--only": "which parts of a face move",
    "--portraits": "avatars of each photograph",
    "--pose": "the file that moves the head",
    "--node": "the machine of a cluster where a face goes",
    "--no-panel": "the panel is not served",
    "--opaque": "a portrait over its background",
    "--openseeface": "a checkout of OpenSeeFace, which is measured besides",
    "--orbit": "the camera goes round the face",
    "--osc-allow": "machines that may send OSC and VMC to the runtime",
    "--osc-port": "the runtime's OSC port",
    "--output": "the file or folder that is written",
    "--page": "the page whose tables are written",
    "--pairs": "where a few measurements are written",
    "--paint-from": "what an avatar of a clip is painted from",
    "--panel-hosts": "host names of the panel",
    "--panel-port": "the panel's port",
    "--patch": "pixels of a token's side",
    "--people": "how many people training data are made of",
    "--performance": "motion while no driver is connected",
    "--photographs": "pairs of photographs",
    "--phone": "the phone that is asked for frames",
    "--page-port": "the port of a fleet's page",
    "--port": "the port that a tracker or plugin sends to",
    "--preview": "show what is measured",
    "--preview-port": "the preview's port",
    "--priority": "priority of the driver",
    "--probes": "trained probes",
    "--profile": "a calibration",
    "--protocol": "which measurements",
    "--providers": "what runs neural networks",
    "--publish": "the outputs that are opened",
    "--publish-port": "the runtime's port for frames",
    "--publisher": "the output that is read",
    "--rate": "learning rate",
    "--raw-expression": "coefficients without correction",
    "--ray": "the Ray cluster that shares the work",
    "--record": "a take that is written besides",
    "--recorded": "a folder of recorded performances to learn from",
    "--request-port": "the runtime's port for commands",
    "--regions": "the run of the regions' networks",
    "--rest": "what a driver at rest shows",
    "--resume": "continue an unfinished data set or run",
    "--right-first": "the order of Live Link's channels",
    "--rollout": "steps by which a network makes its own past",
    "--save": "the newest frame is written besides",
    "--seconds": "duration of the output",
    "--seed": "the seed of all random choices",
    "--sequence": "frames of each moment",
    "--show": "print the settings",
    "--side-by-side": "the driving video beside the face",
    "--size": "side of the picture",
    "--sound": "the sound of a written video",
    "--source": "the driver's name in the runtime",
    "--source-prefix": "what is put before drivers' names",
    "--speed": "how much faster",
    "--split": "which people are drawn",
    "--steps": "how many steps: of a training, or of the flow that draws a picture",
    "--stream": "the name of the stream of frames",
    "--strict": "a failure of an output stops the runtime",
    "--style": "how faces are drawn",
    "--subject": "the subject's name in Live Link",
    "--takes": "the folder of takes",
    "--tar": "samples go to standard output",
    "--tcp": "TCP in place of UDP",
    "--threads": "threads of the processor",
    "--to": "the address that is sent to",
    "--to-avatar": "the face that is sent to, by its name",
    "--together": "faces are placed on few machines",
    "--tokens": "the allowed plugins",
    "--trial": "the network is a trial",
    "--tracker": "what measures the face in pictures",
    "--trackers": "which trackers are measured",
    "--trained-on": "the data of a training in words, for the model card",
    "--ttl": "time to live of a message",
    "--version": "the version of Omote",
    "--view": "where the cameras are",
    "--vmc-port": "the runtime's VMC port",
    "--voice": "a recorded voice that moves the mouth",
    "--voices": "which recordings are measured, by their voice's name",
    "--watch": "repeat once a second",
    "--weight": "the driver's share",
    "--weights": "the folder of networks of others",
    "--window": "how many chunks a frame sees",
    "--without": "what an ablation leaves out",
    "--without-paint": "the network bends and relights and paints nothing",
    "--workers": "processes that do the work",
    "--zeromq-encoding": "how frames are compressed for ZeroMQ",
    "--visemes": "visemes or phonemes of a recording with their times",
    "--language": "the language of a text",
    "--send-sound": "the sound goes to the runtime as well as its lips",
    "--text": "what is said in a recording",
}
#: Former names, which still work: the command with what it needs besides, the old option, the new one, a value.
OLD = [
    ("omote send pose yaw=0", "--port", "--control-port", "5"),
    ("omote keys add laptop", "--out", "--output", "x"),
    ("omote-bridge webcam", "--camera", "--device", "1"),
    ("omote-bridge midi", "--port", "--device", "nano"),
    ("omote-bridge calibrate", "--replace", "--force", None),
    ("omote-studio render --count 2", "--out", "--output", "x"),
    ("omote-studio video -o x", "--driver", "--drive", "take.mcap"),
    ("omote-measure tracker -o x", "--people", "--count", "7"),
]


def whole_parser(program: str) -> argparse.ArgumentParser:
    """A program with all its commands."""
    if program == "omote-bridge":
        return bridge_program.build_parser()
    commands = {
        "omote": omote_program.COMMANDS,
        "omote-studio": studio_program.COMMANDS,
        "omote-train": training_program.COMMANDS,
    }[program]
    parser = argparse.ArgumentParser(program)
    subparsers = parser.add_subparsers(required=True)
    for module in dict.fromkeys(commands.values()):
        import_module(module).add_parser(subparsers)
    return parser


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Command -> its parser."""
    found = {
        "omote-measure": measure_program.measure_parser(),
        "omote-measure train-probes": measure_program.train_parser(),
        "omote-measure tracker": tracker_parser("tracker"),
        "omote-measure tracker-clips": clips_parser("tracker-clips"),
        "omote-measure tracker-calibration": calibration_parser("tracker-calibration"),
        "omote-measure tracker-avatar": avatar_parser("tracker-avatar"),
        "omote-measure tracker-leaks": leaks_parser("tracker-leaks"),
        "omote-measure alignment": alignment_parser("alignment"),
        "omote-measure shape": shape_parser("shape"),
        "omote-measure mattes": mattes_parser("mattes"),
        "omote-measure voice": voice_parser("voice"),
        "omote-measure closures": closures_parser("closures"),
        "omote-measure real": real_parser("real"),
        "omote-measure portraits": portraits_parser("portraits"),
    }
    for program in ("omote", "omote-bridge", "omote-studio", "omote-train"):
        found |= dict(commands_of(whole_parser(program), program))
    return found


def commands_of(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from commands_of(below, f"{name} {word}")


PARSERS = parsers()


def options_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if action.option_strings and "--help" not in action.option_strings:
            yield action


def test_every_option_has_one_meaning_and_no_meaning_has_two_names() -> None:
    used = {action.option_strings[-1] for parser in PARSERS.values() for action in options_of(parser)}
    assert used - set(MEANINGS) == set(), "say what it means; if another option means the same, take its name"
    assert set(MEANINGS) - used <= {"--version"}
    assert len(set(MEANINGS.values())) == len(MEANINGS)


def test_one_letter_always_means_the_same_option() -> None:
    short = {
        (action.option_strings[0], action.option_strings[-1])
        for parser in PARSERS.values()
        for action in options_of(parser)
        if len(action.option_strings) > 1
    }
    assert short == {("-o", "--output")}


def test_every_output_can_be_named_with_o() -> None:
    for name, parser in PARSERS.items():
        for action in options_of(parser):
            if "--output" in action.option_strings:
                assert action.option_strings == ["-o", "--output"], name


@pytest.mark.parametrize(("command", "old", "new", "value"), OLD)
def test_an_old_name_works_and_says_the_new_one(
    command: str, old: str, new: str, value: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *words = command.split()
    rest = ["video"] if "calibrate" in words else []
    given = [] if value is None else [value]
    if program == "omote-measure":
        parser, words = PARSERS["omote-measure tracker"], words[1:]
    else:
        parser = whole_parser(program)
    options = [vars(parser.parse_args([*words, name, *given, *rest])) for name in (new, old)]
    assert options[0] == options[1]
    assert capsys.readouterr().err == f"note: {old} is called {new} now\n"
    assert not any(
        old in PARSERS[name]._option_string_actions for name in PARSERS if command.startswith(name + " ")
    )
