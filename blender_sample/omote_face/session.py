"""What is running now: the connection, the recording, the picture, the driver; and the timer that serves them.

Blender's timer calls `tick` on Blender's own thread, about as often as the screen is drawn. It never waits: threads read
the network and the shared memory. The state is here and not in the scene, so that an undo neither connects nor stops.
"""

from __future__ import annotations

import time
import traceback
from typing import Any, Final

import bpy

from . import rig as rigs
from .motion import Motion
from .picture import LivePicture
from .receiver import Receiver
from .recording import Recording
from .sender import Drive, Sender

#: Between two calls of the timer, while something runs.
TICK_S: Final = 1 / 60
#: Between two updates of the text in the panel.
TEXT_S: Final = 0.5
IMAGE_NAME: Final = "Omote"


class Session:
    """The add-on's only state. Belongs to Blender's thread.

    Attributes:
        receiver, sender, picture, recording: None while it is off.
        last: the motion that is shown.
        latency_ms: from the newest driver's measurement to the shape keys, 0 = unknown.
        fault: an error inside `tick`, for the panel.
        is_loop: whether nothing is sent, because Omote moves the rig that would be sent.
    """

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self.sender: Sender | None = None
        self.picture: LivePicture | None = None
        self.recording: Recording | None = None
        self.last: Motion | None = None
        self.latency_ms = 0.0
        self.fault = ""
        self.is_loop = False
        self.keys = rigs.KeyCache()
        self.source_keys = rigs.KeyCache()
        self.drawn_text = ""
        self.text_s = float("-inf")

    @property
    def is_running(self) -> bool:
        """Whether the timer is needed."""
        return bool(self.receiver or self.sender or self.picture)

    def stop(self) -> None:
        """Close everything; what was recorded is kept until it is made into actions."""
        for one in (self.receiver, self.sender, self.picture):
            if one is not None:
                one.close()
        self.receiver = self.sender = self.picture = None
        self.last = None


current: Final = Session()


def start_timer() -> None:
    """Let Blender call `tick`."""
    current.fault = ""
    if not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=0.0, persistent=True)


def close() -> None:
    """Stop everything and the timer; may be called twice."""
    current.stop()
    current.recording = None
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)


def tick() -> float | None:
    """Serve everything that runs; returns when Blender shall call again, None = not until something runs."""
    if not current.is_running:
        return None
    if bpy.app.is_job_running("RENDER"):
        return TEXT_S  # a render reads the scene; what is changed meanwhile can crash it
    try:
        _serve(current, bpy.context.scene)
    except Exception as error:  # Blender would drop the timer and leave the threads running
        traceback.print_exc()
        current.stop()
        current.fault = f"stopped by a fault in the add-on ({error!r}); please report it"
        _redraw_panels()
        return None
    return TICK_S


def _serve(session: Session, scene: Any) -> None:
    settings = scene.omote
    if session.receiver is not None:
        motion = session.receiver.newest()
        if motion is not None:
            rigs.show(settings.rig, scene, motion.values, session.keys.keys(settings.rig, time.monotonic()))
            session.last = motion
            session.latency_ms = (
                (time.time_ns() - motion.capture_time_ns) / 1e6 if motion.capture_time_ns else 0.0
            )
    if session.picture is not None:
        newest = session.picture.newest()
        if newest is not None:
            show_picture(settings, *newest)
    session.is_loop = session.receiver is not None and session.sender is not None and is_same_rig(settings)
    if session.sender is not None and not session.is_loop:
        send(session.sender, settings, scene, session.source_keys)
    now_s = time.perf_counter()
    if now_s - session.text_s > TEXT_S:
        session.text_s = now_s
        text = " ".join(status_lines(now_s))
        if text != session.drawn_text:
            session.drawn_text = text
            _redraw_panels()


def is_same_rig(settings: Any) -> bool:
    """Whether the rig that is sent is the one that Omote moves: it would drive itself."""
    rig, source = settings.rig, settings.source_rig
    return (rig.face is not None and rig.face == source.face) or (
        rig.armature is not None and rig.armature == source.armature
    )


def show_picture(settings: Any, width: int, height: int, floats: Any) -> None:
    """Put a picture into the chosen image; make one where none is chosen."""
    image = settings.image
    if image is None:
        image = bpy.data.images.get(IMAGE_NAME) or bpy.data.images.new(IMAGE_NAME, width, height, alpha=True)
        image.alpha_mode = "STRAIGHT"
        settings.image = image
    if tuple(image.size) != (width, height):
        image.scale(width, height)
    image.pixels.foreach_set(floats)
    image.update()


def send(sender: Sender, settings: Any, scene: Any, cache: rigs.KeyCache) -> None:
    """Send what the source rig does now."""
    rig = settings.source_rig
    depsgraph = bpy.context.evaluated_depsgraph_get()
    measured = rigs.measure(rig, scene, depsgraph, cache.keys(rig, time.monotonic()))
    is_sent = {
        "expression": settings.sends_expression, "pose": settings.sends_pose, "gaze": settings.sends_gaze,
        "emotion": settings.sends_emotion,
    }  # fmt: skip
    for layer, values in measured.items():
        if is_sent[layer]:
            sender.put(
                Drive(
                    layer=layer,
                    source=settings.source.strip() or "blender",
                    values=values,
                    mode=settings.mode,
                    weight=settings.weight,
                    priority=settings.priority,
                )
            )


def status_lines(now_s: float) -> list[str]:
    """The state in words, a line a thing that runs.

    Args:
        now_s: of `time.perf_counter`.
    """
    lines = [current.fault] if current.fault else []
    if current.receiver is not None:
        problem = current.receiver.problem(now_s)
        late = f", {current.latency_ms:.0f} ms behind the driver" if current.latency_ms > 0.0 else ""
        lines.append(problem or f"Connected{late}")
    if current.recording is not None:
        full = " (full)" if current.recording.is_full else ""
        lines.append(f"Recording {current.recording.duration_s:.1f} s{full}")
    if current.picture is not None and current.picture.problem:
        lines.append(current.picture.problem)
    if current.sender is not None:
        loop = "Not driving: this rig is moved by Omote; choose another one" if current.is_loop else ""
        lines.append(loop or current.sender.problem or f"Driving, {current.sender.sent} messages")
    return lines


def _redraw_panels() -> None:
    """Draw the sidebars again, which show the state."""
    for window in bpy.context.window_manager.windows if bpy.context.window_manager else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
