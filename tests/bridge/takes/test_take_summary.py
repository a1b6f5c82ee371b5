from __future__ import annotations

from pathlib import Path

import pytest

from bridge.takes.take_summary import summary_lines
from protocol.messages import ControlMessage, LayerName
from protocol.take import TakeReader, TakeWriter

BEGIN_NS = 1_700_000_000_000_000_000  # 2023-11-14 22:13:20 UTC


def message(layer: LayerName, source: str, **values: float) -> ControlMessage:
    return ControlMessage(layer=layer, source=source, values=values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two seconds: a pose 21 times, an expression with changing channels 3 times."""
    path = tmp_path / "a.mcap"
    with TakeWriter(path, recorded_by="test", begin_time_ns=BEGIN_NS) as writer:
        for number in range(21):
            writer.write(message("pose", "cam", yaw=0.1), BEGIN_NS + number * 100_000_000)
            if number % 10 == 0:
                channel = ("jawOpen", "tongueOut", "cheekPuff")[number // 10]
                writer.write(message("expression", "key", **{channel: 1.0}), BEGIN_NS + number * 100_000_000)
    return path


def test_every_driver_is_a_line_with_its_layers_rate_and_channels(path: Path) -> None:
    with TakeReader(path) as reader:
        head, *drivers = summary_lines(reader)
    assert head == f"{path}: 2.00 s, 24 messages, recorded by test, 2023-11-14T22:13:20+00:00"
    assert drivers == [
        "  cam: pose, 21 messages, 10.5 a second, 1 channels",
        "  key: expression, 3 messages, 1.5 a second, 3 channels",
    ]


def test_a_file_that_is_cut_off_says_so(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])
    with TakeReader(path) as reader:
        assert "its end is missing" in summary_lines(reader)[-1]


def test_progress_rises_from_nothing_to_all(path: Path) -> None:
    shares: list[float] = []
    with TakeReader(path) as reader:
        summary_lines(reader, shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_take_without_messages_has_a_head_only(tmp_path: Path) -> None:
    with TakeWriter(tmp_path / "empty.mcap"):
        pass
    with TakeReader(tmp_path / "empty.mcap") as reader:
        (line,) = summary_lines(reader)
    assert "0.00 s, 0 messages, recorded by omote, an unknown time" in line
