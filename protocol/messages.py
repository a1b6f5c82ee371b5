"""The messages on the wire: ControlMessage, Command, Reply, Status, MotionMessage.

Every message is one MessagePack map with a "type" key; `protocol.codec` encodes and decodes it.
How a message may change over time is written in docs/protocol.md: new fields at the end, with defaults.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

PROTOCOL_VERSION: Final = 1

#: Default ports, all on 127.0.0.1 (docs/protocol.md).
CONTROL_PORT: Final = 5570  # ZeroMQ PULL: ControlMessages in
REQUEST_PORT: Final = 5571  # ZeroMQ ROUTER: Commands in, Replies out
PUBLISH_PORT: Final = 5572  # ZeroMQ PUB: Status and Frames out
OSC_PORT: Final = 9570  # UDP: flat Omote addresses
VMC_PORT: Final = 39539  # UDP: VMC protocol, Marionette side
PANEL_PORT: Final = 8770  # HTTP and WebSocket: panel and browser frames

LayerName = Literal["pose", "expression", "gaze", "emotion", "view"]


class ControlMessage(msgspec.Struct, frozen=True, tag="control", kw_only=True, omit_defaults=True):
    """One driver's values for one layer.

    Attributes:
        layer: which layer it drives.
        source: the driver's id, 1 to 64 characters; it owns the channels that it sets under this id.
        values: channel name -> value (`protocol.channels`); channels not named stay with their owner.
        mode: "set" competes for ownership; "add" is summed onto the value of the channel's owner.
        weight: 0..1, share of this driver against the values below it. On the emotion layer it is also
            the weight of the emotion filter.
        priority: the highest wins; among equals the driver that started last.
        ttl_s: time to live: seconds after which the driver loses the layer unless it sends again, 0.05..60.
        sequence: rises by one per message of this source and layer; 0 = not counted. Late ones are dropped.
        capture_time_ns: when the values were measured, Unix nanoseconds; 0 = unknown.
    """

    layer: LayerName
    source: str
    values: dict[str, float]
    mode: Literal["set", "add"] = "set"
    weight: float = 1.0
    priority: int = 0
    ttl_s: float = 1.0
    sequence: int = 0
    capture_time_ns: int = 0


class Command(msgspec.Struct, frozen=True, tag="command", kw_only=True, omit_defaults=True):
    """A request, answered by exactly one Reply.

    Attributes:
        name: "ping", "status", "load_avatar" (argument: folder or name), "recenter" (argument: source or ""),
            "release" (argument: source; that driver loses all its channels), "stop";
            "background" (argument: what is behind the face, as the setting of that name);
            "rest" (argument: what a driver at rest shows, "portrait" or "neutral", "" = as the avatar says);
            "record_start" (argument: the take's name, "" = the time), "record_stop", "list_takes",
            "replay" and "replay_loop" (argument: the take's name), "replay_stop";
            "emotion" and "look" (argument: its name; the same again, or "none", lets go);
            "snapshot" (everything with which another runtime becomes the same face).
        argument: as listed under name, up to 1024 characters.
        request_id: chosen by the client, returned in the Reply.
    """

    name: Literal[
        "ping", "status", "load_avatar", "background", "rest", "recenter", "release", "stop",
        "record_start", "record_stop", "list_takes", "replay", "replay_loop", "replay_stop",
        "emotion", "look", "snapshot",
    ]  # fmt: skip
    argument: str = ""
    request_id: str = ""


class StageTiming(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of one stage of the frame over the last seconds."""

    name: str
    p50_ms: float
    p95_ms: float
    p99_ms: float


class DriverStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One driver of one layer; `owned` names the channels it owns now, `age_s` is the time since its last message.

    `origin` is the address and port that its last datagram came from; "" = it did not come by UDP.
    """

    source: str
    layer: LayerName
    mode: Literal["set", "add"]
    weight: float
    priority: int
    age_s: float
    owned: list[str]
    origin: str = ""


class TakeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The take that is recorded and the take that is replayed; names are "" where there is none.

    Attributes:
        recording: name of the take being written. recorded_s, recorded: its seconds, from the first message to the last,
            and its messages so far.
        replaying: name of the take being played. replayed_s: seconds played of replay_s in all.
        is_looping: whether it starts again at its end.
    """

    recording: str = ""
    recorded_s: float = 0.0
    recorded: int = 0
    replaying: str = ""
    replayed_s: float = 0.0
    replay_s: float = 0.0
    is_looping: bool = False


class PublisherStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One publisher: whether it is open, and in `detail` its target or the reason why it is closed."""

    name: str
    is_open: bool
    detail: str


class FaceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One face of a runtime that draws several: where it listens and how it is. Ports: 0 = closed.

    Attributes:
        name: by which it is addressed.
        worn: as in `Status`. fps: as in `Status`.
        control_port, request_port, publish_port, osc_port, vmc_port, panel_port: its own (docs/protocol.md).
        stream: the name under which its frames are found in shared memory, NDI, Spout and Syphon.
        failure: why it has ended, or could not begin; "" = it lives.
        host: the machine it listens on; "" = the one that was asked.
        node: what a fleet calls that machine. drivers: the sources that drive it now, in a fleet.
        latency_ms: median from a message's arrival to its frame, in a fleet.
        sent_bytes_s: as in `Status`, in a fleet.
        node_load: processes of that machine that want a core, per core, mean of a minute, in a fleet; 0 = unknown.
    """

    name: str
    worn: str = ""
    fps: float = 0.0
    control_port: int = 0
    request_port: int = 0
    publish_port: int = 0
    osc_port: int = 0
    vmc_port: int = 0
    panel_port: int = 0
    stream: str = ""
    failure: str = ""
    host: str = ""
    node: str = ""
    drivers: list[str] = []
    latency_ms: float = 0.0
    sent_bytes_s: float = 0.0
    node_load: float = 0.0


class Status(msgspec.Struct, frozen=True, tag="status", kw_only=True, omit_defaults=True):
    """The state of the runtime, published once a second and returned by the "status" command.

    Attributes:
        fps: frames published a second, over the last second; target_fps: 0 = uncapped.
        stages: receive, compose, render, publish, frame (their sum) and latency (message to publish); of an engine whose
            network works beside the frames also network (one picture) and picture (its age when it is first shown).
        drivers: every driver of every layer.
        dropped: reason -> count since start; every kind of refused input has its own reason.
        values: the composed Motion, in the order of `protocol.channels.CHANNELS`.
        notes: degraded states in words, with the remedy.
        worn: folder name of the current avatar, for a built-in avatar its name; "" without an avatar.
        publisher_states: every configured publisher, open or not.
        takes: recording and replay; None from a runtime without takes.
        background: what is behind the face, as in the command "background"; "" from a runtime that does not say it.
        rest: what a driver at rest shows, "portrait" or "neutral"; "" where both are the same.
        faces: every face of a runtime that draws several; empty where there is one only.
        tracked, filtered: the expression as drivers gave it, and without their emotion as far as the emotion claims the
            face, in the order of `protocol.blendshapes.BLENDSHAPES`; empty from a runtime that does not say it.
        sent_bytes_s: bytes that went to all readers over ZeroMQ, over the last second; 0 where that is not known.
    """

    version: int = msgspec.field(
        default_factory=lambda: PROTOCOL_VERSION
    )  # a factory, so it is always encoded
    avatar: str
    engine: str
    provider: str
    fps: float
    target_fps: float
    size: int
    uptime_s: float
    frames: int
    stages: list[StageTiming]
    drivers: list[DriverStatus]
    dropped: dict[str, int]
    values: list[float]
    publishers: list[str]
    notes: list[str]
    worn: str = ""
    publisher_states: list[PublisherStatus] = []
    takes: TakeStatus | None = None
    background: str = ""
    rest: str = ""
    faces: list[FaceStatus] = []
    tracked: list[float] = []
    filtered: list[float] = []
    sent_bytes_s: float = 0.0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything with which another runtime becomes the same face: commands, then what its drivers hold.

    Attributes:
        commands: in this order; each can be sent as it is.
        drivers: what each driver holds now, with the time that it has left to live.
    """

    commands: list[Command] = []
    drivers: list[ControlMessage] = []


class Reply(msgspec.Struct, frozen=True, tag="reply", kw_only=True, omit_defaults=True):
    """The answer to one Command; `message` is text for people: got, expected, what to do.

    `names` is the answer to "list_takes", newest first; `snapshot` that to "snapshot".
    """

    ok: bool
    request_id: str = ""
    message: str = ""
    status: Status | None = None
    names: list[str] = []
    snapshot: Snapshot | None = None


class MotionMessage(msgspec.Struct, frozen=True, tag="motion", kw_only=True):
    """The composed Motion of one frame, published with the frame to its subscribers.

    Attributes:
        frame_id: the frame's.
        capture_time_ns, receive_time_ns: the frame's, Unix nanoseconds, 0 = unknown.
        values: in the order of `protocol.channels.CHANNELS`.
    """

    frame_id: int
    capture_time_ns: int
    receive_time_ns: int
    values: list[float]


Message = ControlMessage | Command | Reply | Status | MotionMessage
