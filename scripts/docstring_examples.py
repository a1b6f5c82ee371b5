"""Griffe extension of `make docs`: usage lines in docstrings become code blocks.

Module docstrings here end with lines of code or commands to copy, without Markdown's fences, because that is how they
read best in an editor. In the API pages they would run together as prose; this sets them in code style.
"""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

import griffe

COMMANDS = ("python ", "omote ", "omote-bridge ", "omote-studio ", "omote-measure ", "pip ", "make ")


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


class DocstringExamples(griffe.Extension):
    """Applies `with_code_blocks` to the docstring of every module."""

    def on_module(self, *, mod: griffe.Module, **_: Any) -> None:
        """Called once for each module that was loaded."""
        if mod.docstring:
            mod.docstring.value = with_code_blocks(mod.docstring.value)
