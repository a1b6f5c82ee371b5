"""Code that is shown to newcomers runs after `pip install omote`: with the base dependencies and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

from protocol.channels import CHANNEL_INDEX
from runtime.config import load_config
from runtime.engines.null import read_bars
from runtime.publishers.memory import MemoryPublisher
from runtime.runtime import Runtime

ROOT = Path(__file__).parents[2]
#: Runs a script as a fresh installation would: imports of modules that it does not have fail.
FRESH = """
import runpy, sys
allowed = set(sys.argv.pop(1).split(","))
class Fresh:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Fresh())
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def plain(requirement: str) -> str:
    """The name in "Foo-Bar>=1 ; marker", as it is compared."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def base_modules() -> set[str]:
    """The modules of pyproject.toml's dependencies and of theirs, and the standard library's."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    wanted = [plain(one) for one in listed]
    modules_of: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules_of.setdefault(plain(distribution), set()).add(module)
    modules = set(sys.stdlib_module_names)
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in modules_of:
            continue
        seen.add(name)
        modules |= modules_of[name]
        wanted += [plain(one) for one in requires(name) or () if "extra ==" not in one]
    return modules


def run_fresh(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", FRESH, ",".join(base_modules()), str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_a_module_of_no_base_dependency_cannot_be_imported(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import zmq, numpy\nimport pytest\n")
    assert "No module named 'pytest'" in run_fresh(script).stderr


@pytest.mark.parametrize("page", ["README.md", "docs/protocol.md"])
def test_a_shown_driver_moves_a_runtime_s_face(page: str, tmp_path: Path) -> None:
    block = next(text for text in blocks(page) if "zmq.PUSH" in text)
    ports = {"control": 0, "request": None, "publish": None, "osc": None, "vmc": None, "panel": None}
    config = load_config(
        None, {"engine": "null", "performance": "none", "publish": (), "fps": 100.0, "ports": ports}
    )
    memory, opened, moved = MemoryPublisher(), threading.Event(), []
    held: list[Runtime] = []
    script = tmp_path / "driver.py"

    def live() -> None:
        with Runtime(config, {"memory": lambda: memory}) as runtime:
            held.append(runtime)
            opened.set()
            runtime.run()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        assert opened.wait(60)
        port = held[0].ports.control
        assert "127.0.0.1:5570" in block
        script.write_text(block.replace("5570", str(port)).replace("range(300)", "range(60)"))
        turned = [CHANNEL_INDEX["pose"][name] for name in ("yaw", "pitch")]
        driver = threading.Thread(target=lambda: moved.append(run_fresh(script)))
        driver.start()
        largest, after_id, frames_left = 0.0, 0, 200
        while frames_left and (largest < 0.15 or driver.is_alive()):
            frame = memory.wait_for_frame(after_id=after_id, timeout_s=60.0)
            assert frame is not None
            after_id = frame.frame_id
            largest = max(largest, float(read_bars(frame.pixels)[turned].max()))
            frames_left -= not driver.is_alive()
        driver.join()
    finally:
        for runtime in held:
            runtime.loop.stop()
        thread.join(60)
    assert (moved[0].returncode, moved[0].stderr) == (0, "")
    assert 0.15 < largest < 0.35  # a nod of 0.2, a turn of 0.3; idle movement alone stays below 0.1


def test_the_readme_s_drive_has_ten_lines() -> None:
    block = next(text for text in blocks("README.md") if "zmq.PUSH" in text)
    assert len([line for line in block.splitlines() if line.strip()]) <= 10


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_an_example_imports_the_base_dependencies_or_says_what_it_needs(path: Path) -> None:
    text = path.read_text("utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    extra = imported - base_modules()
    named = re.search(r"needs: pip install ([\w-]+)", text)
    if named is None:
        assert extra == set()
    else:
        pages = packages_distributions()
        assert {plain(name) for module in extra for name in pages.get(module, [])} <= {plain(named.group(1))}
