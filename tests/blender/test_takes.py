"""Takes and CSV files: read by the add-on and by Omote's own reader, composed by the add-on and by the runtime."""

from __future__ import annotations

import math
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import zstandard
from omote_face.channels import CHANNELS, PLACES
from omote_face.composition import compose
from omote_face.errors import ClipError
from omote_face.livelink_csv import read_csv
from omote_face.mcap_take import MAX_CHUNK_BYTES, read_take
from omote_face.msgpack import encode

from bridge.takes.csv_import import import_csv
from face.motion import NEUTRAL
from protocol.messages import ControlMessage
from protocol.take import TakeReader, TakeWriter
from runtime.control.control import Control
from runtime.control.one_euro import SmoothingSettings
from runtime.intake.inbox import Received
from tests.bridge.takes.livelink_csv_files import CODES, random_table, row, table

GOLDEN = Path(__file__).parents[1] / "data" / "protocol" / "take.mcap"
BEGIN_NS = 1_700_000_000_000_000_000


def write_take(path: Path, messages: list[tuple[float, ControlMessage]]) -> Path:
    with TakeWriter(path) as writer:
        for at_s, message in messages:
            writer.write(message, BEGIN_NS + round(at_s * 1e9))
    return path


def performance(*, count: int = 300, seed: int = 1) -> list[tuple[float, ControlMessage]]:
    """A tracker at 60 a second, and from the middle on a script that wins the jaw and adds to the pose."""
    chance = np.random.default_rng(seed)
    messages = []
    for number in range(count):
        at_s = number / 60 + float(chance.uniform(0, 0.004))
        jaw, blink, smile, yaw, pitch = (float(one) for one in chance.uniform(0, 1, 5))
        shapes = {"jawOpen": jaw, "eyeBlinkLeft": blink, "mouthSmileLeft": smile}
        messages.append((at_s, ControlMessage(layer="expression", source="webcam", values=shapes)))
        messages.append(
            (
                at_s,
                ControlMessage(
                    layer="pose", source="webcam", values={"yaw": yaw - 0.5, "pitch": pitch - 0.5}
                ),
            )
        )
        messages.append((at_s, ControlMessage(layer="emotion", source="webcam", values={"happy": smile})))
        if number > count // 2:
            script = ControlMessage(
                layer="expression", source="script", values={"jawOpen": 1 - jaw}, priority=2, weight=0.7
            )
            messages.append((at_s + 0.001, script))
            nod = ControlMessage(layer="pose", source="script", values={"pitch": 0.2}, mode="add", weight=0.5)
            messages.append((at_s + 0.001, nod))
    return messages


@pytest.mark.parametrize("path", [GOLDEN, None], ids=["golden, cut off", "written"])
def test_messages_are_those_of_omotes_reader(path: Path | None, tmp_path: Path) -> None:
    take = path or write_take(tmp_path / "take.mcap", performance())
    with TakeReader(take) as reader:
        expected = list(reader)
    found = list(read_take(str(take)))
    assert len(found) == len(expected) > 0
    for one, (time_ns, message) in zip(found, expected, strict=True):
        assert one.time_s == pytest.approx((time_ns - expected[0].receive_time_ns) / 1e9, abs=1e-9)
        assert (one.layer, one.source, one.mode, one.priority) == (
            message.layer,
            message.source,
            message.mode,
            message.priority,
        )
        assert one.values == message.values
        assert (one.weight, one.ttl_s) == (message.weight, message.ttl_s)


@pytest.mark.parametrize("fps", [24.0, 30000 / 1001, 60.0])
def test_a_take_is_composed_as_by_the_runtime(fps: float, tmp_path: Path) -> None:
    """The runtime's own Control without smoothing; frames in which it fades between drivers are not compared."""
    messages = performance()
    clip = compose(read_take(str(write_take(tmp_path / "take.mcap", messages))), fps=fps)
    control = Control(SmoothingSettings(strength=0.0))
    waiting = [(at_s - messages[0][0], message) for at_s, message in messages]
    compared = 0
    for number, values in enumerate(clip.rows):
        now_s = number / fps
        due = [item for item in waiting if item[0] <= now_s + 5e-7]
        waiting = waiting[len(due) :]
        for at_s, message in due:
            control.update([Received(message, 0, "peer")], at_s)
        control.update([], now_s)
        expected = NEUTRAL.copy()
        control.settle(expected, 1 / fps)
        middle_s = messages[-1][0] / 2
        if 1.0 < now_s < middle_s - 0.2 or now_s > middle_s + 2.0:
            assert np.abs(np.array(values) - expected).max() < 1e-3, number
            compared += 1
    assert compared > fps
    assert abs(len(clip.rows) - messages[-1][0] * fps) <= 2


