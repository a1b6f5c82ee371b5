from __future__ import annotations

from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNELS
from protocol.parts import PART_CHANNELS, PART_LAYER, PARTS


def test_the_parts_share_no_channel_and_leave_none_out() -> None:
    every = [(PART_LAYER[part], name) for part in PARTS for name in PART_CHANNELS[part]]
    assert len(every) == len(set(every)) == len(CHANNELS)
    assert set(every) == {(channel.layer, channel.name) for channel in CHANNELS}
    # the regions, written down once more
    assert {name for name in BLENDSHAPES if name.startswith(("brow", "eye"))} == PART_CHANNELS["eyes"]
    assert {name for name in BLENDSHAPES if name.startswith(("jaw", "mouth", "cheek", "nose", "tongue"))} == (
        PART_CHANNELS["mouth"]
    )
