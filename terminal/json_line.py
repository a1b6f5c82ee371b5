"""json_line: a value -> one line of JSON in pure ASCII, for programs that read a command's output.

print(json_line(status))
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec


def json_line(value: Any) -> str:
    """Encode a value that msgspec knows.

    Letters beyond ASCII are escaped, so that the line means the same in every console's encoding; also the unpaired
    surrogates by which Python names files that are not UTF-8. Numbers that JSON does not have become null.
    """
    return json.dumps(
        _finite(msgspec.to_builtins(value)), ensure_ascii=True, allow_nan=False, separators=(",", ":")
    )


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
