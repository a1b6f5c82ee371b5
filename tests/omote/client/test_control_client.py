from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import zmq

from omote.client import ControlClient, NoAnswerError, control_client
from omote.client.control_sender import QUEUE
from protocol.codec import encode
from protocol.messages import Command, ControlMessage, Reply

POSE = ControlMessage(layer="pose", source="s", values={"yaw": 0.1})


def test_a_reply_from_another_program_is_not_accepted() -> None:
    with zmq.Context() as context, context.socket(zmq.REP) as other_program:
        port = other_program.bind_to_random_port("tcp://127.0.0.1")
        thread = threading.Thread(target=lambda: (other_program.recv(), other_program.send(b"hello")))
        thread.start()
        with (
            ControlClient(request_port=port) as client,
            pytest.raises(NoAnswerError, match="is not this Omote"),
        ):
            client.request(Command(name="ping"))
        thread.join()


def test_sending_without_a_runtime_raises_and_does_not_block() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as free:
        port = free.bind_to_random_port("tcp://127.0.0.1")
    client = ControlClient(control_port=port)
    for _ in range(QUEUE):
        client.send(POSE)
    with pytest.raises(NoAnswerError, match=rf"{port}; start one with: omote run"):
        client.send(POSE)
    client.close()
    client.close()


def test_a_runtime_elsewhere_wants_a_key() -> None:
    with (
        ControlClient(host="192.0.2.1", timeout_s=0.01) as client,  # an address of no machine (RFC 5737)
        pytest.raises(NoAnswerError, match=r"omote run --bind ADDRESS, .* this client has none"),
    ):
        client.request(Command(name="ping"))


def test_a_request_that_waits_is_abandoned_by_another_thread() -> None:
    with (
        zmq.Context() as context,
        context.socket(zmq.REP) as silent,
        ControlClient(request_port=silent.bind_to_random_port("tcp://127.0.0.1"), timeout_s=86_400) as client,
    ):
        thread = threading.Thread(target=lambda: (silent.recv(), client.abandon()))
        thread.start()
        with pytest.raises(NoAnswerError, match="closed before the runtime answered"):
            client.request(Command(name="ping"))
        thread.join()
        with pytest.raises(NoAnswerError, match="make another one"):
            client.request(Command(name="ping"))


@contextmanager
def answering(times: int) -> Iterator[tuple[int, list[bytes]]]:
    """A runtime that answers so many requests: its port, and ZeroMQ's names of the connections they came by."""
    with zmq.Context() as context, context.socket(zmq.ROUTER) as runtime:
        port = runtime.bind_to_random_port("tcp://127.0.0.1")
        callers = list[bytes]()

        def serve() -> None:
            for _ in range(times):
                who, _, _ = runtime.recv_multipart()
                callers.append(who)
                runtime.send_multipart([who, b"", encode(Reply(ok=True))])

        server = threading.Thread(target=serve)
        server.start()
        yield port, callers
        server.join()


def test_a_connection_that_rested_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies between may have forgotten it, and the request would wait in vain."""
    with (
        answering(3) as (port, callers),
        ControlClient(request_port=port, timeout_s=60, keeps_connection=True) as client,
    ):
        for kept_s in (10.0, 10.0, 0.0):
            monkeypatch.setattr(control_client, "KEPT_S", kept_s)
            client.request(Command(name="ping"))
    assert callers[0] == callers[1] != callers[2]


def test_a_client_holds_no_connection_between_requests_unless_it_is_to() -> None:
    """A runtime has room for 64 of them: many programs that ask once in a while must not lock others out."""
    with answering(2) as (port, callers), ControlClient(request_port=port, timeout_s=60) as client:
        for _ in range(2):
            client.request(Command(name="ping"))
    assert callers[0] != callers[1]


def test_one_connection_serves_all_requests_that_do_not_wait_at_the_same_time() -> None:
    """Over keys each connection costs a handshake."""
    refused = list[NoAnswerError]()
    with zmq.Context() as context, context.socket(zmq.ROUTER) as runtime:
        port = runtime.bind_to_random_port("tcp://127.0.0.1")
        callers, silent = list[bytes](), threading.Event()

        def serve() -> None:
            for number in range(7):
                who, _, _ = runtime.recv_multipart()
                callers.append(who)  # ZeroMQ's name of the connection
                if number == 3:
                    silent.set()
                else:
                    runtime.send_multipart([who, b"", encode(Reply(ok=True, message=str(number)))])

        def wait_in_vain() -> None:
            with pytest.raises(NoAnswerError, match="closed before") as caught:
                client.request(Command(name="ping"))
            refused.append(caught.value)

        server, waiting = threading.Thread(target=serve), threading.Thread(target=wait_in_vain)
        server.start()
        with ControlClient(request_port=port, timeout_s=86_400, keeps_connection=True) as client:
            assert [client.request(Command(name="ping")).message for _ in range(3)] == ["0", "1", "2"]
            waiting.start()
            silent.wait()
            assert [client.request(Command(name="ping")).message for _ in range(3)] == ["4", "5", "6"]
        waiting.join()
        server.join()
    assert len(refused) == 1
    first, waits, others = callers[0], callers[3], callers[4]
    assert callers == [first] * 4 + [others] * 3
    assert waits != others
