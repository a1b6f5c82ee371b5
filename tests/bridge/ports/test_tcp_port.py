from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from bridge.ports.tcp_port import MAX_CONNECTIONS, SILENT_S, Stream, TcpPort
from tests.ipv6 import needs_ipv6
from tests.waiting import PATIENCE_S


class Server:
    """A port whose connections append to one list of chunks."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.senders: list[tuple[str, int]] = []
        self.is_refusing = False
        self.requests: list[None] = []
        self.port = TcpPort("127.0.0.1", 0, self._connect, on_request=lambda: self.requests.append(None))

    def _connect(self, host: str, port: int) -> Stream | None:
        self.senders.append((host, port))
        return None if self.is_refusing else self.chunks.append

    async def open_client(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port.port)


def serving(test: Callable[[Server], Awaitable[None]]) -> None:
    """Run a test with an open server, closed afterwards."""

    async def run() -> None:
        server = Server()
        await server.port.open()
        try:
            await asyncio.wait_for(test(server), PATIENCE_S)
        finally:
            server.port.close()
            server.port.close()

    with asyncio.Runner() as runner:
        runner.run(run())


async def until(found: Callable[[], bool]) -> None:
    while not found():
        await asyncio.sleep(0.005)


def test_bytes_of_a_connection_reach_its_stream_in_order() -> None:
    async def test(server: Server) -> None:
        _, writer = await server.open_client()
        for number in range(50):
            writer.write(f"{number:02d}".encode())
            await writer.drain()
        await until(lambda: len(b"".join(server.chunks)) == 100)
        assert b"".join(server.chunks) == b"".join(f"{number:02d}".encode() for number in range(50))
        assert server.senders == [writer.get_extra_info("sockname")]
        writer.close()

    serving(test)


def test_refused_connection_is_closed_and_counted() -> None:
    async def test(server: Server) -> None:
        server.is_refusing = True
        reader, writer = await server.open_client()
        assert await reader.read() == b""
        assert server.port.turned_away == 1
        writer.close()

    serving(test)


def test_number_of_connections_is_limited() -> None:
    async def test(server: Server) -> None:
        clients = [await server.open_client() for _ in range(MAX_CONNECTIONS)]
        await until(lambda: len(server.senders) == MAX_CONNECTIONS)
        reader, extra = await server.open_client()
        assert await reader.read() == b""
        assert server.port.turned_away == 1
        for writer in (extra, *(writer for _, writer in clients)):
            writer.close()

    serving(test)


def test_silent_connections_are_closed_and_others_stay() -> None:
    async def test(server: Server) -> None:
        silent, silent_writer = await server.open_client()
        _, talking = await server.open_client()
        await until(lambda: len(server.senders) == 2)
        clock_s = asyncio.get_running_loop().time
        opened_s = clock_s()
        await until(lambda: clock_s() > opened_s)
        spoken_s = clock_s()
        talking.write(b"x")
        await until(lambda: bool(server.chunks))
        server.port.drop_silent(spoken_s + SILENT_S)
        assert await silent.read() == b""
        talking.write(b"y")
        await until(lambda: b"".join(server.chunks) == b"xy")
        silent_writer.close()
        talking.close()

    serving(test)


def test_port_in_use_raises_and_closing_ends_the_connections() -> None:
    async def test(server: Server) -> None:
        second = TcpPort("127.0.0.1", server.port.port, lambda host, port: None)
        with pytest.raises(OSError, match="in use"):
            await second.open()
        assert not second.is_open
        reader, writer = await server.open_client()
        await until(lambda: len(server.senders) == 1)
        server.port.close()
        assert await reader.read() == b""
        assert not server.port.is_open
        writer.close()

    serving(test)


@pytest.mark.parametrize(
    "begin",
    [b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n", b"OPTIONS / HTTP/1.1\r\n", b"PROPFIND / HTTP/1.1\r\n", b"\x16\x03\x01"],
)  # fmt: skip
@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "byte by byte"])
def test_what_begins_as_http_does_is_closed_unread(begin: bytes, is_cut: bool) -> None:
    async def test(server: Server) -> None:
        reader, writer = await server.open_client()
        with suppress(ConnectionError):  # closed with bytes unread
            for piece in [*([bytes((one,)) for one in begin] if is_cut else [begin]), b"___frame___"]:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)
            assert await reader.read() == b""
        await until(lambda: bool(server.requests))
        assert (server.chunks, server.port.turned_away, len(server.requests)) == ([], 1, 1)
        writer.close()

    serving(test)


@pytest.mark.parametrize("begin", [b"POSTURE-1|", b"JAWOPENING ", b"A", b"\x16\x00", b"\x00\x00\x00\x00"])
def test_other_beginnings_are_passed_on_whole(begin: bytes) -> None:
    async def test(server: Server) -> None:
        _, writer = await server.open_client()
        for piece in (begin[:1], begin[1:], b"|more"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.001)
        await until(lambda: b"".join(server.chunks) == begin + b"|more")
        writer.close()

    serving(test)


@needs_ipv6
def test_a_connection_by_ipv6_has_the_address_of_its_ipv4() -> None:
    async def test(server: Server) -> None:
        _, writer = await asyncio.open_connection("::1", server.port.port)
        writer.write(b"by IPv6")
        while not server.chunks:
            await asyncio.sleep(0.01)
        assert server.chunks == [b"by IPv6"]
        assert server.senders == [("127.0.0.1", writer.get_extra_info("sockname")[1])]
        writer.close()

    serving(test)
