"""Finding one face among those of a runtime, by its name. No sockets: the status is an argument.

face = face_named("kofi", status)      # None: the runtime has one face only, and it is this one
"""

from __future__ import annotations

from protocol.errors import OmoteError
from protocol.messages import FaceStatus, Status


class FaceNameError(OmoteError):
    """A runtime has no face of this name, or it has ended; the message names those that there are."""


def face_named(name: str, status: Status) -> FaceStatus | None:
    """The face that a user means by a name.

    Args:
        status: of any face of the runtime: each lists all of them.

    Returns:
        Where it listens; None if the runtime draws one face only, which wears the avatar of this name.

    Raises:
        FaceNameError: there is none of this name, or it has ended.
    """
    for face in status.faces:
        if face.name == name and face.failure:
            raise FaceNameError(f"the face {name} is not drawn: {face.failure}; start it again")
        if face.name == name:
            return face
    if not status.faces and status.worn == name:
        return None
    there = ", ".join(face.name for face in status.faces if not face.failure) or status.worn or "no avatar"
    raise FaceNameError(f"{name!r:.80} is no face of this runtime, which draws {there}; name one of these")
