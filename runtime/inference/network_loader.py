"""NetworkLoader: opens an engine's network on the best provider that works here, without keeping frames waiting.

loader = NetworkLoader(partial(RetouchNetwork, model), ("auto",), clock=time.perf_counter)
loader.start()
network = loader.take()            # every frame; None while there is nothing new
loader.notes()                     # why a provider that was asked for does not run

A provider that compiles plans for minutes at its first start comes second: the best of the others draws meanwhile. Where
"auto" is left with providers on the CPU, all of them are timed, and the fastest is taken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, Protocol, TypeVar

from inference.errors import InferenceError, ProviderError
from inference.providers import AUTO, PROVIDERS, wanted_providers, why_not

_CLOSE_S: Final = 0.3


class TimedNetwork(Protocol):
    """A network on one provider, that can be timed.

    Attributes:
        name: the provider's key.
    """

    name: str

    def measure(self, clock: Callable[[], float]) -> None:
        """Time it for its engine."""
        ...

    def fastest_ms(self, clock: Callable[[], float]) -> float:
        """The fastest of a few runs, milliseconds."""
        ...


Network = TypeVar("Network", bound=TimedNetwork)


class NetworkLoader(Generic[Network]):
    """`start`, `take`, `notes` and `close` belong to one thread and never wait; a thread of its own does the work.

    Args:
        open_network: loads the network on a provider of PROVIDERS; may raise InferenceError.
        named: as in `wanted_providers`.
        clock: returns monotonic seconds.
        is_compared: whether providers on the CPU that "auto" stands for are timed against each other.

    Attributes:
        failure: why there is no network at all; "" = there is one, or it is still being loaded.
    """

    def __init__(
        self,
        open_network: Callable[[str], Network],
        named: Sequence[str],
        clock: Callable[[], float],
        *,
        is_compared: bool = True,
    ) -> None:
        """Find out what can be tried; imports the providers' packages here, because an import holds up all threads.

        Raises:
            ProviderError: no provider has such a name, or none of them can be tried here; gives the reason for each.
        """
        self._open_network = open_network
        self._clock = clock
        self._wanted = wanted_providers(named)
        self._is_named = [name for name in self._wanted if name in named]
        self._why_not = {name: why_not(name) for name in self._wanted}
        self._tried = [name for name in self._wanted if not self._why_not[name]]
        self._is_compared = is_compared and AUTO in named
        self.failure = ""
        if not self._tried:
            raise ProviderError(f"no provider can run the network: {self._reasons(self._wanted)}")
        self._ready: Network | None = None
        self._taken: Network | None = None
        self._is_first = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def load(self) -> Network:
        """Open the best one and wait for it, however long it compiles.

        Raises:
            ProviderError: none works; gives the reason for each.
            ModelError: the network is another one.
        """
        network = next(self._networks(are_plans_first=True), None)
        if network is None:
            raise ProviderError(f"no provider can run the network: {self._reasons(self._wanted)}")
        return network

    def start(self) -> None:
        """Open them in the background; `take` gives each one that is better than the one before."""
        self._thread = threading.Thread(target=self._work, name="omote-network", daemon=True)
        self._thread.start()

    def wait(self) -> Network:
        """The first that becomes ready after `start`.

        Raises:
            ProviderError: there will be none; gives the reason for each provider.
        """
        self._is_first.wait()
        found = self.take()
        if found is None:
            raise ProviderError(self.failure or "the runtime stops; no network is loaded")
        return found

    def take(self) -> Network | None:
        """A network that has become ready since the last call."""
        ready = self._ready
        if ready is self._taken:
            return None
        self._taken = ready
        return ready

    def notes(self) -> list[str]:
        """Providers that were asked for by name, or were tried, and do not run: why, and what to do."""
        return [
            f"{name}: {reason}"
            for name, reason in self._why_not.items()
            if reason and (name in self._is_named or name in self._tried)
        ]

    def close(self) -> None:
        """Take no more; what is being compiled ends with the process. May be called twice."""
        self._is_closed = True
        if self._thread is not None:
            self._thread.join(_CLOSE_S)

    def _work(self) -> None:
        """The thread."""
        found = None
        try:
            for found in self._networks(are_plans_first=False):
                if self._is_closed:
                    break
                found.measure(self._clock)
                self._ready = found
                self._is_first.set()
        except InferenceError as error:
            self.failure = str(error)
        except Exception as error:  # the thread must say what happened
            self.failure = f"the network cannot be loaded ({type(error).__name__}: {error})"
        if found is None and not self.failure:
            self.failure = f"no provider can run the network: {self._reasons(self._wanted)}"
        self._is_first.set()

    def _networks(self, *, are_plans_first: bool) -> Iterator[Network]:
        """Those to use, each better than the one before."""
        ordered = sorted(self._tried, key=lambda name: PROVIDERS[name].builds_plans and not are_plans_first)
        worst = len(self._wanted)
        for name in ordered:
            if self._wanted.index(name) > worst:
                continue
            network = self._opened(name)
            if network is None:
                continue
            if self._is_compared and PROVIDERS[name].computes_on_cpu and name not in self._is_named:
                network = self._fastest(network)
            worst = self._wanted.index(name)
            yield network

    def _fastest(self, first: Network) -> Network:
        """The fastest of the providers on the CPU."""
        best, best_ms = first, first.fastest_ms(self._clock)
        for name in self._tried[self._tried.index(first.name) + 1 :]:
            other = self._opened(name) if PROVIDERS[name].computes_on_cpu else None
            if other is not None and (other_ms := other.fastest_ms(self._clock)) < best_ms:
                best, best_ms = other, other_ms
        return best

    def _opened(self, name: str) -> Network | None:
        try:
            return self._open_network(name)
        except ProviderError as error:
            self._why_not[name] = str(error)
            return None

    def _reasons(self, names: Sequence[str]) -> str:
        return "; ".join(f"{name}: {self._why_not[name]}" for name in names)
