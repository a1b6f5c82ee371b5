"""Describes a take in lines of text.

print("\\n".join(summary_lines(reader)))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from protocol.take import TakeReader


def summary_lines(reader: TakeReader, progress: Callable[[float], None] = lambda share: None) -> list[str]:
    """Read the whole take and describe it: when, by which program, how long, and each driver's layers and rates.

    Args:
        reader: the take.
        progress: called with the share that is read, 0..1.
    """
    counts: Counter[tuple[str, str]] = Counter()
    channels: dict[tuple[str, str], set[str]] = {}
    for arrived_ns, message in reader:
        progress((arrived_ns - reader.begin_ns) / max(reader.end_ns - reader.begin_ns, 1))
        key = (message.source, message.layer)
        counts[key] += 1
        channels.setdefault(key, set()).update(message.values)
    by = reader.metadata.get("recorded_by", "an unknown program")
    when = reader.metadata.get("begin", "an unknown time")
    seconds = max(reader.duration_s, 1e-9)
    lines = [
        f"{reader.path}: {reader.duration_s:.2f} s, {counts.total()} messages, recorded by {by}, {when}",
        *(
            f"  {source}: {layer}, {counts[source, layer]} messages, {counts[source, layer] / seconds:.1f} a second, "
            f"{len(channels[source, layer])} channels"
            for source, layer in sorted(counts)
        ),
    ]
    if not reader.is_whole:
        lines.append("  its end is missing: the recording was cut off, or is still going on")
    lines += [f"  not usable, {reason}: {count}" for reason, count in reader.refused.items()]
    return lines
