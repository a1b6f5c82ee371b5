"""docs/protocol.md is the reference for implementations in other languages: it names every port, field and reason."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from protocol import messages
from protocol.channels import CHANNELS
from protocol.codec import REASONS
from protocol.osc.control import PREFIX, SETTINGS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "protocol.md").read_text("utf-8")


def test_every_port_is_named() -> None:
    ports = {value for name, value in vars(messages).items() if name.endswith("_PORT")}
    assert len(ports) == 6
    assert all(f"| {port} |" in TEXT for port in ports)


@pytest.mark.parametrize("kind", [messages.ControlMessage, messages.Command, messages.Reply, messages.Status])
def test_every_field_is_named(kind: type[msgspec.Struct]) -> None:
    assert [name for name in kind.__struct_fields__ if f"`{name}`" not in TEXT] == []


def test_every_channel_is_named() -> None:
    assert [c.name for c in CHANNELS if not re.search(rf"\b{c.name}\b", TEXT)] == []


def test_every_reason_in_the_code_is_named() -> None:
    sources = [
        *(ROOT / "protocol").glob("*.py"),
        ROOT / "runtime/intake/inbox.py",
        ROOT / "runtime/intake/receiver.py",
    ]
    code = "".join(path.read_text("utf-8") for path in sources)
    counted = set(
        re.findall(r'(?:count_drop|Refusal|refusals\.add|_dropped|OscError)[(\[]\s*"([^"]+)"', code)
    )
    assert len(counted) > 12
    assert [reason for reason in (*REASONS, *counted) if f"`{reason}`" not in TEXT] == []


def test_every_osc_setting_is_named() -> None:
    assert [name for name in SETTINGS if f"`{PREFIX}{name}`" not in TEXT] == []


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
