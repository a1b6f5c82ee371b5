"""Hooks of `make docs`: API pages from docstrings, links from the docs to source files, search without network.

MkDocs loads this file (`hooks` in mkdocs.yml). The pages in docs/ are written for GitHub, where a link to
`../runtime/loop.py` opens the file. A site holds no source files, so each such link becomes a link to the
module's API page, or the file's path in code style where there is no such page.

    make docs                     # writes build/site; open build/site/index.html
"""

from __future__ import annotations

import ast
import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
API_PACKAGES = ("protocol", "face", "bridge", "runtime")
API_LEFT_OUT = ("bridge.commands",)  # argument parsers: `--help` documents them
NETWORK_SCRIPT = re.compile(r'<script src="https://unpkg\.com/iframe-worker/shim"></script>')
SEARCH_WORKER = ROOT / "scripts" / "docs_search_worker.js"
LOADED_FROM_NETWORK = re.compile(
    r'<(?:script|img|iframe)[^>]+src="https?://[^"]*"|<link[^>]+rel="stylesheet"[^>]+href="https?://[^"]*"'
)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(((?!https?:|#|mailto:)[^)\s]+)\)")


def api_modules(root: Path = ROOT) -> dict[str, list[str]]:
    """The folders that get an API page, and the modules on each, as dotted names in the order of the page."""
    pages: dict[str, list[str]] = {}
    for package in API_PACKAGES:
        for path in sorted((root / package).rglob("*.py"), key=lambda path: (path.parent, path.name)):
            folder = ".".join(path.relative_to(root).parent.parts)
            if not path.name.startswith("__") and folder not in API_LEFT_OUT:
                pages.setdefault(folder, []).append(f"{folder}.{path.stem}")
    return pages


def api_page(folder: str, modules: list[str]) -> str:
    """One API page in Markdown: the folder's own docstring, then every module by mkdocstrings."""
    docstring = ast.get_docstring(
        ast.parse((ROOT / folder.replace(".", "/") / "__init__.py").read_text("utf-8"))
    )
    head = f"# {folder}\n\n{docstring or ''}\n"
    return head + "".join(f"\n::: {module}\n" for module in modules)


def site_link(text: str, target: str, page: str, modules: set[str]) -> str:
    """A Markdown link as the site needs it.

    Args:
        text: what the link shows.
        target: where it leads, relative to the page.
        page: the page's path below docs/, such as `unity.md`.
        modules: the dotted names of all modules that have an API page.

    Returns:
        The same link when it stays inside docs/; a reference to the module's API page when it leads to one
        of its files; else the text and the file's path in code style.
    """
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), target.partition("#")[0]))
    if path.startswith("docs/"):
        return f"[{text}]({target})"
    shown = text if not path.endswith(text.strip("`")) else f"`{path}`"
    module = path.removesuffix(".py").replace("/", ".")
    if path.endswith(".py") and module in modules:
        return f"[{shown}][{module}]"
    return shown if shown == f"`{path}`" else f"{shown} (`{path}`)"


def without_network(html: str) -> str:
    """A page of the site whose search loads no script from the network."""
    script = f"<script>{SEARCH_WORKER.read_text('utf-8')}</script>"
    return NETWORK_SCRIPT.sub(lambda _: script, html)


# -- what MkDocs calls ---------------------------------------------------------------------------------


def on_config(config: Any) -> Any:
    """Append the API reference to the navigation."""
    config.nav.append({"API reference": [{folder: f"api/{folder}.md"} for folder in api_modules()]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the API pages and the changelog, which lies outside docs/, to the site's pages."""
    from mkdocs.structure.files import File

    for folder, modules in api_modules().items():
        files.append(File.generated(config, f"api/{folder}.md", content=api_page(folder, modules)))
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "changelog.md", content=changelog))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links that leave docs/ into links that work in the site."""
    modules = {module for modules in api_modules().values() for module in modules}
    source = page.file.src_uri
    return LINK.sub(lambda match: site_link(match[1], match[2], source, modules), markdown)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Replace the one script that the theme would load from the network."""
    return without_network(output)


def on_post_template(output: str, template_name: str, config: Any) -> str:
    """The same for the page that says that a page is missing."""
    return without_network(output)


def on_post_build(config: Any) -> None:
    """Fail where a page would still load something from the network."""
    from mkdocs.exceptions import PluginError

    for path in sorted(Path(config.site_dir).rglob("*.html")):
        found = LOADED_FROM_NETWORK.search(path.read_text("utf-8"))
        if found and path.name != "report.html":
            raise PluginError(f"{path} loads from the network: {found[0]}; the site has to work without one")
