"""Portrait: reads any picture file as upright 8-bit sRGB with its alpha channel.

portrait = load_portrait(Path("photo.jpg"))
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from authoring.errors import PortraitError
from protocol.errors import FileError
from protocol.regular_file import is_file, open_regular

#: What a portrait may be: no PostScript, which would start a program.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
MAX_PIXELS: Final = 200_000_000
MAX_SIDE: Final = 2048  # more than the avatar's textures can hold
MIN_SIDE: Final = 96
HIDDEN_ALPHA: Final = 3  # of 255: what is less opaque is not seen

#: Left, top, right, bottom as shares 0..1 of the upright picture.
Region = tuple[float, float, float, float]
WHOLE: Final[Region] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """An upright picture.

    Attributes:
        rgb: (H, W, 3) uint8, sRGB, top row first; the longer side is at most MAX_SIDE. What is hidden under the alpha
            channel is not in it: hidden pixels have their mean colour, the tone of a backdrop.
        alpha: (H, W) uint8 straight alpha if the file has one that is not opaque everywhere, else None.
        scale: pixels of this picture per pixel of the file; below 1 it was scaled down.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    scale: float = 1.0

    @property
    def shown(self) -> NDArray[np.uint8]:
        """The picture as it is seen, (H, W, 3) uint8: over the hidden pixels' tone where it is transparent."""
        if self.alpha is None:
            return self.rgb
        return (
            over_tone(self.rgb.astype(np.float32), self.alpha.astype(np.float32) / np.float32(255))
            .round()
            .astype(np.uint8)
        )

    def turned(self, quarters: int) -> Portrait:
        """The picture turned counter-clockwise by quarter turns."""
        if quarters % 4 == 0:
            return self
        alpha = None if self.alpha is None else np.ascontiguousarray(np.rot90(self.alpha, quarters))
        return replace(self, rgb=np.ascontiguousarray(np.rot90(self.rgb, quarters)), alpha=alpha)


def load_portrait(path: Path, region: Region = WHOLE) -> Portrait:
    """Read a picture of any mode: EXIF rotation, ICC profile, grey, 16 bit, CMYK, palette, alpha.

    Args:
        path: a PNG, JPEG, WebP or TIFF file.
        region: the part of the upright picture to read; a small part is scaled down less.

    Raises:
        PortraitError: no file, not a picture, damaged, too small or too large.
    """
    if not is_file(path):
        raise PortraitError(f"{path}: no such file; give a photo or drawing (PNG, JPEG, WebP, TIFF)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with open_regular(path) as file, Image.open(file, formats=FORMATS) as image:
                return _converted(path, image, region)
    except FileError as error:
        raise PortraitError(f"{error}; give a photo or drawing (PNG, JPEG, WebP, TIFF)") from error
    except UnidentifiedImageError as error:
        raise PortraitError(
            f"{path} is not a picture that can be read; give a PNG, JPEG, WebP or TIFF file"
        ) from error
    except Image.DecompressionBombError as error:
        raise PortraitError(
            f"{path} has more than {MAX_PIXELS // 1_000_000} megapixels; scale it down"
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PortraitError(f"{path} is damaged or cut short ({error}); export it again") from error


def _converted(path: Path, image: Image.Image, region: Region) -> Portrait:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PortraitError(
            f"{path} has {width * height / 1e6:.0f} megapixels, at most {MAX_PIXELS // 1_000_000} are read; "
            "scale it down"
        )
    if min(width, height) < MIN_SIDE:
        raise PortraitError(f"{path} is {width}x{height}, at least {MIN_SIDE} pixels a side are needed")
    enough = round(MAX_SIDE / max(region[2] - region[0], region[3] - region[1]))
    image.draft("RGB", (enough, enough))  # JPEG decodes at reduced size: a 100-megapixel photo in a second
    upright = ImageOps.exif_transpose(image)
    drafted = max(upright.size) / max(width, height)
    if region != WHOLE:
        across, down = upright.size
        left, top, right, bottom = region
        upright = upright.crop(
            (round(left * across), round(top * down), round(right * across), round(bottom * down))
        )
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = _eight_bit(upright)
    if upright.mode == "P" and "transparency" in upright.info:
        upright = upright.convert("RGBA")  # every colour of a palette may have an alpha of its own
    has_alpha = upright.mode in ("RGBA", "LA", "PA", "La") or "transparency" in upright.info
    alpha = upright.convert("RGBA").getchannel("A") if has_alpha else None
    rgb = _srgb(upright) if alpha is None else _without_hidden(_srgb(upright), alpha)
    factor = 1.0
    if max(rgb.size) > MAX_SIDE:
        factor = MAX_SIDE / max(rgb.size)
        size = (max(1, round(rgb.width * factor)), max(1, round(rgb.height * factor)))
        rgb = rgb.resize(size, Image.Resampling.LANCZOS)
        alpha = alpha.resize(size, Image.Resampling.LANCZOS) if alpha is not None else None
    alpha_values = np.asarray(alpha, np.uint8) if alpha is not None else None
    if alpha_values is not None and alpha_values.min() > 250:
        alpha_values = None  # opaque everywhere
    return Portrait(np.ascontiguousarray(np.asarray(rgb, np.uint8)), alpha_values, drafted * factor)


def over_tone(rgb: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture over the mean colour of its transparent pixels.

    Args:
        rgb: (H, W, 3) float32, straight alpha, any range.
        alpha: (H, W) float32 0..1.

    Returns:
        (H, W, 3) float32; the same range.
    """
    hidden = alpha <= HIDDEN_ALPHA / 255
    tone = rgb[hidden].mean(axis=0) if hidden.any() else rgb.reshape(-1, 3).mean(axis=0)
    weight = alpha[..., None]
    return np.asarray(rgb * weight + tone * (1 - weight), np.float32)


def _without_hidden(rgb: Image.Image, alpha: Image.Image) -> Image.Image:
    """Give the pixels that nobody sees their mean colour: a face among them must not be found."""
    hidden = np.asarray(alpha) <= HIDDEN_ALPHA
    if not hidden.any():
        return rgb
    values = np.array(rgb)
    values[hidden] = np.round(values[hidden].mean(axis=0)).astype(np.uint8)
    return Image.fromarray(values, "RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float32)
    # 32-bit integers and floats have no fixed range; assume 8 bits, or 16 if a value exceeds 255.
    top = 65535.0 if image.mode.startswith("I;16") or values.max() > 255.0 else 255.0
    return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8), "L")


def _srgb(image: Image.Image) -> Image.Image:
    """Convert to sRGB by the file's colour profile if it has a usable one."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGBA", "RGBX", "P", "PA"):
        image = image.convert("RGB")  # profiles concern colours only; alpha is read separately
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: convert without it, as viewers do
    return image.convert("RGB")
