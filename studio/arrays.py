"""Names for the array types of the studio; shapes, units and ranges stand in each docstring."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int32]
#: float32 or float64: intermediate results of a computation.
Reals = NDArray[np.floating[Any]]
