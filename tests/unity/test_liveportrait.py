"""LivePortrait's whole way: moved in the panel, drawn by networks with weights by seed, read by the Unity package.

TensorRT and CUDA are asked for first, so that where they are missing the run falls back to the CPU, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from websockets.sync.client import connect

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

from face.avatar import load_avatar
from face.motion import Motion
from inference.providers import why_not
from omote.readers.shared_memory import SharedMemoryReader
from protocol.channels import CHANNEL_INDEX
from runtime.engines.liveportrait import LivePortraitEngine
from runtime.inference.settings import NeuralSettings
from tests.live_runtime import OPENS_S, live_runtime
from tests.unity.conftest import Reading
from tests.unity.test_core import fnv
from tests.waiting import until

SIZE = 96
YAW, JAW = CHANNEL_INDEX["pose"]["yaw"], CHANNEL_INDEX["expression"]["jawOpen"]
WANTED = {"pose": {"yaw": 0.2}, "expression": {"jawOpen": 0.6}}


def test_what_the_panel_moves_and_the_networks_draw_is_what_unity_reads(
    liveportrait_avatar: Path,
    liveportrait_weights: Path,
    tmp_path: Path,
    begin: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a busy machine the program that reads avatars is slower than users wait.
    for limit in ("START_S", "TASK_S"):
        monkeypatch.setattr(f"runtime.avatars.loading_client.{limit}", OPENS_S)
    rings = tmp_path / "rings"
    rings.mkdir(mode=0o700)
    neural = {"providers": ["tensorrt", "cuda", "cpu"], "weights": str(liveportrait_weights)}
    with live_runtime(
        tmp_path,
        publish=("shm", "browser"),
        engine="auto",
        avatar=str(liveportrait_avatar),
        size=SIZE,
        fps=30.0,
        idle={"amount": 0.0},
        shared_memory={"folder": str(rings)},
        neural=neural,
    ) as live:
        status = until(
            lambda: (found := live.status()).engine == "liveportrait" and found, patience_s=OPENS_S
        )
        for provider in ("tensorrt", "cuda"):
            if reason := why_not(provider):
                assert f"liveportrait on {provider}: {reason}" in status.notes
        # 1. The panel's page moves the head and opens the jaw.
        address = f"ws://127.0.0.1:{live.ports['panel']}/socket"
        with connect(address, max_size=2**24, ping_interval=None) as page:
            # a page that reads nothing of what it is told is closed, and networks may take longer than it is waited for
            Thread(target=lambda: [None for _ in page], daemon=True).start()
            told = [live.status()]

            def hold() -> None:
                for layer, values in WANTED.items():
                    control = {"type": "control", "layer": layer, "source": "page", "values": values}
                    page.send(json.dumps(control | {"ttl_s": 60.0}))

            def has_settled() -> bool:
                hold()
                now = live.status()
                if not np.allclose(told[-1].values, now.values, atol=1e-6):
                    told.append(now)
                values = now.values
                # two statuses of one frame are alike while the driver still fades in
                return values[YAW] > 0.1 and values[JAW] > 0.3 and now.frames > told[-1].frames + 10

            until(has_settled, patience_s=OPENS_S)
            # 2. The frames are what the networks draw of this Motion without the runtime.
            motion = Motion.neutral()
            motion.values[:] = live.status().values
            alone = LivePortraitEngine(SIZE, NeuralSettings(("cpu",), weights=str(liveportrait_weights)))
            alone.set_avatar(load_avatar(liveportrait_avatar))
            drawn = alone.render(motion, 0.0).copy()
            alone.close()
            with closing(SharedMemoryReader(folder=rings)) as reader:

                def newest() -> np.ndarray:
                    hold()  # networks alone may take longer than a minute
                    return until(lambda: reader.read(1.0)).pixels

                until(lambda: np.abs(newest().astype(int) - drawn).max() <= 2, patience_s=OPENS_S)
                # 3. Unity's reader finds the same bytes in the ring.
                unity = begin("frames", "ring", rings, "omote", 100_000, OPENS_S)
                until(lambda: unity.next("frame_id")["fnv"] == fnv(newest().tobytes()), patience_s=OPENS_S)
