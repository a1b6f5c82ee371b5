"""BrowserCamera: a camera that is a web page: a phone or another computer opens it, and its pictures arrive here.

    camera = BrowserCamera(("0.0.0.0", 8446), page_secret(...), context=own_context(...))
    print(camera.port, camera.path)            # 8446 /k3.../: whoever knows it may send pictures
    picture = camera.next(after=0, timeout_s=0.1)
    camera.tell("a face, 30 a second")         # the page shows it

The page posts one JPEG after another and waits for the answers, of two at most, so that nothing queues: a slow network or
tracker gets fewer pictures, never older ones. The page that was started last is the camera; the one before is told, and
does not take over again by itself. Pictures never leave this computer.

Source: RFC 9112 (HTTP/1.1); W3C, Media Capture and Streams (cameras need HTTPS, or the same computer).
"""

from __future__ import annotations

import hmac
import os
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from socketserver import TCPServer
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.trackers.webcam import Picture

#: A picture's bytes and its sides in pixels; pages send about 40 KB and 640 x 480.
MAX_BYTES: Final = 1_000_000
MAX_PX: Final = 2048
#: Of all devices, and of one, whose browser opens six: one that takes all that it gets locks out no other.
MAX_CONNECTIONS: Final = 32
MAX_OF_DEVICE: Final = 12
_TIMEOUT_S: Final = 10.0
#: Pictures cannot be older than this when they arrive: a page that says so has a wrong clock.
_MAX_AGE_MS: Final = 1000.0
_FILES: Final = {
    "": ("index.html", "text/html; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
}
_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),  # the address is what allows sending
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
    ),
)


