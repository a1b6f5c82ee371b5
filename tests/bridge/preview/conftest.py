from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.preview.page import PreviewPage


@pytest.fixture
def page() -> Iterator[PreviewPage]:
    page = PreviewPage()
    yield page
    page.close()
    page.close()
