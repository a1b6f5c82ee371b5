from __future__ import annotations

from pathlib import Path

from authoring.report import AvatarReport, folder_size


def test_the_text_has_a_line_per_topic_and_warning() -> None:
    report = AvatarReport(
        name="me",
        portrait="photo.jpg",
        portrait_px=(4000, 3000),
        face_px=812.4,
        landmark_error_px=2.04,
        pose_deg=(3.2, -11.0, 0.4),
        gaze_deg=(2.0, -1.0),
        expression=(("mouthSmileLeft", 0.41),),
        face_psnr_db=38.2,
        seconds=7.7,
        size_bytes=4_200_000,
        warnings=("one", "two"),
    )
    lines = report.text().splitlines()
    assert len(lines) == 7
    assert "4000x3000" in lines[1]
    assert "812 pixels" in lines[1]
    assert "yaw +3, pitch -11, roll +0" in lines[3]
    assert "mouthSmileLeft 0.41" in lines[4]
    assert lines[5:] == ["warning     one", "warning     two"]


def test_a_folders_size_counts_every_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"123")
    assert folder_size(tmp_path) == 8
