from __future__ import annotations

import signal
import threading

import pytest

from bridge.commands.console import on_stop_signal, say

pytestmark = pytest.mark.usefixtures("signal_handlers")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_sets_the_event_and_interrupts_nothing(number: signal.Signals) -> None:
    stop = threading.Event()
    on_stop_signal(stop.set)
    signal.raise_signal(number)
    assert stop.wait(60)


def test_lines_for_the_user_leave_standard_output_free(capsys: pytest.CaptureFixture[str]) -> None:
    say("listening")
    assert capsys.readouterr() == ("", "listening\n")
