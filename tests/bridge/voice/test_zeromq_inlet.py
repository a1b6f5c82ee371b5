from __future__ import annotations

import zmq

from bridge.voice.listen_address import listen_place
from bridge.voice.zeromq_inlet import ZeroMqInlet
from protocol.sound_messages import MAX_VOICE_BYTES, SoundMessage, encode_voice
from tests.waiting import until


def test_messages_come_in_order_and_one_that_is_too_large_ends_only_its_connection() -> None:
    inlet = ZeroMqInlet(listen_place("tcp://127.0.0.1:0"))
    assert inlet.receive() is None
    with zmq.Context() as context, context.socket(zmq.PUSH) as hostile, context.socket(zmq.PUSH) as honest:
        for socket in (hostile, honest):
            socket.linger = 0
            socket.connect(inlet.address)
        hostile.send(b"\0" * (MAX_VOICE_BYTES + 1))
        for number in range(3):
            honest.send(encode_voice(SoundMessage(rate=8000 + number, samples=b"")))
        rates = []
        for _ in range(3):
            (message,) = inlet.decode(until(inlet.receive))
            assert isinstance(message, SoundMessage)
            rates.append(message.rate)
        assert rates == [8000, 8001, 8002]
    inlet.close()
    inlet.close()
