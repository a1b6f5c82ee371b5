"""Portrait: any picture file, as upright 8-bit sRGB with its own alpha.

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

MAX_PIXELS: Final = 200_000_000
MAX_SIDE: Final = 2048  # more does not reach the avatar's textures
MIN_SIDE: Final = 96

#: Left, top, right, bottom as shares 0..1 of an upright picture.
Region = tuple[float, float, float, float]
WHOLE: Final[Region] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """An upright picture.

    Attributes:
        rgb: (H, W, 3) uint8, sRGB, top row first; the longer side is at most MAX_SIDE.
        alpha: (H, W) uint8 straight alpha if the file had a meaningful one, else None.
        scale: pixels here for one of the file's; below 1 it was scaled down.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    scale: float = 1.0

    def turned(self, quarters: int) -> Portrait:
        """The picture turned to the left by quarter turns."""
        if quarters % 4 == 0:
            return self
        alpha = None if self.alpha is None else np.ascontiguousarray(np.rot90(self.alpha, quarters))
        return replace(self, rgb=np.ascontiguousarray(np.rot90(self.rgb, quarters)), alpha=alpha)


def load_portrait(path: Path, region: Region = WHOLE) -> Portrait:
    """Read a picture whatever its mode: EXIF turn, ICC profile, grey, 16 bit, CMYK, palette, alpha.

    Args:
        region: the part of the upright picture to read; a small part of a large photo keeps more of its
            pixels.

    Raises:
        PortraitError: no file, not a picture, damaged, too small or too large.
    """
    if not path.is_file():
        raise PortraitError(f"{path}: no such file; give a photo or drawing (PNG, JPEG, WebP, TIFF)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return _converted(path, image, region)
    except UnidentifiedImageError as error:
        raise PortraitError(
            f"{path} is not a picture this can read; give a PNG, JPEG, WebP or TIFF file"
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
    image.draft("RGB", (enough, enough))  # lets JPEG decode small: a 100-megapixel photo in a second
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
    has_alpha = upright.mode in ("RGBA", "LA", "PA", "La") or "transparency" in upright.info
    alpha = upright.convert("RGBA").getchannel("A") if has_alpha else None
    rgb = _srgb(upright)
    factor = 1.0
    if max(rgb.size) > MAX_SIDE:
        factor = MAX_SIDE / max(rgb.size)
        size = (max(1, round(rgb.width * factor)), max(1, round(rgb.height * factor)))
        rgb = rgb.resize(size, Image.Resampling.LANCZOS)
        alpha = alpha.resize(size, Image.Resampling.LANCZOS) if alpha is not None else None
    alpha_values = np.asarray(alpha, np.uint8) if alpha is not None else None
    if alpha_values is not None and alpha_values.min() > 250:
        alpha_values = None  # an alpha channel that says nothing
    return Portrait(np.ascontiguousarray(np.asarray(rgb, np.uint8)), alpha_values, drafted * factor)


def _eight_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float32)
    # 32-bit integers and floats say nothing of their range: most hold 8 or 16 bits.
    top = 65535.0 if image.mode.startswith("I;16") or values.max() > 255.0 else 255.0
    return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8), "L")


def _srgb(image: Image.Image) -> Image.Image:
    """Convert by the file's own colour profile where it has a usable one."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGBA", "RGBX", "P", "PA"):
        image = image.convert("RGB")  # alpha is read apart, and a profile speaks of colours alone
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
            pass  # a broken profile: the plain conversion below is what viewers do as well
    return image.convert("RGB")
