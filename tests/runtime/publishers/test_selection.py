"""Publishers by name: which are opened, in which order, and what those say that this machine cannot have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from protocol.messages import PublisherStatus
from runtime.config import RunConfig, load_config
from runtime.errors import ConfigError, PortInUseError
from runtime.intake.inbox import Inbox
from runtime.publishers.publisher_set import PublisherSet
from runtime.publishers.selection import PUBLISHERS, PublisherContext, publisher_openers
from runtime.publishers.settings import SharedMemorySettings
from runtime.publishers.zeromq import ZeroMqPublisher


def context(folder: Path, publish_port: int | None = 0, panel_port: int | None = 0) -> PublisherContext:
    return PublisherContext(
        inbox=Inbox(),
        publish_port=publish_port,
        panel_port=panel_port,
        shared_memory=SharedMemorySettings(folder=str(folder)),
    )


def test_the_default_publishers_are_the_fastest() -> None:
    assert RunConfig().publish == ("shm", "zeromq", "browser")
    assert tuple(PUBLISHERS)[:3] == RunConfig().publish


def test_publishers_get_frames_in_a_fixed_order_whatever_the_order_of_their_names(tmp_path: Path) -> None:
    openers = publisher_openers(["browser", "zeromq", "shm"], context(tmp_path))
    assert list(openers) == ["shm", "zeromq", "browser"]
    assert publisher_openers([], context(tmp_path)) == {}


def test_a_closed_port_leaves_its_publisher_out(tmp_path: Path) -> None:
    closed = context(tmp_path, publish_port=None, panel_port=None)
    assert list(publisher_openers(["shm", "zeromq", "browser"], closed)) == ["shm"]


@pytest.mark.parametrize(("stream", "name"), [("omote", "Omote"), ("left", "left")])
def test_other_programs_list_the_default_stream_as_omote(stream: str, name: str) -> None:
    assert PublisherContext(inbox=Inbox(), stream=stream).display_name == name


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Spout and Syphon may exist there")
def test_unavailable_publishers_are_named_and_the_others_open(tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    publishers = PublisherSet(publisher_openers(["shm", "spout", "syphon", "zeromq"], context(folder)))
    assert publishers.names == ["shm", "zeromq"]
    spout, syphon = publishers.notes()
    assert "publisher spout: Spout shares textures on Windows only" in spout
    assert "publisher syphon: Syphon shares textures on macOS only" in syphon
    assert not any("opened again" in note for note in publishers.notes())
    states = {state.name: state for state in publishers.states()}
    assert isinstance(states["spout"], PublisherStatus)
    assert [states[name].is_open for name in ("shm", "spout", "syphon", "zeromq")] == [
        True,
        False,
        False,
        True,
    ]
    assert str(folder) in states["shm"].detail
    publishers.close()


def test_a_port_in_use_is_still_an_error(tmp_path: Path) -> None:
    held = ZeroMqPublisher(port=0)
    openers = publisher_openers(["shm", "zeromq"], context(tmp_path / "rings", publish_port=held.port))
    with pytest.raises(PortInUseError, match="--publish-port"):
        PublisherSet(openers)
    held.close()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"publish": ["shm", "smoke"]}, "no 'smoke'; choose from shm, zeromq, browser, ndi"),
        ({"stream": "../x"}, "letters, digits, hyphens"),
        ({"shared_memory": {"slots": 2}}, "shared_memory.slots 2 is out of range; expected 3"),
        ({"zeromq": {"encoding": "gif"}}, "gif"),
    ],
)
def test_invalid_settings_are_refused(table: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config(None, table)
