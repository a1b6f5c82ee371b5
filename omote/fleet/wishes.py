"""Wishes: avatars that a face is asked to wear, handed from Ray's threads to the thread that keeps the face alive.

reply = wishes.ask(cargo, 20.0)     # a thread that may wait
wishes.fulfil(host.wear)            # the face's own thread, now and then
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.errors import FleetError
from protocol.messages import Reply


class Wishes:
    """Any thread may `ask`; one thread calls `fulfil`."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[tuple[AvatarCargo, Future[Reply]]] = queue.SimpleQueue()

    def ask(self, cargo: AvatarCargo, timeout_s: float) -> Reply:
        """Wait until the face wears an avatar, or has refused it.

        Args:
            timeout_s: the longest wait for the face's thread to begin; a wish that was not begun by then is withdrawn.

        Returns:
            The runtime's reply.

        Raises:
            FleetError: the face's thread did not begin in time: its process has not been started yet, or is started
                again; or the avatar cannot be worn now.
            AvatarError, NoAnswerError: as `FaceHost.wear`.
        """
        answer: Future[Reply] = Future()
        self._asked.put((cargo, answer))
        try:
            return answer.result(timeout_s)
        except TimeoutError as error:
            if not answer.cancel():  # it is being worn right now, and that has a limit of its own
                return answer.result()
            raise FleetError(
                f"the face did not begin to wear {cargo.name} within {timeout_s:g} s: it is being started; see omote fleet "
                "status, and ask again when it draws"
            ) from error
        except CancelledError as error:
            raise FleetError(f"the face has ended before it could wear {cargo.name}") from error

    def fulfil(self, wear: Callable[[AvatarCargo], Reply]) -> None:
        """Wear what was asked for since the last call; errors go to who asked."""
        while not self._asked.empty():
            cargo, answer = self._asked.get()
            if not answer.set_running_or_notify_cancel():
                continue  # withdrawn
            try:
                answer.set_result(wear(cargo))
            except Exception as error:  # who asked gets it
                answer.set_exception(error)

    def withdraw(self) -> None:
        """Let all who wait go, as the face has ended."""
        while not self._asked.empty():
            self._asked.get()[1].cancel()
