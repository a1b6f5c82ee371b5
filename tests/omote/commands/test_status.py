from __future__ import annotations

import argparse
import json
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from omote.commands import status
from protocol.codec import decode_message
from protocol.messages import Reply, Status
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts

GOLDEN = Path(__file__).parents[2] / "data" / "protocol" / "status.bin"


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    status.add_parser(parser.add_subparsers())
    return parser.parse_args(["status", *words])


def golden() -> Status:
    message = decode_message(GOLDEN.read_bytes())
    assert isinstance(message, Status)
    return message


def asked(reply: Reply, *words: str) -> int:
    """The exit status of `omote status` against a real Receiver that answers once."""
    inbox = Inbox()
    with Receiver(inbox, ReceiverPorts(control=None, request=0, osc=None, vmc=None)) as receiver:

        def answer() -> None:
            while not (waiting := inbox.take_commands()):
                assert inbox.wait(60)
            assert waiting[0].command.name == "status"
            waiting[0].answer(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        result = status.run(parsed(*words, "--request-port", str(receiver.ports.request)))
        thread.join()
    return result


def test_the_text_names_drivers_and_refused_messages(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(Reply(ok=True, status=golden())) == 0
    shown = capsys.readouterr().out
    for part in ("builtin, 512 x 512", "59.9 per second (of 60)", "面 tracker: set pose", "owns yaw",
                 "3 x out of range", "no GPU found", "render"):  # fmt: skip
        assert part in shown


def test_json_is_one_object_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(Reply(ok=True, status=golden()), "--json") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == json.loads(GOLDEN.with_suffix(".json").read_text("utf-8"))


def test_a_runtime_that_stops_is_an_error_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(Reply(ok=False, message="the runtime stops")) == 1
    assert "the runtime stops" in capsys.readouterr().err


def test_without_drivers_the_text_says_that_the_face_idles() -> None:
    assert "no driver; the face idles" in status.describe(replace(golden(), drivers=[]))
