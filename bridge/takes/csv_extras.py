"""What the messages of an imported take cannot hold of its CSV: kept beside them, as an attachment of the MCAP file.

Messages hold one gaze for both eyes and values within the channels' limits, and no timecodes. So that the CSV can be
written again to the last digit, a cell that the messages do not give is kept as text with the time of its row.

    take.attach(CSV_EXTRAS, extras.packed())
    extras = unpacked(take.attachment(CSV_EXTRAS))
"""

from __future__ import annotations

from typing import Final

import msgspec
import zstandard

from bridge.errors import RecordingError

CSV_EXTRAS: Final = "omote.csv"
#: A row has about 20 such cells of 12 characters; an hour of rows fits.
MAX_BYTES: Final = 512 * 1024 * 1024


class CsvExtras(msgspec.Struct):
    """One CSV file.

    Attributes:
        header: the titles of its columns.
        delimiter: between its cells.
        decimals: digits behind the point of its numbers, None = as many as each number needs.
        nominal, is_ntsc, is_drop: of its `FrameRate`. digits: of a timecode's part of a frame.
        rows: time of every row, nanoseconds, with its cells that the messages do not give: column -> text.
    """

    header: list[str]
    delimiter: str
    decimals: int | None
    nominal: int
    is_ntsc: bool
    is_drop: bool
    digits: int
    rows: list[tuple[int, dict[int, str]]]

    def packed(self) -> bytes:
        """As the attachment holds it: MessagePack in zstd."""
        return zstandard.compress(msgspec.msgpack.encode(self))


def unpacked(data: bytes) -> CsvExtras:
    """Read an attachment.

    Raises:
        RecordingError: it is damaged.
    """
    try:
        size = zstandard.get_frame_parameters(data).content_size
        if size > MAX_BYTES:
            raise RecordingError(f"the take's CSV part has {size} bytes, expected at most {MAX_BYTES}")
        return msgspec.msgpack.decode(zstandard.decompress(data), type=CsvExtras)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordingError(f"the take's CSV part is damaged ({error}); import the CSV again") from error
