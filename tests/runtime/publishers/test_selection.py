"""Publishers by name: which are opened, in which order, and what those say that this machine cannot have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from protocol.messages import PublisherStatus
from runtime.config import RunConfig, load_config
from runtime.errors import ConfigError, PortInUseError
from runtime.intake.inbox import Inbox
from runtime.publishers.roster import PublisherRoster
from runtime.publishers.selection import PUBLISHERS, PublisherNeeds, publisher_openers
from runtime.publishers.zeromq import ZeroMqPublisher


def needs(folder: Path, *publish: str, **ports: int | None) -> PublisherNeeds:
    table = {
        "publish": list(publish),
        "shared_memory": {"folder": str(folder)},
        "ports": {"publish": 0, "panel": 0} | ports,
    }
    return PublisherNeeds(load_config(None, table), Inbox())


def test_the_quickest_roads_are_the_usual_ones() -> None:
    assert RunConfig().publish == ("shm", "zeromq", "browser")
    assert tuple(PUBLISHERS)[:3] == RunConfig().publish


def test_the_order_of_serving_is_not_that_of_asking(tmp_path: Path) -> None:
    assert list(publisher_openers(needs(tmp_path, "browser", "zeromq", "shm"))) == [
        "shm",
        "zeromq",
        "browser",
    ]
    assert list(publisher_openers(needs(tmp_path))) == []


def test_a_closed_port_leaves_its_publisher_out(tmp_path: Path) -> None:
    asked = needs(tmp_path, "shm", "zeromq", "browser", publish=None, panel=None)
    assert list(publisher_openers(asked)) == ["shm"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Spout and Syphon may exist there")
def test_what_cannot_run_here_says_why_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    roster = PublisherRoster(publisher_openers(needs(folder, "shm", "spout", "syphon", "zeromq")))
    assert roster.names == ["shm", "zeromq"]
    spout, syphon = roster.notes()
    assert "publisher spout: Spout is Windows' way" in spout
    assert "publisher syphon: Syphon is macOS's way" in syphon
    assert not any("opened again" in note for note in roster.notes())
    states = {state.name: state for state in roster.states()}
    assert isinstance(states["spout"], PublisherStatus)
    assert [states[name].is_open for name in ("shm", "spout", "syphon", "zeromq")] == [
        True,
        False,
        False,
        True,
    ]
    assert str(folder) in states["shm"].detail
    roster.close()


def test_a_port_in_use_is_still_an_error(tmp_path: Path) -> None:
    held = ZeroMqPublisher(port=0)
    asked = needs(tmp_path / "rings", "shm", "zeromq", publish=held.port)
    with pytest.raises(PortInUseError, match="--publish-port"):
        PublisherRoster(publisher_openers(asked))
    held.close()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"publish": ["shm", "smoke"]}, "no publisher 'smoke'; choose from shm, zeromq, browser, ndi"),
        ({"stream": "../x"}, "letters, digits, hyphens"),
        ({"shared_memory": {"slots": 2}}, "shared_memory.slots 2; expected 3"),
        ({"zeromq": {"encoding": "gif"}}, "gif"),
    ],
)
def test_settings_that_make_no_sense_are_named(table: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config(None, table)
