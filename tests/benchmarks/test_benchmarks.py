from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_benchmark_states_its_goal_and_has_a_main(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert "Good:" in (ast.get_docstring(tree) or "")
    assert "main" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_an_unknown_benchmark_is_refused_with_a_list_of_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "panel" in done.stderr


def test_the_last_line_is_one_json(tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "__init__.py").touch()  # a package in the current folder goes before an installed one
    (folder / "__main__.py").write_bytes((ROOT / "benchmarks" / "__main__.py").read_bytes())
    (folder / "good.py").write_text("def main():\n    print('table')\n    print('{\"p50\": 1}')\n", "utf-8")
    (folder / "bad.py").write_text("def main():\n    print('{}')\n    return 3\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    last = json.loads(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 1
    assert last["results"] == {"bad": {}, "good": {"p50": 1}}
    assert last["failed"] == ["bad"]
    assert "table" in done.stdout
