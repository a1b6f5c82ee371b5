"""README.md, docs/ and the other pages: every link, path, command and name in them exists, every page is in the site."""

from __future__ import annotations

import argparse
import ast
import io
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from protocol.blendshapes import BLENDSHAPES, REGION
from protocol.channels import CHANNELS
from tests.test_options import PARSERS

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")), *DOCS]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
PACKAGES = (
    "protocol", "terminal", "cluster", "face", "vision", "inference", "bridge", "runtime", "networks", "authoring",
    "studio", "measure", "training", "omote",
)  # fmt: skip
FOLDERS = (
    *PACKAGES,
    "benchmarks",
    "docs",
    "examples",
    "installer",
    "scripts",
    "tests",
    "unity_sample",
    "unreal_sample",
    "obs_sample",
    "blender_sample",
)

README = (ROOT / "README.md").read_text("utf-8")
NAMING = (ROOT / "docs" / "naming.md").read_text("utf-8")
MOST_README_LINES = 230


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its head."""
    after = text[text.index(f"\n{heading}\n") :]
    lines = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)
    assert lines is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.group().splitlines()[2:]]


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


# -- links, paths, pages -------------------------------------------------------------------------------


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub and the site give a page's headings."""
    titles = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles)


@each_page
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    lost = []
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", prose(page)):
        target = page.parent / link if link else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(f"{link}#{anchor}")
    assert lost == []


@each_page
def test_every_path_in_code_style_exists(page: Path) -> None:
    named = re.findall(r"`([\w.-]+/[\w./~-]*)`", prose(page))
    ours = [path for path in named if path.split("/")[0] in FOLDERS and "NAME" not in path]
    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_every_room_that_the_architecture_names_is_in_its_package() -> None:
    sections = re.split(r"^##+ (.*)$", (ROOT / "docs/architecture.md").read_text("utf-8"), flags=re.MULTILINE)
    described = {
        title: text for title, text in zip(sections[1::2], sections[2::2], strict=True) if title in PACKAGES
    }
    assert set(described) == set(PACKAGES)
    for package, text in described.items():
        rooms = re.findall(r"`(\w+)/`", text)
        assert [f"{package}/{room}" for room in rooms if not (ROOT / package / room).is_dir()] == []


@each_page
def test_no_page_tells_how_it_came_about(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"#\d+\b|/home/|/tmp/|\.\./shared|\b[Ii]ssue \d", text) == []