def test_a_number_beyond_every_integer_refuses_the_message_and_not_the_take(tmp_path: Path) -> None:
    channel = struct.pack("<HHI", 1, 0, 0) + struct.pack("<I", 7) + b"msgpack" + bytes(4)
    fields = {"layer": "pose", "source": "a", "values": {"yaw": 0.1}}
    told = [encode(fields | more) for more in ({"priority": math.inf}, {})]
    version = struct.pack("<I7sI1s", 7, b"version", 1, b"1")
    metadata = struct.pack("<I10sI", 10, b"omote.take", len(version)) + version
    records = [(0x0C, metadata), (0x04, channel)]
    records += [(0x05, struct.pack("<HIQQ", 1, 0, 1, 1) + data) for data in told]
    path = tmp_path / "take.mcap"
    path.write_bytes(
        b"\x89MCAP0\r\n" + b"".join(struct.pack("<BQ", code, len(body)) + body for code, body in records)
    )
    assert [one.values for one in read_take(str(path))] == [{"yaw": 0.1}]


def test_what_was_not_sent_again_is_lost_after_its_time_to_live(tmp_path: Path) -> None:
    messages = [
        (0.0, ControlMessage(layer="expression", source="a", values={"jawOpen": 0.5}, ttl_s=0.5)),
        (2.0, ControlMessage(layer="expression", source="a", values={"tongueOut": 1.0})),
    ]
    clip = compose(read_take(str(write_take(tmp_path / "take.mcap", messages))), fps=10.0)
    jaw = [round(values[PLACES["expression"]["jawOpen"]], 3) for values in clip.rows]
    assert jaw == [0.5] * 5 + [0.0] * 16
    assert clip.rows[-1][PLACES["expression"]["tongueOut"]] == 1.0


