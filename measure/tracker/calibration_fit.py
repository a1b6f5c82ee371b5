"""What `omote-bridge calibrate` makes of drawn people: the steps of its session, read by the network, and its fit.

profiles = calibrated_profiles(steps, step_crops, network)        # of pictures drawn as `calibration_pictures`
sent = network_output(samples, crops, network, profiles)
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bridge.calibration.fit import fit
from bridge.calibration.profile import CalibrationProfile, Profiles
from bridge.calibration.profile_text import profile_text
from bridge.calibration.session import MIN_SAMPLES, Phase, run_steps
from bridge.calibration.steps import REST, STEPS, Step
from bridge.observation import Observation
from bridge.trackers.tracker_network import TrackerNetwork
from measure.errors import MeasureError
from measure.tracker.crop_samples import CropSamples
from measure.tracker.network_output import TRACKER, observations_of
from measure.tracker.samples import TrackedSamples

_REST_PLACE: Final = next(place for place, step in enumerate(STEPS) if step.name == REST)


def calibrated_profiles(
    samples: TrackedSamples, crops: CropSamples, network: TrackerNetwork
) -> dict[int, CalibrationProfile]:
    """The profile of each person, by number, as the bridge writes it and reads it back.

    Args:
        samples, crops: of `calibration_pictures`; `kind` is the step's index in STEPS.

    Raises:
        MeasureError: a person's face was never found at rest.
    """
    shipped = Profiles(None).of(TRACKER, TRACKER)
    made = {}
    for person in np.unique(samples.person).tolist():
        own = np.flatnonzero(samples.person == person)
        kinds = samples.kind[own]
        read = observations_of(crops, own[kinds == _REST_PLACE], own, network)
        seen = [
            [found for (_, found), kind in zip(read, kinds, strict=True) if kind == place]
            for place in range(len(STEPS))
        ]
        if not seen[_REST_PLACE]:
            raise MeasureError(
                f"person {person} was drawn at rest, but no face was found; choose another --seed"
            )
        asked = _Asked(seen)
        steps = run_steps(asked.drain, guide=asked, wait=lambda _: False)
        made[person] = _read_back(profile_text(fit(steps, shipped).tables, section=TRACKER))
    return made


def _read_back(text: str) -> CalibrationProfile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profile.toml"
        path.write_text(text, "utf-8")
        return Profiles(path).of(TRACKER, TRACKER)


class _Asked:
    """A `Guide` whose person does at once what is asked: `drain` gives the pictures of that step, often enough."""

    def __init__(self, seen: Sequence[Sequence[Observation]]) -> None:
        self._seen = seen
        self._now: Sequence[Observation] = ()

    def drain(self) -> list[Observation]:
        return [*self._now] * (1 + MIN_SAMPLES // max(len(self._now), 1))

    def wait_for_face(self, tracker: str, hint: str = "") -> None: ...

    def begin(self, source: str) -> None: ...

    def ask(self, number: int, of: int, step: Step) -> None:
        self._now = self._seen[number - 1]

    def count_down(self, phase: Phase, past_s: float, length_s: float) -> None: ...

    def tell_measured(self, pictures: int, change: str) -> None: ...

    def tell_missed(self, pictures: int, *, is_last: bool) -> None: ...

    def finish(self, changes: Sequence[str]) -> None: ...
