"""A whole runtime in this process: real sockets, the null engine, frames read from the memory publisher."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import zmq
from numpy.typing import NDArray

from face.motion import Motion
from protocol.channels import CHANNEL_INDEX
from protocol.codec import decode_message, encode
from protocol.messages import Command, ControlMessage, Reply
from runtime.config import RunConfig, load_config
from runtime.engines.null import read_bars
from runtime.errors import PortInUseError, PublishError, RenderError
from runtime.frames.frame import Frame
from runtime.publishers.memory import MemoryPublisher
from runtime.runtime import Runtime
from runtime.triggers.look_shelf import FILE
from tests.waiting import PATIENCE_S, until

JAW = CHANNEL_INDEX["expression"]["jawOpen"]


def settings(**others: object) -> RunConfig:
    ports = {"control": 0, "request": 0, "publish": None, "osc": None, "vmc": None, "panel": None}
    table = {
        "engine": "null",
        "size": 256,
        "performance": "none",
        "fps": 200.0,
        "ports": ports,
        "publish": ["zeromq", "browser"],
    }
    return load_config(None, table | others)


@contextmanager
def running(
    config: RunConfig,
    *,
    prepare: Callable[[Runtime], None] = lambda runtime: None,
    publishers: dict[str, Callable[[], MemoryPublisher]] | None = None,
) -> Iterator[tuple[Runtime, MemoryPublisher, list[BaseException]]]:
    """A runtime that runs on its own thread, the way programs that embed it do."""
    memory, failures = MemoryPublisher(), []
    is_open = threading.Event()
    held: list[Runtime] = []

    def live() -> None:
        try:
            with Runtime(config, {"memory": lambda: memory} | (publishers or {})) as runtime:
                held.append(runtime)
                prepare(runtime)
                is_open.set()
                runtime.run()
        except BaseException as error:
            failures.append(error)
            is_open.set()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        assert is_open.wait(PATIENCE_S)
        yield held[0], memory, failures
    finally:
        for runtime in held:
            runtime.loop.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def shown(memory: MemoryPublisher) -> NDArray[np.float32]:
    frame = memory.wait_for_frame(after_id=0, timeout_s=PATIENCE_S)
    assert frame is not None
    return read_bars(frame.pixels)


class Client:
    """Asks over the request port."""

    def __init__(self, port: int) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.REQ)
        self._socket.setsockopt(zmq.RCVTIMEO, int(PATIENCE_S * 1000))
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.connect(f"tcp://127.0.0.1:{port}")

    def ask(self, name: str, argument: str = "") -> Reply:
        command = Command(name=name, argument=argument, request_id="7")  # type: ignore[arg-type]
        self._socket.send(encode(command))
        reply = decode_message(self._socket.recv())
        assert isinstance(reply, Reply)
        assert reply.request_id == "7"
        return reply

    def close(self) -> None:
        self._socket.close()
        self._context.term()


@pytest.fixture
def client() -> Iterator[Callable[[Runtime], Client]]:
    made: list[Client] = []

    def connect(runtime: Runtime) -> Client:
        port = runtime.ports.request
        assert port is not None
        made.append(Client(port))
        return made[-1]

    yield connect
    for one in made:
        one.close()


def jaw(value: float, ttl_s: float = 30.0) -> ControlMessage:
    return ControlMessage(
        layer="expression", source="script", values={"jawOpen": value}, ttl_s=ttl_s, capture_time_ns=123
    )


def test_a_message_moves_the_face_and_the_frame_has_its_arrival_time() -> None:
    with running(settings()) as (runtime, memory, _):
        frame = memory.wait_for_frame(after_id=0, timeout_s=PATIENCE_S)
        assert frame is not None
        before_ns = time.time_ns()
        runtime.inbox.offer(jaw(0.6), before_ns)
        moved: list[Frame] = []

        def is_moved() -> bool:
            latest = memory.wait_for_frame(after_id=moved[-1].frame_id if moved else 0, timeout_s=PATIENCE_S)
            assert latest is not None
            moved.append(latest)
            return abs(float(read_bars(latest.pixels)[JAW]) - 0.6) < 0.01

        until(is_moved)
        assert [one.frame_id for one in moved] == sorted({one.frame_id for one in moved})
        came = [one for one in moved if one.receive_time_ns]
        assert all(one.receive_time_ns == before_ns and one.capture_time_ns == 123 for one in came)
        # The first may be older than the message, and the second may have been drawn already, not published.
        assert all(one.render_time_ns >= before_ns for one in moved[2:])
        assert moved[-1].synthetic


def test_every_command_is_answered(tmp_path: Path, client: Callable[[Runtime], Client]) -> None:
    folder = tmp_path / "me"
    folder.mkdir()
    (folder / "avatar.toml").write_text('format = 1\nname = "Me"\nengine = "null"\n', encoding="utf-8")
    with running(settings()) as (runtime, _, failures):
        asking = client(runtime)
        assert asking.ask("ping").ok
        status = asking.ask("status").status
        assert status is not None
        assert (status.engine, status.avatar, status.size) == ("null", "numbers", 256)
        assert [stage.name for stage in status.stages] == [
            "receive", "compose", "render", "publish", "frame", "latency",
        ]  # fmt: skip
        refused = asking.ask("load_avatar", str(tmp_path / "nobody"))
        assert not refused.ok
        assert "is not an avatar" in refused.message
        assert asking.ask("load_avatar", str(folder)).ok
        assert asking.ask("status").status.avatar == "Me"  # type: ignore[union-attr]
        assert not asking.ask("release", "script").ok
        assert not asking.ask("recenter").ok
        runtime.inbox.offer(
            ControlMessage(layer="pose", source="script", values={"yaw": 0.4}, ttl_s=30.0), time.time_ns()
        )
        until(lambda: bool(asking.ask("status").status.drivers))  # type: ignore[union-attr]
        assert asking.ask("recenter", "script").ok
        (driver,) = asking.ask("status").status.drivers  # type: ignore[union-attr]
        assert (driver.source, driver.owned) == ("script", ["yaw"])
        assert asking.ask("release", "script").ok
        assert asking.ask("stop").ok
        assert failures == []


def test_commands_do_not_wait_for_a_slow_frame_rate(client: Callable[[Runtime], Client]) -> None:
    with running(settings(fps=0.001)) as (runtime, memory, _):  # the third frame is 1000 s away
        asking = client(runtime)
        for _ in range(5):
            assert asking.ask("ping").ok
        latest = memory.latest()
        assert latest is not None
        assert latest.frame_id <= 2


def test_a_status_is_published_and_counts_refused_input() -> None:
    with running(settings()) as (runtime, memory, _):
        runtime.inbox.count_drop("unknown channel", "pose has no channel 'yow'")
        until(lambda: bool((status := memory.latest_status()) and status.dropped))
        status = memory.latest_status()
        assert status is not None
        assert status.dropped == {"unknown channel": 1}
        assert any("yow" in note for note in status.notes)
        assert status.publishers == ["memory"]
        assert len(status.values) == 74


def test_looks_that_cannot_be_read_are_said_in_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_text("[")
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path))
    with running(settings()) as (_, memory, _):
        status = until(memory.latest_status)
        assert any(f"{FILE} cannot be read" in note for note in status.notes)


def test_an_engine_that_cannot_draw_stops_the_loop_with_its_reason() -> None:
    def break_engine(runtime: Runtime) -> None:
        def fail(motion: Motion, now_s: float) -> NDArray[np.uint8]:
            raise RenderError("the graphics card is gone")

        runtime.slot.engine.render = fail  # type: ignore[method-assign]

    with running(settings(), prepare=break_engine) as (_, _, failures):
        until(lambda: bool(failures))
        assert "graphics card is gone" in str(failures[0])


def test_a_publisher_that_fails_does_not_stop_the_others() -> None:
    class Broken(MemoryPublisher):
        def publish(self, frame: Frame) -> None:
            raise PublishError("the cable is cut")

    with running(settings(), publishers={"broken": Broken}) as (runtime, memory, failures):
        until(lambda: "broken" not in runtime.publishers.names)
        latest = memory.latest()
        assert latest is not None
        assert memory.wait_for_frame(after_id=latest.frame_id + 3, timeout_s=PATIENCE_S) is not None
        assert failures == []


def test_a_port_that_is_held_is_named_and_nothing_stays_open() -> None:
    with running(settings()) as (first, _, _):
        ports = {"control": first.ports.control, "request": 0, "publish": None, "osc": None}
        with pytest.raises(PortInUseError, match=str(first.ports.control)):
            Runtime(settings(ports=ports | {"vmc": None, "panel": None}))


def test_the_builtin_performance_plays_and_a_driver_takes_over() -> None:
    with running(settings(performance="builtin")) as (runtime, memory, _):
        first = shown(memory)
        until(lambda: float(np.abs(shown(memory) - first).max()) > 0.1)
        runtime.inbox.offer(jaw(0.9), time.time_ns())
        until(lambda: abs(float(shown(memory)[JAW]) - 0.9) < 0.01)


def test_the_summary_names_engine_and_ports() -> None:
    with Runtime(settings()) as runtime:
        text = "\n".join(runtime.summary())
        assert "null" in text
        assert f"control {runtime.ports.control}" in text
