"""toml_string: a text -> a TOML string, for files that Omote writes.

line = f"name = {toml_string(name)}"
"""

from __future__ import annotations

import json

from protocol.file_names import text_of_name


def toml_string(text: str) -> str:
    """A basic string in quotation marks; letters of every script stay as they are.

    JSON's escapes are TOML's, except that JSON writes characters beyond U+FFFF as two surrogates, which TOML forbids,
    and leaves DEL as it is.

    Source: TOML 1.0.0, "String": "any Unicode character may be used except those that must be escaped: quotation mark,
        backslash, and the control characters other than tab (U+0000 to U+0008, U+000A to U+001F, U+007F)".
    """
    return json.dumps(text_of_name(text), ensure_ascii=False).replace("\x7f", "\\u007f")
