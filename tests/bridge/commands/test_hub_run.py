from __future__ import annotations

import argparse
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.commands.hub_run import HubPlan, allowed_hosts, hint_line, ports_line
from bridge.errors import BridgeError


def options(bind: str = "0.0.0.0", allow: list[str] | None = None) -> argparse.Namespace:
    return argparse.Namespace(bind=bind, allow=allow)


def test_without_restrictions_every_host_may_send() -> None:
    assert allowed_hosts(options(), HubPlan(())) == frozenset()


def test_allowed_hosts_are_resolved_and_a_phone_restricts_to_itself() -> None:
    assert allowed_hosts(options(allow=["192.0.2.7", "127.0.0.1"]), HubPlan(())) == {"192.0.2.7", "127.0.0.1"}
    assert allowed_hosts(options(), HubPlan((), phone="192.0.2.7")) == {"192.0.2.7"}
    assert allowed_hosts(options(allow=["192.0.2.8"]), HubPlan((), phone="192.0.2.7")) == {"192.0.2.8"}


def test_a_phone_that_is_one_of_several_senders_restricts_nothing() -> None:
    assert allowed_hosts(options(), HubPlan((), phone="192.0.2.7", is_detecting=True)) == frozenset()
    # The address of a host name may change while the command runs.
    assert allowed_hosts(options(), HubPlan((), phone="phone.local")) == frozenset()


@pytest.mark.parametrize("bind", ["127.0.0.1", "localhost", "::1"])
def test_a_phone_cannot_reach_a_loopback_address(bind: str) -> None:
    with pytest.raises(BridgeError, match=r"add --bind 0\.0\.0\.0"):
        allowed_hosts(options(bind), HubPlan((), phone="192.0.2.7"))
    allowed_hosts(options(bind), HubPlan((), phone="127.0.0.1"))


def test_an_unknown_host_is_an_error() -> None:
    with pytest.raises(BridgeError, match="no such host"):
        allowed_hosts(options(allow=["no-such-host.invalid"]), HubPlan(()))


def hub(**attributes: Any) -> Any:
    return SimpleNamespace(**{"open_ports": {}, "received": Counter(), "host": "192.0.2.1"} | attributes)


def test_ports_are_listed_by_tracker() -> None:
    assert ports_line(hub(open_ports={"vmc": [39540, 39541], "livelink": [11111]})) == (
        "vmc 39540/39541, livelink 11111"
    )
    assert ports_line(hub()) == "to nothing yet"


def test_the_hint_depends_on_whether_anything_arrives() -> None:
    assert "192.0.2.1" in hint_line(hub())
    assert "none has a face" in hint_line(hub(received=Counter({"vmc": 1})))
