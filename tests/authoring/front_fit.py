"""FIT: the mean head straight before the camera, as no portrait has it."""

from __future__ import annotations

import numpy as np

from authoring.fit.head_fit import FOCAL, HeadFit

FIT = HeadFit(
    identity=np.zeros(60, np.float32),
    expression=np.zeros(52, np.float32),
    rotation=np.eye(3, dtype=np.float32),
    translation=np.array([0, 0, -100], np.float32),
    focal=FOCAL,
    rms_px=0.0,
)