class _Server(ThreadingHTTPServer):
    """A bounded number of connections, each encrypted and served on a thread of its own."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # on Windows that would let two programs share the port

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None
    ) -> None:
        self._taken: Counter[str] = Counter()  # connections of each device
        self._context = context
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_ending = False
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind, without asking a name server for this computer's name as HTTPServer does: that may take seconds."""
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether there is a place for another connection of this device."""
        device = str(client_address[0])
        with self._lock:
            is_free = self._taken.total() < MAX_CONNECTIONS and self._taken[device] < MAX_OF_DEVICE
            if is_free:
                self._taken[device] += 1
        return is_free

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Encrypt the connection, on its own thread, where a slow client delays no other; then serve it."""
        request.settimeout(_TIMEOUT_S)
        if self._context is not None:
            request = self._context.wrap_socket(request, server_side=True)
        with self._lock:
            self._open.add(request)
        try:
            if not self._is_ending:
                super().finish_request(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)
            self.shutdown_request(request)  # the encrypted one, which the server does not know

    def end(self) -> None:
        """Stop listening, and end the connections, which would otherwise be served as long as their pages like."""
        self.shutdown()
        self.server_close()
        with self._lock:
            self._is_ending = True
            for request in self._open:
                with suppress(OSError):
                    # below the encryption, which the connection's own thread may be using
                    socket.socket.shutdown(request, socket.SHUT_RDWR)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, on its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._taken -= Counter([str(client_address[0])])  # which forgets devices that have none left

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what failed, unless it is a connection that its client has ended, or that did not speak TLS."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class BrowserCamera:
    """A `PictureSource`. `next`, `tell` and `close` belong to one thread; pages are served on others.

    Attributes:
        name: for messages. port: that is listened on. path: of the page, with the secret that allows to send pictures.
        pages: how often a page was started so far. refused: requests that were no good.
    """

    name = "the browser's camera"

    def __init__(
        self, address: tuple[str, int], secret: str, *, context: ssl.SSLContext | None = None
    ) -> None:
        """Start the server.

        Args:
            address: host and port; port 0 = any free one.
            secret: what a page's address begins with; letters, digits, _ and -.
            context: for HTTPS; None = HTTP, by which browsers give a camera to pages of the same computer only.

        Raises:
            BridgeError: the port is in use.
        """
        self.path = f"/{secret}/"
        self.pages = self.refused = 0
        self._newest: tuple[bytes, int, int] = (b"", 0, 0)  # JPEG, capture time, number
        self._arrived = threading.Condition()
        self._page = ""
        self._last = 0  # the page's own number of its newest picture
        self._told = ""
        self._static = {
            name: (files("bridge.devices").joinpath("browser_page", file).read_bytes(), kind)
            for name, (file, kind) in _FILES.items()
        }
        try:
            self._server = _Server(address, _handler_of(self), context)
        except OSError as error:
            raise BridgeError(
                f"port {address[1]} of {address[0]} cannot be opened for the browser ({error}); choose another with --port"
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            name="browser's camera",
            kwargs={"poll_interval": 0.2},
            daemon=True,
        )
        self._thread.start()

    def next(self, after: int, timeout_s: float) -> Picture | None:
        """Wait for a picture with a number above `after`; see `PictureSource`. Damaged ones are refused."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._newest[2] > after, timeout=timeout_s)
            packed, captured_ns, number = self._newest
        if number <= after:
            return None
        pixels = _decoded(packed)
        if pixels is None:
            self.refused += 1
            with self._arrived:
                if self._newest[2] == number:  # do not look at it again
                    self._newest = (b"", captured_ns, after)
            return None
        return Picture(pixels, captured_ns, number)

    def tell(self, line: str) -> None:
        """What the page shows from its next picture on."""
        self._told = line

    def close(self) -> None:
        """Stop serving; may be called twice."""
        self._server.end()
        self._thread.join(timeout=1.0)

    def _knows(self, path: str) -> str | None:
        """What comes behind the secret part of a path; None if that is wrong."""
        secret, behind = path[: len(self.path)], path[len(self.path) :]
        return behind if hmac.compare_digest(secret.encode(), self.path.encode()) else None

    def _opened(self, page: str) -> None:
        """A page was started: it is the camera from now on."""
        with self._arrived:
            self._page, self._last = page, 0
            self.pages += 1

    def _came_back(self, page: str) -> bool:
        """A page that lost this program, or an earlier run of it, asks again; returns whether it is the camera."""
        with self._arrived:
            self._page = self._page or page
            return self._page == page

    def _received(self, page: str, packed: bytes, age_ms: float, own_number: float) -> str | None:
        """Take a page's picture; returns what to show, None if another page is the camera.

        Args:
            own_number: the page's own, rising; 0 = it does not count.
        """
        now_ns = time.time_ns()
        captured_ns = now_ns - int(min(max(age_ms, 0.0), _MAX_AGE_MS) * 1e6)
        with self._arrived:
            if page != self._page:
                return None
            if 0 < own_number <= self._last:
                return self._told  # a newer one has overtaken it
            self._last = int(own_number)
            _, before_ns, number = self._newest
            if before_ns <= now_ns:  # else this computer's clock was set back
                captured_ns = max(captured_ns, before_ns + 1)
            self._newest = (packed, captured_ns, number + 1)
            self._arrived.notify()
        return self._told


def _handler_of(camera: BrowserCamera) -> type[BaseHTTPRequestHandler]:
    """The handler of a camera's requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # one connection for all pictures
        timeout = _TIMEOUT_S
        disable_nagle_algorithm = True  # else an answer, head and content, waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            name = camera._knows(self.path)
            if name is None or name not in camera._static:
                self._refuse(404, "not here; open the whole address that the program printed")
            else:
                self._answer(200, *camera._static[name])

        def do_POST(self) -> None:
            name = camera._knows(self.path)
            size = self.headers.get("Content-Length", "")
            page = self.headers.get("X-Page", "")
            if name not in ("start", "again", "picture") or not 0 < len(page) <= 64:
                self._refuse(404, "not here; open the page anew")
            elif not size.isascii() or not size.isdigit() or len(size) > 9:
                self._refuse(411, "a picture without its length")
            elif int(size) > MAX_BYTES:
                self._refuse(413, f"a picture of {int(size):,} bytes, expected at most {MAX_BYTES:,}")
            else:
                packed = self.rfile.read(int(size))
                if len(packed) < int(size):  # the page has gone: half a picture replaces none
                    camera.refused += 1
                    self.close_connection = True
                    return
                shown: str | None = ""
                if name == "start":
                    camera._opened(page)
                elif name == "again":
                    shown = "" if camera._came_back(page) else None
                else:
                    numbers = (_number(self.headers.get(one, "")) for one in ("X-Age-Ms", "X-Number"))
                    shown = camera._received(page, packed, *numbers)
                if shown is None:
                    self._answer(409, b"another device has become the camera", "text/plain")
                else:
                    self._answer(200, shown.encode(), "text/plain; charset=utf-8")

        def _refuse(self, code: int, why: str) -> None:
            """Answer and end the connection: what follows cannot be told from the rest of a body that was not read."""
            camera.refused += 1
            self.close_connection = True
            self._answer(code, f"{why}\n".encode(), "text/plain; charset=utf-8")

        def _answer(self, code: int, content: bytes, kind: str) -> None:
            self.send_response(code)
            for name, value in _HEADERS:
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def version_string(self) -> str:
            return "omote"

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing: requests are not worth a line on the console."""

    return Handler


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if np.isfinite(value) else 0.0


def _decoded(packed: bytes) -> NDArray[np.uint8] | None:
    """The picture (H, W, 3) uint8 BGR; None if it is damaged, no JPEG, or too large."""
    import cv2

    if not _is_small_jpeg(packed):
        return None
    try:
        pixels = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _is_small_jpeg(packed: bytes) -> bool:
    """Whether the header names a JPEG of at most MAX_PX, read before anything is decoded.

    Source: ITU-T T.81, B.1.1.3 and B.2.2: markers of two bytes, segments with their length, frame header SOF.
    """
    if packed[:2] != b"\xff\xd8":
        return False
    place = 2
    while place + 9 <= len(packed) and packed[place] == 0xFF:
        kind, length = packed[place + 1], int.from_bytes(packed[place + 2 : place + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(packed[place + k : place + k + 2], "big") for k in (5, 7))
            return 0 < height <= MAX_PX and 0 < width <= MAX_PX
        place += 2 + length
    return False
