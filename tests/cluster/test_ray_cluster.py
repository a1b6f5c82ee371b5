"""Ray's troubles in words; what needs a running Ray is in tests/omote/fleet/test_fleet.py."""

from __future__ import annotations

import importlib.util
import os
import socket
import threading

import pytest

from cluster.errors import NoRayError
from cluster.ray_cluster import connect, explain, need_ray
from tests.ports import free_ports


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NoRayError, match=r"pip install 'omote\[fleet\]'.*omote serve"):
        need_ray()


def test_a_ray_of_ones_own_asks_for_a_token_and_others_are_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    monkeypatch.setenv("RAY_AUTH_MODE", "")  # so that it is put back
    monkeypatch.delenv("RAY_AUTH_MODE")
    need_ray()
    assert "RAY_AUTH_MODE" not in os.environ
    need_ray(is_begun=True)
    assert os.environ["RAY_AUTH_MODE"] == "token"
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # whoever says so
    need_ray(is_begun=True)
    assert os.environ["RAY_AUTH_MODE"] == "disabled"


@pytest.mark.parametrize(
    "address",
    [
        "studio",
        "studio:",
        ":6379",
        "studio:http",
        "ray://studio:x",
        "studio:0",
        "studio:65536",
        f"studio:{9:05000}",
    ],
)
def test_what_is_no_address_is_said(address: str) -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    with pytest.raises(NoRayError, match="is no address; expected auto, local, or HOST:PORT"):
        connect(address)


@pytest.mark.parametrize("host", ["192.168.1..20", "x" * 70])
def test_a_host_that_no_machine_can_have_is_said(host: str) -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    with pytest.raises(NoRayError, match="no Ray answers at "):
        connect(f"{host}:6379")


def test_an_address_without_ray_is_said_at_once() -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    (port,) = free_ports(1)
    with pytest.raises(
        NoRayError, match=f"no Ray answers at 127.0.0.1:{port} .*ray start --head --port={port}"
    ):
        connect(f"127.0.0.1:{port}")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_another_program_at_the_address_is_said_at_once(answer: bytes) -> None:
    """Ray itself would try for two minutes."""
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")

    def serve() -> None:
        with listening.accept()[0] as client:
            client.recv(1024)
            client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(NoRayError, match=f"what answers at 127.0.0.1:{port} is no Ray"):
            connect(f"127.0.0.1:{port}")
        thread.join()


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            "Version mismatch: The cluster was started with:\n    Ray: 2.59.0\n    Python: 3.11.7\nThis process was "
            "started with:\n    Ray: 2.60.0\n    Python: 3.12.1\n",
            "is of another version .*Ray: 2.59.0 Python: 3.11.7 This process.*install the same versions",
        ),
        ("Could not find any running Ray instance. Please specify the one to connect to", "ray start --head"),
        ("Can't find a `node_ip_address.json` file from /tmp/ray", "is no node of .*ray start --address=a:1"),
        ("something\nelse", "Ray at a:1 cannot be used: something else"),
    ],
)
def test_rays_reasons_become_a_line_with_what_to_do(problem: str, words: str) -> None:
    line = explain(problem, "a:1")
    assert "\n" not in line
    with pytest.raises(NoRayError, match=words):
        raise NoRayError(line)
