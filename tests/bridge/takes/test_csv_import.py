"""CSV files of Live Link Face as takes: values, signs, times, and what is refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from bridge.errors import RecordingError
from bridge.takes.csv_import import Imported, import_csv
from bridge.takes.csv_table import PROGRESS_ROWS, CsvTable
from bridge.takes.timecode import FrameRate
from protocol.take import Recorded, TakeReader
from tests.bridge.takes.livelink_csv_files import COLUMNS, row, table

HOUR_NS = 3600 * 10**9


def imported(folder: Path, text: str, *, fps: str = "", driver: str = "") -> tuple[Imported, list[Recorded]]:
    source, take = folder / "anna.csv", folder / "anna.mcap"
    source.write_text(text, encoding="utf-8")
    found = import_csv(source, take, fps=fps, driver=driver)
    with TakeReader(take) as reader:
        messages = list(reader)
        assert reader.refused == {}
        assert reader.is_whole
    return found, messages


def values(messages: list[Recorded], layer: str) -> list[dict[str, float]]:
    return [dict(message.values) for _, message in messages if message.layer == layer]


def test_values_and_signs_are_those_of_the_apps_stream(tmp_path: Path) -> None:
    face = row(
        "10:00:00:30.500", JawOpen="0.5250", EyeBlinkRight=0.25, EyeLookOutLeft=0.9, HeadYaw=0.1, HeadPitch=0.2,
        HeadRoll=-0.3, LeftEyeYaw=0.2, RightEyeYaw=0.1, LeftEyePitch=0.1, RightEyePitch=0.3,
    )  # fmt: skip
    found, messages = imported(tmp_path, table(face), fps="60")
    assert found == Imported(1, 1, FrameRate(60), False)
    assert [(m.source, m.sequence) for _, m in messages] == [("livelink:anna", 1)] * 3
    assert {at for at, _ in messages} == {10 * HOUR_NS + 508_333_333}
    [expression] = values(messages, "expression")
    assert {name: value for name, value in expression.items() if value} == {
        "jawOpen": 0.525,
        "eyeBlinkRight": 0.25,
    }
    assert len(expression) == 44  # the gaze stands for the eight eyeLook shapes
    assert values(messages, "pose") == [{"yaw": 0.1, "pitch": -0.2, "roll": -0.3}]
    assert values(messages, "gaze") == [pytest.approx({"yaw": 0.15, "pitch": -0.2})]


def test_without_eye_angles_the_gaze_is_that_of_the_eye_look_coefficients(tmp_path: Path) -> None:
    face = row("10:00:00:30", EyeLookOutLeft=0.5, EyeLookInRight=0.5)
    _, messages = imported(tmp_path, table(face))
    [gaze] = values(messages, "gaze")
    assert gaze["yaw"] > 0.1
    assert gaze["pitch"] == 0.0


def test_rows_without_a_face_send_nothing(tmp_path: Path) -> None:
    lost = ",".join(["10:00:00:01", "0"] + [""] * 61)
    found, messages = imported(tmp_path, table(row("10:00:00:00", JawOpen=1), lost, row("10:00:00:02")))
    assert (found.rows, found.faces) == (3, 2)
    assert [m.sequence for _, m in messages] == [1, 1, 1, 3, 3, 3]


def test_time_goes_on_past_midnight_and_equal_timecodes_keep_their_order(tmp_path: Path) -> None:
    rows = [row(code) for code in ("23:59:59:59", "23:59:59:59", "00:00:00:00", "00:00:00:01")]
    _, messages = imported(tmp_path, table(*rows))
    times = [at for at, message in messages if message.layer == "pose"]
    assert times[1] == times[0] + 1
    assert times[2] == 24 * HOUR_NS
    assert times[3] == 24 * HOUR_NS + 16_666_667


def test_columns_may_come_in_another_order_and_number(tmp_path: Path) -> None:
    text = "HeadYaw,jawOpen,Timecode,Note\n0.5,0.25,00:00:01:00,hello\n"
    _, messages = imported(tmp_path, text, driver="me")
    assert values(messages, "expression") == [{"jawOpen": 0.25}]
    assert values(messages, "pose") == [{"yaw": 0.5}]
    assert messages[0].message.source == "me"


def test_decimal_commas_are_read_where_another_sign_separates_the_cells(tmp_path: Path) -> None:
    text = table(row("00:00:01:00", JawOpen=0.25, HeadYaw=0.5))
    head, body = text.replace(",", ";").split("\n", 1)
    _, messages = imported(tmp_path, f"{head}\n{body.replace('.', ',')}")
    assert values(messages, "expression")[0]["jawOpen"] == 0.25
    assert values(messages, "pose") == [{"yaw": 0.5, "pitch": -0.0, "roll": 0.0}]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_that_a_spreadsheet_saved_again_is_read(tmp_path: Path, encoding: str, separator: str) -> None:
    source = tmp_path / "anna.csv"
    text = table(row("00:00:01:00", JawOpen=0.25)).replace(",", separator).replace("\n", "\r\n")
    source.write_bytes(text.encode(encoding))
    assert import_csv(source, tmp_path / "anna.mcap").faces == 1


def test_a_row_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    found, _ = imported(tmp_path, table(row("00:00:01:00")) + "00:00:01:01,61,0.25,0.1")
    assert (found.rows, found.is_cut) == (1, True)


def test_the_rate_is_that_of_the_largest_frame_or_the_given_one(tmp_path: Path) -> None:
    codes = ("00:00:59;28", "00:00:59;29", "00:01:00;02")
    found, messages = imported(tmp_path, table(*map(row, codes)))
    assert found.rate == FrameRate(30, is_ntsc=True, is_drop=True)
    times = [at for at, message in messages if message.layer == "pose"]
    assert times == [59_993_266_667, 60_026_633_333, 60_060_000_000]  # frames 1798, 1799 and 1800


def test_less_than_two_seconds_do_not_tell_the_rate_so_it_is_the_apps(tmp_path: Path) -> None:
    found, _ = imported(tmp_path, table(row("10:00:00:01"), row("10:00:00:02")))
    assert found.rate == FrameRate(60)


def test_longer_files_tell_their_rate(tmp_path: Path) -> None:
    found, _ = imported(tmp_path, table(*(row(f"10:00:0{s}:{f:02}") for s in range(4) for f in (0, 24))))
    assert found.rate == FrameRate(25)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected the columns of Live Link Face"),
        ("a,b,c\n1,2,3\n", "expected the columns of Live Link Face"),
        (table(), "has no rows"),
        (table("00:00:01:00,61,0.5", row("00:00:01:01")), "line 2: got 3 cells, expected 63"),
        (table(row("00:00:01:00", JawOpen="0,5")), "decimal commas need another separator"),
        (table(row("00:00:01:00", JawOpen="wide")), "line 2: got 'wide' for JawOpen, expected a number"),
        (table(row("00:00:01:00", HeadYaw="1.234.5")), "line 2: got '1.234.5' for HeadYaw"),
        (table(row("yesterday")), "line 2: got 'yesterday', expected a timecode"),
        (
            table(row("00:01:00;00")),
            "00:01:00;00 does not exist at 29.97 frames a second with dropped frames",
        ),
        ('"' + table(row("00:00:01:00")), "is no CSV file|expected the columns"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    source, take = tmp_path / "a.csv", tmp_path / "a.mcap"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=reason):
        import_csv(source, take)
    assert not take.exists()


def test_files_that_cannot_be_read_or_exist_are_named(tmp_path: Path) -> None:
    source, take = tmp_path / "a.csv", tmp_path / "a.mcap"
    with pytest.raises(RecordingError, match=r"cannot be read .*expected a CSV file"):
        import_csv(source, take)
    source.write_bytes(b"\xff\xfe\x00Timecode")
    with pytest.raises(RecordingError, match="cannot be read as text"):
        import_csv(source, take)
    source.write_text(table(row("00:00:01:00")), encoding="utf-8")
    take.write_bytes(b"mine")
    with pytest.raises(RecordingError, match="exists already"):
        import_csv(source, take)
    assert take.read_bytes() == b"mine"


def test_the_share_that_is_done_rises_to_the_end(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    codes = [f"00:00:{n // 60:02}:{n % 60:02}" for n in range(2000)]
    source.write_text(table(*map(row, codes)), encoding="utf-8")
    shares: list[float] = []
    import_csv(source, tmp_path / "a.mcap", progress=shares.append)
    assert len(shares) == 2 * (2000 // PROGRESS_ROWS)  # while it is read, and while it is converted
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < 0.2
    assert 0.75 < shares[-1] <= 1.0


@pytest.mark.parametrize(
    ("cells", "decimals"),
    [(["0.25", "0.50"], 2), (["0.25", "0.5"], None), (["0.25", "12"], None), (["7", "0.25"], None), (["", "-0.125"], 3),
     (["0.25", "25"], None), (["0.1", ".5"], 1), (["0.25", "1e-05"], None), (["1", "2"], None), (["", ""], None)],
)  # fmt: skip
def test_the_digits_are_those_that_all_numbers_have(
    tmp_path: Path, cells: list[str], decimals: int | None
) -> None:
    source = tmp_path / "a.csv"
    source.write_text(
        "Timecode,jawOpen\n" + "".join(f"00:00:01:00,{cell}\n" for cell in cells), encoding="utf-8"
    )
    assert CsvTable(source).decimals == decimals


def test_memory_does_not_hold_the_cells(tmp_path: Path) -> None:
    """Measured by the largest size of Python's own objects; the cells of this file alone need 8 MB."""
    source = tmp_path / "a.csv"
    codes = [f"00:{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(3000)]
    source.write_text(table(*map(row, codes)), encoding="utf-8")
    tracemalloc.start()
    try:
        count = sum(1 for _ in CsvTable(source).rows())
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 3000
    assert peak_bytes < 2_000_000


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text(table(row("00:00:01:00"), row("00:00:01:01")), encoding="utf-8")
    rows = CsvTable(source).rows()
    source.write_text(table(row("00:00:01:00"), row("00:00:02:01")), encoding="utf-8")
    with pytest.raises(RecordingError, match="was changed while it was read"):
        list(rows)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", b"\xff".decode("utf-8", "surrogateescape")])
def test_a_file_of_any_name_has_a_driver_of_a_printable_name(tmp_path: Path, name: str) -> None:
    source = tmp_path / f"{name}.csv"
    try:
        source.write_text(table(row("00:00:01:00")), encoding="utf-8")
    except OSError:
        pytest.skip("this system has no such names")
    import_csv(source, tmp_path / "a.mcap")
    with TakeReader(tmp_path / "a.mcap") as reader:
        [driver] = {message.source for _, message in reader}
    assert driver.startswith("livelink:")
    assert driver.isprintable()


def test_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    _, messages = imported(
        tmp_path, table(row("00:00:01:00", JawOpen="nan", HeadYaw="1e9", CheekPuff="", TongueOut=1))
    )
    [expression] = values(messages, "expression")
    shapes = {name[0].lower() + name[1:] for name in COLUMNS[2:54] if not name.startswith("EyeLook")}
    assert expression.keys() == shapes - {"jawOpen", "cheekPuff"}
    assert values(messages, "pose") == [{"pitch": -0.0, "roll": 0.0}]
