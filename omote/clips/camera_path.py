"""CameraPath: where the camera of a rendered clip stands, and how it moves.

camera = camera_path("20,5", orbit=30.0)       # from 20 degrees, 30 to both sides
camera.messages(1.5)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, isfinite, radians, sin, tau
from typing import Final

from protocol.channels import CHANNELS
from protocol.messages import ControlMessage
from runtime.errors import ConfigError

#: Seconds of one swing to both sides.
SWING_S: Final = 4.0
#: Share of a swing's angle by which the camera rises and falls.
_RISE: Final = 0.3


@dataclass(frozen=True, slots=True)
class CameraPath:
    """A camera; angles in radians.

    Attributes:
        azimuth: to the subject's left. elevation: upwards. orbit: how far it swings to both sides.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    orbit: float = 0.0

    def messages(self, time_s: float) -> tuple[ControlMessage, ...]:
        """The driver of the view at a time of the clip; a camera in front that does not move has none."""
        if not (self.azimuth or self.elevation or self.orbit):
            return ()
        turn = tau * time_s / SWING_S
        values = {
            "azimuth": self.azimuth + self.orbit * sin(turn),
            "elevation": self.elevation + _RISE * self.orbit * (1.0 - cos(turn)) / 2,
        }
        # a name of its own that is not smoothed: the path is smooth
        return (ControlMessage(layer="view", source="render", values=values),)


def camera_path(view: str, orbit: float) -> CameraPath:
    """Read what the options of `omote render` say.

    Args:
        view: "AZIMUTH" or "AZIMUTH,ELEVATION", degrees; "" = in front. orbit: degrees.

    Raises:
        ConfigError: it is no such text, or an angle is beyond what the view layer has.
    """
    high = {one.name: one.high for one in CHANNELS if one.layer == "view"}
    try:
        angles: list[float] | None = [radians(float(text)) for text in view.split(",")] if view else []
    except ValueError:
        angles = None
    if angles is None or len(angles) > 2:
        raise ConfigError(f"--view {view:.80}, expected AZIMUTH or AZIMUTH,ELEVATION in degrees")
    azimuth, elevation = (*angles, 0.0, 0.0)[:2]
    swing = radians(orbit)
    limits = {"azimuth": abs(azimuth) + abs(swing), "elevation": abs(elevation) + _RISE * abs(swing)}
    for name, reached in limits.items():
        if not isfinite(reached) or reached > high[name]:
            most = int(high[name] * 360 / tau)
            raise ConfigError(
                f"--view {view or 0} --orbit {orbit:g}: expected at most {most} degrees of {name}, the swing "
                f"included; got {reached * 360 / tau:.0f}"
            )
    return CameraPath(azimuth, elevation, swing)
