"""README.md and docs/: what they name has to be there, and what is there has to be named."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from protocol.blendshapes import BLENDSHAPES, REGION
from protocol.channels import CHANNELS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = (
    "protocol", "terminal", "face", "vision", "bridge", "runtime", "networks", "authoring", "studio", "measure",
    "training", "omote",
)  # fmt: skip

README = (ROOT / "README.md").read_text("utf-8")
NAMING = (ROOT / "docs" / "naming.md").read_text("utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its head."""
    after = text[text.index(f"\n{heading}\n") :]
    lines = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)
    assert lines is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.group().splitlines()[2:]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_tells_how_it_came_about(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"#\d+|/home/|/tmp/|\.\./shared|\b[Ii]ssue \d", text) == []


# -- what modules are for ------------------------------------------------------------------------------


def modules() -> list[Path]:
    """Every Python file of the project's packages, tools and examples that holds code."""
    folders = (*PACKAGES, "benchmarks", "examples", "scripts")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if path.name != "__init__.py"]


def test_every_module_says_what_it_is_for() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): ast.get_docstring(ast.parse(path.read_text("utf-8")))
        for path in modules()
    }
    assert len(found) > 400
    assert [name for name, says in found.items() if says is None or len(says.splitlines()[0]) < 20] == []


# -- the commands --------------------------------------------------------------------------------------


def commands(text: str) -> list[list[str]]:
    """Every `omote` or `omote-bridge` command line in the code blocks, without its comment."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and line[0] in ("omote", "omote-bridge")]


HELP: dict[tuple[str, ...], str] = {}


def helped(*words: str) -> str:
    """What a command's --help says; asked once."""
    module = {"omote": "omote", "omote-bridge": "bridge"}[words[0]]
    if words not in HELP:
        line = [sys.executable, "-m", module, *words[1:], "--help"]
        asked = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
        HELP[words] = asked.stdout
    return HELP[words]


@pytest.mark.parametrize("line", commands(README), ids=" ".join)
def test_every_command_and_option_is_in_its_help(line: list[str]) -> None:
    words = line[:2]
    assert re.search(rf"\b{line[1]}\b", helped(line[0]))
    if line[1] == "avatar":
        assert re.search(rf"\b{line[2]}\b", helped(*words))
        words = line[:3]
    text = helped(*words)
    options = [word.split("=")[0] for word in line if word.startswith("-")]
    assert [option for option in options if not re.search(rf"(?<![\w-]){option}\b", text)] == []


def test_the_readme_shows_every_command() -> None:
    shown = {(line[0], line[1]) for line in commands(README)}
    assert shown >= {("omote-bridge", "video"), ("omote-bridge", "webcam")}
    named = re.findall(r"^    (\w+) ", helped("omote"), re.MULTILINE)
    assert {("omote", name) for name in named} <= shown


def test_the_readme_drives_as_the_example_does() -> None:
    example = (ROOT / "examples" / "drive.py").read_text("utf-8")
    shown = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "PUSH" in block)
    message = re.compile(r"message = .*")
    assert message.findall(shown) == message.findall(example) != []
    compile(shown, "README.md", "exec")


def test_make_knows_every_target_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))
    assert {"run", "test"} <= targets
    assert [name for name in targets if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


# -- the channels --------------------------------------------------------------------------------------


def test_the_table_of_channels_is_the_code_s() -> None:
    written = [
        (layer, name.strip("`"), neutral, between)
        for layer, name, neutral, between, _, _ in rows(NAMING, "## Channels")
    ]
    assert written == [
        (c.layer, c.name, f"{c.neutral:g}", f"{c.low:g} to {c.high:g}")
        for c in CHANNELS
        if c.layer != "expression"
    ]


def test_units_and_signs_are_given_for_every_channel() -> None:
    for layer, name, _, _, unit, sign in rows(NAMING, "## Channels"):
        plain = name.strip("`")
        angles = ("yaw", "pitch", "roll", "azimuth", "elevation")
        expected = "rad" if plain in angles else "portrait heights" if plain in "xyz" else None
        expected = expected or ("factor" if plain in ("scale", "distance") else "intensity")
        assert (layer, plain, unit) == (layer, plain, expected)
        assert sign


def test_the_table_of_blendshapes_is_the_code_s() -> None:
    written = rows(NAMING, "### Expression: the 52 blendshapes")
    assert [(name.strip("`"), region) for name, region, _ in written] == [(n, REGION[n]) for n in BLENDSHAPES]
    assert all(says for _, _, says in written)
    assert {(c.neutral, c.low, c.high) for c in CHANNELS if c.layer == "expression"} == {(0.0, 0.0, 1.0)}
