"""The channels of each layer as types, so that editors complete `face.expression(jaw…` and type checkers find misspellings.

Must match `protocol.channels.CHANNELS`, which has the ranges; a test compares them.
"""

from __future__ import annotations

from typing import TypedDict


class PoseValues(TypedDict, total=False):
    """Yaw, pitch and roll in radians; x, y and z in portrait heights; scale, 1 = as in the portrait."""

    yaw: float
    pitch: float
    roll: float
    x: float
    y: float
    z: float
    scale: float


class ExpressionValues(TypedDict, total=False):
    """The 52 ARKit blendshapes, 0 to 1."""

    eyeBlinkLeft: float
    eyeLookDownLeft: float
    eyeLookInLeft: float
    eyeLookOutLeft: float
    eyeLookUpLeft: float
    eyeSquintLeft: float
    eyeWideLeft: float
    eyeBlinkRight: float
    eyeLookDownRight: float
    eyeLookInRight: float
    eyeLookOutRight: float
    eyeLookUpRight: float
    eyeSquintRight: float
    eyeWideRight: float
    jawForward: float
    jawLeft: float
    jawRight: float
    jawOpen: float
    mouthClose: float
    mouthFunnel: float
    mouthPucker: float
    mouthLeft: float
    mouthRight: float
    mouthSmileLeft: float
    mouthSmileRight: float
    mouthFrownLeft: float
    mouthFrownRight: float
    mouthDimpleLeft: float
    mouthDimpleRight: float
    mouthStretchLeft: float
    mouthStretchRight: float
    mouthRollLower: float
    mouthRollUpper: float
    mouthShrugLower: float
    mouthShrugUpper: float
    mouthPressLeft: float
    mouthPressRight: float
    mouthLowerDownLeft: float
    mouthLowerDownRight: float
    mouthUpperUpLeft: float
    mouthUpperUpRight: float
    browDownLeft: float
    browDownRight: float
    browInnerUp: float
    browOuterUpLeft: float
    browOuterUpRight: float
    cheekPuff: float
    cheekSquintLeft: float
    cheekSquintRight: float
    noseSneerLeft: float
    noseSneerRight: float
    tongueOut: float


class GazeValues(TypedDict, total=False):
    """Yaw and pitch of both eyes in radians, relative to the head."""

    yaw: float
    pitch: float


class EmotionValues(TypedDict, total=False):
    """The eight emotions, 0 to 1; valence and arousal, -1 to 1."""

    happy: float
    sad: float
    angry: float
    surprised: float
    afraid: float
    disgusted: float
    contemptuous: float
    relaxed: float
    valence: float
    arousal: float


class ViewValues(TypedDict, total=False):
    """Azimuth and elevation of the camera in radians; distance, 1 = as in the portrait."""

    azimuth: float
    elevation: float
    distance: float
