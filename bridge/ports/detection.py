"""Which tracker's format a datagram is in, by its content.

    takers_of(datagram)   # ("openseeface",), ("meowface", "vts-phone"), () for what nobody knows

The order of the tests matters. OpenSeeFace goes first: its first byte is the low byte of a clock, so testing
first bytes first takes 7 of 532 recorded datagrams of it for OSC or JSON; in this order 532 of 532 are right.
This only says whose parser should look at it; whether it is valid, that parser says.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

#: An OpenSeeFace record; a datagram holds 1 to 39 of them (OpenSeeFace, facetracker.py).
_RECORD_BYTES: Final = 1785
_CLOCK: Final = Struct("<d")  # its Unix time, at byte 0
_SUCCESS: Final = 28  # and whether the fit succeeded, 0 or 1
_BUNDLE: Final = b"#bundle\0"
_FIRST_ELEMENT: Final = 20  # after "#bundle", the time tag and the element's size
_MAX_NESTED: Final = 8

#: What the first address of an OSC datagram begins with, and who sends such addresses.
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


def takers_of(datagram: bytes) -> tuple[str, ...]:
    """The trackers that read this format, the likeliest first; none when nobody does."""
    if _is_openseeface(datagram):
        return ("openseeface",)
    if datagram[:1] in (b"/", b"#"):
        return _osc_takers(datagram)
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


def _osc_takers(datagram: bytes) -> tuple[str, ...]:
    place = 0
    for _ in range(_MAX_NESTED):
        if datagram[place : place + 8] != _BUNDLE:
            break
        place += _FIRST_ELEMENT
    for beginning, takers in _BY_ADDRESS:
        if datagram.startswith(beginning, place):
            return takers
    return ()
