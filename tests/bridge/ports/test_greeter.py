"""Names are resolved by a table instead of the network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bridge.ports.greeter import AGAIN_S, FRESH_S, Greeter
from bridge.trackers.network_tracker import Greeting


class Port:
    """A UDP port that keeps what it is given to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, str, int]] = []
        self.error: OSError | None = None

    def send(self, data: bytes, host: str, port: int) -> OSError | None:
        self.sent.append((data, host, port))
        return self.error


class Stage:
    """A greeter on a loop whose clock and name server the test controls."""

    def __init__(self, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, str] = {}
        self.lookups: list[str] = []
        self.lines: list[str] = []
        self.port = Port()
        self.greeter = Greeter(self.lines.append)
        self.skipped_s = 0.0
        clock = loop.time
        monkeypatch.setattr(loop, "time", lambda: clock() + self.skipped_s)
        monkeypatch.setattr(loop, "getaddrinfo", self._getaddrinfo)

    async def _getaddrinfo(self, host: str, port: None, **_: Any) -> list[Any]:
        self.lookups.append(host)
        if host not in self.names:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (self.names[host], 0))]

    async def greet(self, host: str = "phone.local") -> None:
        self.greeter.send(Greeting(host, 4000, b"hello"), self.port)  # type: ignore[arg-type]
        for _ in range(3):  # let a look-up finish
            await asyncio.sleep(0)


def staged(test: Callable[[Stage], Awaitable[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        stage = Stage(asyncio.get_running_loop(), monkeypatch)
        await test(stage)
        stage.greeter.close()

    with asyncio.Runner() as runner:
        runner.run(run())


def test_name_is_resolved_first_and_greeted_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(stage: Stage) -> None:
        stage.names["phone.local"] = "192.0.2.9"
        await stage.greet()
        assert stage.port.sent == []
        await stage.greet()
        await stage.greet()
        assert stage.port.sent == [(b"hello", "192.0.2.9", 4000)] * 2
        assert stage.lookups == ["phone.local"]
        assert stage.lines == []

    staged(test, monkeypatch)


def test_resolved_name_is_looked_up_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(stage: Stage) -> None:
        stage.names["phone.local"] = "192.0.2.9"
        await stage.greet()
        stage.names["phone.local"] = "192.0.2.10"
        stage.skipped_s = FRESH_S + 1.0
        await stage.greet()
        await stage.greet()
        assert [host for _, host, _ in stage.port.sent] == ["192.0.2.9", "192.0.2.10"]

    staged(test, monkeypatch)


def test_unknown_name_is_reported_once_retried_and_reported_when_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test(stage: Stage) -> None:
        for _ in range(5):
            await stage.greet()
        assert len(stage.lookups) == 1
        stage.skipped_s = AGAIN_S + 0.5
        await stage.greet()
        assert len(stage.lookups) == 2
        assert len(stage.lines) == 1
        assert "phone.local cannot be resolved" in stage.lines[0]
        stage.names["phone.local"] = "192.0.2.9"
        stage.skipped_s = 2 * AGAIN_S + 1.0
        await stage.greet()
        assert stage.lines[1:] == ["phone.local can be reached now"]
        await stage.greet()
        assert stage.port.sent == [(b"hello", "192.0.2.9", 4000)]

    staged(test, monkeypatch)


def test_failed_look_up_keeps_the_last_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(stage: Stage) -> None:
        stage.names["phone.local"] = "192.0.2.9"
        await stage.greet()
        del stage.names["phone.local"]
        stage.skipped_s = FRESH_S + 1.0
        await stage.greet()
        await stage.greet()
        assert [host for _, host, _ in stage.port.sent] == ["192.0.2.9"] * 2
        assert stage.lines == []

    staged(test, monkeypatch)


def test_unreachable_network_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(stage: Stage) -> None:
        stage.names["phone.local"] = "192.0.2.9"
        await stage.greet()
        stage.port.error = OSError(101, "Network is unreachable")
        await stage.greet()
        await stage.greet()
        stage.port.error = None
        await stage.greet()
        assert stage.lines == [
            "phone.local cannot be reached: Network is unreachable. It is retried every few seconds",
            "phone.local can be reached now",
        ]

    staged(test, monkeypatch)
