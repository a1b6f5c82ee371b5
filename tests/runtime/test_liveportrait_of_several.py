"""Several LivePortrait faces in one process, as `omote serve` runs them: one network, one call, each its own picture."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("cv2")

from face.avatar import load_avatar
from face.liveportrait.portrait_face import ROLE, load_face, save_face
from face.motion import Motion
from omote.client import Omote, RuntimeAddress, find_face
from omote.readers.shared_memory import SharedMemoryReader
from runtime.engines.liveportrait import LivePortraitEngine
from runtime.inference.settings import NeuralSettings
from tests.live_runtime import OPENS_S, live_faces, private_rings
from tests.waiting import PATIENCE_S, until

SIZE = 96


def test_two_faces_are_one_call_of_the_network_and_each_shows_what_it_shows_alone(
    liveportrait_weights: Path, liveportrait_avatar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("START_S", "TASK_S"):
        monkeypatch.setattr(f"runtime.avatars.loading_client.{limit}", OPENS_S)
    rings = private_rings(tmp_path, monkeypatch)
    other = tmp_path / "other"
    shutil.copytree(liveportrait_avatar, other)
    face = load_face(load_avatar(other))
    save_face(replace(face, volume=-face.volume), other / load_avatar(other).files[ROLE].name)
    folders = {"left": liveportrait_avatar, "right": other}
    with live_faces(
        tmp_path,
        *(f"{name}={folder}" for name, folder in folders.items()),
        publish=("shm",),
        engine="auto",
        size=SIZE,
        fps=30.0,
        idle={"amount": 0.0},
        neural={"providers": ["cpu"], "weights": str(liveportrait_weights)},
    ) as runtime:
        engines = [hosted.slot.engine for hosted in runtime.hosted]
        until(
            lambda: [hosted.slot.engine.name for hosted in runtime.hosted] == ["liveportrait"] * 2,
            patience_s=OPENS_S,
        )
        engines = [hosted.slot.engine for hosted in runtime.hosted]
        networks = [
            engine._maker.network
            for engine in engines
            if isinstance(engine, LivePortraitEngine) and engine._maker
        ]
        assert len(networks) == 2
        assert networks[0] is networks[1]
        until(lambda: networks[0].together.last == 2, patience_s=OPENS_S)
        shown = {}
        for name in folders:
            assert runtime.ports.request is not None
            address = find_face(
                name, RuntimeAddress(request_port=runtime.ports.request), timeout_s=PATIENCE_S
            )
            with Omote(address=address, timeout_s=PATIENCE_S) as asked:
                values = asked.status().values
            with closing(SharedMemoryReader(name, folder=rings)) as reader:
                shown[name] = values, until(lambda: reader.read(1.0)).pixels.astype(int)
    settings = NeuralSettings(("cpu",), weights=str(liveportrait_weights))
    for name, (values, pixels) in shown.items():
        motion = Motion.neutral()
        motion.values[:] = values
        alone = LivePortraitEngine(SIZE, settings)
        alone.set_avatar(load_avatar(folders[name]))
        assert np.abs(alone.render(motion, 0.0).astype(int) - pixels).max() <= 2
        alone.close()
    assert np.abs(shown["left"][1] - shown["right"][1]).mean() > 1.0
