"""Bones by the names that exporters give them."""

from __future__ import annotations

import pytest
from omote_face.rig_names import likely_bones


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["spine", "head", "eye.L", "eye.R"], ("head", "eye.L", "eye.R")),
        (["Hips", "Head", "LeftEye", "RightEye", "HeadTop_End"], ("Head", "LeftEye", "RightEye")),
        (["mixamorig:Head", "mixamorig:LeftEye", "mixamorig:RightEye"],
         ("mixamorig:Head", "mixamorig:LeftEye", "mixamorig:RightEye")),
        (["J_Bip_C_Neck", "J_Bip_C_Head", "J_Adj_L_FaceEye", "J_Adj_R_FaceEye"],
         ("J_Bip_C_Head", "J_Adj_L_FaceEye", "J_Adj_R_FaceEye")),
        (["CC_Base_Head", "CC_Base_L_Eye", "CC_Base_R_Eye"], ("CC_Base_Head", "CC_Base_L_Eye", "CC_Base_R_Eye")),
        (["eye_l", "eye_r"], ("", "eye_l", "eye_r")),
        (["eyelid.L", "forehead", "headband"], ("", "", "")),
        ([], ("", "", "")),
    ],
)  # fmt: skip
def test_head_and_eyes_are_found(names: list[str], found: tuple[str, str, str]) -> None:
    assert likely_bones(names) == found
    assert likely_bones(names[::-1]) == found
