"""CSV -> take -> CSV gives the same bytes; other takes give what their driver sent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bridge.errors import RecordingError, ReplayError
from bridge.takes.csv_export import export_csv
from bridge.takes.csv_import import import_csv
from protocol.messages import ControlMessage
from protocol.take import TakeWriter
from tests.bridge.takes.livelink_csv_files import COLUMNS, random_table, row, table

CODES_60 = [f"16:57:{20 + (41 + i) // 60:02}:{(41 + i) % 60:02}.{(i * 37) % 1000:03}" for i in range(150)]
CODES_DROP = ["00:08:59;28", "00:08:59;29", "00:09:00;02", "00:09:59;29", "00:10:00;00", "00:10:00;01"]


def there_and_back(folder: Path, text: str, import_fps: str = "", **export: str) -> str:
    source, take, target = folder / "a.csv", folder / "a.mcap", folder / "b.csv"
    source.write_text(text, encoding="utf-8", newline="")
    import_csv(source, take, fps=import_fps)
    export_csv(take, target, **export)
    return target.read_text(encoding="utf-8")


@pytest.mark.parametrize("decimals", [6, 10, None])
@pytest.mark.parametrize("codes", [CODES_60, CODES_DROP])
def test_a_csv_comes_back_to_the_last_digit(tmp_path: Path, codes: list[str], decimals: int | None) -> None:
    text = random_table(codes, decimals=decimals)
    assert there_and_back(tmp_path, text) == text


@pytest.mark.parametrize(
    "text",
    [
        table(
            row("00:00:01:00"),
            ",".join(["00:00:01:01", "0"] + [""] * 61),
            row("00:00:01:02", JawOpen="1e-05"),
        ),
        table(row("00:00:01:00.5"), row("00:00:01:00.25")),  # not in order, with other digits
        table(row("23:59:59:59"), row("00:00:00:00", HeadYaw="-2.75", JawOpen="1.25", TongueOut="-0.1")),
        "Timecode;jawOpen;HeadYaw;Note\n00:00:01:00;0,25;-0,5;hello\n",
    ],
)
def test_odd_rows_come_back_too(tmp_path: Path, text: str) -> None:
    assert there_and_back(tmp_path, text, "60") == text


def test_another_rate_gives_other_timecodes(tmp_path: Path) -> None:
    text = table(row("00:00:01:00"), row("00:00:01:15"))
    rows = list(csv.DictReader(there_and_back(tmp_path, text, "30", fps="60").splitlines()))
    assert [one["Timecode"] for one in rows] == ["00:00:01:00", "00:00:01:30"]


def control(layer: str, number: int, source: str = "webcam", **values: float) -> ControlMessage:
    return ControlMessage(layer=layer, source=source, values=values, sequence=number)  # type: ignore[arg-type]


def test_a_recorded_take_has_a_row_for_every_frame_of_its_face(tmp_path: Path) -> None:
    take, target = tmp_path / "a.mcap", tmp_path / "a.csv"
    with TakeWriter(take) as writer:
        for i in range(3):
            at_ns = 10**9 + i * 50_000_000
            writer.write(control("pose", i + 1, "gamepad", yaw=-1.0), at_ns)
            writer.write(control("pose", i + 1, yaw=0.25, pitch=-0.5), at_ns)
            writer.write(control("expression", i + 1, jawOpen=i / 4), at_ns + 1000)
            writer.write(control("gaze", i + 1, yaw=0.3, pitch=0.0), at_ns + 2000)
    assert export_csv(take, target) == 3
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == COLUMNS
    assert [one["Timecode"] for one in rows] == ["00:00:01:00.000", "00:00:01:03.000", "00:00:01:06.000"]
    assert [float(one["JawOpen"]) for one in rows] == [0.0, 0.25, 0.5]
    last = {name: float(rows[2][name]) for name in ("HeadYaw", "HeadPitch", "LeftEyeYaw", "EyeLookOutLeft")}
    assert last == {"HeadYaw": 0.25, "HeadPitch": 0.5, "LeftEyeYaw": 0.3, "EyeLookOutLeft": 0.5}
    other = tmp_path / "b.csv"
    assert export_csv(take, other, driver="gamepad") == 3
    assert {one["HeadYaw"] for one in csv.DictReader(other.read_text().splitlines())} == {"-1.0000000000"}


def test_a_recorded_take_can_be_imported_again_with_its_values(tmp_path: Path) -> None:
    take, target = tmp_path / "a.mcap", tmp_path / "a.csv"
    with TakeWriter(take) as writer:
        for i in range(1, 60):
            writer.write(control("pose", i, yaw=i / 100, pitch=-i / 200, roll=0.0), i * 16_666_667)
    export_csv(take, target)
    import_csv(target, tmp_path / "again.mcap", fps="60")
    export_csv(tmp_path / "again.mcap", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == target.read_bytes()


def test_what_cannot_be_exported_says_why(tmp_path: Path) -> None:
    take, target = tmp_path / "a.mcap", tmp_path / "a.csv"
    with pytest.raises(ReplayError, match="there is no file"):
        export_csv(take, target)
    take.write_bytes(b"no take")
    with pytest.raises(ReplayError, match="is no take of Omote"):
        export_csv(take, target)
    take.unlink()
    with TakeWriter(take) as writer:
        writer.write(control("emotion", 1, happy=1.0), 10**9)
    with pytest.raises(RecordingError, match="moves no face"):
        export_csv(take, target)
    assert not target.exists()
    target.write_text("mine")
    with pytest.raises(RecordingError, match="exists already"):
        export_csv(take, target, driver="webcam")
    assert target.read_text() == "mine"
