"""Make the zip that Blender installs: build/omote_face-VERSION.zip.

python scripts/blender_zip.py            # prints the file's path
python scripts/blender_zip.py -o x.zip

One file for all: Blender before 4.2 installs it as an add-on, 4.2 and newer as an extension too. The same sources make the
same bytes.
"""

from __future__ import annotations

import argparse
import tomllib
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / "blender_sample" / "omote_face"
#: The earliest time that a zip can hold, so that the zip depends on its content only.
_TIME: Final = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> Path:
    """Write the zip; returns its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in PACKAGE.iterdir() if path.suffix in (".py", ".toml"))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (*files, ROOT / "LICENSE"):
            entry = zipfile.ZipInfo(f"{PACKAGE.name}/{path.name}", _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return target


def version() -> str:
    """The add-on's version."""
    return str(tomllib.loads((PACKAGE / "blender_manifest.toml").read_text("utf-8"))["version"])


def main() -> None:
    """Build and print the path."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / f"omote_face-{version()}.zip")
    print(build(parser.parse_args().output))


if __name__ == "__main__":
    main()
