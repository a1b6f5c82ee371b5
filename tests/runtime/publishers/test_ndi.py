from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cyndilib", reason="cyndilib is not installed: pip install 'omote[ndi]'")

from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.ndi import open_ndi

#: Reads one full-size picture as OBS or vMix would, and prints what it is made of.
READER = """
import sys, time
import numpy as np
from cyndilib import Finder, Receiver, RecvBandwidth, RecvColorFormat, VideoRecvFrame
from cyndilib.receiver import ReceiveFrameType

name, side = sys.argv[1], int(sys.argv[2])
finder = Finder()
finder.open()
ends_s = time.monotonic() + 60
while not (found := [one for one in finder.get_source_names() if name in one]):
    assert time.monotonic() < ends_s, "no source"
    finder.wait_for_sources(0.2)
receiver = Receiver(color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest)
picture = VideoRecvFrame()
receiver.set_video_frame(picture)
receiver.set_source(finder.get_source(found[0]))
while time.monotonic() < ends_s:
    if receiver.receive(ReceiveFrameType.recv_video, 200) & ReceiveFrameType.recv_video:
        pixels = np.empty(picture.get_data_size(), np.uint8)
        if picture.fill_p_data(pixels) and picture.get_resolution() == (side, side):
            quarters = pixels.reshape(side, side, 4)[side // 4 :: side // 2, side // 4 :: side // 2]
            print(*quarters.reshape(-1))
            break
finder.close()
"""


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
