"""A simulated phone in its own process: waits for a greeting as real phones do, then sends.

python phone_process.py KIND PORT REPLY_PORT     prints the greeting, then sends frames until it is ended

KIND: udp (iFacialMocap), tcp (iFacialMocap over TCP), facemotion3d or vts. It waits on PORT and
sends to REPLY_PORT of the greeting host, since tests must not use the fixed ports of real phones.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bridge import phone_encoders as phones

FACE = phones.Face(yaw=0.2, pitch=-0.1, roll=0.05, coefficients={"jawOpen": 0.5, "eyeBlinkLeft": 0.25})
SECRET = b"sahuasouryya9218sauhuiayeta91555dy3719"
SEND_S = 60.0  # or until the test ends the process


def asked(kind: str, datagram: bytes) -> bytes | None:
    """The frame to send for a greeting; None where the real phone would send nothing."""
    if kind == "vts":
        question = json.loads(datagram)
        assert question["messageType"] == "iOSTrackingDataRequest"
        assert 0.5 <= question["time"] <= 10
        assert 1 <= len(question["sentBy"]) <= 32
        assert 1 <= len(question["ports"]) <= 16
        return phones.vts_phone(FACE, timestamp=1_700_000_000_000)
    if kind == "facemotion3d":
        return phones.facemotion3d(FACE) if datagram == b"FACEMOTION3D_OtherStreaming" else None
    hello = b"iFacialMocap_" + (b"UDPTCP_" if kind == "tcp" else b"") + SECRET
    if datagram == hello:
        return phones.ifacialmocap(FACE, version=1)
    return phones.ifacialmocap(FACE) if datagram == hello + b"|sendDataVersion=v2" else None


def main(kind: str, port: int, reply_port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", port))
        phone.settimeout(60)
        print("waits", flush=True)
        frame = None
        while frame is None:
            datagram, (host, _) = phone.recvfrom(4096)
            frame = asked(kind, datagram)
        print(datagram.decode(), flush=True)
        if kind == "tcp":
            with socket.create_connection((host, reply_port), timeout=60) as stream:
                stream.settimeout(60)
                send_for_a_while(lambda: stream.sendall(frame + b"___iFacialMocap"))
            return
        ports = json.loads(datagram)["ports"] if kind == "vts" else [reply_port]
        send_for_a_while(lambda: [phone.sendto(frame, (host, each)) for each in ports])


def send_for_a_while(send: object) -> None:
    assert callable(send)
    end = time.monotonic() + SEND_S
    while time.monotonic() < end:
        try:
            send()
        except OSError:  # the test has closed its port
            return
        time.sleep(1 / 60)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
