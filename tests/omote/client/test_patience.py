from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from omote.client import AsyncOmote, ControlClient, Omote, ValueRefusedError
from omote.client.patience import MOST_S, check_patience
from tests.omote.client.test_blocking import nobody

NONE = pytest.mark.parametrize("wrong", [-1, -0.001, float("nan"), float("inf"), MOST_S + 1, "2", None, 1j])


@NONE
def test_what_is_no_time_is_refused(wrong: float) -> None:
    with pytest.raises(ValueRefusedError, match=r"timeout_s: got .*, expected 0 to 86400 seconds$"):
        check_patience(wrong)


@pytest.mark.parametrize("right", [0, 0.0, 0.5, MOST_S, np.float32(2.0), np.int64(3), Fraction(1, 3)])
def test_no_time_at_all_and_a_day_are_times(right: float) -> None:
    check_patience(right)


@pytest.mark.parametrize("make", [Omote, AsyncOmote, ControlClient])
@NONE
def test_no_client_is_made_that_would_wait_for_ever(make: Callable[..., object], wrong: float) -> None:
    with pytest.raises(ValueRefusedError, match="timeout_s: got"):
        make(timeout_s=wrong)


def test_each_wait_is_checked_and_says_what_none_means() -> None:
    with Omote(address=nobody(), must_run=False) as face:
        with pytest.raises(ValueRefusedError, match=r"got -1, .*None waits for as long as it takes"):
            face.wait(-1)
        for read in (face.frames, face.motion):
            with pytest.raises(ValueRefusedError, match=r"got -1, .*None waits until the client is closed"):
                read(timeout_s=-1)


def test_each_wait_of_the_twin_is_checked_too() -> None:
    async def use() -> None:
        async with AsyncOmote(address=nobody(), must_run=False) as face:
            with pytest.raises(ValueRefusedError, match="got -1"):
                await face.wait(-1)
            for read in (face.frames, face.motion):
                with pytest.raises(ValueRefusedError, match="got -1"):
                    await anext(read(timeout_s=-1))

    asyncio.run(use())
