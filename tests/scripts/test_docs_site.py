from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "docs_site.py"))
MODULES = {"runtime.loop", "bridge.ports.hub"}


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("trackers", "trackers.md#vmc", "[trackers](trackers.md#vmc)"),
        ("report", "measure/report.html", "[report](measure/report.html)"),
        ("hub.py", "../bridge/ports/hub.py", "[`bridge/ports/hub.py`][bridge.ports.hub]"),
        ("its loop", "../runtime/loop.py", "[its loop][runtime.loop]"),
        ("its port", "../runtime/other.py#L3", "its port (`runtime/other.py`)"),
        ("NOTICE", "../NOTICE", "`NOTICE`"),
        ("neutral.toml", "../bridge/profiles/neutral.toml", "`bridge/profiles/neutral.toml`"),
        ("the samples", "../unity_sample", "the samples (`unity_sample`)"),
    ],
)
def test_links_that_leave_the_docs_become_references(text: str, target: str, expected: str) -> None:
    assert SITE["site_link"](text, target, "page.md", MODULES) == expected


def test_a_link_from_a_subfolder_is_resolved_from_there() -> None:
    assert (
        SITE["site_link"]("loop", "../../runtime/loop.py", "deep/page.md", MODULES) == "[loop][runtime.loop]"
    )
    assert SITE["site_link"]("up", "../page.md", "deep/page.md", MODULES) == "[up](../page.md)"


def test_web_links_and_pictures_are_no_links_to_files() -> None:
    text = "![x](a.png) [w](https://example.org) [a](#here) [s](../runtime/loop.py)"
    assert [match[2] for match in SITE["LINK"].finditer(text)] == ["../runtime/loop.py"]


def test_every_public_module_of_the_four_packages_has_its_place() -> None:
    pages = SITE["api_modules"]()
    assert "runtime.publishers.memory" in pages["runtime.publishers"]
    assert "protocol.messages" in pages["protocol"]
    assert not any(name.rsplit(".", 1)[1].startswith("__") for page in pages.values() for name in page)
    page = SITE["api_page"]("runtime.engines", pages["runtime.engines"])
    assert page.startswith("# runtime.engines\n")
    assert "\n::: runtime.engines.null\n" in page


@pytest.mark.parametrize(
    ("html", "is_loaded"),
    [
        ('<script src="https://unpkg.com/iframe-worker/shim"></script>', True),
        ('<link rel="stylesheet" href="http://fonts.example/a.css">', True),
        ('<script src="assets/a.js"></script><a href="https://example.org">x</a>', False),
    ],
)
def test_what_is_loaded_from_the_network_is_found(html: str, is_loaded: bool) -> None:
    assert bool(SITE["LOADED_FROM_NETWORK"].search(html)) is is_loaded
    assert not SITE["LOADED_FROM_NETWORK"].search(SITE["without_network"](html)) or "fonts" in html
