"""Messages of the page's dialog that makes and imports avatars: JSON text -> typed, validated requests. No sockets.

request = decode_making_request(text)
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from face.avatar import BACKGROUNDS, MAX_NAME
from protocol.codec import MAX_MESSAGE_BYTES
from protocol.decode_errors import explain
from protocol.errors import CodecError
from runtime.avatars.making_messages import MakeTask

#: Largest photo, and largest avatar file: a camera's largest JPEG has 40 MB, a scan as PNG more.
MAX_UPLOAD_BYTES: Final = 64 * 1024 * 1024


class Upload(msgspec.Struct, frozen=True, tag="upload", kw_only=True):
    """A file follows in binary messages.

    Attributes:
        kind: a photo to make an avatar of, an avatar file, or a picture to stand behind avatars.
        size: its bytes.
        name: of a picture, for people.
    """

    kind: Literal["photo", "avatar", "background"]
    size: int
    name: str = ""


class Keep(msgspec.Struct, frozen=True, tag="keep", kw_only=True):
    """Put the finished avatar on the shelf.

    Attributes:
        name: for people.
        keep_photo: whether the photo is kept in its folder.
    """

    name: str
    keep_photo: bool = True


MakingRequest = Upload | MakeTask | Keep

_CHOICES: Final = {"type": ("upload", "make", "keep"), "kind": ("photo", "avatar", "background")}
_DECODER: Final = msgspec.json.Decoder(MakingRequest)


def decode_making_request(text: str) -> MakingRequest:
    """Decode and validate one request.

    Raises:
        CodecError: too large, not JSON, none of these requests, or a value out of range.
    """
    if len(text) > MAX_MESSAGE_BYTES:
        raise CodecError("too large", f"got {len(text)} characters, expected at most {MAX_MESSAGE_BYTES}")
    try:
        request: MakingRequest = _DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise CodecError("wrong type or missing field", explain(error, _CHOICES)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise CodecError("not JSON", explain(error)) from error
    if isinstance(request, Upload) and not 0 < request.size <= MAX_UPLOAD_BYTES:
        raise CodecError(
            "too large",
            f"the file has {request.size / 1e6:.0f} MB, expected at most {MAX_UPLOAD_BYTES / 1e6:.0f}; scale it down",
        )
    if isinstance(request, MakeTask) and request.background not in ("", *BACKGROUNDS):
        raise CodecError("out of range", f"background, expected one of {', '.join(BACKGROUNDS)}")
    if isinstance(request, MakeTask) and not 1 <= request.face <= 1000:
        raise CodecError("out of range", f"face {request.face}, expected 1 or more")
    if isinstance(request, Keep | Upload) and len(request.name) > 4 * MAX_NAME:
        raise CodecError("argument too long", f"the name, expected at most {MAX_NAME} characters")
    return request
