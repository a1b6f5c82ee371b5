"""Detects which tracker's format a datagram is in, by its content.

    trackers_for(datagram)   # ("openseeface",), ("meowface", "vts-phone"), () for an unknown format

The order of the tests matters. OpenSeeFace is tested first: its first byte is the low byte of a clock, so testing
first bytes first mistakes 7 of 532 recorded OpenSeeFace datagrams for OSC or JSON; in this order all 532 are right.
Detection only chooses the parser; the parser decides whether the datagram is valid.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

#: An OpenSeeFace record; a datagram holds 1 to 39 of them (OpenSeeFace, facetracker.py).
_RECORD_BYTES: Final = 1785
_CLOCK: Final = Struct("<d")  # Unix time in seconds, at byte 0
_SUCCESS: Final = 28  # offset of the success flag, 0 or 1
_BUNDLE: Final = b"#bundle\0"
_FIRST_ELEMENT: Final = 20  # after "#bundle", the time tag and the element's size
_MAX_NESTED: Final = 8

#: The prefix of the first OSC address -> the trackers whose senders use such addresses.
_BY_ADDRESS: Final = (
    (b"/VMC/", ("vmc",)),
    (b"/avatar/", ("vrcft",)),
    (b"/tracking/", ("vrcft",)),
    (b"/vrcft/", ("vrcft",)),
    (b"/chatbox/", ("vrcft",)),
    (b"/HT\0", ("facecap",)),
    (b"/HR\0", ("facecap",)),
    (b"/HRQ\0", ("facecap",)),
    (b"/ELR\0", ("facecap",)),
    (b"/ERR\0", ("facecap",)),
    (b"/W\0", ("facecap",)),
)


def trackers_for(datagram: bytes) -> tuple[str, ...]:
    """The names of the trackers that read this format, the likeliest first; empty for an unknown format."""
    if _is_openseeface(datagram):
        return ("openseeface",)
    if datagram[:1] in (b"/", b"#"):
        return _osc_trackers(datagram)
    if datagram[:4] == b"\x06\0\0\0":
        return ("livelink",)
    if datagram[:64].lstrip()[:1] == b"{":
        return ("meowface", "vts-phone")
    if b"=head#" in datagram:
        # Facemotion3D spells Left and Right in full, iFacialMocap writes _L and _R.
        is_in_full = b"eyeBlinkLeft" in datagram
        return (
            ("facemotion3d", "ifacialmocap", "meowface")
            if is_in_full
            else ("ifacialmocap", "meowface", "facemotion3d")
        )
    return ()


def _is_openseeface(datagram: bytes) -> bool:
    if len(datagram) % _RECORD_BYTES or not datagram:
        return False
    (clock_s,) = _CLOCK.unpack_from(datagram)
    return 1e9 < clock_s < 4e9 and datagram[_SUCCESS] in (0, 1)


def _osc_trackers(datagram: bytes) -> tuple[str, ...]:
    place = 0
    for _ in range(_MAX_NESTED):
        if datagram[place : place + 8] != _BUNDLE:
            break
        place += _FIRST_ELEMENT
    for beginning, trackers in _BY_ADDRESS:
        if datagram.startswith(beginning, place):
            return trackers
    return ()
