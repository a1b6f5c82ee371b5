"""OscQueryService: announces an avatar's OSC parameters to programs on this machine, as VRChat does.

    with OscQueryService(osc_port=9000):
        ...                               # VRCFaceTracking finds it and sends the parameters listed

Announces `_oscjson._tcp` (HTTP) and `_osc._udp` by multicast DNS and answers GET / with the tree of parameters,
GET /?HOST_INFO with the address for OSC. HTTP listens on 127.0.0.1 and serves nothing else.

Source: the OSCQuery proposal (github.com/Vidvox/OSCQueryProposal); VRChat's OSCQuery since 2023.3.1;
VRCFaceTracking, which asks for /avatar and looks for names that begin with "VRChat-Client".
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

from bridge.errors import OscQueryError
from bridge.expressions.unified_expressions import UNIFIED_NAMES

#: The UDP port on which VRChat receives OSC.
VRCHAT_PORT: Final = 9000
HTTP_TYPE: Final = "_oscjson._tcp.local."
OSC_TYPE: Final = "_osc._udp.local."
INSTANCE: Final = "VRChat-Client-Omote"
AVATAR: Final = "avtr_omote"
#: A connection without a request is closed after this long.
REQUEST_S: Final = 2.0
LOOPBACK: Final = "127.0.0.1"


def host_info(osc_port: int) -> dict[str, Any]:
    """The answer to /?HOST_INFO."""
    return {
        "NAME": INSTANCE,
        "OSC_IP": LOOPBACK,
        "OSC_PORT": osc_port,
        "OSC_TRANSPORT": "UDP",
        "EXTENSIONS": {"ACCESS": True, "CLIPMODE": False, "RANGE": True, "TYPE": True, "VALUE": True},
    }


def parameter_tree() -> dict[str, Any]:
    """The answer to /: an avatar with every unified expression as a float."""
    root = _branch("/")
    _put(root, "/avatar/change", "s", 3, AVATAR)
    for name in sorted(UNIFIED_NAMES):
        _put(root, f"/avatar/parameters/v2/{name}", "f", 3, 0.0)
    return root


def node_at(tree: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The node at a path; None if there is no such node."""
    node: dict[str, Any] | None = tree
    for part in path.split("/"):
        if part:
            node = (node or {}).get("CONTENTS", {}).get(part)
    return node


def _branch(path: str) -> dict[str, Any]:
    # "ACCESS: 0 = no value"
    return {"FULL_PATH": path, "ACCESS": 0, "CONTENTS": {}}


def _put(root: dict[str, Any], path: str, kind: str, access: int, value: Any) -> None:
    node = root
    *folders, leaf = path.strip("/").split("/")
    for depth, folder in enumerate(folders, start=1):
        here = "/" + "/".join(folders[:depth])
        node = node["CONTENTS"].setdefault(folder, _branch(here))
    node["CONTENTS"][leaf] = {"FULL_PATH": path, "ACCESS": access, "TYPE": kind, "VALUE": [value]}


class OscQueryService:
    """Open from construction to `close`; answers requests on its own threads.

    Attributes:
        osc_port: the UDP port that receives OSC. http_port: the TCP port that serves the tree.
    """

    def __init__(self, osc_port: int, *, interfaces: Sequence[str] | None = (LOOPBACK,)) -> None:
        """Start the HTTP server and announce it.

        Args:
            osc_port: the UDP port that receives OSC.
            interfaces: addresses of the network interfaces to announce on; None = all. VRCFaceTracking listens on
                all but the loopback interface. The announced address is always 127.0.0.1.

        Raises:
            OscQueryError: zeroconf is missing, or multicast DNS is impossible here.
        """
        try:
            zeroconf = import_module("zeroconf")
        except ImportError as error:
            raise OscQueryError(
                f"announcing by OSCQuery needs zeroconf ({error}); install it with: pip install 'omote[vrcft]'"
            ) from error
        self.osc_port = osc_port
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(osc_port))
        self._server.daemon_threads = True
        self.http_port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="oscquery", daemon=True
        )
        self._thread.start()
        self._zeroconf: Any = None
        chosen = zeroconf.InterfaceChoice.All if interfaces is None else list(interfaces)
        try:
            self._zeroconf = zeroconf.Zeroconf(interfaces=chosen, ip_version=zeroconf.IPVersion.V4Only)
            for kind, port in ((HTTP_TYPE, self.http_port), (OSC_TYPE, osc_port)):
                # The port makes the names of several runtimes on one network unique.
                name = f"{INSTANCE}-{self.http_port}.{kind}"
                address = [socket.inet_aton(LOOPBACK)]
                about = zeroconf.ServiceInfo(kind, name, port, addresses=address, properties={"txtvers": "1"})
                # The name is unique already: probing the network for it would take seconds.
                self._zeroconf.register_service(about, cooperating_responders=True)
        except (OSError, zeroconf.Error) as error:
            self.close()
            raise OscQueryError(
                f"multicast DNS cannot be used here ({error}); set VRCFaceTracking to send to port {osc_port} instead"
            ) from error

    def __enter__(self) -> OscQueryService:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Withdraw the announcement and stop the server; may be called twice."""
        network, self._zeroconf = self._zeroconf, None
        if network is not None:
            network.close()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def _handler(osc_port: int) -> type[BaseHTTPRequestHandler]:
    answers = {"tree": parameter_tree(), "host": host_info(osc_port)}

    class OscQueryHandler(BaseHTTPRequestHandler):
        """Answers GET requests from two constant trees."""

        timeout = REQUEST_S

        def do_GET(self) -> None:
            parts = urlsplit(self.path[:1024])
            node = answers["host"] if parts.query == "HOST_INFO" else node_at(answers["tree"], parts.path)
            body = json.dumps(node if node is not None else {}).encode()
            self.send_response(200 if node is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return OscQueryHandler
