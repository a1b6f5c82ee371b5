"""Uses one optional feature as Omote would, in a process of its own, and prints a Finding as JSON.

python -m omote.checks.device_probe microphone

A broken driver or library can crash the process that loads it; `omote.checks.devices` then reports that. Nothing is
recorded, announced on the network, or changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

import msgspec

from omote.checks.finding import Finding
from protocol.errors import OmoteError

TOPIC: Final = "Devices"
_PLUG_IN: Final = "plug one in and ask again"


def microphone() -> Finding:
    """PortAudio's inputs."""
    from bridge.devices.sound import load_sounddevice

    devices = load_sounddevice().query_devices()
    names = [device["name"] for device in devices if device["max_input_channels"] > 0]
    return _listed("microphone", "PortAudio works", names, "a file can move the mouth too: --file speech.wav")


def midi() -> Finding:
    """The system's MIDI inputs."""
    from bridge.devices.midi import midi_inputs

    return _listed("MIDI", "MIDI works", midi_inputs(), _PLUG_IN)


def gamepad() -> Finding:
    """The game controller that SDL finds."""
    from bridge.devices.gamepad import SdlPads

    pads = SdlPads()
    try:
        return _listed("game controller", "SDL works", [pads.name] if pads.search() else [], _PLUG_IN)
    finally:
        pads.close()


def ndi() -> Finding:
    """NDI's own library, loaded."""
    import cyndilib

    version = cyndilib.get_ndi_version()
    return Finding(TOPIC, "ok", f"NDI works: {version.decode() if isinstance(version, bytes) else version}")


def virtual_camera() -> Finding:
    """One black frame to the virtual camera's driver."""
    import numpy as np

    from protocol.frames.frame_header import FrameHeader
    from runtime.publishers.virtual_camera import DEFAULT_FPS, VirtualCameraSender

    picture = np.zeros((480, 640, 4), np.uint8)
    header = FrameHeader(
        width=640, height=480, stride=picture.strides[0], frame_id=1, capture_time_ns=0, receive_time_ns=0,
        render_time_ns=0, session_id=1,
    )  # fmt: skip
    sender = VirtualCameraSender(DEFAULT_FPS, "#000000")
    try:
        sender.send(picture, header)
    finally:
        sender.close()
    return Finding(TOPIC, "ok", "virtual camera: its driver takes frames")


def tracking() -> Finding:
    """The face landmarker, loaded with its model and run on an empty picture."""
    import numpy as np

    from vision.errors import LandmarkerError
    from vision.landmarker import FaceLandmarker, find_face_landmarker

    try:
        model = find_face_landmarker(None, download=False)
    except LandmarkerError:
        import mediapipe  # fails where its libraries are missing

        return Finding(
            TOPIC,
            "hint",
            f"tracking: MediaPipe {mediapipe.__version__} can be loaded; its model is missing",
            "it is downloaded on first use; see Face landmarker below",
        )
    with FaceLandmarker(model, video=False, num_faces=1) as landmarker:
        landmarker.detect(np.zeros((64, 64, 3), np.uint8), None)
    return Finding(TOPIC, "ok", "tracking: MediaPipe and its model work")


#: Extra -> its probe. Each uses the code that the feature itself uses.
PROBES: Final[dict[str, Callable[[], Finding]]] = {
    "tracking": tracking,
    "microphone": microphone,
    "midi": midi,
    "gamepad": gamepad,
    "ndi": ndi,
    "virtual-camera": virtual_camera,
}


def probe(extra: str) -> Finding:
    """Run one probe; a failure becomes a hint with what to do."""
    try:
        return PROBES[extra]()
    except OmoteError as error:
        text, separator, advice = str(error).partition("; ")
        return Finding(TOPIC, "hint", f"{extra}: {text}", advice if separator else remedy(extra))
    except Exception as error:  # a library that is half installed, or a driver, can raise anything
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return Finding(TOPIC, "hint", f"{extra}: cannot be used: {reason}", remedy(extra))


def remedy(extra: str) -> str:
    """What most often helps on this system."""
    if extra == "virtual-camera":
        if sys.platform.startswith("linux"):
            return (
                "sudo apt-get install -y v4l2loopback-dkms && sudo modprobe v4l2loopback exclusive_caps=1, and close "
                "programs that write to it"
            )
        return "install OBS, start its virtual camera once, and close programs that write to it"
    if extra == "midi" and sys.platform.startswith("linux"):
        return "sudo modprobe snd-seq"
    if extra == "microphone" and sys.platform.startswith("linux"):
        return "sudo apt-get install -y libportaudio2"
    return f'pip install --force-reinstall "omote[{extra}]"'


def _listed(device: str, works: str, names: list[str], advice: str) -> Finding:
    """A finding about a list of devices, which may be empty."""
    if names:
        return Finding(TOPIC, "ok", f"{works}: {', '.join(names)}"[:300])
    return Finding(TOPIC, "hint", f"{works}, but no {device} is found", advice)


def main() -> int:
    """Print the finding about the extra that the command line names."""
    finding = probe(sys.argv[1])
    # On a line of its own: libraries print too.
    print("\n" + msgspec.json.encode(asdict(finding)).decode(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
