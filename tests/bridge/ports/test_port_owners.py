from __future__ import annotations

import errno

import pytest

from bridge.ports.port_owners import port_trouble


@pytest.mark.parametrize("number", [errno.EADDRINUSE, errno.EACCES])
def test_taken_port_names_who_is_likely_there_and_what_to_do(number: int) -> None:
    line = port_trouble(39539, "127.0.0.1", "vmc", OSError(number, "no"))
    assert line.startswith("vmc: port 39539 on 127.0.0.1 is taken, probably by the Omote runtime itself")
    assert "--port" in line
    assert "tried again" in line
    assert "\n" not in line


def test_port_of_which_nothing_is_known_is_taken_all_the_same() -> None:
    assert "another program" in port_trouble(40000, "127.0.0.1", "vmc", OSError(errno.EADDRINUSE, "no"))


def test_ports_of_the_system_and_addresses_of_others_are_other_troubles() -> None:
    assert "above 1023" in port_trouble(80, "127.0.0.1", "vmc", OSError(errno.EACCES, "no"))
    line = port_trouble(39539, "192.0.2.7", "vmc", OSError(errno.EADDRNOTAVAIL, "no"))
    assert "192.0.2.7 is no address of this machine" in line
    assert "it broke" in port_trouble(39539, "192.0.2.7", "vmc", OSError(errno.EIO, "it broke"))
