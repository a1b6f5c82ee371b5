"""RendererEngine: the contract of every engine. An engine turns a Motion into the pixels of one frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.motion import Motion
from protocol.messages import StageTiming
from runtime.engines.prepared import PreparedAvatar


class RendererEngine(Protocol):
    """Motion in, pixels out: `set_avatar` does the expensive work once, `render` is cheap and called often.

    Threads: every call comes from the thread that made the engine (OpenGL contexts are bound to it).
    Ownership: the array that `render` returns belongs to the engine and is overwritten by the next `render`.
    Errors: `render` raises `runtime.errors.RenderError`; nothing else leaves an engine but what `set_avatar` names.
    Time: `render` gets the frame's time as an argument; an engine never reads a clock. A causal engine needs it
    for the step since its last frame (hair, recurrent networks, few-step diffusion). It is no field of Motion,
    because a Motion is the state of a face: it is composed, compared, copied and published without a time, and
    one Motion may be drawn at many times.
    Determinism: the same sequence of `(motion, now_s)` since `set_avatar` gives the same pictures, on the same
    machine. No engine draws an unseeded random number.

    Attributes:
        name: the key in `runtime.engines.selection.ENGINES` of what draws now: an engine that leaves out its own work
            has the name of the engine whose picture remains.
        provider: the device or library that computes, for the status: "llvmpipe (LLVM 15.0.6, 256 bits)".
    """

    name: str
    provider: str

    def set_avatar(self, avatar: Avatar) -> None:
        """Load everything that is fixed for an avatar, and begin a new sequence of frames.

        Raises:
            AvatarError: a file of the avatar is damaged; the avatar before it stays loaded.
        """
        ...

    def upload(self, prepared: PreparedAvatar) -> Iterator[None]:
        """Load an avatar that was prepared for this engine (`prepare_avatar`), in steps of a few milliseconds.

        `render` may be called between two steps. It draws the avatar before until the new one is complete, and the new
        one from then on, while further steps release the avatar before. An iterator that is closed early releases what
        it made, if the new avatar is not complete.

        Raises:
            RenderError: from a step: the driver cannot hold it; the avatar before it stays loaded.
        """
        ...

    def upload_plate(self, picture: NDArray[np.uint8] | None) -> Iterator[None]:
        """Put another background behind the avatar, in steps of a few milliseconds; `render` may be called between them.

        After the last step the pictures fade to it, over `plate_pass.FADE_S`. The next avatar brings its own.

        Args:
            picture: (size, size, 4) uint8 sRGB, opaque, top row first; None = nothing is behind it.
        """
        ...

    def begin(self, motion: Motion, now_s: float) -> None:
        """Begin a frame where several avatars are drawn at once: others are begun before `render` waits for it.

        Optional: `render` does all of it otherwise. An engine that has nothing to begin does nothing.

        Args:
            motion, now_s: those that the next `render` is given; the motion does not change until then.

        Raises:
            RenderError: as `render` does.
        """
        ...

    def render(self, motion: Motion, now_s: float) -> NDArray[np.uint8]:
        """Draw one frame.

        Args:
            motion: the composed state of the face; its buffer is reused, so an engine that keeps it copies it.
            now_s: the frame's time in seconds. Never smaller than the frame's before within one sequence; the
                first value means nothing by itself. Live it comes from the loop's clock; offline it is the
                clip's time. A smaller value begins a new sequence: an engine with memory forgets earlier frames.

        Returns:
            (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; valid until the next `render`.
        """
        ...

    def frame_took(self, frame_ms: float, now_s: float) -> None:
        """Hear what the last frame cost; an engine that can leave work out decides by it.

        Offline it is not called, and an engine does all its work.

        Args:
            frame_ms: the work of the whole frame, milliseconds, without waiting for its turn.
            now_s: when it began, as in `render`.
        """
        ...

    def timings(self) -> list[StageTiming]:
        """Of work that goes on beside the frames, such as a network's in a thread of its own, for the status."""
        ...

    def notes(self) -> list[str]:
        """Degraded states in words, with the remedy, for the status."""
        ...

    def close(self) -> None:
        """Release the context and its memory; may be called twice."""
        ...
