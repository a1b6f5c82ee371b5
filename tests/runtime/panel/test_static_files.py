from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from protocol.channels import CHANNELS
from runtime.panel.static_files import StaticFiles

FILES = [
    file for file in files("runtime.panel").iterdir() if file.name.endswith((".js", ".css", ".html", ".svg"))
]


@pytest.fixture(scope="module")
def pages() -> StaticFiles:
    return StaticFiles()


def test_channels_json_has_every_channel_in_wire_order(pages: StaticFiles) -> None:
    table = json.loads(pages.response_to("/channels.json").body)
    assert [(row["layer"], row["name"]) for row in table["channels"]] == [
        (channel.layer, channel.name) for channel in CHANNELS
    ]
    rows = {(row["layer"], row["name"]): row for row in table["channels"]}
    smile = rows["expression", "mouthSmileLeft"]
    assert (smile["label"], smile["group"], smile["mirror"]) == (
        "Mouth smile left",
        "mouth",
        "mouthSmileRight",
    )
    assert rows["pose", "yaw"]["unit"] == "°"
    assert rows["pose", "scale"]["neutral"] == 1.0


def test_pages_load_nothing_from_elsewhere(pages: StaticFiles) -> None:
    for path in ("/", "/obs", *(f"/{file.name}" for file in FILES)):
        response = pages.response_to(path)
        assert response.status_code == 200, path
        addresses = re.findall(rb"https?://[^\s\"'`]+", response.body)
        assert [a for a in addresses if a != b"http://www.w3.org/2000/svg"] == []
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_obs_is_a_page_without_the_panel(pages: StaticFiles) -> None:
    body = pages.response_to("/obs").body
    assert b"obs.js" in body
    assert b"panel" not in body


@pytest.mark.parametrize("page", ["/", "/obs"])
def test_everything_a_page_names_is_served(pages: StaticFiles, page: str) -> None:
    """StaticFiles, what they load, and what that imports in turn."""
    waiting, seen = [page], set[str]()
    while waiting:
        path = waiting.pop()
        response = pages.response_to(path)
        assert response.status_code == 200, path
        seen.add(path)
        named = re.findall(r'(?:(?:src|href)="|from "\./)([\w.]+)"', response.body.decode())
        waiting += [f"/{name}" for name in named if f"/{name}" not in seen]
    assert "/connection.js" in seen


@pytest.mark.parametrize(
    "path", ["/server.py", "/../errors.py", "/%2e%2e/errors.py", "/etc/passwd", "//", ""]
)
def test_there_are_no_other_paths(pages: StaticFiles, path: str) -> None:
    assert pages.response_to(path).status_code == 404
