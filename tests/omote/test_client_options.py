from __future__ import annotations

import argparse
import threading
from pathlib import Path

import pytest
import zmq

from omote.client_options import KeyOptionError, add_client_options, client_from, read_key
from omote.commands.keys import add_client
from protocol.codec import decode_message, encode
from protocol.messages import Command, Reply


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_client_options(parser)
    return parser.parse_args([*words])


@pytest.mark.parametrize(
    ("given", "host"),
    [("192.168.1.20", "192.168.1.20"), ("studio-pc.local", "studio-pc.local"), ("::1", "::1"), ("[fd00::20]", "fd00::20"),
     ("fe80::1%eth0", "fe80::1%eth0"), ("münchen", "münchen")],
)  # fmt: skip
def test_a_machine_is_named_in_every_usual_way(given: str, host: str) -> None:
    assert parsed("--host", given).host == host


@pytest.mark.parametrize(
    "given",
    ["http://127.0.0.1", "tcp://127.0.0.1:5571", "localhost:5571", "", " ", "a b", "[::1]:5571", "a/b", "*"],
)
def test_what_names_no_machine_is_one_line(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--host", given)
    assert "is not the name or address of a machine; expected" in capsys.readouterr().err.splitlines()[-1]


def test_without_a_key_none_is_read() -> None:
    assert read_key(None) is None
    assert parsed().key is None


def test_the_key_that_omote_keys_wrote_is_read(tmp_path: Path) -> None:
    add_client(tmp_path / "keys", "laptop", tmp_path / "laptop.omote-key")
    key = read_key(tmp_path / "laptop.omote-key")
    assert key is not None
    assert len(key.public) == 40  # Z85 of 32 bytes, ZeroMQ RFC 32


def test_an_unusable_key_names_the_command_that_makes_one(tmp_path: Path) -> None:
    (tmp_path / "bad.omote-key").write_text("public = 3")
    for name in ("bad.omote-key", "missing.omote-key"):
        with pytest.raises(KeyOptionError, match="omote keys add NAME"):
            client_from(parsed("--key", str(tmp_path / name)))


def test_the_client_sends_to_the_port_that_the_options_name() -> None:
    with zmq.Context() as context, context.socket(zmq.REP) as runtime:
        port = runtime.bind_to_random_port("tcp://127.0.0.1")
        received: list[object] = []

        def answer() -> None:
            received.append(decode_message(runtime.recv()))
            runtime.send(encode(Reply(ok=True)))

        thread = threading.Thread(target=answer)
        thread.start()
        with client_from(parsed("--request-port", str(port))) as client:
            assert client.request(Command(name="ping")) == Reply(ok=True)
        thread.join()
    assert received == [Command(name="ping")]
