from __future__ import annotations

import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import msgpack
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import CompressionType, IndexType, Writer

from protocol.codec import encode
from protocol.errors import TakeError
from protocol.messages import ControlMessage
from protocol.take import METADATA, Recorded, TakeReader, TakeWriter

ROOT = Path(__file__).resolve().parents[2]
BEGIN_NS = 1_700_000_000_123_456_789


def pose(index: int, source: str = "webcam") -> ControlMessage:
    return ControlMessage(
        layer="pose",
        source=source,
        values={"yaw": index % 1000 / 1000, "pitch": -0.25},
        ttl_s=0.4,
        sequence=index + 1,
        capture_time_ns=BEGIN_NS + index * 16_666_667 - 4_000_001,
    )


def emotion(index: int) -> ControlMessage:
    return ControlMessage(layer="emotion", source="hotkey", values={"happy": 1.0}, weight=0.5, priority=index)


def recorded(count: int) -> list[Recorded]:
    """Messages of a face at 60 pictures a second, with occasional emotions of unknown capture time."""
    out = []
    for index in range(count):
        at_ns = BEGIN_NS + index * 16_666_667
        out.append(Recorded(at_ns, pose(index)))
        if index % 25 == 0:
            out.append(Recorded(at_ns + 1, emotion(index // 25)))
    return out


def write(path: Path, items: list[Recorded], *, is_finished: bool = True) -> TakeWriter:
    writer = TakeWriter(path, recorded_by="test", begin_time_ns=BEGIN_NS)
    for at_ns, message in items:
        writer.write(message, at_ns)
    if is_finished:
        writer.close()
    return writer


def test_what_is_written_is_read_with_the_same_nanoseconds(tmp_path: Path) -> None:
    items = recorded(200)
    write(tmp_path / "a.mcap", items)
    with TakeReader(tmp_path / "a.mcap") as take:
        assert list(take) == items
        assert next(iter(take)) == items[0]
        assert list(take) == items  # as often as it is asked, and from its beginning
        assert take.is_whole
        assert not take.refused
        assert (take.begin_ns, take.end_ns) == (items[0].receive_time_ns, items[-1].receive_time_ns)
        assert take.duration_s == pytest.approx(199 / 60, abs=1e-6)
        assert take.metadata["recorded_by"] == "test"
        assert take.metadata["begin"] == "2023-11-14T22:13:20+00:00"


def test_the_mcap_package_reads_one_channel_per_source(tmp_path: Path) -> None:
    items = recorded(100)
    write(tmp_path / "a.mcap", items)
    with (tmp_path / "a.mcap").open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        assert summary.statistics.message_count == len(items)
        assert sorted(channel.topic for channel in summary.channels.values()) == ["hotkey", "webcam"]
        assert {channel.message_encoding for channel in summary.channels.values()} == {"msgpack"}
        (schema,) = summary.schemas.values()
        assert (schema.name, schema.encoding) == ("omote.control", "jsonschema")
        assert [entry.name for entry in reader.iter_metadata()] == [METADATA]
        for item, (_, channel, message) in zip(
            items, reader.iter_messages(log_time_order=False), strict=True
        ):
            assert message.log_time == item.receive_time_ns
            assert message.publish_time == (item.message.capture_time_ns or item.receive_time_ns)
            said = msgpack.unpackb(message.data)
            assert said["source"] == channel.topic == item.message.source
            assert said["values"] == item.message.values


def test_at_most_a_second_is_missing_while_it_is_still_written(tmp_path: Path) -> None:
    items = recorded(150)
    writer = write(tmp_path / "a.mcap", items, is_finished=False)
    with TakeReader(tmp_path / "a.mcap") as take:
        found = list(take)
        assert found == items[: len(found)]
        assert items[-1].receive_time_ns - found[-1].receive_time_ns < 1_000_000_000
        assert not take.is_whole
    writer.flush()
    with TakeReader(tmp_path / "a.mcap") as take:
        assert list(take) == items
    writer.close()
    writer.close()


def test_a_writer_that_is_killed_leaves_a_take(tmp_path: Path) -> None:
    script = (
        "import itertools, sys\n"
        "from pathlib import Path\n"
        "from protocol.messages import ControlMessage\n"
        "from protocol.take import TakeWriter\n"
        "take = TakeWriter(Path(sys.argv[1]))\n"
        "for index in itertools.count():\n"
        "    message = ControlMessage(layer='pose', source='a', values={'yaw': index % 100 / 100})\n"
        "    take.write(message, 10**18 + index * 10**7)\n"
        "    if index == 2000: print('go', flush=True)\n"
    )
    path = tmp_path / "a.mcap"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"go"
    finally:
        process.kill()
        process.communicate()
    with TakeReader(path) as take:
        found = list(take)
        assert not take.is_whole
    assert len(found) > 1900  # all but the half second that was on its way
    assert [at_ns for at_ns, _ in found] == [10**18 + index * 10**7 for index in range(len(found))]


def test_a_clock_that_goes_back_loses_nothing(tmp_path: Path) -> None:
    items = [*recorded(50), *recorded(50)]
    write(tmp_path / "a.mcap", items)
    with TakeReader(tmp_path / "a.mcap") as take:
        assert list(take) == items


def test_takes_of_this_version_stay_readable() -> None:
    """A stored take of version 1: a few messages of two sources, with the end of the file missing."""
    with TakeReader(ROOT / "tests" / "data" / "protocol" / "take.mcap") as take:
        assert list(take) == recorded(30)
        assert not take.is_whole
        assert take.metadata["version"] == "1"


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "a.mcap", recorded(3))
    with pytest.raises(FileExistsError):
        TakeWriter(tmp_path / "a.mcap")


def test_thousands_of_sources_share_a_channel_and_keep_their_names(tmp_path: Path) -> None:
    items = [Recorded(BEGIN_NS + index, pose(index, f"osc:{index}")) for index in range(1500)]
    write(tmp_path / "a.mcap", items)
    with TakeReader(tmp_path / "a.mcap") as take:
        assert list(take) == items


@pytest.mark.parametrize("content", [b"", b"\x89MCAP0\r\n", b"no take at all", bytes(4096)])
def test_a_file_that_is_not_a_take_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mcap").write_bytes(content)
    with pytest.raises(TakeError, match="not a take"):
        TakeReader(tmp_path / "a.mcap")


def test_another_programs_mcap_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.mcap").open("wb") as file:
        other = Writer(file)
        other.start()
        other.finish()
    with pytest.raises(TakeError, match="no take of Omote's"):
        TakeReader(tmp_path / "a.mcap")


def test_a_newer_take_says_so(tmp_path: Path) -> None:
    with (tmp_path / "a.mcap").open("wb") as file:
        other = Writer(file)
        other.start()
        other.add_metadata(METADATA, {"version": "2"})
        other.finish()
    with pytest.raises(TakeError, match=r"newer take.*update Omote"):
        TakeReader(tmp_path / "a.mcap")


def test_invalid_messages_are_counted_and_left_out(tmp_path: Path) -> None:
    with (tmp_path / "a.mcap").open("wb") as file:
        other = Writer(file, compression=CompressionType.NONE)
        other.start()
        other.add_metadata(METADATA, {"version": "1"})
        ours = other.register_channel("a", "msgpack", 0)
        theirs = other.register_channel("b", "json", 0)
        good = {"type": "control", "layer": "pose", "source": "a", "values": {"yaw": 0.5}}
        for index, said in enumerate((
            good,
            {**good, "values": {"yaw": 7.0}},
            {**good, "values": {"yaw": float("nan"), "pitch": 0.1}},
            {**good, "layer": "hat"},
            ["no", "map"],
        )):  # fmt: skip
            other.add_message(ours, index, msgpack.packb(said), index)
        other.add_message(theirs, 9, b"{}", 9)
        other.finish()
    with TakeReader(tmp_path / "a.mcap") as take:
        assert [message.values for _, message in take] == [{"yaw": 0.5}, {"pitch": 0.1}]
        assert take.refused == {
            "out of range": 1,
            "non-finite value": 1,
            "unknown layer": 1,
            "wrong type or missing field": 1,
            "not of a known channel": 1,
        }


@settings(max_examples=60)
@given(data=st.data())
def test_a_take_that_is_cut_or_damaged_anywhere_gives_what_is_left(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("take")
    items = recorded(120)
    write(folder / "a.mcap", items)
    content = bytearray((folder / "a.mcap").read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "b.mcap").write_bytes(content)
    try:
        with TakeReader(folder / "b.mcap") as take:
            found = list(take)
    except TakeError:
        return
    assert all(item in items for item in found)  # never something that was not recorded


@pytest.mark.parametrize("times_ns", [(0, 2**64 - 1), (2**64 - 1, 0), (10**9, 10**18)])
def test_far_off_times_are_read_and_do_not_count_as_length(tmp_path: Path, times_ns: tuple[int, int]) -> None:
    path = tmp_path / "far.mcap"
    items = [Recorded(times_ns[0], pose(0)), Recorded(times_ns[1], pose(1))]
    write(path, items)
    with TakeReader(path) as take:
        assert list(take) == items
        assert (take.begin_ns, take.end_ns, take.duration_s) == (min(times_ns), max(times_ns), 0.0)


def chunk_of(records: bytes) -> bytes:
    """MCAP's Chunk record (opcode 6), compressed by Zstandard, without a checksum."""
    squeezed = zstandard.compress(records)
    body = struct.pack("<QQQI", BEGIN_NS, BEGIN_NS, len(records), 0) + struct.pack("<I", 4) + b"zstd"
    body += struct.pack("<Q", len(squeezed)) + squeezed
    return b"\x06" + struct.pack("<Q", len(body)) + body


def test_a_small_file_that_expands_costs_little_memory(tmp_path: Path) -> None:
    """Chunks of nothing but tiny records, of one long name each, and one that is too large: compressed a thousandfold."""
    path = tmp_path / "a.mcap"
    with path.open("wb") as file:
        writer = Writer(
            file,
            chunk_size=2**40,
            compression=CompressionType.ZSTD,
            index_types=IndexType.NONE,
            repeat_channels=False,
        )
        writer.start()
        writer.add_metadata(METADATA, {"version": "1"})
        schema = writer.register_schema("omote.control", "jsonschema", b"{}")
        channel = writer.register_channel("webcam", "msgpack", schema)
        writer.add_message(channel, log_time=BEGIN_NS, publish_time=BEGIN_NS, data=b"")
        writer.flush()
        # MCAP's Message records without data, repeated: written one by one they take seconds.
        tiny = b"\x05" + struct.pack("<QHIQQ", 22, channel, 0, BEGIN_NS, BEGIN_NS)
        file.write(chunk_of(200_000 * tiny))
        for _ in range(20):
            writer.register_channel("x" * 7_000_000, "msgpack", schema)
            writer.flush()
        writer.add_message(channel, log_time=BEGIN_NS, publish_time=BEGIN_NS, data=b"\0" * 137_000_000)
        writer.flush()
        writer.add_message(channel, log_time=BEGIN_NS, publish_time=BEGIN_NS, data=encode(pose(1)))
        writer.finish()
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    try:
        with TakeReader(path) as take:
            assert list(take) == [Recorded(BEGIN_NS, pose(1))]
            assert take.refused["damaged chunk"] == 1
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024 * 1024  # peak
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(os.name == "nt", reason="named pipes in folders")
def test_a_pipe_that_is_called_a_take_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mcap")
    with pytest.raises(TakeError, match="is a named pipe"):
        TakeReader(tmp_path / "a.mcap")
    with pytest.raises(FileNotFoundError):
        TakeReader(tmp_path / "nowhere.mcap")


def test_an_attachment_comes_back_and_disturbs_no_message(tmp_path: Path) -> None:
    path = tmp_path / "take.mcap"
    with TakeWriter(path) as take:
        take.write(pose(1, "a"), BEGIN_NS)
        take.attach("notes", b"\x00any bytes", media_type="application/octet-stream")
        take.write(pose(2, "a"), BEGIN_NS + 1)
    with TakeReader(path) as reader:
        assert [message for _, message in reader] == [pose(1, "a"), pose(2, "a")]
        assert reader.refused == {}
        assert reader.attachment("notes") == b"\x00any bytes"
        assert reader.attachment("others") is None
