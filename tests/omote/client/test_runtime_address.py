from __future__ import annotations

import pytest

from omote.client.runtime_address import RuntimeAddress


@pytest.mark.parametrize(
    ("host", "at", "is_local"),
    [
        ("127.0.0.1", "127.0.0.1:5570", True),
        ("localhost", "localhost:5570", True),
        ("::1", "[::1]:5570", True),
        ("127.0.0.9", "127.0.0.9:5570", True),
        ("192.168.1.20", "192.168.1.20:5570", False),
        ("fd00::20", "[fd00::20]:5570", False),
        ("studio-pc.local", "studio-pc.local:5570", False),
    ],
)
def test_shared_memory_is_for_this_machine(host: str, at: str, is_local: bool) -> None:
    address = RuntimeAddress(host)
    assert (address.control_at, address.is_local) == (at, is_local)
