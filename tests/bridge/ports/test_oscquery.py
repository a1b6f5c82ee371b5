from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import zmq

from bridge.ports.oscquery import HTTP_TYPE, OSC_TYPE, OscQueryError, OscQueryService
from protocol.codec import decode_control
from tests.bridge.desktop_encoders import vrcft
from tests.ports import free_udp_port

zeroconf = pytest.importorskip("zeroconf")


@pytest.fixture(scope="module")
def multicast() -> None:
    """Skips where a datagram to a group does not come back over the loopback interface."""
    group, here = socket.inet_aton("224.0.0.251"), socket.inet_aton("127.0.0.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        probe.settimeout(1.0)
        try:
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + here)
            probe.sendto(b"?", ("224.0.0.251", probe.getsockname()[1]))
            probe.recv(16)
        except OSError as error:
            pytest.skip(f"no multicast over this machine's loopback interface: {error!r}")


@pytest.fixture(scope="module")
def service() -> Iterator[OscQueryService]:
    try:
        opened = OscQueryService(free_udp_port())
    except OscQueryError as error:
        pytest.skip(f"no multicast on this machine's loopback interface: {error}")
    with opened:
        yield opened


def get(service: OscQueryService, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{service.http_port}{path}", timeout=60) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        found: dict[str, Any] = json.loads(answer.read())
    return found


def test_host_info_holds_the_address_for_osc(service: OscQueryService) -> None:
    info = get(service, "/?HOST_INFO")
    assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", service.osc_port, "UDP")
    assert info["NAME"].startswith("VRChat-Client-")


def test_avatar_is_found_by_vrcfacetrackings_query(service: OscQueryService) -> None:
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


def test_garbage_and_silent_connections_do_not_stop_the_server(service: OscQueryService) -> None:
    with socket.create_connection(("127.0.0.1", service.http_port)) as silent:
        with socket.create_connection(("127.0.0.1", service.http_port)) as rude:
            rude.sendall(b"\xff\x00nonsense\r\n\r\n")
        assert get(service, "/?HOST_INFO")["OSC_PORT"] == service.osc_port
        silent.sendall(b"GET ")


def found_on_loopback(osc_port: int) -> dict[str, int]:
    """Kind -> port of the instance that announces this port for OSC, by another program's eyes."""

    class Found:
        """What zeroconf calls."""

        def __init__(self) -> None:
            self.ports: dict[str, dict[str, int]] = {}  # instance -> kind -> port

        def add_service(self, network: Any, kind: str, name: str) -> None:
            info = network.get_service_info(kind, name, 3000)
            if info is not None and info.parsed_addresses() == ["127.0.0.1"]:
                self.ports.setdefault(name.partition(".")[0], {})[kind] = info.port

        def update_service(self, *_: Any) -> None:
            pass

        def remove_service(self, *_: Any) -> None:
            pass

    found = Found()
    network = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    try:
        browser = zeroconf.ServiceBrowser(network, [HTTP_TYPE, OSC_TYPE], found)
        end_s = time.monotonic() + 60
        while time.monotonic() < end_s:
            for instance, ports in list(found.ports.items()):
                if ports.get(OSC_TYPE) == osc_port and HTTP_TYPE in ports:
                    assert instance.startswith("VRChat-Client-")
                    return ports
            time.sleep(0.02)
        browser.cancel()
    finally:
        network.close()
    return {}


def test_a_browser_on_the_loopback_interface_finds_both_services(
    multicast: None, service: OscQueryService
) -> None:
    ports = found_on_loopback(service.osc_port)
    assert ports == {HTTP_TYPE: service.http_port, OSC_TYPE: service.osc_port}


def test_missing_zeroconf_is_reported_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    with pytest.raises(OscQueryError, match=r"pip install 'omote\[vrcft\]'"):
        OscQueryService(free_udp_port())


def test_a_closed_service_does_not_answer(service: OscQueryService) -> None:
    service = OscQueryService(free_udp_port())
    service.close()
    service.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{service.http_port}/", timeout=60)


def test_command_announces_itself_and_drives_by_received_parameters(multicast: None) -> None:
    """`omote-bridge vrcft --announce` in a process of its own; found, asked and fed as VRCFaceTracking does."""
    port = free_udp_port()
    context = zmq.Context()
    runtime = context.socket(zmq.PULL)
    to = f"tcp://127.0.0.1:{runtime.bind_to_random_port('tcp://127.0.0.1')}"
    command = [
        sys.executable,
        "-m",
        "bridge",
        "vrcft",
        "--announce",
        "--port",
        str(port),
        "--to",
        to,
        "--json",
    ]
    bridge = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        assert HTTP_TYPE in found_on_loopback(port)
        end_s, values = time.monotonic() + 60, dict[str, float]()
        while not values and time.monotonic() < end_s:
            sender.sendto(vrcft({"JawOpen": 0.5}), ("127.0.0.1", port))
            while runtime.poll(50):
                message = decode_control(runtime.recv())
                if message.layer == "expression":
                    values = message.values
        assert values["jawOpen"] == 0.5
        bridge.terminate()
        assert bridge.wait(60) == 0
    finally:
        bridge.kill()
        bridge.communicate()
        sender.close()
        runtime.close(linger=0)
        context.term()
