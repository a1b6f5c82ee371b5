"""Config: every setting of the runtime, from one TOML file and the command line.

The defaults are those of the dataclasses. An unknown key is an error that names the closest known one.

    config = load_config(Path("omote.toml"), {"fps": 30, "ports": {"panel": None}})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import msgspec

from face.avatar import RESTS
from inference.providers import AUTO as ANY_PROVIDER
from inference.providers import PROVIDERS
from protocol import messages
from protocol.decode_errors import explain
from protocol.errors import FileError
from protocol.frames.ring_files import STREAM, is_stream_name
from protocol.frames.ring_header import MAX_SLOTS, MIN_SLOTS
from protocol.toml_file import read_toml
from runtime.access.bind import LOOPBACK
from runtime.avatars.shelf import Shelf
from runtime.backgrounds.background import parse_background
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.control.control import ABSOLUTE
from runtime.control.one_euro import SmoothingSettings
from runtime.engines import AUTO, ENGINES
from runtime.errors import BackgroundError, ConfigError
from runtime.hotkeys.hotkey_table import read_hotkeys
from runtime.inference.guidance_schedule import SCHEDULES, least_steps
from runtime.inference.settings import NeuralSettings
from runtime.layers.emotion_composites import EMOTION_COMPOSITES
from runtime.layers.emotion_filters import EMOTION_FILTERS
from runtime.layers.idle import IdleSettings
from runtime.publishers.selection import PUBLISHERS
from runtime.publishers.settings import SharedMemorySettings, ZeroMqSettings

SIZES: Final = (64, 4096)
MAX_FPS: Final = 1000.0
#: Setting -> its lowest and highest value.
RANGES: Final[dict[str, tuple[float, float]]] = {
    "size": SIZES,
    "fps": (0.0, MAX_FPS),
    "shared_memory.slots": (MIN_SLOTS, MAX_SLOTS),
    "idle.amount": (0.0, 3.0),
    "smoothing.strength": (0.0, 10.0),
    "neural.least_fps": (1.0, MAX_FPS),
    "neural.cpu_share": (0.05, 1.0),
    "neural.gpu_share": (0.05, 1.0),
    "neural.steps": (0, 100),
    "neural.guidance": (1.0, 20.0),
}
#: Setting -> its allowed values; "" is allowed as well where it is the default.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "engine": (AUTO, *ENGINES),
    "rest": RESTS,
    "emotion_filter": EMOTION_FILTERS,
    "emotion_composite": EMOTION_COMPOSITES,
    "publish": tuple(PUBLISHERS),
    "neural.providers": (ANY_PROVIDER, *PROVIDERS),
    "neural.guidance_schedule": tuple(SCHEDULES),
    "zeromq.encoding": get_args(get_type_hints(ZeroMqSettings)["encoding"]),
}
MAX_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Ports:
    """The runtime's ports: 0 = a free port, None ("none" in the file) = the port stays closed.

    Attributes:
        control: ZeroMQ, control messages from drivers.
        request: ZeroMQ, commands and their replies.
        publish: ZeroMQ, frames and status.
        osc: UDP, OSC.
        vmc: UDP, VMC.
        panel: HTTP and WebSocket, the panel and browser frames.
    """

    control: int | None = messages.CONTROL_PORT
    request: int | None = messages.REQUEST_PORT
    publish: int | None = messages.PUBLISH_PORT
    osc: int | None = messages.OSC_PORT
    vmc: int | None = messages.VMC_PORT
    panel: int | None = messages.PANEL_PORT


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Every setting of `omote run`.

    Attributes:
        avatar: an avatar folder, or an avatar's name (`omote avatar list`); "" = the default avatar.
        engine: what draws the avatar; "auto" = the engine that the avatar was made for, retouched where that keeps the
            frame rate.
        size: side of the square frames in pixels.
        fps: frames a second; 0 = no limit.
        background: what is behind the face: "keep" = the avatar's own, also "blur" (its own, blurred), "plate" (a plain
            backdrop in its colours), "transparent", a colour such as "#00b140", the name of a picture that was added in the
            panel, or a file such as "./beach.jpg"; "" = as the avatar was made.
        rest: what a driver at rest shows: "portrait" = the face as in its portrait, and drivers change it; "neutral" = a
            face without expression that looks into the camera; "" = as the avatar says.
        absolute: beginnings of the names of drivers whose values are drawn as they are, also where others change the
            portrait's face; emotions always are.
        emotion_filter: what takes the tracked emotion away where an emotion claims the face: "analytic" = prototypes and a
            slow mean, "learned" = a network (needs onnxruntime); docs/emotion.md compares them.
        emotion_composite: what adds the wanted emotion: "analytic" = a rule that leaves the mouth to speech, "learned" = a
            network (needs onnxruntime).
        performance: motion to play while no driver is connected: "builtin", a file, or "none"; "" = "builtin" with a
            built-in avatar, else "none".
        avatars: the project's folder of avatars; your own and those that come with Omote are always found.
        takes: the folder where takes are recorded and replayed from.
        publish: the outputs that the frames go to; an empty list = nowhere.
        stream: the name under which shared memory, NDI, Spout and Syphon offer the frames.
        strict: stop at the first failure of a publisher instead of opening it again.
        bind: the address that all ports open on; any but 127.0.0.1 or ::1 needs keys (`omote keys`).
        keys: the folder of keys; "" = this user's own.
        osc_allow: addresses of other machines that may send OSC and VMC.
        panel_hosts: further names of this machine under which browsers may reach the panel.
        allow_other_users: let the programs of all users of this machine connect to the ports on loopback.
        hotkeys: keys that call something while other programs have the focus, such as "ctrl+alt+1" = "emotion happy";
            docs/buttons.md has the names.
    """

    avatar: str = ""
    engine: str = AUTO
    size: int = 512
    fps: float = 60.0
    background: str = ""
    rest: str = ""
    absolute: tuple[str, ...] = ABSOLUTE
    emotion_filter: str = EMOTION_FILTERS[0]
    emotion_composite: str = EMOTION_COMPOSITES[0]
    performance: str = ""
    avatars: str = "avatars"
    takes: str = "takes"
    publish: tuple[str, ...] = ("shm", "zeromq", "browser")
    stream: str = STREAM
    strict: bool = False
    bind: str = LOOPBACK
    keys: str = ""
    osc_allow: tuple[str, ...] = ()
    panel_hosts: tuple[str, ...] = ()
    allow_other_users: bool = False
    hotkeys: dict[str, str] = field(default_factory=dict)
    ports: Ports = field(default_factory=Ports)
    shared_memory: SharedMemorySettings = field(default_factory=SharedMemorySettings)
    zeromq: ZeroMqSettings = field(default_factory=ZeroMqSettings)
    idle: IdleSettings = field(default_factory=IdleSettings)
    smoothing: SmoothingSettings = field(default_factory=SmoothingSettings)
    neural: NeuralSettings = field(default_factory=NeuralSettings)


