from __future__ import annotations

import pytest

from bridge.errors import SoundError
from bridge.voice.listen_address import ListenPlace, listen_place


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://0.0.0.0:5580", "every machine"),
        ("tcp://192.168.1.20:5580", "ssh -L 5580"),
        ("tcp://*:5580", "every machine"),
        ("tcp://127.0.0.1", "tcp://127.0.0.1:5580"),
        ("127.0.0.1:5580", "expected an address"),
        ("udp://127.0.0.1:5580", "expected an address"),
        ("osc://192.168.1.20:9571", "every machine"),
        ("tcp://[::1:5580", "no address"),
        ("tcp://127.0.0.1:99999", "no address"),
        ("", "expected an address"),
    ],
)
def test_an_address_of_no_use_is_refused_in_words(address: str, said: str) -> None:
    with pytest.raises(SoundError) as refused:
        listen_place(address)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("address", "bound"),
    [
        ("tcp://localhost:5580", "tcp://127.0.0.1:5580"),
        ("tcp://[::1]:5580", "tcp://[::1]:5580"),
        ("ipc:///run/user/1/voice", "ipc:///run/user/1/voice"),
    ],
)
def test_addresses_of_this_machine_are_bound(address: str, bound: str) -> None:
    assert listen_place(address).zeromq == bound


def test_osc_has_a_host_and_a_port() -> None:
    assert listen_place("osc://localhost:9571") == ListenPlace(
        "osc", "127.0.0.1", 9571, "tcp://127.0.0.1:9571"
    )
