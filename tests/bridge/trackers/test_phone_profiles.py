from __future__ import annotations

from math import radians
from pathlib import Path

import pytest

from bridge.calibration.profile import Profiles, load_profile
from protocol.blendshapes import INDEX

PHONES = ("ifacialmocap", "facemotion3d", "vts-phone", "meowface", "livelink", "facecap")


@pytest.mark.parametrize("tracker", PHONES)
def test_phone_below_the_face_is_learned_as_rest(tracker: str) -> None:
    profile = load_profile(tracker=tracker)
    # The vendor's sample: 21 degrees up, 6 to the side; its eyes look 6 degrees down.
    assert profile.pose_learn[1] > radians(21.5)
    assert profile.pose_learn[0] > radians(6.1)
    looks_down = profile.learn[INDEX["eyeLookDownLeft"]] >= 0.3 or profile.gaze_learn[1] > radians(6.1)
    assert looks_down
    assert not profile.mirror


def test_corrections_suggested_in_the_live_link_profile_work(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        "[pose]\npitch = -1.0\nyaw = 3.14159\n[expression]\njaw = { swap = true }\nmouth = { swap = true }\n"
    )
    profile = Profiles(mine).of("livelink", "livelink:Anna")
    assert list(profile.pose_gain[:3]) == [3.14159, -1.0, 1.0]
    for left, right in (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight")):
        assert profile.source[INDEX[left]] == INDEX[right]
        assert profile.source[INDEX[right]] == INDEX[left]
    assert profile.source[INDEX["mouthSmileLeft"]] == INDEX["mouthSmileLeft"]
