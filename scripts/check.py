"""Everything a change has to pass: format, lint, types, tests. Runs all of them, then names what failed.

python scripts/check.py
"""

from __future__ import annotations

import subprocess
import sys

CHECKS = {
    "ruff format": ["ruff", "format", "--check", "."],
    "ruff check": ["ruff", "check", "."],
    "mypy": ["mypy"],
    "pytest": ["pytest"],
}


def main() -> int:
    """Run every check; returns how many failed."""
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", *command], check=False).returncode != 0:
            failed.append(name)
    print("failed: " + ", ".join(failed) if failed else "all is well")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
