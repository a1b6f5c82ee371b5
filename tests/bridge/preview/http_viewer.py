"""A viewer of the preview page: an HTTP client."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from bridge.preview.page import PreviewPage


def get(
    page: PreviewPage, path: str, host: str | None = None, headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    where = urlsplit(page.address).netloc
    connection = http.client.HTTPConnection(where, timeout=60)
    connection.request("GET", path, headers={"Host": host or where} | (headers or {}))
    return connection.getresponse()
