"""Tracked, filtered and shown as three small faces, in a real browser with a real runtime."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from protocol.messages import ControlMessage
from tests.live_runtime import live_runtime
from tests.waiting import PATIENCE_S, until

INK = """const canvas = document.querySelectorAll('#three-faces canvas')[arguments[0]];
const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
const half = pixels.length / 2;
let [upper, lower] = [0, 0];
for (let at = 3; at < pixels.length; at += 4) if (pixels[at] > 100) at < half ? upper++ : lower++;
return [upper, lower];"""

#: Of a second connection of the page: how often it tells the page of the status in a reply, after a glance before it
#: was open, in a glance, and in an ordinary request.
TOLD = """const done = arguments[0];
import("./connection.js").then(({ Connection }) => {
  const told = [];
  const handlers = {
    frame: async () => {},
    status: () => told.push(1),
    state: async (state) => {
      if (state !== "live") return;
      const counts = [];
      const receive = connection.receiveReply.bind(connection);
      connection.receiveReply = (reply) => { told.length = 0; receive(reply); counts.push(told.length); };
      await connection.ask("status");
      await connection.glance();
      await connection.ask("status");
      done(counts);
    },
  };
  const connection = new Connection(handlers);
  connection.glance();
});"""


def labels(page: Chrome) -> list[str]:
    return [
        canvas.get_attribute("aria-label") or ""
        for canvas in page.find_elements(By.CSS_SELECTOR, "#three-faces canvas")
    ]


def test_an_angry_emotion_over_a_smile_is_seen_in_three_faces(chromium: Chrome, tmp_path: Path) -> None:
    with live_runtime(tmp_path, publish=("browser",)) as live:
        runtime = live.runtime
        smile = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "jawOpen": 0.3}
        held = (
            ControlMessage(layer="expression", source="script", values=smile, ttl_s=600.0),
            ControlMessage(layer="emotion", source="mood", values={"angry": 1.0}, ttl_s=600.0),
        )
        for message in held:
            runtime.hosted[0].inbox.offer(message, 0)
        chromium.get(str(getattr(runtime.hosted[0].publishers.get("browser"), "url", "")))
        faces = chromium.find_element(By.ID, "three-faces")
        until(lambda: faces.find_element(By.TAG_NAME, "summary").is_displayed())
        # closed: nothing is asked for
        assert labels(chromium) == [f"{stage}: nothing yet" for stage in ("Tracked", "Filtered", "Shown")]
        faces.find_element(By.TAG_NAME, "summary").click()
        tracked, filtered, shown = until(
            lambda: found if "browDown" in (found := labels(chromium))[2] else None
        )
        assert tracked.startswith("Tracked: mouthSmile")
        assert "90 %" in tracked
        assert "mouthSmile" not in filtered
        assert "jawOpen 30 %" in filtered
        assert "mouthSmile" not in shown
        drawn = [chromium.execute_script(INK, stage) for stage in range(3)]
        assert min(min(pair) for pair in drawn) > 40  # eyes and a mouth
        assert drawn[0] != drawn[2]
        chromium.set_script_timeout(PATIENCE_S)
        assert chromium.execute_async_script(TOLD) == [1, 0, 1]
        chromium.get("about:blank")
