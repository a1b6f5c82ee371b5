"""`omote app`: the panel in a window of its own, with an icon in the tray; starts the runtime, or joins the one that runs.

omote app                         # closing the window keeps the face running; the icon's menu quits
omote app --on-close quit
omote app --in-browser --avatar me --fps 30
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import webbrowser
from contextlib import suppress
from typing import Any, Final

from omote.app.errors import NoWindowError
from omote.app.runtime_process import RuntimeProcess, running_panel
from omote.app.tray import open_tray
from omote.app.window import Window
from omote.commands.run import add_run_options, config_from
from protocol.errors import OmoteError
from runtime.avatars.shelf import Shelf

#: Signals that end the app and the runtime that it started.
STOPS: Final = (signal.SIGINT, signal.SIGTERM)
FAILED: Final = 1
UNUSABLE: Final = 2
#: In the user's folder of avatars: the app has been started before.
STARTED: Final = ".app-started"
#: The page's fragment that opens the dialog for a new avatar. Must match runtime/panel/panel.js.
MAKE: Final = "#make"
#: Options of this command, which `omote run` does not know.
OWN: Final = ("command", "in_browser", "on_close")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `app` and its options."""
    parser = subparsers.add_parser(
        "app",
        help="the panel in a window, with an icon in the tray",
        description="Open the panel in a window of its own. Starts the runtime, or joins the one that runs already.",
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "--on-close",
        choices=("tray", "quit"),
        default="tray",
        help="what closing the window does: the face goes on, with an icon in the tray, or everything ends (default: tray)",
    )
    parser.add_argument(
        "--in-browser", action="store_true", default=False, help="show the panel in the browser"
    )
    add_run_options(parser.add_argument_group("options of omote run"))


def run(args: argparse.Namespace) -> int:
    """Run until the user quits; returns 0, 1 if the runtime has failed, 2 if it could not start."""
    given = {name: value for name, value in vars(args).items() if name not in OWN}
    try:
        config = config_from(given)
    except OmoteError as error:
        return _refused(error)
    if config.ports.panel is None:
        return _refused("the window shows the panel; leave --no-panel out")
    url = running_panel(config.ports.panel) if config.ports.panel else ""
    process: RuntimeProcess | None = None
    # also where they were ignored, as a shell does for what it starts in the background
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOPS}
    try:
        if url:
            print(f"omote app: joins the runtime of {url}", flush=True)
        else:
            process = RuntimeProcess(run_arguments(sys.argv[1:]))
            url = process.panel_url()
            if not url:
                return UNUSABLE  # it has said why
            print(f"panel    {url}", flush=True)
        return _App(process, url + (MAKE if is_first_start() else "")).run(args)
    except KeyboardInterrupt:
        return 0
    finally:
        if process is not None:
            process.close()
        for number, handler in before.items():
            signal.signal(number, handler)


class _App:
    """The window, or the browser, and the icon, until the user quits or the runtime ends."""

    def __init__(self, process: RuntimeProcess | None, url: str) -> None:
        self._process = process
        self._url = url
        self._is_over = threading.Event()
        self._window: Window | None = None
        self._tray: Any = None

    def run(self, args: argparse.Namespace) -> int:
        self._tray = None if args.on_close == "quit" else open_tray(self._open, self._leave)
        if self._process is not None:
            threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()
        try:
            if args.in_browser or not self._show_window():
                self._show_browser(asked=args.in_browser)
        finally:
            if self._tray is not None:
                self._tray.stop()
        if self._process is None or self._process.is_running:
            return 0
        return FAILED if self._process.wait() else 0

    def _show_window(self) -> bool:
        """Show the window until it is closed for good; False = there can be none."""
        folder = Shelf().user
        window = Window(self._url, hides=self._tray is not None, storage=folder / ".app-window")

        def ready() -> None:
            self._window = window
            if self._is_over.is_set():
                window.leave()

        try:
            window.run(ready)
        except NoWindowError as error:
            print(f"omote app: the panel opens in your browser, because {error}", flush=True)
            return False
        finally:
            self._window = None  # it is gone: nothing can show or close it any more
        return True

    def _show_browser(self, *, asked: bool) -> None:
        """Open the browser, and wait until the user quits."""
        if not webbrowser.open(self._url):
            print(f"omote app: no browser was found; open {self._url}", flush=True)
        print("Ctrl-C stops." if self._tray is None else "Ctrl-C, or Quit in the tray, stops.", flush=True)
        while not self._is_over.wait(0.5):  # with a time-out, so that Windows hears Ctrl-C
            pass

    def _open(self) -> None:
        window = self._window
        if window is not None:
            window.show()
        else:
            webbrowser.open(self._url.removesuffix(MAKE))

    def _leave(self) -> None:
        self._is_over.set()
        window = self._window
        if window is not None:
            window.leave()

    def _watch(self, process: RuntimeProcess) -> None:
        """A runtime that has ended takes the window with it."""
        process.wait()
        self._leave()


def is_first_start() -> bool:
    """Whether this user has no avatar yet, and has not seen the app before; true once."""
    shelf = Shelf()
    mark = shelf.user / STARTED
    if mark.exists():
        return False
    is_first = not shelf.own()
    with suppress(OSError):  # then it is asked again the next time
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return is_first


def run_arguments(words: list[str]) -> list[str]:
    """The options of `omote run` among the words of `omote app`: all but the command and its own options."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--on-close")
    parser.add_argument("--in-browser", action="store_true")
    rest = parser.parse_known_args(words)[1]
    return rest[1:] if rest[:1] == ["app"] else rest


def _refused(reason: object) -> int:
    print(f"omote app: {reason}", file=sys.stderr)
    return UNUSABLE
