from __future__ import annotations

import asyncio
import inspect
from contextlib import aclosing
from pathlib import Path

import pytest

from omote.client import AsyncOmote, CommandRefusedError, NoAnswerError, NoFrameError, Omote
from omote.client.runtime_address import RuntimeAddress
from protocol.channels import CHANNEL_INDEX
from runtime.engines.null import read_bars
from tests.live_runtime import chosen_ports, live_runtime, private_rings
from tests.omote.client.test_blocking import address_of, nobody

YAW = CHANNEL_INDEX["pose"]["yaw"]


def test_the_twins_have_the_same_methods_with_the_same_arguments() -> None:
    def described(one: type) -> dict[str, list[tuple[str, object]]]:
        return {
            name: [(p.name, p.default) for p in inspect.signature(member).parameters.values()]
            for name, member in inspect.getmembers(one, inspect.isfunction)
            if not name.startswith("_") or name == "__init__"
        }

    assert described(AsyncOmote) == described(Omote)


def test_it_drives_reads_and_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_rings(tmp_path, monkeypatch)

    async def use(address: RuntimeAddress) -> None:
        async with AsyncOmote(source="bot", address=address, timeout_s=60) as face:
            async with aclosing(face.frames(timeout_s=60)) as frames:
                async for frame in frames:
                    assert face.pose(yaw=0.3, ttl_s=60)
                    if abs(read_bars(frame.pixels)[YAW] - 0.3) < 0.02:
                        break
            async with aclosing(face.motion(timeout_s=60)) as motions:
                async for motion in motions:
                    face.gaze(yaw=0.2)
                    if abs(motion.gaze["yaw"] - 0.2) < 1e-3:
                        break
            assert {driver.source for driver in (await face.status()).drivers} == {"bot"}
            with pytest.raises(CommandRefusedError, match="absent"):
                await face.load_avatar("absent")
            await face.record("one")
            await face.stop_recording()
            assert await face.takes() == ["one"]
            with pytest.raises(CommandRefusedError, match="'two'"):
                await face.replay("two")
            with pytest.raises(CommandRefusedError, match="nothing is being replayed"):
                await face.stop_replay()
            await face.recenter()
            await face.release()
            await face.stop_runtime()

    with live_runtime(tmp_path, publish=("shm", "zeromq")) as live:
        asyncio.run(use(address_of(live.ports)))


def test_a_second_task_goes_on_while_a_command_waits(tmp_path: Path) -> None:
    async def use() -> int:
        face = AsyncOmote(address=address_of(chosen_ports()), must_run=False, timeout_s=60)
        asked = asyncio.create_task(face.status())
        turns = 0
        while turns < 20:
            await asyncio.sleep(0)
            turns += 1
        assert not asked.done()
        await face.close()  # ends the waiting
        with pytest.raises(NoAnswerError, match="closed"):
            await asked
        return turns

    assert asyncio.run(use()) == 20


def test_without_a_runtime_entering_and_iterating_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_rings(tmp_path, monkeypatch)

    async def use() -> None:
        address = nobody()
        with pytest.raises(NoAnswerError, match="omote run"):
            async with AsyncOmote(address=address, timeout_s=0.1):
                pytest.fail("entered")
        async with AsyncOmote(address=address, must_run=False) as face:
            assert face.pose(yaw=0.1) is False
            with pytest.raises(NoFrameError, match="omote run"):
                await anext(face.frames(timeout_s=0.01))

    asyncio.run(use())
