"""A take: ControlMessages in an MCAP file, each with the nanosecond at which it arrived.

    with TakeWriter(Path("take.mcap"), recorded_by="omote-bridge") as take:
        take.write(message, receive_time_ns)
    with TakeReader(Path("take.mcap")) as take:
        for receive_time_ns, message in take: ...

One channel per source, the messages in MessagePack as on the wire. Messages reach the file in chunks, at least
once a second while messages arrive. Every whole chunk can be read: a take whose writer was killed, or that is
still being written, is read up to its last whole chunk.

Source: MCAP specification, mcap.dev/spec; docs/protocol.md describes Omote's channels and metadata.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import msgspec
import zstandard
from mcap.exceptions import InvalidMagic, McapError
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, Footer, McapRecord, Message, Metadata
from mcap.stream_reader import StreamReader, get_chunk_data_stream
from mcap.writer import IndexType, Writer

from protocol.codec import check_control, decode_control, encode
from protocol.errors import CodecError, FileError, TakeError
from protocol.messages import PROTOCOL_VERSION, ControlMessage
from protocol.regular_file import open_regular

TAKE_VERSION: Final = 1
METADATA: Final = "omote.take"
SCHEMA: Final = "omote.control"
ENCODING: Final = "msgpack"
#: Longest time between the first and the last arrival of a chunk; at most one second may be lost.
CHUNK_NS: Final = 500_000_000
#: Sources beyond this number share one channel; each message names its source.
MAX_CHANNELS: Final = 1000
#: Larger chunks are skipped, so that a foreign file cannot fill the memory; our chunks have about 100 KB, and MCAP's own
#: writers begin a new one after 4 MB at most.
MAX_CHUNK_BYTES: Final = 8 * 1024 * 1024

#: A longer pause between two messages means that the recording computer's clock was set; it counts as none.
MAX_PAUSE_NS: Final = 24 * 3600 * 1_000_000_000

#: Exceptions of the mcap package for a truncated or damaged file.
_DAMAGE: Final = (
    McapError,
    zstandard.ZstdError,
    struct.error,
    ValueError,
    EOFError,
    OverflowError,
    MemoryError,
)


class Recorded(NamedTuple):
    """One message of a take and its time of arrival, Unix nanoseconds."""

    receive_time_ns: int
    message: ControlMessage


class TakeWriter:
    """Writes one take. Used from one thread, which may block on the disk.

    Attributes:
        path: the file.
        count: messages written.
    """

    def __init__(self, path: Path, *, recorded_by: str = "omote", begin_time_ns: int = 0) -> None:
        """Create the file.

        Args:
            recorded_by: name of the program that records.
            begin_time_ns: now, Unix nanoseconds; 0 = not stored.

        Raises:
            OSError: the file exists, or cannot be created.
        """
        self.path = path
        self.count = 0
        self._chunk_begin_ns: int | None = None
        self._channels: dict[str, int] = {}
        self._counts: Counter[int] = Counter()
        self._file = path.open("xb")
        # No message indexes: chunks are short, and the file is a third smaller without them.
        self._writer = Writer(self._file, index_types=IndexType.CHUNK | IndexType.METADATA)
        self._writer.start(library="omote")
        written = {"version": str(TAKE_VERSION), "protocol_version": str(PROTOCOL_VERSION)}
        written["recorded_by"] = recorded_by
        if begin_time_ns:
            written["begin_time_ns"] = str(begin_time_ns)
            written["begin"] = datetime.fromtimestamp(begin_time_ns / 1e9, UTC).isoformat(timespec="seconds")
        self._writer.add_metadata(METADATA, written)
        self._schema = self._writer.register_schema(SCHEMA, "jsonschema", _schema())
        self.flush()

    def write(self, message: ControlMessage, receive_time_ns: int) -> None:
        """Add one message; messages that arrived half a second before it are in the file afterwards.

        Raises:
            OSError: the disk is full or gone.
        """
        if self._chunk_begin_ns is None:
            self._chunk_begin_ns = receive_time_ns
        elif abs(receive_time_ns - self._chunk_begin_ns) >= CHUNK_NS:  # abs: also when the clock was set back
            self.flush()
            self._chunk_begin_ns = receive_time_ns
        channel = self._channel(message.source)
        self._counts[channel] += 1
        self._writer.add_message(
            channel,
            log_time=receive_time_ns,
            publish_time=message.capture_time_ns or receive_time_ns,
            sequence=self._counts[channel] % 2**32,
            data=encode(message),
        )
        self.count += 1

    def flush(self) -> None:
        """Write all messages so far to the file; to be called when no new ones arrive.

        Raises:
            OSError: the disk is full or gone.
        """
        self._chunk_begin_ns = None
        self._writer.flush()

    def attach(self, name: str, data: bytes, *, media_type: str) -> None:
        """Add data of any kind to the file, which readers that do not know its name skip.

        Raises:
            OSError: the disk is full or gone.
        """
        self.flush()
        self._writer.add_attachment(create_time=0, log_time=0, name=name, media_type=media_type, data=data)

    def close(self) -> None:
        """Write the summary and close the file; may be called twice.

        Raises:
            OSError: the disk is full or gone; the file is closed nevertheless.
        """
        if self._file.closed:
            return
        try:
            self._writer.finish()
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _channel(self, source: str) -> int:
        channel = self._channels.get(source)
        if channel is None and len(self._channels) >= MAX_CHANNELS:
            source = "(more sources)"
            channel = self._channels.get(source)
        if channel is None:
            channel = self._writer.register_channel(source, ENCODING, self._schema)
            self._channels[source] = channel
        return channel


class TakeReader:
    """Reads one take in order of arrival; can be iterated repeatedly. Used from one thread.

    Attributes:
        path: the file.
        metadata: version, protocol_version, recorded_by, and where known begin and begin_time_ns.
        begin_ns, end_ns: the first and the last arrival, Unix nanoseconds; 0 while there is no message.
        duration_s: seconds of replay from the first message to the last; jumps of the clock count as no time.
        is_whole: whether the writer finished the file; otherwise its last messages are missing.
        refused: reason -> count of messages and chunks that the last iteration could not use.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and scan its chunks for times and metadata.

        Raises:
            OSError: the file does not exist or cannot be read.
            TakeError: it is not a take, or of a newer version.
        """
        self.path = path
        self.metadata: dict[str, str] = {}
        self.begin_ns = self.end_ns = 0
        self._duration_ns = 0
        self.is_whole = False
        self.refused: Counter[str] = Counter()
        try:
            self._file = open_regular(path)
        except FileError as error:
            if isinstance(error.__cause__, OSError):
                raise error.__cause__ from None
            raise TakeError("not a take", str(error)) from error
        try:
            self._scan()
        except BaseException:
            self._file.close()
            raise

    @property
    def duration_s(self) -> float:
        """Seconds from the first message to the last."""
        return self._duration_ns / 1e9

    def __iter__(self) -> Iterator[Recorded]:
        """Yield every valid message; invalid ones are counted in `refused`."""
        self.refused.clear()
        is_ours: dict[int, bool] = {}  # whether a channel's encoding is known; nothing else of it is kept
        for record in self._records():
            for inner in self._opened(record) if isinstance(record, Chunk) else (record,):
                if isinstance(inner, Channel):
                    is_ours[inner.id] = inner.message_encoding == ENCODING
                elif isinstance(inner, Message):
                    message = self._message(inner, is_ours.get(inner.channel_id, False))
                    if message is not None:
                        yield Recorded(inner.log_time, message)

    def attachment(self, name: str) -> bytes | None:
        """The data that was attached under a name; None where there is none."""
        for record in self._records():
            if isinstance(record, Attachment) and record.name == name:
                return bytes(record.data)
        return None

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _records(self) -> Iterator[McapRecord]:
        """The file's records up to its end or to the first damage; chunks are not opened."""
        self._file.seek(0)
        reader = StreamReader(self._file, emit_chunks=True, record_size_limit=MAX_CHUNK_BYTES)
        has_begun = False
        try:
            for record in reader.records:
                has_begun = True
                yield record
        except InvalidMagic as error:
            if not has_begun:
                raise TakeError("not a take", f"{self.path} is no MCAP file") from error
        except _DAMAGE:
            return

    def _opened(self, chunk: Chunk) -> Iterator[Channel | Message]:
        """Channels and messages in a chunk, one by one: a chunk of 8 MB may hold a quarter of a million.

        None when it is damaged, too large, or compressed with another method than zstd.
        """
        try:
            if chunk.compression == "zstd":
                size = zstandard.get_frame_parameters(chunk.data).content_size
            elif chunk.compression == "":
                size = len(chunk.data)
            else:
                self.refused[f"chunk packed with {chunk.compression[:20]!r}"] += 1
                return
            if size > MAX_CHUNK_BYTES:
                raise ValueError("too large")
            stream, length = get_chunk_data_stream(chunk, validate_crc=True)
            while stream.count < length:
                opcode, record_bytes = stream.read1(), stream.read8()
                if opcode == Opcode.CHANNEL:
                    yield Channel.read(stream)
                elif opcode == Opcode.MESSAGE:
                    yield Message.read(stream, record_bytes)
                else:
                    stream.read(record_bytes)
        except _DAMAGE:
            self.refused["damaged chunk"] += 1

    def _message(self, record: Message, is_ours: bool) -> ControlMessage | None:
        if not is_ours:
            self.refused["not of a known channel"] += 1
            return None
        try:
            checked, refusals = check_control(decode_control(record.data))
        except CodecError as error:
            self.refused[error.reason] += 1
            return None
        for refusal in refusals:
            self.refused[refusal.reason] += refusal.times
        return checked

    def _scan(self) -> None:
        spans: list[tuple[int, int]] = []
        is_take = False
        for record in self._records():
            if isinstance(record, Metadata) and record.name == METADATA:
                self.metadata = record.metadata
                is_take = True
            elif isinstance(record, Chunk):
                spans.append((record.message_start_time, record.message_end_time))
            elif isinstance(record, Message):
                spans.append((record.log_time, record.log_time))
            self.is_whole = isinstance(record, Footer)
        if not is_take:
            raise TakeError("not a take", f"{self.path} is no take of Omote's, as far as it can be read")
        if self.metadata.get("version") != str(TAKE_VERSION):
            raise TakeError(
                "newer take",
                f"{self.path} has version {self.metadata.get('version')}, expected {TAKE_VERSION}; update Omote",
            )
        if spans:
            self.begin_ns, self.end_ns = min(begin for begin, _ in spans), max(end for _, end in spans)
            times = [time for span in spans for time in span]
            self._duration_ns = sum(pause_ns(before, after) for before, after in pairwise(times))


def pause_ns(before_ns: int, after_ns: int) -> int:
    """Time between two arrivals, nanoseconds; 0 where the clock was set back, or forward by over `MAX_PAUSE_NS`."""
    pause = after_ns - before_ns
    return pause if 0 <= pause <= MAX_PAUSE_NS else 0


@cache
def _schema() -> bytes:
    """JSON schema of a message, for MCAP readers that do not know Omote."""
    return msgspec.json.encode(msgspec.json.schema(ControlMessage))
