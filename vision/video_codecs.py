"""The formats in which videos are written: ending of the name -> container, encoders of picture and sound.

H.264 (.mp4) plays everywhere, VP9 (.webm) in browsers and OBS with alpha, ProRes 4444 (.mov) in editors with alpha.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class PictureCodec(NamedTuple):
    """An encoder of FFmpeg's.

    Attributes:
        name: its name in FFmpeg.
        pixels: pixel format of opaque pictures.
        options: its options, where they set the quality.
        bits: bits a pixel, where the options set none; 0 = they do.
        with_alpha: pixel format of pictures with alpha; "" = it has none.
    """

    name: str
    pixels: str
    options: dict[str, str]
    bits: int = 0
    with_alpha: str = ""


class VideoFormat(NamedTuple):
    """A container, the encoders of its pictures, best first, and the encoder of its sound."""

    container: str
    pictures: tuple[PictureCodec, ...]
    sound: str


#: Quality: 18 is what x264's own documentation calls visually lossless.
_H264: Final = (
    PictureCodec("libx264", "yuv420p", {"crf": "18", "preset": "veryfast"}),
    PictureCodec("libopenh264", "yuv420p", {}, bits=4),
    PictureCodec("h264_videotoolbox", "yuv420p", {}, bits=4),
    PictureCodec("h264_mf", "yuv420p", {}, bits=4),
    PictureCodec("mpeg4", "yuv420p", {"qmin": "3"}, bits=4),  # MPEG-4 Part 2: in every build of FFmpeg
)
#: libvpx cannot look ahead to alternative reference frames where there is alpha.
_VP9: Final = PictureCodec(
    "libvpx-vp9",
    "yuv420p",
    {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1", "auto-alt-ref": "0"},
    with_alpha="yuva420p",
)
#: The two encoders write alike; the first takes a quarter of the time.
_PRORES: Final = (
    PictureCodec("prores_aw", "yuv444p10le", {"profile": "4", "vendor": "apl0"}, with_alpha="yuva444p10le"),
    PictureCodec("prores_ks", "yuv444p10le", {"profile": "4", "vendor": "apl0"}, with_alpha="yuva444p10le"),
)
_MJPEG: Final = PictureCodec("mjpeg", "yuvj420p", {"huffman": "default"}, bits=3)

FORMATS: Final = {
    ".mp4": VideoFormat("mp4", _H264, "aac"),
    ".m4v": VideoFormat("mp4", _H264, "aac"),
    ".mov": VideoFormat("mov", _PRORES, "pcm_s16le"),
    ".webm": VideoFormat("webm", (_VP9,), "libopus"),
    ".avi": VideoFormat("avi", (_MJPEG,), "pcm_s16le"),
}
OUTPUT_HELP: Final = (
    "out.mp4 (H.264 and AAC, plays everywhere), out.webm (VP9 and Opus, keeps the alpha, for browsers and OBS), out.mov "
    "(ProRes 4444, keeps the alpha, for editors; large), out.avi (Motion JPEG); or a folder or a name with %%05d for "
    "PNGs, which keep the alpha and carry no sound"
)


def available(codecs: tuple[PictureCodec, ...], av: Any) -> PictureCodec:
    """The first encoder that this build of PyAV has; the last one where it has none, which fails when it is opened."""
    for codec in codecs:
        try:
            av.codec.Codec(codec.name, "w")
        except ValueError:  # PyAV's UnknownCodecError
            continue
        return codec
    return codecs[-1]
