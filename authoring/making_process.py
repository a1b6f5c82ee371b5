"""The program that makes avatars for the panel, in a process of its own: `python -m authoring.making_process FOLDER`.

A damaged picture, a library that crashes, and minutes of work stay outside the runtime. Its messages are
`runtime.avatars.making_messages`.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from protocol.errors import OmoteError
from runtime.avatars.making_messages import (
    AVATAR,
    PHOTO,
    PICTURE,
    PICTURE_PX,
    TURNING,
    LookTask,
    Made,
    MakeTask,
    MakingAnswer,
    MakingRefused,
    MakingTask,
    Seen,
    SeenFace,
    Step,
    line_of,
    making_task_of,
)

if TYPE_CHECKING:
    from authoring.photo import SeenPhoto
    from vision.landmarker import FaceLandmarker, FaceObservation

#: Private memory: a usual photo needs 1 GiB, the largest one 2 more. Not address space, of which graphics drivers reserve
#: far more than they use.
MAX_MEMORY: Final = 5 * 1024 * 1024 * 1024
MAX_FILE: Final = 256 * 1024 * 1024
PACKAGES: Final = (
    "making avatars needs packages that are not installed here ({error}); install them with: "
    "pip install 'omote[tracking]', and start Omote again"
)

Answer = Callable[[MakingAnswer], None]


def main(arguments: list[str] | None = None) -> int:
    """Do tasks until standard input ends; returns the exit status."""
    [folder] = map(Path, sys.argv[1:] if arguments is None else arguments)
    limit_resources()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print is no answer
    tasks: queue.SimpleQueue[MakingTask] = queue.SimpleQueue()
    threading.Thread(target=_read_tasks, args=(tasks, folder), daemon=True).start()

    def answer(message: MakingAnswer) -> None:
        answers.write(line_of(message))

    with ExitStack() as stack:
        maker = Maker(folder, answer, stack)
        while True:
            answer(maker.do(tasks.get()))


def limit_resources() -> None:
    """Limit memory and file size of this process, as far as the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = (
        (resource.RLIMIT_DATA, MAX_MEMORY),
        (resource.RLIMIT_FSIZE, MAX_FILE),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, limit in limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


class Maker:
    """Looks at one photo and makes avatars of it.

    Args:
        folder: where PHOTO lies and everything is written.
        answer: called with every step.
        stack: closes the landmarker.
    """

    def __init__(self, folder: Path, answer: Answer, stack: ExitStack) -> None:
        self._folder = folder
        self._answer = answer
        self._stack = stack
        self._landmarker: FaceLandmarker | None = None
        self._seen: SeenPhoto | None = None

    def do(self, task: MakingTask) -> MakingAnswer:
        """One task; whatever goes wrong is an answer."""
        try:
            return self._look() if isinstance(task, LookTask) else self._make(task)
        except ImportError as error:
            return MakingRefused(PACKAGES.format(error=error))
        except OmoteError as error:
            return MakingRefused(str(error).replace(str(self._folder / PHOTO), "the photo"))
        except MemoryError:
            return MakingRefused("the photo needs more memory than a photo may; scale it down")
        except Exception as error:
            words = " ".join(str(error).split())[:200]
            return MakingRefused(
                f"the avatar could not be made ({type(error).__name__}: {words}); try another photo"
            )

    def _look(self) -> Seen:
        from authoring.photo import see_photo
        from authoring.portrait.canvas import FACE_SHARES, choose_cut, face_size
        from authoring.portrait.detect import MIN_FACE_PX, choose_face, face_box, face_height

        total = 3
        numbers = iter(range(2, total + 1))
        self._answer(Step("starting", 1, total))
        landmarker = self._ready_landmarker()
        seen = see_photo(
            self._folder / PHOTO, landmarker, lambda name: self._answer(Step(name, next(numbers), total))
        )
        large = [face for face in seen.faces if face_height(face) >= MIN_FACE_PX]
        if not large:
            choose_face(seen.faces, 1)  # says what is wrong
        self._seen = seen = replace(seen, faces=large)
        height, width = seen.portrait.rgb.shape[:2]

        def described(face: FaceObservation) -> SeenFace:
            points = face.landmarks[:, :2]
            cut = choose_cut(points, width, height)
            left, top, right, bottom = face_box(face)
            low, high = FACE_SHARES
            size = face_size(points)
            return SeenFace(
                box=(left / width, top / width, right / width, bottom / width),
                cut=(cut.left / width, cut.top / width, cut.side / width),
                sides=(size / high / width, size / low / width),
            )

        self._write_picture(seen)
        return Seen(width=width, height=height, faces=[described(face) for face in seen.faces])

    def _make(self, task: MakeTask) -> MakingAnswer:
        from authoring.photo import STEPS, AvatarOptions, avatar_from_photo
        from authoring.portrait.canvas import Cut
        from authoring.turning import draw_turning
        from face.avatar import load_avatar

        if self._seen is None:
            return MakingRefused("no photo was looked at; give a photo first")
        width = self._seen.portrait.rgb.shape[1]
        cut = None if task.cut is None else Cut(*(share * width for share in task.cut))
        total = STEPS - 2 + 1  # without the two of `see_photo`, with the turning preview
        numbers = iter(range(1, total + 1))

        def step(name: str) -> None:
            self._answer(Step(name, next(numbers), total))

        folder = self._folder / AVATAR
        options = AvatarOptions(
            name="New avatar",
            background=task.background or None,
            face=task.face,
            replace=True,
            cut=cut,
            at_rest=task.at_rest,
        )
        photo = self._folder / PHOTO
        report = avatar_from_photo(
            photo, folder, options, self._ready_landmarker(), progress=step, seen=self._seen
        )
        step("turning the head")
        (self._folder / TURNING).write_bytes(draw_turning(load_avatar(folder)))
        return Made(warnings=list(report.warnings), seconds=report.seconds)

    def _ready_landmarker(self) -> FaceLandmarker:
        from authoring.portrait.detect import AT_ONCE
        from vision.landmarker import FaceLandmarker, find_face_landmarker
        from vision.native_logs import quiet_native_libraries

        if self._landmarker is None:
            quiet_native_libraries()
            made = FaceLandmarker(find_face_landmarker(None), video=False, num_faces=AT_ONCE)
            self._landmarker = self._stack.enter_context(made)
        return self._landmarker

    def _write_picture(self, seen: SeenPhoto) -> None:
        from PIL import Image

        picture = Image.fromarray(seen.portrait.shown)
        picture.thumbnail((PICTURE_PX, PICTURE_PX))
        picture.save(self._folder / PICTURE, "WEBP", quality=88, method=2)


def _read_tasks(tasks: queue.SimpleQueue[MakingTask], folder: Path) -> None:
    """The reading thread: the process ends with its input, also in the middle of a task.

    A runtime that was killed could not remove the folder, so that is done here.
    """
    with suppress(OSError, ValueError, msgspec.MsgspecError):
        for line in sys.stdin.buffer:
            tasks.put(making_task_of(line))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
