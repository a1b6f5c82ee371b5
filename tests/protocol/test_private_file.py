from __future__ import annotations

import os
import subprocess
import warnings
from pathlib import Path

import pytest

from protocol.errors import FileError
from protocol.private_file import check_private, write_private
from tests.other_user import NOBODY, other_user_only

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX modes")


@posix_only
@pytest.mark.parametrize("is_folder", [False, True])
@pytest.mark.parametrize(
    ("mode", "is_open", "is_open_secret"),
    [
        (0o600, False, False),
        (0o700, False, False),
        (0o644, False, True),
        (0o640, False, True),
        (0o610, False, True),
        (0o660, True, True),
        (0o620, True, True),
        (0o602, True, True),
        (0o666, True, True),
        (0o777, True, True),
    ],
)
def test_what_others_may_change_or_read_is_refused_with_the_line_that_closes_it(
    tmp_path: Path, mode: int, is_open: bool, is_open_secret: bool, is_folder: bool
) -> None:
    path = tmp_path / "it"
    path.mkdir() if is_folder else path.touch()
    for is_secret, is_refused in ((False, is_open), (True, is_open_secret)):
        path.chmod(mode)
        if not is_refused:
            check_private(path, is_secret=is_secret)
            continue
        with pytest.raises(FileError, match=f"chmod .* {path}$") as refused:
            check_private(path, is_secret=is_secret)
        line = str(refused.value).partition("close it with: ")[2]
        subprocess.run(line.split(), check=True)  # the line does what it says
        check_private(path, is_secret=is_secret)


def test_a_missing_file_is_left_to_its_reader(tmp_path: Path) -> None:
    check_private(tmp_path / "none", is_secret=True)


@other_user_only
def test_another_users_file_is_refused_for_an_ordinary_user(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    path.touch(mode=0o600)
    os.chown(path, NOBODY, NOBODY)
    check_private(path)  # root may use the file of a user
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads: the child runs only what follows
        child = os.fork()
    if child == 0:  # pragma: no cover - in the child
        os.chown(path, NOBODY - 1, NOBODY - 1)
        for folder in reversed([path, *path.parents][:-1]):
            os.chmod(folder, 0o755)
        os.setuid(NOBODY)
        try:
            check_private(path)
        except FileError as error:
            os._exit(7 if "belongs to another user" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@posix_only
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_what_is_written_is_private_from_its_first_byte(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        path = tmp_path / "new" / "token"
        write_private(path, "secret\n")
        write_private(path, "another\n")
    finally:
        os.umask(before)
    assert path.read_text() == "another\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["token"]
