from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("cyndilib", reason="cyndilib is not installed: pip install 'omote[ndi]'")

from protocol.sound_samples import sound_of
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.intake.waiting_sound import WaitingSound
from runtime.publishers.ndi import NdiSender, open_ndi

#: Connects to the source that is named as OBS or vMix would, with `picture` and `sound`; the second argument is `wanted`.
CONNECT = """
import sys, time
import numpy as np
from cyndilib import AudioRecvFrame, Finder, Receiver, RecvBandwidth, RecvColorFormat, VideoRecvFrame
from cyndilib.receiver import ReceiveFrameType

name, wanted = sys.argv[1], int(sys.argv[2])
finder = Finder()
finder.open()
ends_s = time.monotonic() + 60
while not (found := [one for one in finder.get_source_names() if name in one]):
    assert time.monotonic() < ends_s, "no source"
    finder.wait_for_sources(0.2)
receiver = Receiver(color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest)
picture, sound = VideoRecvFrame(), AudioRecvFrame(max_num_samples=48000)
receiver.set_video_frame(picture)
receiver.set_audio_frame(sound)
receiver.set_source(finder.get_source(found[0]))
"""

#: Reads one full-size picture, and prints what it is made of.
READER = (
    CONNECT
    + """
side = wanted
while time.monotonic() < ends_s:
    if receiver.receive(ReceiveFrameType.recv_video, 200) & ReceiveFrameType.recv_video:
        pixels = np.empty(picture.get_data_size(), np.uint8)
        if picture.fill_p_data(pixels) and picture.get_resolution() == (side, side):
            quarters = pixels.reshape(side, side, 4)[side // 4 :: side // 2, side // 4 :: side // 2]
            print(*quarters.reshape(-1))
            break
finder.close()
"""
)

#: Hears half a second, and prints rate, channels, the loudest sample and the pitch in hertz.
LISTENER = (
    CONNECT
    + """
rate = wanted
heard = []
while time.monotonic() < ends_s and sum(part.shape[1] for part in heard) < rate // 2:
    if not receiver.receive(ReceiveFrameType.recv_audio, 200) & ReceiveFrameType.recv_audio:
        continue
    part, _ = sound.get_all_read_data()
    if sound.sample_rate == rate and part.shape[1]:
        heard.append(np.array(part))
# within each part, for this reader may miss some: x[n - 1] + x[n + 1] = 2 cos(2 pi hertz / rate) x[n] for a pure tone
both = sum((part[:, 1:-1] * (part[:, :-2] + part[:, 2:])).sum() for part in heard)
cosine = both / (2 * sum((part[:, 1:-1] ** 2).sum() for part in heard))
loudest = max(np.abs(part).max() for part in heard)
print(sound.sample_rate, len(heard[0]), loudest, np.arccos(cosine) * rate / (2 * np.pi))
finder.close()
"""
)


