from __future__ import annotations

from pathlib import Path

import pytest

from studio.__main__ import COMMANDS, main


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"example: omote-studio {command}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("render --count 0 -o x", "count"),
        ("render --count 5 -o x --size 7", "size"),
        ("render --count 5 -o x --workers 0", "workers"),
        ("render --count 5 -o x --ict nowhere.npz", "nowhere.npz"),
        ("preview -o nowhere/sheet.png", "nowhere"),
        ("preview -o sheet.txt", "sheet.txt"),
        ("serve --batch 0", "batch"),
        ("serve --batches 0", "--batches"),
        ("video -o clip.mp4 --emotion glad", "glad"),
        ("video -o clip.mp4 --drive gone.mcap", "gone.mcap"),
        ("video -o clip.mp4 --seconds 1e9", "--seconds"),
        ("video -o clip.xyz", "clip.xyz"),
    ],
)
def test_invalid_options_are_reported_in_one_line(
    options: str, word: str, small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMOTE_ICT", str(small_head))
    assert main(options.split()) == 1
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*.tar"))
