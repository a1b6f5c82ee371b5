"""Any page that the user has open may send requests to this machine: none of them may reach the runtime.

Real Chromium, a page of another origin, and every way of sending that a page has.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver import Chrome

from tests.security.conftest import RunningRuntime

#: ZMTP 1.0, as libzmq takes it from anybody: an anonymous identity, then one part of MessagePack.
PAGE = b"""<!doctype html><title>elsewhere</title><script>
async function attack(ports, messages) {
  const sent = [];
  for (const port of ports) {
    for (const bytes of messages) {
      for (const path of ["/", "/" + "A".repeat(75), "/" + "a".repeat(200)]) {
        const body = new Uint8Array([1, 0, bytes.length + 1, 0, ...bytes]);
        const url = `http://127.0.0.1:${port}${path}`;
        for (const send of [
          () => fetch(url, {method: "POST", mode: "no-cors", body: body}),
          () => fetch(url, {method: "POST", mode: "no-cors", body: new Blob([new Uint8Array(9000), body])}),
          () => Promise.resolve(navigator.sendBeacon(url, body)),
        ]) {
          await Promise.race([send(), new Promise((done) => setTimeout(done, 150))]).then(
            () => sent.push("sent"), () => sent.push("failed"));
        }
      }
    }
    await new Promise((done) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => { for (const bytes of messages) socket.send(new Uint8Array(bytes)); };
      socket.onerror = socket.onclose = done;
      setTimeout(done, 500);
    });
  }
  return sent.length;
}
</script>"""


@pytest.fixture
def page() -> Iterator[str]:
    """A page on another port of this machine, as good as one of any site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_no_page_reaches_the_runtime(omote: RunningRuntime, page: str, chromium: Chrome) -> None:
    import msgpack

    chromium.get(page)
    chromium.set_script_timeout(120)
    messages = [
        list(msgpack.packb(message))
        for message in (
            {"type": "command", "name": "stop"},
            {"type": "control", "layer": "expression", "source": "page", "values": {"jawOpen": 1.0}},
        )
    ]
    ports = [omote.control, omote.request, omote.publish, omote.panel]
    sent = chromium.execute_async_script(
        "const [ports, messages, done] = arguments; attack(ports, messages).then(done);", ports, messages
    )
    chromium.get("about:blank")
    assert sent == 4 * 2 * 3 * 3
    status = omote.status()  # it still runs
    assert status["dropped"].keys() >= {"not ZeroMQ"}
    assert status["drivers"] == []
    omote.drive(0.7)
    assert {driver["source"] for driver in omote.status()["drivers"]} == {"honest"}
