from __future__ import annotations

import http.client
import socket
from contextlib import suppress

import pytest

from bridge.errors import BridgeError
from bridge.preview.page import MAX_CONNECTIONS, MAX_VIEWERS, PreviewPage
from tests.bridge.preview.http_viewer import get
from tests.other_user import other_user_only, run_as_nobody
from tests.waiting import until


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


def header_of(page: PreviewPage, path: str, name: str) -> str | None:
    answer = get(page, path)
    value = answer.getheader(name)
    answer.close()
    return value


@pytest.mark.parametrize("path", ["/", "/stream", "/nothing"])
def test_every_answer_says_that_no_other_page_may_show_it(page: PreviewPage, path: str) -> None:
    assert header_of(page, path, "Cross-Origin-Resource-Policy") == "same-origin"
    assert header_of(page, path, "X-Frame-Options") == "DENY"
    assert "frame-ancestors 'none'" in (header_of(page, path, "Content-Security-Policy") or "")
    assert header_of(page, path, "Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),  # another port of this machine
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({}, 200),
    ],
)
def test_a_page_elsewhere_is_refused_by_what_its_browser_says(
    page: PreviewPage, headers: dict[str, str], status: int
) -> None:
    for path in ("/", "/stream"):
        answer = get(page, path, headers=headers)
        assert answer.status == status
        answer.close()


def test_localhost_is_this_machine_too(page: PreviewPage) -> None:
    port = page.address.rstrip("/").rpartition(":")[2]
    assert get(page, "/", host=f"localhost:{port}").status == 200


@other_user_only
def test_another_user_of_this_machine_sees_nothing(page: PreviewPage) -> None:
    script = (
        "import http.client, sys, urllib.request, urllib.error\n"
        "try:\n"
        "    print(urllib.request.urlopen(sys.argv[1] + 'stream', timeout=60).status)\n"
        "except (OSError, urllib.error.HTTPError, http.client.HTTPException) as error:\n"
        "    print('refused')"
    )
    assert run_as_nobody(script, page.address) == "refused"


def test_connections_that_say_nothing_are_bounded(page: PreviewPage) -> None:
    port = int(page.address.rstrip("/").rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(MAX_CONNECTIONS + 10)]
    cut = 0
    for one in silent[MAX_CONNECTIONS:]:
        one.settimeout(60)
        with suppress(ConnectionError):
            assert one.recv(1) == b""
        cut += 1
    assert cut == 10
    for one in silent:
        one.close()
    until(lambda: _status_of(page) == 200)


def _status_of(page: PreviewPage) -> int:
    try:
        return get(page, "/").status
    except (OSError, http.client.HTTPException):
        return 0
