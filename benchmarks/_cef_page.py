"""A page in the Chromium Embedded Framework, drawn off screen as OBS's browser source draws it.

    python -m benchmarks._cef_page URL SIDE FPS FILE

Writes "NUMBER UNIX_NS" for every painted picture that has another number of `benchmarks.obs.draw_number`; ends when its
standard input is closed. CEF comes from PyPI's cef-capi-py, which is large and not among Omote's extras.

Source: CEF, "General Usage", Off-Screen Rendering: OnPaint gets BGRA, the top row first. obs-browser does the same.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
import tempfile
import threading
import time
from typing import Any, TextIO

BITS, SQUARE = 24, 8


def number_in(buffer: int, side: int) -> int | None:
    """The number that a picture shows; None where it shows none."""
    row = 4 * side
    number = 0
    for bit in range(BITS):
        at = 4 * (bit * SQUARE + SQUARE // 2) + 1
        upper = ctypes.c_ubyte.from_address(buffer + SQUARE // 2 * row + at).value > 127
        lower = ctypes.c_ubyte.from_address(buffer + (SQUARE + SQUARE // 2) * row + at).value > 127
        if upper == lower:
            return None
        number = number << 1 | upper
    return number


def make_client(cef: Any, client: Any, side: int, seen: TextIO) -> None:
    """Let a client of CEF draw without a window, and note what it paints."""
    last = [-1]

    @cef.handler(client)
    def get_render_handler(*_: object) -> object:
        drawn = cef.base_ctor(cef.struct.cef_render_handler_t)

        @cef.handler(drawn)
        def on_paint(
            _browser: object, kind: int, _count: int, _dirty: object, buffer: int, width: int, _height: int
        ) -> None:
            number = number_in(buffer, width) if kind == cef.header.PET_VIEW else None
            if number is not None and number != last[0]:
                last[0] = number
                seen.write(f"{number} {time.time_ns()}\n")

        @cef.handler(drawn)
        def get_view_rect(_browser: object, rect: Any) -> int:
            rect.x = rect.y = 0
            rect.width = rect.height = side
            return 1

        return drawn


def main(url: str, side: int, fps: int, file: str) -> None:
    """Show the page until standard input ends."""
    cef = importlib.import_module("cef_capi")
    made = importlib.import_module("cef_capi.app_client")
    settings, arguments = made.settings_main_args_ctor()
    settings.log_severity = cef.struct.LOGSEVERITY_DISABLE
    settings.no_sandbox = settings.windowless_rendering_enabled = 1
    with tempfile.TemporaryDirectory() as cache, open(file, "w", buffering=1, encoding="ascii") as seen:
        settings.root_cache_path = cef.cef_string_ctor(cache)
        cef.header.cef_initialize(arguments, settings, made.app_ctor(disable_gpu=True), None)
        client = made.client_ctor()
        make_client(cef, client, side, seen)
        window = cef.struct.cef_window_info_t()
        window.size = ctypes.sizeof(window)
        window.windowless_rendering_enabled = 1
        browser = cef.size_ctor(cef.struct.cef_browser_settings_t)
        browser.windowless_frame_rate = fps
        cef.header.cef_browser_host_create_browser(
            window, client, cef.cef_string_ctor(url), browser, None, None
        )

        def end() -> None:
            sys.stdin.read()
            seen.flush()
            os._exit(0)  # the processes of CEF end with the one that started them

        threading.Thread(target=end, daemon=True).start()
        cef.header.cef_run_message_loop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
