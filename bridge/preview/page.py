"""PreviewPage: the tracking preview as a web page on this machine, a stream of JPEG pictures (Motion JPEG).

page = PreviewPage(port=0)
print(page.address)

Source: RFC 2046, section 5.1 (multipart); `multipart/x-mixed-replace` as browsers show it in an <img>.
"""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.ports.local_users import local_peers

MAX_VIEWERS: Final = 4
MAX_CONNECTIONS: Final = 32
QUALITY: Final = 80
_BOUNDARY: Final = "omote"
#: Socket timeout: a viewer that reads nothing for this long is disconnected.
_TIMEOUT_S: Final = 10.0
_WAIT_S: Final = 0.5
#: Sec-Fetch-Site of a request that the page itself, or the address bar, makes.
_OWN_SITES: Final = ("same-origin", "none")
#: Sent with every answer: no other page may show the camera's picture, in an <img> or in a frame.
_HEADERS: Final = (
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Content-Security-Policy",
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    ),
)
_PAGE: Final = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Omote: tracking preview</title>
<style>
html { background: #1c1e24; color: #e0e4e8; font: 15px/1.5 system-ui, sans-serif; color-scheme: dark }
body { margin: 24px auto; max-width: 1160px; padding: 0 16px }
h1 { font-size: 18px; font-weight: 600; margin: 0 0 12px }
img { display: block; max-width: 100%; max-height: calc(100vh - 160px); min-height: 200px; border-radius: 8px;
  background: #24272e }
p { color: #9aa2ac }
</style></head>
<body><h1>What the tracker sees, and what it sends</h1>
<img src="/stream" alt="The camera's picture with the face's landmarks; beside it the numbers that are sent">
<p>This page shows at most 15 pictures a second and never slows tracking down. It is visible on this machine
only; close it when you do not need it.</p></body></html>
"""


class _PrivateServer(ThreadingHTTPServer):
    """Serves this user's programs only, and a bounded number of connections, each on a thread of its own."""

    daemon_threads = True
    _peers: Final = local_peers()

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._places = threading.Semaphore(MAX_CONNECTIONS)
        super().__init__(address, handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether a connection is served; called before anything of it is read."""
        is_refused = bool(self._peers.refusal(client_address, request.getsockname()))
        return not is_refused and self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, on its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what failed, unless it is a connection that its viewer has ended."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class PreviewPage:
    """A `View`: an HTTP server on 127.0.0.1 that streams the newest picture to every viewer.

    Attributes:
        address: URL of the page.
    """

    def __init__(self, port: int = 0) -> None:
        """Start the server.

        Args:
            port: 0 = any free one.

        Raises:
            BridgeError: the port is in use.
        """
        self._newest: tuple[int, bytes] = (0, b"")
        self._arrived = threading.Condition()
        self._viewers = 0
        self._is_closed = False
        page = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _TIMEOUT_S

            def do_GET(self) -> None:
                page._answer(self)

            def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
                text = f"{message or code}\n".encode()
                self.send_response(code)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(text)))
                _end_headers(self)
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing: requests are not worth a line on the console."""

        try:
            self._server = _PrivateServer(("127.0.0.1", port), Handler)
        except OSError as error:
            raise BridgeError(
                f"port {port} cannot be opened for the preview ({error}); choose another with --preview-port"
            ) from error
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="preview page", daemon=True)
        self._thread.start()

    def is_watched(self) -> bool:
        """See `View`."""
        return self._viewers > 0

    def show(self, picture: NDArray[np.uint8]) -> None:
        """See `View`."""
        import cv2

        is_encoded, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if is_encoded:
            with self._arrived:
                self._newest = (self._newest[0] + 1, jpeg.tobytes())
                self._arrived.notify_all()

    def close(self) -> None:
        """See `View`."""
        if self._is_closed:
            return
        self._is_closed = True
        with self._arrived:
            self._arrived.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if refusal := self._refusal(request):
            request.send_error(403, refusal)
        elif request.path == "/":
            request.send_response(200)
            request.send_header("Content-Type", "text/html; charset=utf-8")
            request.send_header("Content-Length", str(len(_PAGE)))
            _end_headers(request)
            request.wfile.write(_PAGE)
        elif request.path != "/stream":
            request.send_error(404)
        elif self._viewers >= MAX_VIEWERS:
            request.send_error(503, f"{MAX_VIEWERS} viewers are connected already")
        else:
            self._stream(request)

    def _refusal(self, request: BaseHTTPRequestHandler) -> str:
        """Why a request is refused: only this page itself, and programs of this user, may see the camera."""
        # DNS rebinding: a foreign web page may point its own name at 127.0.0.1.
        hosts = [host.lower() for host in request.headers.get_all("Host", [])]
        port = self._server.server_address[1]
        if len(hosts) != 1 or hosts[0] not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return "Host is not a name of this machine"
        # An <img> of a foreign page sends no Origin; browsers say where it stands in Sec-Fetch-Site.
        origins = [origin.lower() for origin in request.headers.get_all("Origin", [])]
        site = request.headers.get("Sec-Fetch-Site", "none").lower()
        if any(origin != f"http://{hosts[0]}" for origin in origins) or site not in _OWN_SITES:
            return "this page may not be embedded in another"
        return ""

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        """Send pictures until the viewer disconnects; a slow viewer skips pictures."""
        with self._arrived:
            self._viewers += 1
        try:
            request.send_response(200)
            request.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            request.send_header("Cache-Control", "no-store")
            _end_headers(request)
            sent = 0
            while not self._is_closed:
                with self._arrived:
                    if self._newest[0] <= sent and not self._is_closed:
                        self._arrived.wait(_WAIT_S)
                    number, jpeg = self._newest
                if number > sent and jpeg:
                    sent = number
                    head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    request.wfile.write(head.encode() + jpeg + b"\r\n")
        except OSError:
            pass  # the viewer has disconnected
        finally:
            request.close_connection = True
            with self._arrived:
                self._viewers -= 1


def _end_headers(request: BaseHTTPRequestHandler) -> None:
    for name, value in _HEADERS:
        request.send_header(name, value)
    request.end_headers()
