"""SharedNetworks: one copy of a large network for all faces of a process, so that several avatars fit on one graphics card.

networks = SharedNetworks(LivePortraitNetwork)
network = networks.open(found, "cuda")           # the one that another face has opened, or a new one
network.draw_shared(asked)                       # pictures that several faces want at the same time are one call

A network lives as long as a face keeps it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final
from weakref import WeakValueDictionary

from inference.weight_search import FoundWeights
from runtime.inference.liveportrait_network import LivePortraitNetwork

_Key = tuple[tuple[str, ...], str]


class SharedNetworks:
    """May be used from any thread.

    Args:
        make: loads the network of some files on a provider; may raise InferenceError.
    """

    def __init__(self, make: Callable[[FoundWeights, str], LivePortraitNetwork]) -> None:
        self._make = make
        self._open: WeakValueDictionary[_Key, LivePortraitNetwork] = WeakValueDictionary()
        self._lock = threading.Lock()
        self._loading: dict[_Key, threading.Lock] = {}

    def open(self, found: FoundWeights, provider: str) -> LivePortraitNetwork:
        """The network on a provider; waits where another face is loading it.

        Raises:
            InferenceError: it cannot be loaded.
        """
        key = tuple(str(path) for path in found.files.values()), provider
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:  # only those who want the same one wait, and not those of another provider
            network = self._open.get(key)
            if network is None:
                network = self._open[key] = self._make(found, provider)
            return network

    def __len__(self) -> int:
        """How many networks are loaded."""
        return len(self._open)


#: Of this process.
LIVEPORTRAITS: Final = SharedNetworks(LivePortraitNetwork)
