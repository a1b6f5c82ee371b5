from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.x_server import XServer, x_server


@pytest.fixture(scope="session")
def screen() -> Iterator[XServer]:
    """A virtual X server, on which another process's window has the focus."""
    with x_server() as opened:
        yield opened
