"""`omote-bridge browser`: tracks the face before the camera of a phone or another computer, in its browser."""

from __future__ import annotations

import argparse
import threading
from typing import Final

from bridge.commands.console import say
from bridge.commands.options import Subparsers
from bridge.commands.picture_run import add_picture_options, run_picture_tracker
from bridge.devices.browser_camera import BrowserCamera
from bridge.devices.own_certificate import certificate_folder, fingerprint, now_utc, own_context
from bridge.devices.page_secret import PORT, page_secret
from bridge.errors import BridgeError
from bridge.ports.own_addresses import own_addresses
from bridge.trackers.picture_tracker import PictureTracker
from vision.native_logs import quiet_native_libraries

_LOCAL: Final = "127.0.0.1"


def add_parser(subparsers: Subparsers) -> None:
    """Add `browser` to the command line."""
    parser = subparsers.add_parser(
        "browser",
        help="a face in front of a phone's camera, or another computer's: a web page, nothing to install there",
        description="Open a web page on a phone or another computer in your network: its camera then tracks your face. The "
        "pictures go to this computer only, encrypted. Look straight ahead, at rest, for the first second.",
        epilog="example: omote-bridge browser --mirror",
    )
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"of the page (default {PORT}); 0 = any free"
    )
    parser.add_argument(
        "--here",
        action="store_true",
        help="for browsers on this computer only, without encryption and its warning",
    )
    add_picture_options(parser)


def run(options: argparse.Namespace) -> int:
    """Track until stopped; return the exit code.

    Raises:
        BridgeError: there is no HTTPS here, no network, or the port is in use.
    """
    if not 0 <= options.port <= 65535:
        raise BridgeError(f"--port {options.port} is no port; expected 0 to 65535")
    quiet_native_libraries()
    # Imported after the command line is parsed: loading MediaPipe takes seconds.
    from bridge.commands.picture_run import face_observer
    from bridge.trackers.browser import BrowserTracker

    def open_tracker(stop: threading.Event) -> PictureTracker:
        camera = _open_camera(options)
        try:
            observer = face_observer(options)
        except BaseException:
            camera.close()
            raise
        return BrowserTracker(camera, observer, stop=stop)

    return run_picture_tracker(options, open_tracker)


def _open_camera(options: argparse.Namespace) -> BrowserCamera:
    """Start the page, and say where it is."""
    folder = certificate_folder()
    secret = page_secret(folder)
    if options.here:
        camera = BrowserCamera((_LOCAL, options.port), secret)
        say(f"open http://localhost:{camera.port}{camera.path} in a browser on this computer")
        return camera
    addresses = own_addresses()
    if not addresses:
        raise BridgeError(
            "this computer is in no network, so that no phone reaches it; join one, or use a browser here: --here"
        )
    context = own_context(folder, addresses, now_utc())
    camera = BrowserCamera(("0.0.0.0", options.port), secret, context=context)
    first, *others = (f"https://{address}:{camera.port}{camera.path}" for address in addresses)
    say(f"open this address on the phone, in the same network: {first}")
    for line in code_lines(first):
        say(line)
    for other in others:
        say(f"or, by another network: {other}")
    say(
        "the browser warns, because this computer has made its certificate itself: choose Advanced (on an iPhone: Show "
        f"Details) and go on. Its SHA-256 begins with {fingerprint(folder)[:23]}"
    )
    return camera


def code_lines(address: str) -> list[str]:
    """A QR code of an address for the terminal, a line of half blocks for two rows of modules; [] without segno."""
    try:
        import segno
    except ImportError:
        return ["(for a code to scan: pip install 'omote[browser]')"]
    rows = [
        [bool(module) for module in row]
        for row in segno.make(address, error="l", micro=False).matrix_iter(border=2)
    ]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    # light modules are drawn, dark ones left: terminals are mostly dark
    marks = {(False, False): "\u2588", (False, True): "\u2580", (True, False): "\u2584", (True, True): " "}
    return [
        "".join(marks[above, below] for above, below in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
