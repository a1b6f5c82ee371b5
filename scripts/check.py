"""Everything a change has to pass: format, lint, types, imports, documentation, tests. Runs all, then names what failed.

python scripts/check.py                  # what CI runs
python scripts/check.py --without tests  # a minute instead of ten
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from typing import Final

CHECKS: Final = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["pytest", "tests/test_imports.py"],
    # not --quiet: it hides warnings from --strict as well
    "docs": ["mkdocs", "build", "--strict"],
    # -rs: what was skipped, and why; a process a core, a file's tests together
    "tests": ["pytest", "-rs", "--durations=20", "-n", "logical", "--dist", "loadfile"],
}

#: Material for MkDocs advertises its successor in every build otherwise.
ENVIRONMENT: Final = os.environ | {"NO_MKDOCS_2_WARNING": "1"}


def main() -> int:
    """Run the checks; returns how many failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--without", action="append", choices=CHECKS, default=[], help="leave a check out")
    left_out = parser.parse_args().without
    failed = []
    for name, command in CHECKS.items():
        if name in left_out:
            continue
        print(f"== {name}", flush=True)
        began_s = time.monotonic()
        if subprocess.run([sys.executable, "-m", *command], env=ENVIRONMENT, check=False).returncode != 0:
            failed.append(name)
        print(f"   {time.monotonic() - began_s:.0f} s", flush=True)
    print("failed: " + ", ".join(failed) if failed else "every check passed")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
