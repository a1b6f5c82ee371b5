"""ThumbnailReader: the thumbnails of many faces, straight from their runtimes' frame ports, on one thread.

    reader = ThumbnailReader(key, arrived=lambda name, picture: ...)
    reader.follow({"kofi": ("192.168.1.31", 40123)})

Runtimes make thumbnails only while somebody subscribes, so faces that nobody looks at cost nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

import zmq

from protocol.addresses import url_host
from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import THUMBNAIL_TOPIC, WEBP, unpack_header
from protocol.keys import ClientKey

#: A thumbnail has some 5,000 bytes.
MAX_BYTES: Final = 1_000_000
LOOK_MS: Final = 100
RECONNECT_MS: Final = 200

Place = tuple[str, int]

logger = logging.getLogger(__name__)


class ThumbnailReader:
    """`follow` from any thread; `close` from the one that made it.

    Args:
        key: of the fleet; None on loopback.
        arrived: called on the reader's thread with the name of a face and a WebP file.
    """

    def __init__(self, key: ClientKey | None, arrived: Callable[[str, bytes], None]) -> None:
        self._key, self._arrived = key, arrived
        self._wanted: dict[str, Place] = {}
        self._refused = set[Place]()  # that were told of
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="omote-thumbnails", daemon=True)
        self._thread.start()

    def follow(self, places: Mapping[str, Place]) -> None:
        """Read these faces from now on, and no others.

        Args:
            places: name -> host and publish port.
        """
        self._wanted = dict(places)

    def close(self) -> None:
        """End the thread; may be called twice."""
        self._is_closing.set()
        self._thread.join()

    def _read(self) -> None:
        with zmq.Context() as context:
            poller, open_at = zmq.Poller(), dict[str, tuple[Place, zmq.Socket[bytes]]]()
            try:
                while not self._is_closing.is_set():
                    self._connect(context, poller, open_at)
                    ready = dict(poller.poll(LOOK_MS)) if open_at else {}
                    if not open_at:
                        self._is_closing.wait(LOOK_MS / 1000)
                    for name, (_, socket) in open_at.items():
                        if socket in ready:
                            self._take(name, socket)
            finally:
                for _, socket in open_at.values():
                    socket.close(linger=0)

    def _connect(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        poller: zmq.Poller,
        open_at: dict[str, tuple[Place, zmq.Socket[bytes]]],
    ) -> None:
        """Open and close sockets until they are those of the faces that are wanted."""
        wanted = self._wanted
        for name in [name for name, (place, _) in open_at.items() if wanted.get(name) != place]:
            _, socket = open_at.pop(name)
            poller.unregister(socket)
            socket.close(linger=0)
        for name, (host, port) in wanted.items():
            if name not in open_at:
                try:
                    socket = self._subscribe(context, f"tcp://{url_host(host)}:{port}")
                except zmq.ZMQError as error:  # no such address, or no socket is left: the other faces go on
                    if (host, port) not in self._refused:
                        self._refused.add((host, port))
                        logger.warning("%s has no pictures here, tcp://%s:%d: %s", name, host, port, error)
                    continue
                poller.register(socket, zmq.POLLIN)
                open_at[name] = (host, port), socket

    def _subscribe(self, context: zmq.Context[zmq.Socket[bytes]], at: str) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = context.socket(zmq.SUB)
        try:
            socket.set(zmq.IPV6, int("[" in at))
            socket.set(zmq.CONFLATE, 1)
            socket.set(zmq.MAXMSGSIZE, MAX_BYTES)
            socket.set(zmq.RECONNECT_IVL, RECONNECT_MS)
            if self._key is not None:
                socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = self._key.options()
            socket.set(zmq.SUBSCRIBE, THUMBNAIL_TOPIC)
            socket.connect(at)
        except zmq.ZMQError:
            socket.close(linger=0)
            raise
        return socket

    def _take(self, name: str, socket: zmq.Socket[bytes]) -> None:
        message = socket.recv()[len(THUMBNAIL_TOPIC) :]
        try:
            header = unpack_header(message, formats=(WEBP,))
        except FrameHeaderError:
            return  # something else: the picture stays as it is
        self._arrived(name, message[header.header_bytes :])
