"""`omote avatar`: makes an avatar folder from a portrait; lists the avatars.

omote avatar make photo.jpg -o avatars/me
omote avatar make group.jpg -o avatars/me --face 2 --background transparent
omote avatar list
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from face.avatar import BACKGROUNDS
from protocol.errors import OmoteError
from vision.native_logs import quiet_native_libraries


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote avatar` to the command line."""
    parser = subparsers.add_parser(
        "avatar", help="portrait -> avatar", description="Avatars: folders that the runtime can show."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="make|list")
    catalog = verbs.add_parser(
        "list",
        help="list the avatars",
        description="List the avatars that come with Omote and those of a folder.",
        epilog="example: omote avatar list, then: omote run --avatar NAME",
    )
    catalog.add_argument(
        "--avatars", type=Path, default=Path("avatars"), metavar="FOLDER", help="yours (default: %(default)s)"
    )
    make = verbs.add_parser(
        "make",
        help="make an avatar from a photo, painting or drawing of a face",
        description="Fit a head to the face in a picture, paint its textures and write the avatar's folder, "
        "with preview.png and report.txt to judge it by.",
        epilog="example: omote avatar make photo.jpg -o avatars/me, then: omote run --avatar avatars/me",
    )
    make.add_argument("photo", type=Path, help="one face, roughly from the front: PNG, JPEG, WebP, TIFF")
    make.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the avatar's folder")
    make.add_argument("--name", help="the avatar's name (default: the folder's)")
    make.add_argument(
        "--background",
        choices=BACKGROUNDS,
        help="keep the portrait's, none, or a plain one in its colour (default: keep; transparent for a picture "
        "with an alpha channel)",
    )
    make.add_argument(
        "--face", type=int, metavar="N", help="which of several faces, from left to right, from 1"
    )
    make.add_argument(
        "--at-rest",
        action="store_true",
        help="the face looks straight ahead without expression, as most drawn faces do: read no raised brow and no "
        "tilted head into it",
    )
    make.add_argument(
        "--compact",
        action="store_true",
        help="write a much smaller folder; the pictures lose a little detail",
    )
    make.add_argument(
        "--landmarks",
        type=Path,
        metavar="JSON",
        help="the face's landmarks, as omote-studio portrait --landmarks writes them: MediaPipe's 478 points in pixels, "
        "for drawn faces that MediaPipe does not detect (default: detect the face)",
    )
    make.add_argument("--force", action="store_true", help="replace an existing avatar")
    make.add_argument(
        "--face-landmarker",
        type=Path,
        metavar="FILE",
        help="MediaPipe's face_landmarker.task (default: downloaded once)",
    )


def run(args: argparse.Namespace) -> int:
    """Run `make` or `list`; returns the exit status."""
    return list_avatars(args.avatars) if args.verb == "list" else make_avatar(args)


def list_avatars(folder: Path) -> int:
    """Print a line per avatar: the value for `omote run --avatar`, and its name or its problem."""
    from runtime.avatars.builtin import DEFAULT, is_builtin
    from runtime.avatars.catalog import AvatarCatalog

    catalog = AvatarCatalog(folder)
    for avatar in catalog.avatars():
        path = catalog.path_of(avatar.key)
        option = avatar.key if is_builtin(path) else str(path)
        is_default = is_builtin(path) and avatar.key == DEFAULT
        print(f"{option:<24} {avatar.problem or avatar.name}{', the default' if is_default else ''}")
    return 0


def make_avatar(args: argparse.Namespace) -> int:
    """Make the avatar, or print why not; returns the exit status. A failure leaves no files behind."""
    quiet_native_libraries()
    # Heavy imports follow the parsing of the command line.
    try:
        from authoring.errors import AuthoringError
        from authoring.photo import STEPS, AvatarOptions, avatar_from_photo
        from authoring.portrait.detect import AT_ONCE
        from authoring.replace_folder import check_target
        from vision.landmarker import FaceLandmarker, find_face_landmarker
    except ImportError as error:
        print(
            f"omote avatar: making avatars needs packages that are not installed ({error}); install them with: "
            "pip install 'omote[tracking]'",
            file=sys.stderr,
        )
        return 1

    from terminal.progress import Steps

    options = AvatarOptions(
        name=args.name or args.output.resolve().name,
        background=args.background,
        face=args.face,
        replace=args.force,
        landmarks=args.landmarks,
        at_rest=args.at_rest,
        compact=args.compact,
    )
    steps = Steps(STEPS)
    try:
        check_target(args.output, replace=args.force)
        if not args.photo.is_file():
            raise AuthoringError(f"{args.photo}: no such file; give a photo, painting or drawing of a face")
        with ExitStack() as stack:
            landmarker = None
            if args.landmarks is None:
                model = find_face_landmarker(args.face_landmarker)
                landmarker = stack.enter_context(FaceLandmarker(model, video=False, num_faces=AT_ONCE))
            report = avatar_from_photo(args.photo, args.output, options, landmarker, progress=steps)
    except KeyboardInterrupt:
        steps.close()
        print("omote avatar: stopped; nothing was written", file=sys.stderr)
        return 130
    except OmoteError as error:
        steps.close()
        print(f"omote avatar: {error}", file=sys.stderr)
        return 1
    steps.finish()
    print(report.text())
    preview = args.output / "preview.png"
    print(f"\n{args.output} is ready; look at {preview}, then: omote run --avatar {args.output}")
    return 0
