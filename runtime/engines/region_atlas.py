"""Where the crops of the regions lie in one picture, the atlas: below each other, so that one copy moves them all."""

from __future__ import annotations

from typing import Final

from face.regions import REGIONS

#: Region -> its first row in the atlas.
FIRST_ROW: Final = {
    name: sum(other.height for other in list(REGIONS.values())[:number])
    for number, name in enumerate(REGIONS)
}
ATLAS_WIDTH: Final = max(region.width for region in REGIONS.values())
ATLAS_HEIGHT: Final = sum(region.height for region in REGIONS.values())
