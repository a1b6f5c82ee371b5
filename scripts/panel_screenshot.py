"""Start a runtime on free ports, change a few controls on its panel, and save a screenshot.

    python scripts/panel_screenshot.py docs/panel.png
    python scripts/panel_screenshot.py small.png --width 400 --look light --tab avatars -- --avatar avatars/me

Arguments after `--` are passed to `omote run`. Needs Chromium and its driver, as the tests do.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ANY_PORT = [f"--{road}-port=0" for road in ("panel", "control", "request", "publish", "osc", "vmc")]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
)
TOUCH = """
const move = (id, value) => {
  const input = document.getElementById(id);
  input.value = value;
  input.dispatchEvent(new Event("input", {bubbles: true}));
};
move("expression.mouthSmileLeft", 0.6);
move("pose.roll", -0.15);
move("claim", 0.7);
[...document.querySelectorAll(".feeling")].find((button) => button.textContent === "happy").click();
document.documentElement.dataset.look = arguments[0];
document.getElementById(`tab-${arguments[1]}`).click();
"""
TABS = ("avatars", "takes", "drivers", "outputs", "health")


def main() -> int:
    """Parse the command line and take the picture."""
    parser = argparse.ArgumentParser(description="Save a screenshot of the panel.")
    parser.add_argument("output", type=Path)
    parser.add_argument("--width", type=int, default=1400)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--look", choices=("dark", "light"), default="dark")
    parser.add_argument("--tab", choices=TABS, default="drivers")
    parser.add_argument("--settle", type=float, default=6.0, help="seconds before the picture")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    args = parser.parse_args(sys.argv[1:split])
    command = [sys.executable, "-u", "-m", "omote", "run", *ANY_PORT, *sys.argv[split + 1 :]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as runtime:
        try:
            take_picture(panel_address(runtime), args)
        finally:
            runtime.terminate()
    return 0


def panel_address(runtime: subprocess.Popen[str]) -> str:
    """The address that the runtime prints."""
    assert runtime.stdout is not None
    for line in runtime.stdout:
        found = re.search(r"http://\S+", line)
        if found:
            return found.group()
    raise SystemExit("the runtime ended before it printed the panel's address")


def take_picture(address: str, args: argparse.Namespace) -> None:
    """Open the panel, change its controls, wait, and save a screenshot."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as browser:
            size = {"width": args.width, "height": args.height, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(address)
            time.sleep(args.settle / 2)
            browser.execute_script(TOUCH, args.look, args.tab)
            time.sleep(args.settle / 2)
            browser.save_screenshot(args.output)


if __name__ == "__main__":
    sys.exit(main())
