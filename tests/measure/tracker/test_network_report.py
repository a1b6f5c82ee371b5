from __future__ import annotations

import json
from pathlib import Path

from bridge.expressions.face_correction import shipped_weights
from measure.tracker.network_report import BEGIN, END, network_report, worse, write_network_report
from measure.tracker.samples import TrackedSamples
from tests.measure.tracker.network_by_hand import NetworkByHand, numbered_crops


def test_the_three_are_compared_on_the_same_pictures(samples: TrackedSamples, tmp_path: Path) -> None:
    network = NetworkByHand(samples)
    report = network_report(samples, numbered_crops(samples), network, shipped_weights())  # type: ignore[arg-type]
    assert len(report.network) == len(report.corrected) == len(report.reported) == 44
    sums = [sum(row.rms for row in rows) for rows in (report.network, report.corrected)]
    assert sums[0] < 0.3 * sums[1]  # this network sees the truth
    assert report.pose_network.mean < 0.05 < report.pose_mediapipe.mean
    assert worse(report) == []
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_network_report(report, tmp_path / "report", page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| `tongueOut` |" in text
    assert json.loads((tmp_path / "report" / "network.json").read_bytes())["people"] == report.people


def test_what_a_network_sees_worse_is_named(samples: TrackedSamples) -> None:
    network = NetworkByHand(samples, gain=0.0)
    report = network_report(samples, numbered_crops(samples), network, shipped_weights())  # type: ignore[arg-type]
    assert "jawOpen" in worse(report)


def test_another_page_is_left_as_it_is(samples: TrackedSamples, tmp_path: Path) -> None:
    network = NetworkByHand(samples)
    report = network_report(samples, numbered_crops(samples), network, shipped_weights())  # type: ignore[arg-type]
    (tmp_path / "page.md").write_text("a page about something else")
    write_network_report(report, tmp_path / "report", tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text() == "a page about something else"
