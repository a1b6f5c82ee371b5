"""StaticFiles: HTTP responses with the panel's page, scripts and styles, and with the table of channels.

All files are read when the server starts; no path of a request is ever looked up in the file system.

    static_files = StaticFiles()
    response = static_files.response_to("/panel.js")
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Response

from protocol.blendshapes import REGION, mirrored
from protocol.channels import CHANNELS, EMOTIONS, LAYERS, Channel
from protocol.codec import MAX_TTL_S, MIN_TTL_S
from protocol.frames.frame_header import FRAME_TOPIC, HEADER_BYTES
from protocol.messages import PROTOCOL_VERSION

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS: Final = (
    ("Cache-Control", "no-cache"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),  # the URL may contain the token
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)
_DEGREES: Final = frozenset({"yaw", "pitch", "roll", "azimuth", "elevation"})
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One slider of the page.

    Attributes:
        layer, name, neutral, low, high: as in `protocol.channels`.
        label: for people, in sentence case.
        unit: "°" where the page shows degrees of a value in radians, else "".
        group: the face region of a blendshape, "" for other layers.
        mirror: the blendshape on the other side of the face; its own name where there is none.
    """

    layer: str
    name: str
    label: str
    unit: str
    group: str
    mirror: str
    neutral: float
    low: float
    high: float


class PanelTable(msgspec.Struct, frozen=True, kw_only=True):
    """The constants of the protocol that the page needs; it has no copies of its own."""

    version: int
    frame_magic: str
    frame_header_bytes: int
    min_ttl_s: float
    max_ttl_s: float
    layers: tuple[str, ...]
    emotions: tuple[str, ...]
    channels: list[ChannelRow]  # in the order of Status.values


def panel_table() -> PanelTable:
    """Build the table from `protocol`."""
    return PanelTable(
        version=PROTOCOL_VERSION,
        frame_magic=FRAME_TOPIC.decode(),
        frame_header_bytes=HEADER_BYTES,
        min_ttl_s=MIN_TTL_S,
        max_ttl_s=MAX_TTL_S,
        layers=LAYERS,
        emotions=EMOTIONS,
        channels=[_row(channel) for channel in CHANNELS],
    )


def _row(channel: Channel) -> ChannelRow:
    is_blendshape = channel.layer == "expression"
    return ChannelRow(
        layer=channel.layer,
        name=channel.name,
        label=_WORD.sub(" ", channel.name).capitalize(),
        unit="°" if channel.name in _DEGREES else "",
        group=REGION[channel.name] if is_blendshape else "",
        mirror=mirrored(channel.name) if is_blendshape else channel.name,
        neutral=channel.neutral,
        low=channel.low,
        high=channel.high,
    )


class StaticFiles:
    """All files by their path, in memory."""

    def __init__(self, *packages: str) -> None:
        """Read the files.

        Args:
            packages: further packages with files of a page; they take the place of the panel's files of the same names.
        """
        self._bodies: dict[str, tuple[str, bytes]] = {}
        for package in ("runtime.panel", *packages):
            for file in files(package).iterdir():
                content_type = _TYPES.get("." + file.name.rpartition(".")[2])
                if content_type is not None:
                    self._bodies["/" + file.name] = (content_type, file.read_bytes())
        self._bodies["/channels.json"] = ("application/json", msgspec.json.encode(panel_table()))
        self._bodies["/"] = self._bodies["/index.html"]
        self._bodies["/obs"] = self._bodies["/obs.html"]

    def response_to(self, path: str) -> Response:
        """The response to GET `path`; 404 for an unknown path."""
        found = self._bodies.get(path)
        if found is None:
            return text_response(404, "Not Found", "There is no such page; the panel is at /")
        return _response(200, "OK", *found)


def data_response(content_type: str, body: bytes) -> Response:
    """A response with other content, such as a list of avatars."""
    return _response(200, "OK", content_type, body)


def text_response(status: int, reason: str, text: str) -> Response:
    """A response with one line of plain text."""
    return _response(status, reason, "text/plain; charset=utf-8", f"{text}\n".encode())


def _response(status: int, reason: str, content_type: str, body: bytes) -> Response:
    headers = Headers(_HEADERS)
    headers["Content-Type"] = content_type
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    return Response(status, reason, headers, body)
