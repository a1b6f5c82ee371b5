from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from omote.readers.selection import READERS, ReaderChoice, open_reader
from omote.readers.shared_memory import SharedMemoryReader
from omote.readers.zeromq import ZeroMqReader


@pytest.mark.parametrize(("name", "kind"), [("shm", SharedMemoryReader), ("zeromq", ZeroMqReader)])
def test_a_reader_opens_without_a_publisher(name: str, kind: type, tmp_path: Path) -> None:
    choice = ReaderChoice(stream="face", folder=tmp_path, publish_port=1)
    with closing(open_reader(name, choice)) as reader:
        assert isinstance(reader, kind)
        assert reader.read(0.01) is None
        assert reader.take_events() == []


def test_shared_memory_names_the_stream_and_folder_that_it_searches(tmp_path: Path) -> None:
    with closing(open_reader("shm", ReaderChoice(stream="face", folder=tmp_path))) as reader:
        reader.read(0.01)
        assert str(tmp_path) in reader.problem
        assert "--stream face" in reader.problem


def test_every_reader_reads_what_a_publisher_of_that_name_sends() -> None:
    from runtime.publishers.selection import PUBLISHERS

    assert set(READERS) <= set(PUBLISHERS)
