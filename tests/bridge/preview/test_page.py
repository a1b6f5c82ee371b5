from __future__ import annotations

import pytest

from bridge.errors import BridgeError
from bridge.preview.page import MAX_VIEWERS, PreviewPage
from tests.bridge.preview.http_viewer import get


def test_page_is_for_this_machine_only(page: PreviewPage) -> None:
    assert b"<img" in get(page, "/").read()
    assert get(page, "/", host="evil.example:80").status == 403
    assert get(page, "/stream", host="evil.example").status == 403
    assert get(page, "/etc/passwd").status == 404
    assert page.address.startswith("http://127.0.0.1:")


def test_viewers_beyond_the_limit_are_refused(page: PreviewPage) -> None:
    streams = [get(page, "/stream") for _ in range(MAX_VIEWERS)]
    assert get(page, "/stream").status == 503
    for stream in streams:
        stream.close()


def test_a_port_in_use_is_an_error_that_names_the_option(page: PreviewPage) -> None:
    with pytest.raises(BridgeError, match="--preview-port"):
        PreviewPage(int(page.address.rstrip("/").rpartition(":")[2]))
