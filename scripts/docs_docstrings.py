"""Griffe extension of `make docs`: what reads well in an editor becomes what reads well in the API pages.

- Module docstrings end with lines of code or commands to copy, without Markdown's fences. They get fences.
- `low, high: the limits.` documents two arguments in one entry, which griffe does not know. It becomes two entries.
- A line that begins with a label (`Threads: ...`) becomes a paragraph of its own.
"""

from __future__ import annotations

import ast
import re
from textwrap import dedent
from typing import Any

import griffe

COMMANDS = (
    "python ", "omote ", "omote-bridge ", "omote-studio ", "omote-measure ", "omote-train ", "pip ", "make ",
)  # fmt: skip
LABELLED_LINE = re.compile(r"(?<!\n)\n(?=[A-Z]\w+: \S)")
SHARED_ENTRY = re.compile(r"^( +)(\w+(?:, \w+)+): ", re.MULTILINE)


def is_code(paragraph: str) -> bool:
    """Whether a paragraph is Python code or command lines, and not prose."""
    if all(line.startswith(COMMANDS) for line in paragraph.splitlines()):
        return True
    try:
        body = ast.parse(paragraph).body
    except SyntaxError:
        return False
    return not all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Name | ast.Tuple) for node in body
    )


def with_code_blocks(docstring: str) -> str:
    """The docstring with a fence around every paragraph that is code; indented ones are fenced too."""
    made = []
    for paragraph in docstring.split("\n\n"):
        code = dedent(paragraph).strip("\n")
        made.append(f"```python\n{code}\n```" if code and is_code(code) else paragraph)
    return "\n\n".join(made)


def with_one_entry_a_name(docstring: str) -> str:
    """The docstring with entries such as `low, high: the limits.` repeated for each of their names."""
    lines: list[str] = []
    for entry in re.split(r"\n(?= *\w+(?:, \w+)+: )", docstring):
        found = SHARED_ENTRY.match(entry)
        if found is None:
            lines.append(entry)
            continue
        indent, names = found.groups()
        own, rest = _own_lines(entry[found.end() :], len(indent))
        lines += [f"{indent}{name}: {own}" for name in names.split(", ")]
        lines += [rest] if rest else []
    return "\n".join(lines)


def _own_lines(text: str, indent: int) -> tuple[str, str]:
    """An entry's own text, and what follows it at the entry's indentation or less."""
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], start=1):
        if len(line) - len(line.lstrip()) <= indent:
            return "\n".join(lines[:number]), "\n".join(lines[number:])
    return text, ""


class ReadableDocstrings(griffe.Extension):
    """Applies all of these to every docstring that is loaded."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called once for each module, class, function and attribute."""
        if obj.docstring is None:
            return
        if obj.is_module:
            obj.docstring.value = with_code_blocks(obj.docstring.value)
        obj.docstring.value = LABELLED_LINE.sub("\n\n", with_one_entry_a_name(obj.docstring.value))
