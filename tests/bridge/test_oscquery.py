from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.oscquery import HTTP_TYPE, OSC_TYPE, OscQueryError, OscQueryService

zeroconf = pytest.importorskip("zeroconf")


@pytest.fixture(scope="module")
def service() -> Iterator[OscQueryService]:
    try:
        opened = OscQueryService(osc_port=9123)
    except OscQueryError as error:
        pytest.skip(f"no multicast on this machine's loopback interface: {error}")
    with opened:
        yield opened


def get(service: OscQueryService, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{service.http_port}{path}", timeout=5) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        found: dict[str, Any] = json.loads(answer.read())
    return found


def test_host_info_says_where_osc_goes(service: OscQueryService) -> None:
    info = get(service, "/?HOST_INFO")
    assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", 9123, "UDP")
    assert info["NAME"].startswith("VRChat-Client-")


def test_the_avatar_is_found_as_vrcfacetracking_looks_for_it(service: OscQueryService) -> None:
    avatar = get(service, "/avatar")["CONTENTS"]
    assert avatar["change"]["VALUE"] == ["avtr_omote"]

    # "Contents != null ? recurse : OscType given": every leaf with a type is a parameter
    def leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "CONTENTS" in node:
            for child in node["CONTENTS"].values():
                yield from leaves(child)
        elif node.get("TYPE"):
            yield node

    found = {leaf["FULL_PATH"]: leaf for leaf in leaves(avatar["parameters"])}
    assert found["/avatar/parameters/v2/JawOpen"]["TYPE"] == "f"
    assert found["/avatar/parameters/v2/Head/Yaw"]["ACCESS"] == 3
    assert len(found) > 100


def test_the_tree_has_every_level_under_its_own_path(service: OscQueryService) -> None:
    tree = get(service, "/")
    for path in ("/avatar", "/avatar/parameters", "/avatar/parameters/v2", "/avatar/parameters/v2/JawOpen"):
        assert get(service, path)["FULL_PATH"] == path
    assert tree["CONTENTS"]["avatar"]["FULL_PATH"] == "/avatar"


def test_an_unknown_path_is_not_found(service: OscQueryService) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404") as caught:
        get(service, "/chatbox/input")
    caught.value.close()


def test_garbage_and_silence_do_not_stop_it(service: OscQueryService) -> None:
    with socket.create_connection(("127.0.0.1", service.http_port)) as silent:
        with socket.create_connection(("127.0.0.1", service.http_port)) as rude:
            rude.sendall(b"\xff\x00nonsense\r\n\r\n")
        assert get(service, "/?HOST_INFO")["OSC_PORT"] == 9123
        silent.sendall(b"GET ")


def test_a_browser_on_the_loopback_interface_finds_both_services(service: OscQueryService) -> None:
    class Found:
        """What zeroconf calls."""

        def __init__(self) -> None:
            self.names: dict[str, str] = {}

        def add_service(self, _: Any, kind: str, name: str) -> None:
            if f"-{service.http_port}." in name:
                self.names[kind] = name

        def update_service(self, *_: Any) -> None:
            pass

        def remove_service(self, *_: Any) -> None:
            pass

    found = Found()
    network = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    try:
        browser = zeroconf.ServiceBrowser(network, [HTTP_TYPE, OSC_TYPE], found)
        end_s = time.monotonic() + 10
        while len(found.names) < 2 and time.monotonic() < end_s:
            time.sleep(0.02)
        ports = {}
        for kind, name in found.names.items():
            assert name.startswith("VRChat-Client-")
            info = network.get_service_info(kind, name, 3000)
            assert info.parsed_addresses() == ["127.0.0.1"]
            ports[kind] = info.port
        browser.cancel()
    finally:
        network.close()
    assert ports == {HTTP_TYPE: service.http_port, OSC_TYPE: 9123}


def test_a_closed_service_answers_nobody(service: OscQueryService) -> None:
    service = OscQueryService(osc_port=9123)
    service.close()
    service.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{service.http_port}/", timeout=5)
