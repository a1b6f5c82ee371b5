"""The loading process: the same arrays as in this process, and a new one after it hung, died or was killed."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from face.errors import AvatarError
from runtime.avatars import loading_client
from runtime.avatars.builtin import builtin_avatars
from runtime.avatars.loading_client import NICENESS, LoadingClient
from runtime.avatars.loading_messages import Answer, Described, DescribeTask, Drawn, Refused, ThumbnailTask
from runtime.avatars.preparation import AvatarChoice, prepare
from tests.waiting import PATIENCE_S, until

posix = pytest.mark.skipif(os.name == "nt", reason="signals and named pipes")


@pytest.fixture
def client() -> Iterator[LoadingClient]:
    made = LoadingClient(task_s=PATIENCE_S)
    yield made
    made.close()
    made.close()


def choice(text: str) -> AvatarChoice:
    return AvatarChoice(text=text, size=96)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "me"
    made.mkdir()
    (made / "avatar.toml").write_text('format = 1\nname = "Zoë"\nengine = "null"\n', encoding="utf-8")
    return made


@pytest.mark.parametrize("name", builtin_avatars())
def test_arrays_come_over_bit_for_bit(client: LoadingClient, name: str) -> None:
    there, here = client.load(choice(name)), prepare(choice(name))
    assert list(there.arrays) == list(here.arrays)
    for key, values in here.arrays.items():
        assert there.arrays[key].dtype == values.dtype
        assert there.arrays[key].shape == values.shape
        assert (there.arrays[key] == values).all(), key
    assert (there.engine, there.avatar.name, there.avatar.background, there.avatar.path.name) == (
        here.engine, here.avatar.name, here.avatar.background, name,
    )  # fmt: skip


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of the GNU C library")
def test_later_avatars_are_read_in_memory_that_the_process_has(client: LoadingClient) -> None:
    """About 40,000 pages came from the kernel for each, and went back."""
    [name, other, *_] = builtin_avatars()

    def faults() -> int:
        return int(Path(f"/proc/{client.pid}/stat").read_text().rpartition(")")[2].split()[7])

    for text in (name, other):
        client.load(choice(text))
    before = faults()
    client.load(choice(name))
    assert faults() - before < 10_000


def test_one_process_is_kept_for_many_tasks(client: LoadingClient, folder: Path) -> None:
    assert client.pid is None  # not before it is needed
    assert client.load(choice(str(folder))).avatar.name == "Zoë"
    pid = client.pid
    assert pid is not None
    answer = client.ask(DescribeTask([str(folder), str(folder / "nobody")]))
    assert isinstance(answer, Described)
    assert answer.folders[0] == ("Zoë", "")
    assert "it has no avatar.toml" in answer.folders[1][1]
    picture = client.ask(ThumbnailTask(str(builtin_avatars()["kofi"] / "thumbnail.png")))
    assert isinstance(picture, Drawn)
    assert picture.picture[8:12] == b"WEBP"
    assert isinstance(client.ask(ThumbnailTask(str(folder))), Refused)
    with pytest.raises(AvatarError, match="is not an avatar"):
        client.load(choice("nobody of this name"))
    assert client.pid == pid


@posix
def test_the_process_lets_the_frames_go_first_from_its_first_moment(client: LoadingClient) -> None:
    """Also while it imports, which takes longer than most tasks: its priority is set from outside."""
    process = client._running.start(is_nice=True)
    assert psutil.Process(process.pid).nice() == min(19, psutil.Process().nice() + NICENESS)
    assert isinstance(client.ask(DescribeTask([])), Described)


@posix
def test_a_first_avatar_is_read_as_fast_as_it_can_be_and_all_that_follows_lets_the_frames_go_first(
    client: LoadingClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = psutil.Process().nice()
    nicenesses: list[int] = []
    exchange = client._exchange

    def noted(process: subprocess.Popen[bytes], line: bytes, limit_s: float) -> Answer | None:
        nicenesses.append(psutil.Process(process.pid).nice())
        return exchange(process, line, limit_s)

    monkeypatch.setattr(client, "_exchange", noted)
    client.load(choice(str(folder)), is_first=True)
    client.load(choice(str(folder)))
    assert nicenesses == [own, own, min(19, own + NICENESS)]  # its start, the first avatar, the second


@posix
def test_a_process_that_hangs_is_given_up_and_a_new_one_serves(folder: Path) -> None:
    client = LoadingClient(task_s=0.5)
    try:
        client.ask(DescribeTask([]))
        assert client.pid is not None
        hung = psutil.Process(client.pid)
        hung.send_signal(signal.SIGSTOP)  # what an endless read of a broken disk looks like
        with pytest.raises(AvatarError, match=r"me took longer than 0\.5 s to read and was given up"):
            client.load(choice(str(folder)))
        assert not hung.is_running()
        assert isinstance(until(lambda: described(client, folder)), Described)
    finally:
        client.close()


def described(client: LoadingClient, folder: Path) -> Described | None:
    try:
        answer = client.ask(DescribeTask([str(folder)]))
    except AvatarError:  # half a second is short on a busy machine
        return None
    assert isinstance(answer, Described)
    return answer


@posix
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGKILL", "ended the program that reads avatars"),  # as the system does when memory is short
        ("SIGPROF", "needed too much processor time to read and was given up"),  # as it does to itself
    ],
)
def test_a_process_that_is_killed_is_named_and_a_new_one_serves(
    client: LoadingClient, folder: Path, name: str, words: str
) -> None:
    client.ask(DescribeTask([]))
    process = psutil.Process(client.pid)
    process.send_signal(signal.SIGSTOP)

    def end() -> None:
        process.send_signal(getattr(signal, name))
        process.send_signal(signal.SIGCONT)

    killer = threading.Timer(0.2, end)
    killer.start()
    with pytest.raises(AvatarError, match=words):
        client.load(choice(str(folder)))
    killer.join()
    assert client.load(choice(str(folder))).avatar.name == "Zoë"


@pytest.mark.parametrize("end", [LoadingClient.close, None])
def test_nothing_stays_behind(
    folder: Path, end: Callable[[LoadingClient], None] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a client that nobody closes."""
    folders = []
    real = tempfile.mkdtemp

    def noted(**settings: object) -> str:
        folders.append(Path(real(**settings)))  # type: ignore[call-overload]
        return str(folders[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", noted)
    client = LoadingClient()
    client.load(choice(str(folder)))
    process = psutil.Process(client.pid)
    assert [list(one.iterdir()) for one in folders] == [[]]  # the file lost its name at once
    if end is not None:
        end(client)
    del client
    until(lambda: has_ended(process))
    until(lambda: not any(one.exists() for one in folders))


def has_ended(process: psutil.Process) -> bool:
    """Also as a zombie; it may end at any moment of this question."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_process_that_ends_late_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it stays as a zombie."""
    monkeypatch.setattr(loading_client, "_CLOSE_S", 0.0)
    client = LoadingClient(task_s=PATIENCE_S)
    client.load(choice(str(folder)))
    pid = client.pid
    assert pid is not None
    client.close()
    until(lambda: not psutil.pid_exists(pid))


def test_a_closed_client_starts_nothing(folder: Path) -> None:
    client = LoadingClient()
    client.close()
    with pytest.raises(AvatarError, match="the runtime stops"):
        client.load(choice(str(folder)))
    assert client.pid is None
