"""Sources at explicit times, with a real wire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.profile import Profiles
from bridge.observation import Observation
from bridge.sending.publisher import ControlPublisher
from bridge.sending.sources import LOST_NS, MAX_SOURCES, Sources
from protocol.blendshapes import INDEX
from protocol.messages import ControlMessage
from tests.bridge.hub_running import Wire, open_wire
from tests.ports import free_ports
from tests.waiting import until

MS = 1_000_000
S = 1_000 * MS


class Stage:
    """Sources, their clock, and what they say."""

    def __init__(self, wire: Wire, publisher: ControlPublisher, **options: object) -> None:
        self.lines: list[str] = []
        profiles = options.pop("profiles", None) or Profiles()
        self.sources = Sources(publisher, profiles=profiles, say=self.lines.append, **options)  # type: ignore[arg-type]
        self._wire, self._publisher = wire, publisher
        self.now_ns = self.sources.clock.now_ns()
        # The road takes a moment to be there.
        ready = ControlMessage(layer="view", source="ready", values={"azimuth": 0.0})
        until(lambda: publisher.send([ready]))
        self.messages()

    def see(self, source: str, tracker: str = "", *, jaw: float = 0.5, is_face: bool = True) -> None:
        expression = np.full(52, np.nan)
        expression[INDEX["jawOpen"]] = jaw
        self.sources.receive(
            tracker or source.partition(":")[0],
            Observation(source, is_face=is_face, expression=expression, receive_time_ns=self.now_ns),
            self.now_ns,
        )

    def wait(self, ns: int) -> None:
        self.now_ns += ns
        self.sources.check(self.now_ns)

    def messages(self) -> list[ControlMessage]:
        """All that was sent since the last call."""
        return self._wire.take_until(self._publisher.sent)

    def sent(self) -> list[str]:
        """The drivers of these messages."""
        return [message.source for message in self.messages()]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with open_wire() as wire:
        yield wire


@pytest.fixture
def publisher(wire: Wire) -> Iterator[ControlPublisher]:
    with ControlPublisher(wire.address, high_water=256) as publisher:
        yield publisher


@pytest.fixture
def stage(wire: Wire, publisher: ControlPublisher) -> Stage:
    return Stage(wire, publisher)


def test_silence_shorter_than_the_limit_is_not_a_loss(stage: Stage) -> None:
    stage.see("vmc:192.0.2.1:7000")
    stage.wait(LOST_NS)
    assert stage.sources.report(stage.now_ns)[0].is_live
    stage.wait(1)
    (report,) = stage.sources.report(stage.now_ns)
    assert not report.is_live
    assert report.lost == 1


def test_every_loss_is_counted_but_lines_are_limited(stage: Stage) -> None:
    for _ in range(20):
        stage.see("vmc:192.0.2.1:7000")
        stage.wait(500 * MS)
    (report,) = stage.sources.report(stage.now_ns)
    assert report.lost == 20
    assert len(stage.lines) <= 6
    stage.wait(3 * S)
    assert "lost" in stage.lines[-1]  # the last word is how it is


def test_restarted_sender_keeps_its_name_whatever_its_port(stage: Stage) -> None:
    stage.see("vmc:192.0.2.1:7000")
    stage.wait(1 * S)
    stage.see("vmc:192.0.2.1:7001")
    assert stage.sent() == ["vmc:192.0.2.1"] * 2
    assert len(stage.sources.report(stage.now_ns)) == 1


def test_two_programs_of_one_host_have_their_own_names(stage: Stage) -> None:
    for _ in range(2):
        stage.see("vmc:192.0.2.1:7000")
        stage.see("vmc:192.0.2.1:7001")
        stage.see("openseeface:192.0.2.1:7000:0")
        stage.see("openseeface:192.0.2.1:7000:1")
    assert set(stage.sent()) == {
        "vmc:192.0.2.1",
        "vmc:192.0.2.1 (2)",
        "openseeface:192.0.2.1:0",
        "openseeface:192.0.2.1:1",
    }


def test_renamed_source_has_exactly_that_name_where_possible(wire: Wire, publisher: ControlPublisher) -> None:
    stage = Stage(wire, publisher, rename="me")
    for source in ("vmc:192.0.2.1:7000", "vmc:192.0.2.2:7000", "livelink:Anna"):
        stage.see(source)
    assert stage.sent() == ["me", "me:192.0.2.2", "me:Anna"]


def test_sections_of_a_profile_apply_to_their_source(
    wire: Wire, publisher: ControlPublisher, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[source.'livelink:Anna'.expression]\njawOpen = { full = 0.5 }\n")
    stage = Stage(wire, publisher, profiles=Profiles(file))
    stage.see("livelink:Anna")
    stage.see("livelink:Ben")
    values = {message.source: message.values["jawOpen"] for message in stage.messages()}
    assert values == {"livelink:Anna": 1.0, "livelink:Ben": 0.5}


def test_number_of_sources_is_limited_and_live_ones_stay(stage: Stage) -> None:
    for number in range(MAX_SOURCES + 10):
        stage.see(f"livelink:{number}")
    assert len(stage.sources.report(stage.now_ns)) == MAX_SOURCES
    assert stage.sources.refused["livelink", "too many sources"] == 10
    stage.see("livelink:0")
    stage.wait(LOST_NS // 2)
    stage.see("livelink:0")
    stage.wait(LOST_NS // 2 + 1)
    stage.see("livelink:late")
    names = [report.source for report in stage.sources.report(stage.now_ns)]
    assert len(names) == MAX_SOURCES
    assert {"livelink:0", "livelink:late"} <= set(names)


def test_flood_of_names_prints_a_limited_number_of_lines(stage: Stage) -> None:
    for number in range(1000):
        stage.see(f"livelink:{number}")
        stage.wait(LOST_NS // 4)
    assert len(stage.lines) < 200


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb"])
def test_name_that_the_runtime_would_refuse_is_refused_here(stage: Stage, name: str) -> None:
    stage.see(name, "livelink")
    assert stage.sources.refused["livelink", "bad source"] == 1
    assert stage.sent() == []


def test_report_holds_rate_layers_and_age(stage: Stage) -> None:
    stage.sources.report(stage.now_ns)
    for _ in range(30):
        stage.see("livelink:Anna")
        stage.wait(20 * MS)
    stage.wait(400 * MS)
    (report,) = stage.sources.report(stage.now_ns)
    assert report.fps == pytest.approx(30.0)
    assert report.layers == ("expression",)
    assert report.age_s == pytest.approx(0.42)


def test_missing_runtime_and_its_return_are_reported_once() -> None:
    address = f"tcp://127.0.0.1:{free_ports(1)[0]}"
    lines: list[str] = []
    with ControlPublisher(address) as publisher:
        sources = Sources(publisher, profiles=Profiles(), say=lines.append)
        now_ns = sources.clock.now_ns()

        def see() -> None:
            nonlocal now_ns
            now_ns += 100 * MS
            sources.receive("vmc", Observation("vmc:x", pose={"yaw": 0.1}), now_ns)
            sources.check(now_ns)

        for _ in range(50):
            see()
        assert [line for line in lines if "no runtime" in line] == [
            f"no runtime receives the messages at {address}; start it with: omote run"
        ]
        assert not sources.is_taken
        import zmq

        with zmq.Context() as context, context.socket(zmq.PULL) as puller:
            puller.bind(address)
            until(lambda: see() or publisher.sent)
            see()
    assert lines[-1] == f"a runtime receives the messages at {address} now"


@pytest.mark.parametrize(
    ("source", "driver"),
    [
        ("vmc:127.0.0.1:50000", "vmc:127.0.0.1"),
        ("openseeface:127.0.0.1:50000:1", "openseeface:127.0.0.1:1"),
        ("livelink:iPhone 192.0.2.7:50000", "livelink:iPhone 192.0.2.7"),
        ("vmc:[2001:db8::7]:50000", "vmc:[2001:db8::7]"),
        ("livelink:take 12:34", "livelink:take 12:34"),
    ],
)
def test_no_driver_has_a_port_in_its_name(stage: Stage, source: str, driver: str) -> None:
    stage.see(source)
    assert stage.sent() == [driver]


def test_programs_of_one_machine_are_numbered(stage: Stage) -> None:
    for port in (1, 2, 3):
        stage.see(f"vmc:192.0.2.1:{port}")
    assert stage.sent() == ["vmc:192.0.2.1", "vmc:192.0.2.1 (2)", "vmc:192.0.2.1 (3)"]
