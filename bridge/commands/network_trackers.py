"""The sub-commands of all network trackers, as one table.

omote-bridge vmc
omote-bridge livelink --bind 0.0.0.0 --mirror
omote-bridge ifacialmocap --phone 192.168.1.20 --bind 0.0.0.0
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from bridge.commands.hub_run import HubPlan, add_hub_options, run_hub
from bridge.commands.options import Subparsers, add_driver_options
from bridge.ports.hub import NetworkTracker
from bridge.sending.source_messages import DRIVEN_LAYERS


@dataclass(frozen=True, slots=True)
class TrackerCommand:
    """One tracker's sub-command.

    Attributes:
        name: of the sub-command and of the tracker.
        class_path: "module:Class" of the tracker, imported when it is used.
        help: the sending programs, for the list of commands.
        setup: what to do in the sending program, for the command's own help.
        arguments: which of --phone and --port the class takes.
        is_phone: whether the sender usually is a phone.
        needs_phone: whether the sender sends nothing unless we ask it to.
        tcp_class_path: the same for --tcp; "" = UDP only.
        is_announced: whether --announce can tell the senders by OSCQuery where we listen.
    """

    name: str
    class_path: str
    help: str
    setup: str
    arguments: tuple[str, ...] = ()
    is_phone: bool = False
    needs_phone: bool = False
    tcp_class_path: str = ""
    is_announced: bool = False

    @property
    def example(self) -> str:
        """An example command line."""
        options = " --phone 192.168.1.20" if "phone" in self.arguments else ""
        return f"omote-bridge {self.name}{options}{' --bind 0.0.0.0' if self.is_phone else ''}"

    @property
    def is_installed(self) -> bool:
        """Whether its module is installed."""
        return find_spec(self.class_path.partition(":")[0]) is not None

    def make(self, *, phone: str | None = None, port: int | None = None, tcp: bool = False) -> NetworkTracker:
        """Create the tracker.

        Args:
            phone: the phone to ask for frames; None waits for frames that are sent unasked.
            port: the port that will be listened on; None = the tracker's usual one.
            tcp: receive over TCP instead of UDP.
        """
        module, _, name = (self.tcp_class_path if tcp else self.class_path).partition(":")
        given: dict[str, Any] = {}
        if "phone" in self.arguments:
            given["phone"] = phone
        if "port" in self.arguments and port is not None:
            given["port"] = port
        tracker: NetworkTracker = getattr(import_module(module), name)(**given)
        return tracker


TRACKERS: Final = (
    TrackerCommand(
        "vmc",
        "bridge.trackers.vmc:VmcTracker",
        "anything that sends VMC (VSeeFace, Waidayo, VMagicMirror, XR Animator, ...)",
        "The runtime itself receives VMC on port 39539, without this command. Use this for a calibration of your "
        "own, for --mirror, or for programs that send to 39540; set the sender to this port.",
    ),
    TrackerCommand(
        "ifacialmocap",
        "bridge.trackers.ifacialmocap:IFacialMocapTracker",
        "iFacialMocap on an iPhone, or its program on a PC",
        "Open the app on the phone and name the phone's address with --phone; or enter this computer's address "
        "in the app and omit --phone.",
        arguments=("phone",),
        is_phone=True,
        tcp_class_path="bridge.trackers.ifacialmocap_stream:IFacialMocapStreamTracker",
    ),
    TrackerCommand(
        "facemotion3d",
        "bridge.trackers.facemotion3d:Facemotion3DTracker",
        "Facemotion3D on an iPhone",
        "Open the app on the phone, choose to stream to other programs, and name the phone with --phone.",
        arguments=("phone",),
        is_phone=True,
    ),
    TrackerCommand(
        "vts-phone",
        "bridge.trackers.vts_phone:VtsPhoneTracker",
        "VTube Studio on an iPhone, without VTube Studio on the PC",
        'In the app switch on "3rd Party PC Clients" and name the phone\'s address with --phone. Its eight '
        "buttons hold one of the eight emotions each.",
        arguments=("phone", "port"),
        is_phone=True,
        needs_phone=True,
    ),
    TrackerCommand(
        "meowface",
        "bridge.trackers.meowface:MeowFaceTracker",
        "MeowFace on an Android phone",
        "Enter this computer's address and port 12345 in the app.",
        is_phone=True,
    ),
    TrackerCommand(
        "livelink",
        "bridge.trackers.livelink:LiveLinkTracker",
        "Live Link Face on an iPhone, in its ARKit mode, and programs that send the same format",
        "In the app choose Live Link (ARKit), and add this computer's address with port 11111 as a target.",
        is_phone=True,
    ),
    TrackerCommand(
        "openseeface",
        "bridge.trackers.openseeface:OpenSeeFaceTracker",
        "OpenSeeFace's facetracker, also the one inside VSeeFace",
        "Start it with: facetracker --ip 127.0.0.1 --port 11573",
    ),
    TrackerCommand(
        "vrcft",
        "bridge.trackers.vrcft:VrcftTracker",
        "VRCFaceTracking: headsets with face tracking",
        "Close VRChat, whose port 9000 this uses, and start VRCFaceTracking; it is asked for every parameter. "
        "If it still waits for VRChat, add --announce.",
        is_announced=True,
    ),
    TrackerCommand(
        "facecap",
        "bridge.trackers.facecap:FaceCapTracker",
        "Face Cap on an iPhone",
        "In the app choose Live mode, and enter this computer's address and the port.",
        is_phone=True,
    ),
    TrackerCommand(
        "audio2face",
        "bridge.trackers.audio2face:Audio2FaceTracker",
        "NVIDIA Audio2Face's Live Link stream, over TCP",
        "In Audio2Face let the Stream Livelink node send ARKit blendshapes to this computer, port 12030.",
    ),
)


def add_parser(subparsers: Subparsers) -> None:
    """Add a sub-command for every tracker that is installed."""
    for tracker in TRACKERS:
        if not tracker.is_installed:
            continue
        parser = subparsers.add_parser(
            tracker.name,
            help=tracker.help,
            description=f"Receive faces from {tracker.help}. {tracker.setup}",
            epilog=f"example: {tracker.example}",
        )
        if "phone" in tracker.arguments:
            parser.add_argument(
                "--phone",
                metavar="HOST",
                required=tracker.needs_phone,
                help="the phone's address, to ask it for frames",
            )
        if tracker.tcp_class_path:
            parser.add_argument(
                "--tcp", action="store_true", help="let the phone send over TCP: slower, but without losses"
            )
        if tracker.is_announced:
            parser.add_argument(
                "--announce",
                action="store_true",
                help="announce by OSCQuery, as VRChat does, that an avatar listens on this computer; needs "
                "omote[vrcft], and uses multicast DNS on all of this computer's networks",
            )
        parser.add_argument(
            "--port",
            type=int,
            action="append",
            metavar="N",
            help="listen on this port instead of the usual one; may be given more than once",
        )
        add_hub_options(parser)
        add_driver_options(parser, layers=DRIVEN_LAYERS)


def plan_of(options: argparse.Namespace) -> HubPlan:
    """Plan to listen for a sub-command's tracker, as its options say."""
    (command,) = (tracker for tracker in TRACKERS if tracker.name == options.command)
    phone = getattr(options, "phone", None)
    tracker = command.make(
        phone=phone, port=options.port[0] if options.port else None, tcp=getattr(options, "tcp", False)
    )
    return HubPlan(
        trackers=(tracker,),
        ports={command.name: tuple(options.port)} if options.port else {},
        phone=phone,
        is_phone=command.is_phone,
    )


@contextmanager
def announced(options: argparse.Namespace) -> Iterator[None]:
    """Context in which senders that look for VRChat find the bridge, if the options ask for it."""
    if not getattr(options, "announce", False):
        yield
        return
    from bridge.ports.oscquery import VRCHAT_PORT, OscQueryService

    with OscQueryService(options.port[0] if options.port else VRCHAT_PORT, interfaces=None):
        yield


def run(options: argparse.Namespace) -> int:
    """Listen until stopped; return the exit code."""
    with announced(options):
        return run_hub(options, plan_of(options))
