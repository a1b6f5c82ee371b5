from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

from runtime.config_text import settings

ROOT = Path(__file__).resolve().parents[2]
PAGE: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "config_page.py"))
TEXT = (ROOT / "docs" / "config.md").read_text("utf-8")


def test_the_page_is_current() -> None:
    assert PAGE["current"](TEXT) == TEXT, "run: python scripts/config_page.py"


def test_every_setting_has_a_row_with_its_default() -> None:
    section, rows = "", []
    for line in TEXT.partition("## All settings")[2].splitlines():
        if heading := re.match(r"### \[(\w+)\]", line):
            section = heading.group(1) + "."
        if row := re.match(r"\| `(\w+)` \| `(.*?)` \| ", line):
            rows.append((section + row.group(1), row.group(2)))
    assert rows == [(setting.key, setting.default) for setting in settings()]


def test_options_are_named_beside_their_settings() -> None:
    options = PAGE["options"]()
    assert options["fps"] == "--fps"
    assert options["ports.osc"] == "--osc-port"
    assert options["zeromq.encoding"] == "--zeromq-encoding"
    assert options["osc_allow"] == "--osc-allow"
    assert (options["publish"], options["ports.publish"]) == ("--publish", "--publish-port")
    assert "idle.seed" not in options
