from __future__ import annotations

import tomllib

from bridge.calibration.fitted import Fitted, rounded
from bridge.calibration.profile_text import profile_text


def test_keys_of_one_table_are_collected_and_written_as_toml() -> None:
    fitted = Fitted()
    fitted.put("pose", "yaw", rounded(-1.50049))
    fitted.put("pose", "rest_yaw_rad", rounded(0.1))
    fitted.put("gaze", "up", rounded(2.0 / 3.0))
    read = tomllib.loads(profile_text(fitted.tables, section="vmc", comment=""))
    assert read == {"source": {"vmc": {"pose": {"yaw": -1.5, "rest_yaw_rad": 0.1}, "gaze": {"up": 0.667}}}}
    assert fitted.findings == []
