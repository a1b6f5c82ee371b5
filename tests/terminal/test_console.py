"""Every command on consoles that lack letters, and with names that would drive a terminal, as processes of their own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from terminal.console import PlainOutput, drawing_stream

COMMANDS = {
    "omote": "omote.__main__",
    "omote-bridge": "bridge.__main__",
    "omote-studio": "studio.__main__",
    "omote-measure": "measure.__main__",
    "omote-train": "training.__main__",
}
ROOT = Path(__file__).resolve().parent.parent.parent
#: What Python takes a console to be; the last is a terminal without any settings.
CONSOLES = (
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
)
NAME = "アンナ-😀-é"


def run(module: str, *arguments: str, console: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)} | console,
        timeout=600,
    )


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: "-".join(console.values()))
@pytest.mark.parametrize(
    "arguments",
    [
        ("omote.__main__", "avatar", "make", f"{NAME}.jpg", "-o", f"{NAME}"),
        ("omote.__main__", "render", "--drive", f"{NAME}.mp4", "-o", f"{NAME}.mp4"),
        ("omote.__main__", "run", "--avatar", f"avatars/{NAME}"),
        ("omote.__main__", "keys", "--keys", f"/nowhere/{NAME}", "list"),
        ("omote.__main__", "watch", "--stream", NAME),
        ("bridge.__main__", "replay", f"{NAME}.mcap"),
        ("bridge.__main__", "microphone", "--file", f"{NAME}.wav"),
        ("bridge.__main__", "video", f"{NAME}.mp4"),
        ("studio.__main__", "preview", "-o", f"{NAME}.gif"),
        ("measure.__main__", "head", "-o", f"{NAME}", "--protocol", NAME),
    ],
    ids=lambda arguments: "-".join(arguments[:2]),
)
def test_names_in_any_script_never_fail_on_a_console_without_their_letters(
    console: dict[str, str], arguments: tuple[str, ...]
) -> None:
    done = run(*arguments, console=console)
    assert b"UnicodeEncodeError" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("module", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: "-".join(console.values()))
def test_help_is_shown_on_every_console(module: str, console: dict[str, str]) -> None:
    done = run(module, "--help", console=console)
    assert done.returncode == 0, done.stderr
    assert b"usage" in done.stdout


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: "-".join(console.values()))
def test_json_is_ascii_on_every_console(console: dict[str, str]) -> None:
    done = run("omote.__main__", "doctor", "--json", console=console)
    assert b"Traceback" not in done.stderr
    assert json.loads(done.stdout.decode("ascii"))


def test_an_argument_cannot_drive_the_terminal() -> None:
    name = "\x1b]0;owned\x07clip\x1b[2J\x9b31m.mp4"
    for arguments in (
        ("bridge.__main__", "replay", name),
        ("omote.__main__", "avatar", "make", name, "-o", "x"),
        ("omote.__main__", "render", "--drive", name, "-o", "out.mp4"),
    ):
        done = run(*arguments, console={"PYTHONIOENCODING": "utf-8"})
        assert done.returncode != 0
        shown = (done.stdout + done.stderr).decode()
        assert "clip.mp4" in shown
        assert not any(
            (ord(letter) < 0x20 and letter != "\n") or 0x7F <= ord(letter) < 0xA0 for letter in shown
        )


def test_log_lines_and_tracebacks_go_through_it_too() -> None:
    program = (
        "import logging; from terminal.console import prepare_console; prepare_console(level=logging.INFO)\n"
        "logging.getLogger('x').info('from %s', '\\x1b]0;owned\\x07Anna')\n"
        "raise ValueError('\\x1b[31mred')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, cwd=ROOT)
    assert b"from Anna" in done.stderr
    assert b"ValueError: red" in done.stderr
    assert b"\x1b" not in done.stderr


def test_letters_that_a_console_lacks_become_escapes() -> None:
    raw = io.BytesIO()
    out = PlainOutput(io.TextIOWrapper(raw, "cp1252", newline="\n"))
    print("é あ", file=out, flush=True)
    assert raw.getvalue() == b"\xe9 \\u3042\n"


def test_drawing_goes_past_it() -> None:
    below = io.StringIO()
    out = PlainOutput(below)
    drawing_stream(out).write("\x1b[1A")
    out.write("\x1b[1Aplain")
    assert below.getvalue() == "\x1b[1Aplain"
    assert drawing_stream(below) is below


def program(text: str, **streams: Any) -> subprocess.Popen[bytes]:
    """A program that prepares its console."""
    text = "import sys; from terminal.console import prepare_console; prepare_console()\n" + text
    return subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, **streams)


@pytest.mark.parametrize("flush", [True, False], ids=["line by line", "in blocks"])
def test_a_program_whose_output_is_read_no_longer_ends_without_a_word(flush: bool) -> None:
    text = f"while True: print('a line', flush={flush})"
    with program(text, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"a line" + os.linesep.encode()
        running.stdout.close()
        assert running.wait(60) == 1
        assert running.stderr.read() == b""


def test_an_output_that_is_read_no_longer_at_the_end_is_not_remarked() -> None:
    with program("print('a line'); sys.stdin.read()", stdin=-1, stdout=-1, stderr=-1) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        running.stdin.close()
        assert running.stderr.read() == b""


def test_a_program_whose_messages_are_read_no_longer_goes_on() -> None:
    text = (
        "import logging; from terminal.console import drawing_stream; sys.stdin.read()\n"
        "for _ in range(20_000): logging.warning('a message')\n"
        "drawing_stream(sys.stderr).write('|###  |'); sys.stderr.flush(); print('done')"
    )
    with program(text, stdin=-1, stdout=-1, stderr=-1) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stderr.close()
        running.stdin.close()
        assert running.stdout.read().strip() == b"done"
        assert running.wait(60) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a file that is always full")
def test_a_full_disk_is_one_line() -> None:
    with (
        open("/dev/full", "wb") as full,
        program("print('a', flush=True)", stdout=full, stderr=-1) as running,
    ):
        assert running.stderr is not None
        assert running.stderr.read() == b"the output cannot be written (No space left on device)\n"
        assert running.wait(60) == 1
