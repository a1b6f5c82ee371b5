from __future__ import annotations

import socket

import pytest
import zmq

from runtime.access.ports import HOST, bind_udp, bind_zmq
from runtime.errors import PortInUseError


def test_a_taken_udp_port_names_itself_its_holder_and_the_way_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind((HOST, 0))
        port = holder.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} \(vmc\).*VSeeFace.*--vmc-port"):
            bind_udp(port, "vmc")


def test_a_taken_tcp_port_names_itself_its_holder_and_the_way_out() -> None:
    with socket.socket() as holder, zmq.Context() as context, context.socket(zmq.PULL) as pull:
        holder.bind((HOST, 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} \(control\).*omote status.*--control-port"):
            bind_zmq(pull, port, "control")


def test_port_zero_is_a_free_one_on_this_machine_only() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as pull:
        port = bind_zmq(pull, 0, "control")
        assert pull.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0") == f"tcp://127.0.0.1:{port}".encode()
    with bind_udp(0, "osc") as udp:
        assert udp.getsockname()[0] == "127.0.0.1"
