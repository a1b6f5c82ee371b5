"""AvatarLoader: the newest request wins, each is answered once, and nothing waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protocol.errors import OmoteError
from runtime.avatars.loader import AvatarLoader, LoadRequest, LoadResult
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.preparation import AvatarChoice
from runtime.engines.prepared import PreparedAvatar
from runtime.errors import SupersededError
from tests.waiting import PATIENCE_S, returns, until

Ask = Callable[[str], None]


@pytest.fixture
def answers() -> dict[str, list[OmoteError | None]]:
    """Folder -> what its requests were answered with."""
    return {}


@pytest.fixture
def loader() -> Iterator[AvatarLoader]:
    made = AvatarLoader(AvatarChoice(text="", size=128), LoadingClient())
    yield made
    made.close()
    made.close()


@pytest.fixture
def ask(loader: AvatarLoader, answers: dict[str, list[OmoteError | None]]) -> Ask:
    def request(text: str) -> None:
        loader.request(LoadRequest(text, lambda failure: answers.setdefault(text, []).append(failure)))

    return request


def folders(parent: Path, count: int) -> list[str]:
    made = []
    for number in range(count):
        folder = parent / f"a{number}"
        folder.mkdir()
        (folder / "avatar.toml").write_text(f'format = 1\nname = "{number}"\nengine = "null"\n')
        made.append(str(folder))
    return made


def taken(loader: AvatarLoader) -> LoadResult:
    return until(loader.take)


def test_what_is_asked_for_is_given_once(loader: AvatarLoader, ask: Ask, tmp_path: Path) -> None:
    assert loader.take() is None
    (folder,) = folders(tmp_path, 1)
    ask(folder)
    loaded = taken(loader)
    assert isinstance(loaded.result, PreparedAvatar)
    assert (loaded.request.text, loaded.result.avatar.name) == (folder, "0")
    assert loader.take() is None


def test_a_refusal_is_a_result(loader: AvatarLoader, ask: Ask) -> None:
    ask("nobody of this name")
    assert "is not an avatar" in str(taken(loader).result)


def test_the_newest_of_many_comes_last_and_the_others_are_told(
    loader: AvatarLoader, ask: Ask, answers: dict[str, list[OmoteError | None]], tmp_path: Path
) -> None:
    asked = folders(tmp_path, 20)
    for folder in asked:
        ask(folder)
    given = [taken(loader)]
    while given[-1].request.text != asked[-1]:
        given.append(taken(loader))
    texts = [loaded.request.text for loaded in given]
    assert len(given) <= 2  # the one that was being read, and the newest
    assert sorted(answers) == sorted(set(asked) - set(texts))
    for failures in answers.values():
        (failure,) = failures
        assert isinstance(failure, SupersededError)


def test_closing_answers_what_waits(
    loader: AvatarLoader, ask: Ask, answers: dict[str, list[OmoteError | None]], tmp_path: Path
) -> None:
    asked = folders(tmp_path, 3)
    for folder in asked:
        ask(folder)
    loader.close()
    until(lambda: len(answers) == 3)
    assert {len(failures) for failures in answers.values()} == {1}
    assert "the runtime stops" in str(answers[asked[2]][0])


class SlowClient(LoadingClient):
    """Reads nothing until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.is_reading = threading.Event()
        self.may_end = threading.Event()

    def load(self, choice: AvatarChoice, *, is_first: bool = False) -> PreparedAvatar:
        self.is_reading.set()
        self.may_end.wait()
        raise OmoteError(choice.text)


def test_closing_does_not_wait_for_a_client_that_others_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a face that ends stops the loop of all faces."""
    monkeypatch.setattr("runtime.avatars.loader._CLOSE_S", None)  # whoever waits, waits for ever
    client = SlowClient()
    loader = AvatarLoader(AvatarChoice(text="", size=128), client, is_shared=True)
    answers: list[OmoteError | None] = []
    loader.request(LoadRequest("me", answers.append))
    assert client.is_reading.wait(PATIENCE_S)
    returns(loader.close)
    assert answers == []
    client.may_end.set()
    until(lambda: [str(answer) for answer in answers] == ["the runtime stops; me is not loaded"])
    client.close()
