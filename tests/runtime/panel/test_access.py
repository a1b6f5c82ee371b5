from __future__ import annotations

import pytest

from runtime.errors import ConfigError
from runtime.panel.access import Access

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1:8770", "localhost:8770", "LOCALHOST", "[::1]:9000"])
def test_names_of_this_machine_are_let_in(host: str) -> None:
    assert Access(host="127.0.0.1").refusal_of_request(host, None) == ""


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8770", "localhost.evil.example", "192.168.1.5:8770", "", None, "["]
)
def test_other_names_are_refused_against_rebinding(host: str | None) -> None:
    assert "not a name" in Access(host="127.0.0.1").refusal_of_request(host, None)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://localhost:3000", "null", "http://127.0.0.1:8571", "file://"],
)
def test_pages_of_other_servers_are_refused(origin: str) -> None:
    assert "another site" in Access(host="127.0.0.1").refusal_of_request("127.0.0.1:8770", origin)


def test_the_own_page_is_let_in() -> None:
    access = Access(host="127.0.0.1")
    assert access.refusal_of_request("localhost:8770", "http://localhost:8770") == ""


@pytest.mark.parametrize("token", ["", "short"])
def test_an_address_others_reach_needs_a_token(token: str) -> None:
    with pytest.raises(ConfigError, match="at least 16"):
        Access(host="0.0.0.0", token=token)


def test_wide_bind_takes_addresses_and_named_hosts_only() -> None:
    access = Access(host="0.0.0.0", token=TOKEN, allowed_hosts=("studio.lan",))
    assert access.refusal_of_request("192.168.1.5:8770", "http://192.168.1.5:8770") == ""
    assert access.refusal_of_request("studio.lan", None) == ""
    assert access.refusal_of_request("evil.example", None) != ""


def test_token_is_compared_whole() -> None:
    access = Access(host="0.0.0.0", token=TOKEN)
    assert access.allows_token(TOKEN)
    assert not access.allows_token(TOKEN[:-1])
    assert not access.allows_token("")
    assert Access(host="127.0.0.1").allows_token("")