def test_every_page_is_in_the_site_s_navigation() -> None:
    named = re.findall(r"^ +- [^:\n]+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    written = {page.relative_to(ROOT / "docs").as_posix() for page in DOCS}
    assert len(named) == len(set(named))
    assert set(named) == written | {"changelog.md"}  # made of CHANGELOG.md by scripts/docs_site.py


# -- code in pages -------------------------------------------------------------------------------------


@each_page
def test_every_name_that_python_in_a_page_imports_exists(page: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
                module = import_module(node.module)
                assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []


@cache
def names_in_the_code() -> frozenset[str]:
    """Every word of the project's Python, C#, C++ and JavaScript, and of the files that configure it."""
    folders = (*PACKAGES, "benchmarks", "scripts", "unity_sample", "unreal_sample", "obs_sample")
    kinds = {".py", ".cs", ".hpp", ".h", ".cpp", ".js", ".html", ".toml"}
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    return frozenset(word for path in files for word in re.findall(r"\w+", path.read_text("utf-8")))


@pytest.mark.parametrize("name", ["architecture", "extending", "python", "measure", "landmarks"])
def test_every_class_function_and_constant_that_a_page_names_is_in_the_code(name: str) -> None:
    """A renamed class would leave its old name in the documentation."""
    named = re.findall(r"`([A-Za-z]\w+)(?:\(.*?\))?`", prose(ROOT / f"docs/{name}.md"))
    assert [word for word in named if word not in names_in_the_code()] == []


# -- the README ----------------------------------------------------------------------------------------


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_README_LINES


def test_the_readme_shows_six_of_the_measured_rows() -> None:
    shown = rows(README, "## Measured")
    measured = [
        row[:3] for row in rows((ROOT / "docs/measured.md").read_text("utf-8"), "<!-- measured: begin -->")
    ]
    assert len(shown) == 6
    assert [row for row in shown if row not in measured] == []


def test_the_readme_maps_every_package() -> None:
    mapped = [row[0].strip("`/") for row in rows(README, "## The packages")]
    assert sorted(mapped) == sorted(FOLDERS)


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
    assert [name for name, says in found.items() if says is None or len(says.splitlines()[0]) < 15] == []


# -- the commands --------------------------------------------------------------------------------------

PROGRAMS = {
    "omote": "omote", "omote-bridge": "bridge", "omote-studio": "studio", "omote-measure": "measure",
    "omote-train": "training",
}  # fmt: skip
#: Sub-commands with sub-commands of their own, and those that end with a whole command of their program.
NESTED = ("avatar", "fleet", "keys")
WRAPPING = ("record", "calibrate")


def typed(page: Path) -> list[str]:
    """Every line of a page's blocks of shell commands, continued lines as one."""
    blocks = re.findall(
        r"^ *```(?:sh|bash|console|powershell|shell)\n(.*?)^ *```",
        page.read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [re.sub(r"^(?:\$ |\.venv[/\\](?:bin|Scripts)[/\\])", "", line) for line in lines]


def commands(page: Path) -> Iterator[tuple[str, ...]]:
    """Every command line of Omote in a page's code blocks and in its code style, without its comment."""
    written = typed(page) + re.findall(r"`(omote[\w-]* [^`]+)`", prose(page))
    for line in written:
        words = tuple(shlex.split(line, comments=True))
        if len(words) > 1 and words[0] in PROGRAMS:
            yield words


@cache
def helped(*words: str) -> str:
    """What a command's --help says."""
    said = io.StringIO()
    with redirect_stdout(said), pytest.raises(SystemExit) as ended:
        import_module(f"{PROGRAMS[words[0]]}.__main__").main([*words[1:], "--help"])
    assert ended.value.code == 0
    return said.getvalue()


def sub_commands(program: str) -> set[str]:
    """The names in the list of commands that a program's --help shows."""
    return set(re.findall(r"^    ([a-z][\w-]*)(?: |$)", helped(program), re.MULTILINE))


def unknown_words(words: tuple[str, ...]) -> list[str]:
    """What a command line names that no --help knows: its sub-command, or options."""
    program, name, *rest = words
    if program == "omote-measure":
        asked = (program, name) if f"{program} {name}" in PARSERS else (program,)
    elif name not in sub_commands(program):
        return [name]
    elif name in NESTED and rest and not rest[0].startswith("-"):
        if not re.search(rf"\b{rest[0]}\b", helped(program, name)):
            return [rest[0]]
        asked = (program, name, rest[0])
    else:
        asked = (program, name)
    if name in WRAPPING:
        inner = next((i for i, word in enumerate(rest) if word in sub_commands(program)), len(rest))
        if rest[inner:]:
            return unknown_words((program, name, *rest[:inner])) + unknown_words((program, *rest[inner:]))
    options = [word.split("=")[0] for word in rest if word.startswith("-")]
    return [option for option in options if not re.search(rf"(?<![\w-]){option}\b", helped(*asked))]


@each_page
def test_every_command_and_option_is_in_its_help(page: Path) -> None:
    assert {" ".join(words): unknown for words in commands(page) if (unknown := unknown_words(words))} == {}


@cache
def parser_of(program: str, command: str) -> argparse.ArgumentParser:
    """The parser of a program, or of one of omote-measure's commands."""
    return (
        PARSERS.get(f"{program} {command}", PARSERS[program])
        if program == "omote-measure"
        else PARSERS[program]
    )


@each_page
def test_every_command_line_in_a_block_can_be_typed_as_it_is(page: Path) -> None:
    """Required arguments are there, numbers are numbers, and choices exist."""
    refused = {}
    for line in typed(page):
        words = shlex.split(line, comments=True)
        if len(words) < 2 or words[0] not in PROGRAMS or "--help" in words:
            continue
        parser = parser_of(words[0], words[1])
        given = words[2:] if words[0] == "omote-measure" and parser is not PARSERS[words[0]] else words[1:]
        said = io.StringIO()
        try:
            with redirect_stderr(said):
                parser.parse_args(given)
        except SystemExit:
            refused[line] = said.getvalue().splitlines()[-1:]
        if said.getvalue().startswith("note: "):  # the former name of an option
            refused[line] = said.getvalue().splitlines()
    assert refused == {}


@each_page
def test_every_file_of_ours_in_a_block_exists(page: Path) -> None:
    words = [word for line in typed(page) for word in shlex.split(line, comments=True)]
    ours = [word for word in words if re.match(rf"(?:\./)?(?:{'|'.join(FOLDERS)})/[\w./-]*\w$", word)]
    assert [word for word in ours if not (ROOT / word).exists()] == []


# -- what is installed ---------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def extras_in(text: str) -> set[str]:
    """The extras that commands such as `pip install "omote[midi,ndi]"` or `-e ".[dev]"` name."""
    found = re.findall(r"(?:\bomote|[\"'\s]\.)\[([a-z][a-z,-]*)\]", text)
    return {name.strip() for names in found for name in names.split(",")}


def test_every_extra_that_pages_and_messages_name_exists() -> None:
    sources = [
        *PAGES,
        ROOT / "Makefile",
        *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py")),
    ]
    named = {name: path.name for path in sources for name in extras_in(path.read_text("utf-8"))}
    assert {"tracking", "midi", "virtual-camera", "dev"} <= set(named)
    assert {name: path for name, path in named.items() if name not in PROJECT["optional-dependencies"]} == {}


def test_the_quick_start_lists_every_extra() -> None:
    first = [row[0] for row in rows((ROOT / "docs/start.md").read_text("utf-8"), "## Optional parts")]
    listed = {name for cell in first for name in re.findall(r"`([\w-]+)`", cell)}
    assert listed == set(PROJECT["optional-dependencies"]) - {"dev", "docs"}


@pytest.mark.parametrize("name", ["README", "docs/start"])
def test_a_list_of_the_base_packages_is_complete(name: str) -> None:
    """The sentence that lists what the base installation brings."""
    text = " ".join((ROOT / f"{name}.md").read_text("utf-8").split())
    listed = re.search(r"Python 3\.11 or newer; ([\w, ]+?)(?: are installed with Omote)?\.", text)
    assert listed is not None
    names = set(re.split(r", | and ", listed.group(1)))
    assert names == {re.split(r"[><=\[; ]", one)[0].lower() for one in PROJECT["dependencies"]}


def test_every_environment_variable_that_a_page_names_is_read() -> None:
    named = {name for page in PAGES for name in re.findall(r"\bOMOTE_[A-Z_]+\b", page.read_text("utf-8"))}
    assert {"OMOTE_AVATARS", "OMOTE_FACE_LANDMARKER"} <= named
    assert named - names_in_the_code() == set()


def test_the_readme_shows_every_command_of_omote() -> None:
    assert sub_commands("omote") <= {
        words[1] for words in commands(ROOT / "README.md") if words[0] == "omote"
    }


@pytest.mark.parametrize("program", ["omote", "omote-bridge", "omote-studio"])
def test_the_documentation_shows_every_command(program: str) -> None:
    shown = {words[1] for page in PAGES for words in commands(page) if words[0] == program}
    assert sub_commands(program) - shown == set()


def test_the_readme_drives_as_the_example_does() -> None:
    example = (ROOT / "examples" / "drive.py").read_text("utf-8")
    shown = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "PUSH" in block)
    message = re.compile(r"message = .*")
    assert message.findall(shown) == message.findall(example) != []
    compile(shown, "README.md", "exec")


@pytest.mark.parametrize(
    "name", ["README.md", "examples/drive.py", "examples/read_frames.py", "examples/read_shared_memory.py"]
)
def test_the_readme_and_the_examples_need_the_base_installation_only(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    code = [text] if name.endswith(".py") else re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    nodes = [node for block in code for node in ast.walk(ast.parse(block))]
    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules = {name.split(".")[0] for name in imported} - sys.stdlib_module_names - set(PACKAGES)
    base = {re.split(r"[><=\[; ]", one)[0].lower() for one in PROJECT["dependencies"]}
    assert {{"zmq": "pyzmq", "PIL": "pillow"}.get(module, module) for module in modules} - base == set()


def test_make_knows_every_target_that_is_named() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    text = "".join(page.read_text("utf-8") for page in PAGES)
    targets = set(re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE))
    assert {"run", "test", "check", "docs", "bench"} <= targets
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