@pytest.mark.parametrize("content", [b"", b"not MCAP", b"\x89MCAP0\r\n", b"\x89MCAP0\r\n" + bytes(100)])
def test_another_file_is_no_take(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.mcap"
    path.write_bytes(content)
    with pytest.raises(ClipError, match="no take"):
        list(read_take(str(path)))


def chunk(packed: bytes, size: int) -> bytes:
    """An MCAP chunk: times, unpacked size, no checksum, "zstd", the packed records."""
    head = struct.pack("<QQQI", 0, 0, size, 0) + struct.pack("<I", 4) + b"zstd"
    body = head + struct.pack("<Q", len(packed)) + packed
    return struct.pack("<BQ", 0x06, len(body)) + body


def first_chunk(whole: bytes) -> int:
    """Where the first chunk of an MCAP file begins."""
    at = 8
    while whole[at] != 0x06:
        at += 9 + int(struct.unpack_from("<Q", whole, at + 1)[0])
    return at


#: RFC 8878, 3.1.1: a frame of one segment with 8 bytes of content size, which says a terabyte, and an empty last block.
TERABYTE = b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", 1 << 40) + b"\x01\x00\x00"
ZEROS = bytes(1 << 26)


@pytest.mark.parametrize(
    ("packed", "size"),
    [
        pytest.param(TERABYTE, 100, id="a terabyte as 100 bytes"),
        pytest.param(TERABYTE, 1 << 62, id="a terabyte that says more"),
        pytest.param(zstandard.ZstdCompressor().compress(ZEROS), 1000, id="64 MB as 1000 bytes"),
        pytest.param(zstandard.ZstdCompressor().compress(ZEROS), MAX_CHUNK_BYTES, id="64 MB as 8 MB"),
    ],
)
def test_a_chunk_that_unpacks_to_more_than_it_says_takes_no_memory(
    packed: bytes, size: int, tmp_path: Path
) -> None:
    path = write_take(tmp_path / "take.mcap", performance(count=20))
    whole, expected = path.read_bytes(), list(read_take(str(path)))
    first = first_chunk(whole)
    path.write_bytes(whole[:first] + chunk(packed, size) + whole[first:])
    tracemalloc.start()
    try:
        assert list(read_take(str(path))) == expected
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_CHUNK_BYTES
    finally:
        tracemalloc.stop()


def test_a_damaged_take_is_read_as_far_as_it_goes_and_never_crashes(tmp_path: Path) -> None:
    whole = write_take(tmp_path / "take.mcap", performance(count=60)).read_bytes()
    chance = np.random.default_rng(0)
    path = tmp_path / "damaged.mcap"
    most = 0
    for _ in range(60):
        data = bytearray(whole[: int(chance.integers(1, len(whole)))])
        data[int(chance.integers(0, len(data)))] ^= int(chance.integers(1, 256))
        path.write_bytes(data)
        try:
            most = max(most, len(list(read_take(str(path)))))
        except ClipError:
            continue
    assert most > 50


@pytest.mark.parametrize(
    "codes",
    [CODES, ["10:00:00:00.000", "10:00:00:01.500", "10:00:00:04.250", "10:00:01:00.0", "10:00:02:10.5"],
     ["23:59:59:59.0", "00:00:00:00.0", "00:00:00:01.0"]],
    ids=["drop frame", "uneven", "midnight"],
)  # fmt: skip
def test_a_csv_holds_what_omotes_import_reads(codes: list[str], tmp_path: Path) -> None:
    source = tmp_path / "take.csv"
    source.write_text(random_table(codes, decimals=None), "utf-8")
    fps = 240.0
    clip = read_csv(str(source), fps=fps)
    import_csv(source, tmp_path / "take.mcap")
    with TakeReader(tmp_path / "take.mcap") as reader:
        begin_ns, messages = reader.begin_ns, list(reader)
    compared = 0
    for time_ns, message in messages:
        values = clip.rows[int(np.ceil((time_ns - begin_ns) / 1e9 * fps - 1e-3))]
        for name, value in message.values.items():
            assert values[PLACES[message.layer][name]] == pytest.approx(value, abs=1e-6), (
                message.layer,
                name,
            )
            compared += 1
    assert compared > 100
    assert not clip.fills_looks  # the file has its own eyeLook shapes
    assert len(clip.rows) == int(np.ceil((messages[-1][0] - begin_ns) / 1e9 * fps - 1e-3)) + 1


def test_eye_look_shapes_are_kept_as_the_phone_sent_them(tmp_path: Path) -> None:
    source = tmp_path / "take.csv"
    source.write_text(table(row("00:00:00:00.0", EyeLookUpLeft=0.25, LeftEyePitch=-0.3)), "utf-8")
    [values] = read_csv(str(source), fps=24.0).rows
    assert values[PLACES["expression"]["eyeLookUpLeft"]] == 0.25
    assert values[PLACES["gaze"]["pitch"]] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Timecode"),
        ("a,b\n1,2\n", "Timecode"),
        (table(row("nonsense"), row("00:00:00:01.0")), "line 2.*timecode"),
        (table(row("00:00:00:01.0", JawOpen="wide"), row("00:00:00:02.0")), "line 2.*JawOpen"),
        (table("00:00:00:01.0,61,0.5", row("00:00:00:02.0")), "line 2.*cells"),
        (table(row("00:00:00:01.0", BlendshapeCount=0)), "no row with a face"),
    ],
)
def test_a_wrong_csv_names_the_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ClipError, match=says):
        read_csv(str(path), fps=24.0)


def test_a_last_row_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text(table(row("00:00:00:00.0", JawOpen=0.5), "00:00:00:01.0,61,0.3").rstrip("\n"), "utf-8")
    assert len(read_csv(str(path), fps=60.0).rows) == 1


@pytest.mark.parametrize("title", ["Time code", "TIMECODE", "time_code", " Timecode"])
def test_the_title_of_the_timecode_may_be_spelt_otherwise(title: str, tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    text = table(row("00:00:00:00.0", JawOpen=0.5), row("00:00:00:30.0", JawOpen=0.5))
    path.write_text(text.replace("Timecode", title), "utf-8")
    assert len(read_csv(str(path), fps=60.0).rows) == 31


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (lambda path: read_csv(path, fps=24.0), lambda path: list(read_take(path))):
        with pytest.raises(ClipError, match="nothing"):
            read(str(tmp_path / "nothing"))


def test_values_stay_within_the_channels(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text(table(row("00:00:00:00.0", JawOpen=7.0, HeadYaw=-9.0, TongueOut="nan")), "utf-8")
    [values] = read_csv(str(path), fps=24.0).rows
    assert all(c.low - 1e-6 <= value <= c.high + 1e-6 for value, c in zip(values, CHANNELS, strict=True))
