"""Write the tables of docs/config.md from the dataclasses of `runtime.config`.

python scripts/config_page.py              # after a setting was added or changed
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from omote.commands.run import add_run_options  # noqa: E402
from runtime.config_text import Setting, settings  # noqa: E402

PAGE: Final = ROOT / "docs" / "config.md"
BEGIN: Final = "<!-- settings: begin -->"
END: Final = "<!-- settings: end -->"


def main() -> None:
    """Rewrite the page."""
    argparse.ArgumentParser(description="Write the tables of docs/config.md.").parse_args()
    PAGE.write_text(current(PAGE.read_text("utf-8")), "utf-8")


def current(page: str) -> str:
    """The page with the tables that belong to the code."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{rest.partition(END)[2]}"


def tables() -> str:
    """One Markdown table for the settings at the top of the file, and one for each table of the file."""
    by_setting = options()
    sections: dict[str, list[str]] = {}
    for setting in settings():
        table, _, name = setting.key.rpartition(".")
        sections.setdefault(table, []).append(row(name, setting, by_setting.get(setting.key, "")))
    head = "| key | default | meaning | allowed | option |\n|---|---|---|---|---|"
    return "\n".join(
        f"### {f'[{table}]' if table else 'At the top of the file'}\n\n{head}\n" + "\n".join(rows) + "\n"
        for table, rows in sections.items()
    )


def row(name: str, setting: Setting, option: str) -> str:
    """One row of a table."""
    cells = (
        f"`{name}`",
        f"`{setting.default}`",
        setting.meaning.rstrip("."),
        setting.allowed or setting.kind,
        f"`{option}`" if option else "",
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def options() -> dict[str, str]:
    """Setting -> the option of `omote run` that overrides it."""
    parser = argparse.ArgumentParser()
    add_run_options(parser)
    keys = {setting.key for setting in settings()}
    found: dict[str, str] = {}
    for action in parser._actions:
        name, _, kind = action.dest.rpartition("_")
        for key in (action.dest, f"ports.{name}" if kind == "port" else f"{name}.{kind}"):
            if key in keys and action.option_strings:
                found[key] = action.option_strings[-1]
    return found


if __name__ == "__main__":
    main()
