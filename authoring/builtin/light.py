"""Light of a drawn avatar's picture: warm key, cool fill, two rim lights, ambient occlusion."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.builtin.surface import HAIR, GBuffer
from authoring.fit.head_fit import FOCAL
from authoring.portrait.canvas import CANVAS_PX
from face.easing import smoothstep

Floats = NDArray[np.float32]

_KEY: Final = np.array([-0.50, 0.55, 0.80], np.float32) / np.float32(np.sqrt(0.25 + 0.3025 + 0.64))
_FILL: Final = np.array([0.75, 0.05, 0.66], np.float32)
_KEY_COLOUR: Final = np.array([1.00, 0.945, 0.88], np.float32) * 0.86
_FILL_COLOUR: Final = np.array([0.80, 0.88, 1.0], np.float32) * 0.17
_SKY: Final = np.array([0.92, 0.95, 1.0], np.float32) * 0.30
_GROUND: Final = np.array([1.0, 0.82, 0.72], np.float32) * 0.17


def diffuse_light(normal: Floats, shade: Floats, wrap: tuple[float, float, float]) -> Floats:
    """Diffuse light reflected by a white surface: (N, 3) float32, linear.

    Args:
        normal: (N, 3) unit vectors.
        shade: (N,) ambient visibility 0..1.
        wrap: wrap lighting by colour: how far light reaches past the terminator; in skin red reaches farthest.
    """
    w = np.array(wrap, np.float32)
    key = np.clip((normal @ _KEY)[:, None] + w, 0, None) / (1 + w)
    key = key**1.25
    fill = np.clip(normal @ _FILL * 0.7 + 0.3, 0, None)[:, None]
    up = (0.5 + 0.5 * normal[:, 1])[:, None]
    around = _SKY * up + _GROUND * (1 - up)
    # Light in a crease was reflected by skin or cloth before: darken blue more than red.
    open_ = shade[:, None] ** np.array([0.85, 1.05, 1.12], np.float32)
    direct = 0.35 + 0.65 * open_
    return np.asarray(key * _KEY_COLOUR * direct + (fill * _FILL_COLOUR + around) * open_, np.float32)


def two_tone(light: Floats, flat: float, shade: tuple[float, float, float]) -> Floats:
    """Diffuse light (N, 3) with two tones, as in drawings, in place of a gradient.

    Args:
        flat: 0..1, 0 returns the light unchanged.
        shade: what the darker tone is of the lighter one.
    """
    if not flat:
        return light
    bright = smoothstep(0.32, 0.42, light.mean(1))[:, None]
    dark = np.array(shade, np.float32)
    return np.asarray(light + ((dark + (1 - dark) * bright) - light) * flat, np.float32)


def rim_light(normal: Floats, power: float) -> Floats:
    """Light from behind along outlines, warm on the picture's right, cool on its left: (N, 3) float32, linear."""
    edge = np.clip(1 - np.abs(normal[:, 2]), 0, 1) ** power
    right = np.clip(normal[:, 0] * 0.9 + normal[:, 1] * 0.35, 0, 1)
    left = np.clip(-normal[:, 0] * 0.9 + normal[:, 1] * 0.35, 0, 1)
    warm = np.array([1.0, 0.74, 0.52], np.float32)
    cool = np.array([0.62, 0.80, 1.0], np.float32)
    return np.asarray((edge * right)[:, None] * warm + (edge * left)[:, None] * cool * 0.6, np.float32)


def specular(normal: Floats, power: float) -> Floats:
    """Blinn-Phong specular reflection of the key light: (N,) float32 0..1."""
    half = _KEY + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    return np.asarray(np.clip(normal @ half, 0, 1) ** power, np.float32)


def strand_specular(along: Floats, normal: Floats, shift: Floats, power: float) -> Floats:
    """Specular reflection of hair: (N,) float32 0..1.

    Args:
        along: (N, 3) unit vectors along the strands.
        normal: (N, 3) unit vectors.
        shift: (N,) moves the highlight towards the root or the tip.
        power: exponent; larger is narrower.

    Source: Kajiya and Kay, Rendering Fur with Three Dimensional Textures (1989); the shifted tangent is
            Scheuermann's, Hair Rendering and Shading (2004).
    """
    tangent = along + normal * shift[:, None]
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    light = np.array([-0.25, 0.80, 0.62], np.float32)
    half = light / np.linalg.norm(light) + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    cosine = tangent @ half
    return np.asarray(np.clip(1 - cosine * cosine, 0, 1) ** (power / 2), np.float32)


def screen_space_visibility(buffers: GBuffer) -> Floats:
    """Screen-space ambient occlusion: (S, S) float32, 1 in the open, towards 0 in creases and below hair."""
    scale = buffers.scale
    seen = (buffers.material > 0).astype(np.float32)
    depth = np.where(seen > 0, buffers.depth, 0).astype(np.float32)
    unit = CANVAS_PX * FOCAL / float(-depth[seen > 0].mean())  # canvas pixels to a model unit
    size = (depth.shape[1] // scale, depth.shape[0] // scale)
    weight = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(depth, size, interpolation=cv2.INTER_AREA)
    shade = np.ones_like(depth)
    for reach, cap, strength in ((0.16, 0.4, 0.9), (0.45, 0.9, 0.55), (1.3, 2.6, 0.22)):
        sigma = reach * unit
        near = cv2.GaussianBlur(small, (0, 0), sigma) / np.maximum(
            cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3
        )
        near = cv2.resize(near, depth.shape[::-1], interpolation=cv2.INTER_LINEAR)
        shade *= np.exp(-strength * np.clip(near - depth - 0.03 * reach, 0, cap))
    return np.where(seen > 0, shade, 1).astype(np.float32)


def hair_shadow(buffers: GBuffer) -> Floats:
    """Shadow of the hair, down and away from the key light: (S, S) float32 0..1."""
    scale = buffers.scale
    hair = buffers.is_of(HAIR).astype(np.float32)
    moved = np.zeros_like(hair)
    for step in (5, 10, 15):
        move = np.array([[1, 0, 0.5 * step * scale], [0, 1, step * scale]], np.float32)
        moved = np.maximum(moved, cv2.warpAffine(hair, move, hair.shape[::-1]))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), 4.5 * scale), np.float32)


def srgb_to_linear(srgb: tuple[float, float, float]) -> Floats:
    """Convert an sRGB colour 0..1 to linear light (3,) float32."""
    c = np.array(srgb, np.float64)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear_to_srgb(light: Floats) -> Floats:
    """Convert linear light (..., 3) to sRGB 0..1 float32; values above 0.8 are compressed."""
    soft = np.where(light > 0.8, 0.8 + 0.2 * (1 - np.exp(-(light - 0.8) / 0.2)), light).clip(0, 1)
    return np.where(
        soft <= 0.0031308, soft * 12.92, 1.055 * np.maximum(soft, 1e-8) ** (1 / 2.4) - 0.055
    ).astype(np.float32)