def load_config(path: Path | None = None, overrides: Mapping[str, Any] | None = None) -> RunConfig:
    """Read a TOML file, let the command line's settings override it, and check the result.

    Args:
        path: the file; None = defaults only.
        overrides: setting -> value, nested as in the file.

    Raises:
        ConfigError: the file cannot be read, a key is unknown, or a value has the wrong type or is out of range.
    """
    table: dict[str, Any] = {}
    origin = "the command line"
    if path is not None:
        origin = str(path)
        try:
            table = read_toml(path)
        except FileError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise ConfigError(f"{path} does not exist; name an existing file with --config") from error
            raise ConfigError(f"the settings cannot be read: {error}") from error
        _refuse_unknown(table, RunConfig, origin, "")
    table = _merged(table, overrides or {})
    ports = table.get("ports")
    if isinstance(ports, dict):
        table["ports"] = {name: None if port == "none" else port for name, port in ports.items()}
    try:
        config = msgspec.convert(table, RunConfig)
    except msgspec.ValidationError as error:
        text = explain(error, CHOICES).replace(" or nothing", ' or "none"')
        raise ConfigError(f"{origin}: {text}") from error
    _check(config)
    return config


def _merged(table: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(table)
    for key, value in over.items():
        below = made.get(key)
        made[key] = _merged(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return made


def _refuse_unknown(table: Mapping[str, Any], kind: type, origin: str, prefix: str) -> None:
    hints = get_type_hints(kind)
    known = [one.name for one in fields(kind)]
    for key, value in table.items():
        if key not in known:
            close = get_close_matches(key, known, n=1, cutoff=0.4)
            hint = f"did you mean {prefix}{close[0]}?" if close else f"expected one of {', '.join(known)}"
            raise ConfigError(f"{origin}: unknown setting {prefix}{key:.80}; {hint}")
        if is_dataclass(hints[key]):
            if not isinstance(value, dict):
                raise ConfigError(
                    f"{origin}: {prefix}{key} must be a table, [{prefix}{key}]; got {value!r:.80}"
                )
            _refuse_unknown(value, hints[key], origin, f"{prefix}{key}.")


def _check(config: RunConfig) -> None:
    for key, (low, high) in RANGES.items():
        value = value_of(config, key)
        if not low <= value <= high:  # false for NaN
            raise ConfigError(f"{key} {_shown(value)} is out of range; expected {low:g} to {high:g}")
    for key, allowed in CHOICES.items():
        value = value_of(config, key)
        for one in value if isinstance(value, tuple) else (value,):
            if one not in allowed and (one or isinstance(value, tuple)):
                raise ConfigError(f"{key}: there is no {one[:80]!r}; choose from {', '.join(allowed)}")
    least = least_steps(config.neural.guidance_schedule)
    if 0 < config.neural.steps < least:
        raise ConfigError(
            f"neural.steps {config.neural.steps}, expected {least} at least, or 0: with neural.guidance_schedule "
            f"{config.neural.guidance_schedule!r} the expression comes after the first"
        )
    try:
        parse_background(config.background, PictureFolder(Shelf().user))
    except BackgroundError as error:
        raise ConfigError(str(error)) from error
    read_hotkeys(config.hotkeys)
    if not is_stream_name(config.stream):
        raise ConfigError(
            f"stream {config.stream!r:.80} is no name; expected 1 to 64 letters, digits, hyphens or underscores"
        )
    for one in fields(config.ports):
        port = getattr(config.ports, one.name)
        if port is not None and not 0 <= port <= MAX_PORT:
            raise ConfigError(
                f"ports.{one.name} {_shown(port)}; expected 0 (any free one) to {MAX_PORT}, or none"
            )


def _shown(value: float) -> str:
    """A number for a message; whole numbers in a file may have thousands of digits."""
    if isinstance(value, int):
        return str(value) if value.bit_length() < 64 else f"with {value.bit_length()} bits"
    return f"{value:g}"


def value_of(config: RunConfig, key: str) -> Any:
    """A setting's value; a key such as "ports.osc" names a setting of a table."""
    value: Any = config
    for name in key.split("."):
        value = getattr(value, name)
    return value
