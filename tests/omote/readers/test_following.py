"""A reader that follows a face between two real runtimes."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

from omote.client import RuntimeAddress
from omote.client.errors import NoAnswerError
from omote.readers.following import FollowingReader
from omote.readers.zeromq import ZeroMqReader
from tests.live_runtime import LiveRuntime, live_runtime
from tests.waiting import until


def address_of(runtime: LiveRuntime) -> RuntimeAddress:
    return RuntimeAddress(publish_port=runtime.ports["publish"])


def open_reader(address: RuntimeAddress) -> ZeroMqReader:
    return ZeroMqReader(port=address.publish_port)


def test_it_shows_the_old_face_until_the_new_one_has_a_frame_and_then_only_that(tmp_path: Path) -> None:
    with (
        live_runtime(tmp_path / "a", publish=("zeromq",)) as one,
        live_runtime(tmp_path / "b", publish=("zeromq",)) as other,
    ):
        place = [address_of(one)]
        with closing(FollowingReader(lambda: place[0], open_reader, ask_s=0.01)) as reader:
            first = until(lambda: reader.read(0.1))
            sessions = [first.session_id]
            place[0] = address_of(other)

            def has_moved() -> bool:
                frame = reader.read(0.1)
                if frame is not None:
                    assert frame.pixels.any()
                    sessions.append(frame.session_id)
                return sessions[-1] != sessions[0]

            until(has_moved)
            for _ in range(5):
                sessions.append(until(lambda: reader.read(0.1)).session_id)
            moved = sessions.index(sessions[-1])
            assert set(sessions[:moved]) == {sessions[0]}
            assert set(sessions[moved:]) == {sessions[-1]}
            assert f"the face is at 127.0.0.1:{other.ports['publish']} now" in reader.take_events()


def test_it_reads_on_where_the_face_was_while_no_one_knows_where_it_is(tmp_path: Path) -> None:
    with live_runtime(tmp_path / "a", publish=("zeromq",)) as one:
        asked = threading.Event()

        def lost() -> RuntimeAddress:
            asked.set()
            raise NoAnswerError("the directory is away")

        with closing(FollowingReader(lost, open_reader, at=address_of(one), ask_s=0.01)) as reader:
            until(lambda: reader.read(0.1))
            assert until(asked.is_set)
            until(lambda: reader.read(0.1))