def test_sound_leaves_with_the_frames_to_another_process(tmp_path: Path) -> None:
    config = tmp_path / "ndi-config.v1.json"
    config.write_text('{"ndi": {"networks": {"ips": "127.0.0.1"}}}')
    stream = f"omote sound {os.getpid()}"
    rate = 24000
    times = np.arange(rate) / rate  # whole turns in a second: it may be repeated without a seam
    samples = (0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    sound = WaitingSound()
    publisher = open_ndi(stream=stream, sound=sound)
    pixels = np.zeros((64, 64, 4), np.uint8)
    try:
        with subprocess.Popen(
            [sys.executable, "-c", LISTENER, stream, str(rate)],
            env={**os.environ, "NDI_CONFIG_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        ) as listener:
            ends_s, said_s = time.monotonic() + 60, 0
            begin_s = time.monotonic()
            while listener.poll() is None and time.monotonic() < ends_s:
                if time.monotonic() - begin_s >= said_s:
                    assert not sound.offer(sound_of(samples, rate, stream="a"), time.time_ns())
                    said_s += 1
                publisher.publish(Frame(pixels, frame_id=1, render_time_ns=time.time_ns()))
                time.sleep(1 / 60)
            assert listener.stdout is not None
            got_rate, channels, loudest, pitch = listener.stdout.read().split()
    finally:
        publisher.close()
    assert (int(got_rate), int(channels)) == (rate, 1)
    assert float(pitch) == pytest.approx(440, abs=5)
    assert float(loudest) == pytest.approx(0.5, abs=0.02)


def test_a_picture_arrives_in_another_process_with_its_exact_alpha(tmp_path: Path) -> None:
    # NDI looks only where it is told: no multicast is needed, and nobody else's source is found
    config = tmp_path / "ndi-config.v1.json"
    config.write_text('{"ndi": {"networks": {"ips": "127.0.0.1"}}}')
    stream = f"omote test {os.getpid()}"
    side = 128
    pixels = np.zeros((side, side, 4), np.uint8)
    half = side // 2
    pixels[:half, :half] = (200, 80, 20, 255)
    pixels[:half, half:] = (200, 80, 20, 200)
    pixels[half:, :half] = (20, 160, 220, 64)
    pixels[half:, half:] = (20, 160, 220, 0)
    publisher = open_ndi(stream=stream)
    try:
        with subprocess.Popen(
            [sys.executable, "-c", READER, stream, str(side)],
            env={**os.environ, "NDI_CONFIG_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        ) as reader:
            ends_s = time.monotonic() + 60
            while reader.poll() is None and time.monotonic() < ends_s:
                publisher.publish(Frame(pixels, frame_id=1, render_time_ns=time.time_ns()))
                time.sleep(1 / 60)
            assert reader.stdout is not None
            got = np.array(reader.stdout.read().split(), int).reshape(2, 2, 4)
    finally:
        publisher.close()
    assert got[..., 3].tolist() == [[255, 200], [64, 0]]
    wanted = pixels[half // 2 :: half, half // 2 :: half, :3].astype(int)
    assert np.abs(got[..., :3] - wanted).max() <= 8  # NDI compresses the colour, in Y'CbCr


def test_a_name_that_another_source_of_this_machine_has_is_said_and_free_when_that_has_ended(
    capfd: pytest.CaptureFixture[str],
) -> None:
    stream = f"omote twice {os.getpid()}"
    first = open_ndi(stream=stream)
    try:
        with pytest.raises(PublishError, match=f"'{stream}': another program of this machine has this name"):
            open_ndi(stream=stream)
    finally:
        first.close()
    open_ndi(stream=stream).close()
    assert capfd.readouterr().out == ""  # the first line of a face's output says where it listens


def test_sound_of_two_rates_by_turns_does_not_keep_the_source_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each opening cuts every receiver off."""
    rates, opens = list[int](), NdiSender._open
    monkeypatch.setattr(
        NdiSender, "_open", lambda self, size, rate: (rates.append(rate), opens(self, size, rate))
    )
    sound, pixels, now_ns = WaitingSound(), np.zeros((64, 64, 4), np.uint8), 10**18
    sender = NdiSender(f"omote rates {os.getpid()}", 60.0, sound)
    try:
        for frame in range(360):  # six seconds
            rate = (16000, 24000)[frame % 2]
            voice = sound_of(np.zeros(rate // 60, np.float32), rate, stream="a")
            assert not sound.offer(voice, now_ns)
            now_ns += 16_666_667
            sender.send(pixels, SimpleNamespace(width=64, height=64, render_time_ns=now_ns))
    finally:
        sender.close()
    assert rates[:2] == [48000, 16000]
    assert len(rates) == 3


def test_sources_that_open_at_once_leave_standard_output_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    import cyndilib

    class SlowSender(cyndilib.Sender):
        def open(self) -> None:
            time.sleep(0.2)

    monkeypatch.setattr(cyndilib, "Sender", SlowSender)
    before = sys.stdout
    threads = [threading.Thread(target=NdiSender, args=(f"omote {number}", 60.0)) for number in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)  # the second one begins within the first, and ends after it
    for thread in threads:
        thread.join()
    assert sys.stdout is before
