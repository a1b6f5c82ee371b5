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


def test_what_was_taken_from_a_clip_stands_below_its_portrait() -> None:
    report = AvatarReport(
        name="me", portrait="clip.mp4", portrait_px=(512, 512), face_px=300.0, landmark_error_px=2.0,
        pose_deg=(0.0, 0.0, 0.0), gaze_deg=(0.0, 0.0), expression=(), face_psnr_db=30.0, seconds=9.0, size_bytes=1_000,
        warnings=(), clip="portrait at 1.00 s", painted="teeth as they are",
    )  # fmt: skip
    lines = report.text().splitlines()
    assert lines[1:3] == ["clip        portrait at 1.00 s", "painted     teeth as they are"]


def test_a_folders_size_counts_every_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"123")
    assert folder_size(tmp_path) == 8
