"""Who may connect to the emulated VTube Studio; pages of a real browser are in tests/security/test_bridge_pages.py."""

from __future__ import annotations

import asyncio
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from bridge.ports.local_users import local_peers
from bridge.vts.plugin_connections import MAX_CONNECTIONS, MAX_SAID, PluginConnections
from tests.other_user import NOBODY, other_user_only, run_as_nobody


def connections(said: list[str], *allowed: str) -> PluginConnections:
    return PluginConnections(said.append, allowed_origins=allowed)


@pytest.mark.parametrize("origins", [[], ["file://"], ["app://plugin"], ["tauri://localhost"]])
def test_programs_and_apps_are_accepted(origins: list[str]) -> None:
    assert connections([]).refusal(origins) == ""


@pytest.mark.parametrize("origin", ["http://a.example", "https://127.0.0.1:80", "null", "", "x", "HTTP://A"])
def test_web_pages_are_refused_with_the_option_that_lets_them_in(origin: str) -> None:
    assert f"--allow-origin {origin}" in connections([]).refusal([origin])
    assert connections([]).refusal(["file://", origin]) != ""  # a second header lets none in
    if origin:
        assert connections([], origin).refusal([origin]) == ""


def test_named_sites_are_compared_whole() -> None:
    named = connections([], "https://Plugin.example/")
    assert named.refusal(["https://plugin.example"]) == ""
    for other in (
        "http://plugin.example",
        "https://plugin.example:8443",
        "https://plugin.example.evil.example",
    ):
        assert named.refusal([other]) != ""


def test_connections_that_say_nothing_give_way_to_a_plugin() -> None:
    async def echo(connection: ServerConnection) -> None:
        async for text in connection:
            await connection.send(text)

    async def talk() -> list[str | bytes]:
        kept = connections([])
        async with serve(
            echo, "127.0.0.1", 0, create_connection=kept.make_class(), process_request=kept.refuse_pages
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            got = []
            async with connect(f"ws://127.0.0.1:{port}") as first:
                silent = [
                    await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port))
                    for _ in range(MAX_CONNECTIONS + 20)
                ]
                async with connect(f"ws://127.0.0.1:{port}") as second:
                    for plugin in (first, second):
                        await plugin.send("hello")
                        got.append(await plugin.recv())
                for one in silent:
                    one.close()
            return got

    assert asyncio.run(talk()) == ["hello", "hello"]


def test_refusals_are_said_once_and_not_without_end() -> None:
    said: list[str] = []
    kept = connections(said)

    async def hold(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async def ask() -> None:
        async with serve(hold, "127.0.0.1", 0, process_request=kept.refuse_pages) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            for number in range(MAX_SAID + 5):
                for _ in range(2):
                    with pytest.raises(InvalidStatus):
                        await connect(
                            f"ws://127.0.0.1:{port}", origin=Origin(f"http://site-{number}.example")
                        )

    asyncio.run(ask())
    assert len(said) == len(set(said)) == MAX_SAID


@other_user_only
def test_another_users_plugin_is_refused() -> None:
    said: list[str] = []
    kept = PluginConnections(said.append, peers=local_peers())

    async def talk() -> str:
        async def hold(connection: ServerConnection) -> None:
            await connection.wait_closed()

        async with serve(hold, "127.0.0.1", 0, create_connection=kept.make_class()) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            script = (
                "import socket, sys\n"
                "opened = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20)\n"
                "try:\n"
                "    opened.sendall(b'GET / HTTP/1.1\\r\\n\\r\\n')\n"
                "    print(len(opened.recv(100)))\n"
                "except ConnectionError:\n"
                "    print(0)"
            )
            async with connect(f"ws://127.0.0.1:{port}"):  # our own user's
                return await asyncio.to_thread(run_as_nobody, script, str(port))

    assert asyncio.run(talk()) == "0"
    assert [str(NOBODY) in line for line in said] == [True]
