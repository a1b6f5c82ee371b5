"""Runs all benchmarks, or the named ones, each in its own process.

    python -m benchmarks
    python -m benchmarks osc panel

Every module here has a `main()` that prints a table, and one line of JSON last. The last line of this command is JSON
too: module -> its JSON.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Run and collect; returns the number of benchmarks that failed, 2 for an unknown name."""
    known = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    if "--help" in arguments or "-h" in arguments:
        print(f"usage: python -m benchmarks [NAME ...]\n\n{__doc__}\nThere are: {', '.join(known)}")
        return 0
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    results: dict[str, object] = {}
    failed = []
    for name in arguments or known:
        print(f"== {name}", flush=True)
        code, lines = run_one(name)
        try:
            results[name] = json.loads(lines[-1]) if lines else None
        except json.JSONDecodeError:
            results[name] = None
        if code != 0 or results[name] is None:
            failed.append(name)
        print(flush=True)
    if failed:
        print("failed:", *failed)
    machine = (
        f"{platform.machine()}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )
    print(json.dumps({"machine": machine, "failed": failed, "results": results}))
    return len(failed)


def run_one(name: str) -> tuple[int, list[str]]:
    """Run one module: its exit code and its lines, which are printed as they come, except the JSON."""
    start = f"import sys; from benchmarks.{name} import main; sys.exit(main())"
    lines: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", start], cwd=HERE.parent, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith("{"):
                print(line, end="", flush=True)
            lines.append(line.strip())
    return process.returncode, [line for line in lines if line]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
