"""The icon in the tray: opens the window again, and quits. pystray is LGPL 3.

tray = open_tray(open_window, quit)      # None: there is no tray here
tray.stop()
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from PIL import Image, ImageDraw

logger = logging.getLogger(__name__)

_SIZE: Final = 64


def open_tray(open_window: Callable[[], None], leave: Callable[[], None]) -> Any | None:
    """Show the icon; its menu is answered on a thread of its own.

    Args:
        open_window: shows the panel.
        leave: ends the program.

    Returns:
        pystray's icon, with `stop()`; None where there is no tray.
    """
    try:
        import pystray

        if pystray.Icon.__module__ == "pystray._xorg" and not _has_x11_tray():
            logger.info("no icon in the tray: this screen has no tray")
            return None
        menu = pystray.Menu(
            pystray.MenuItem("Open", lambda: open_window(), default=True),
            pystray.MenuItem("Quit", lambda: leave()),
        )
        icon = pystray.Icon("omote", icon_picture(), "Omote", menu)
        icon.run_detached()
    except (
        Exception
    ) as error:  # it connects to the desktop while it is imported, and each desktop fails in its own way
        logger.info("no icon in the tray: %s", error)
        return None
    return icon


def _has_x11_tray() -> bool:
    """Whether a program of this X server shows icons. Source: freedesktop.org, System Tray Protocol 0.3."""
    from Xlib import X
    from Xlib.display import Display

    display = Display()
    try:
        tray = display.intern_atom(f"_NET_SYSTEM_TRAY_S{display.get_default_screen()}")
        return bool(display.get_selection_owner(tray) != X.NONE)
    finally:
        display.close()


def icon_picture() -> Image.Image:
    """The mask of runtime/panel/icon.svg: (64, 64) RGBA."""
    picture = Image.new("RGBA", (_SIZE * 4, _SIZE * 4))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((36, 12, 220, 244), fill=(240, 236, 228, 255), outline=(60, 52, 48, 255), width=8)
    for left in (72, 144):
        draw.ellipse((left, 104, left + 40, 124), fill=(60, 52, 48, 255))
    draw.chord((96, 172, 160, 204), 0, 180, fill=(170, 60, 50, 255))
    return picture.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS)
