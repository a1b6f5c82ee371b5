from __future__ import annotations

import errno

import pytest

from bridge.ports.port_owners import port_trouble


@pytest.mark.parametrize("number", [errno.EADDRINUSE, errno.EACCES])
def test_port_in_use_names_the_likely_program_and_what_to_do(number: int) -> None:
    line = port_trouble(39539, "127.0.0.1", "vmc", OSError(number, "no"))
    assert line.startswith("vmc: port 39539 on 127.0.0.1 is in use, probably by the Omote runtime itself")
    assert "--port" in line
    assert "retried" in line
    assert "\n" not in line


def test_unknown_port_in_use_is_blamed_on_another_program() -> None:
    assert "another program" in port_trouble(40000, "127.0.0.1", "vmc", OSError(errno.EADDRINUSE, "no"))


def test_reserved_ports_and_foreign_addresses_have_their_own_messages() -> None:
    assert "above 1023" in port_trouble(80, "127.0.0.1", "vmc", OSError(errno.EACCES, "no"))
    line = port_trouble(39539, "192.0.2.7", "vmc", OSError(errno.EADDRNOTAVAIL, "no"))
    assert "192.0.2.7 is not an address of this machine" in line
    assert "it broke" in port_trouble(39539, "192.0.2.7", "vmc", OSError(errno.EIO, "it broke"))
