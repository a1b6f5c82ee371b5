"""`omote avatar`: a portrait becomes an avatar folder; which avatars there are.

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
        help="say which avatars there are",
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
    make.add_argument("--name", help="what to call it (default: the folder's name)")
    make.add_argument(
        "--background",
        choices=BACKGROUNDS,
        help="the portrait's, none, or a plain one in its colour (default: keep; transparent for a picture "
        "that is cut out already)",
    )
    make.add_argument(
        "--face", type=int, metavar="N", help="which of several faces, from left to right, from 1"
    )
    make.add_argument(
        "--at-rest",
        action="store_true",
        help="the face looks straight ahead without expression, as most drawn ones do: take nothing in it for a "
        "raised brow or a tilted head",
    )
    make.add_argument(
        "--compact", action="store_true", help="a much smaller folder, with losses that hardly show"
    )
    make.add_argument(
        "--landmarks",
        type=Path,
        metavar="JSON",
        help="where the face is, as omote-studio portrait --landmarks writes it: MediaPipe's 478 points in pixels, for "
        "drawn faces that it does not find (default: look for the face)",
    )
    make.add_argument("--force", action="store_true", help="replace an avatar that is there already")
    make.add_argument(
        "--face-landmarker",
        type=Path,
        metavar="FILE",
        help="MediaPipe's face_landmarker.task (default: downloaded once)",
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit status."""
    return list_avatars(args.avatars) if args.verb == "list" else make_avatar(args)


def list_avatars(folder: Path) -> int:
    """A line an avatar: what `omote run --avatar` takes, and its name or what is wrong with it."""
    from runtime.avatars.builtin import DEFAULT, is_builtin
    from runtime.avatars.catalog import AvatarCatalog

    catalog = AvatarCatalog(folder)
    for avatar in catalog.avatars():
        path = catalog.path_of(avatar.key)
        comes_along = is_builtin(path)
        asked_by = avatar.key if comes_along else str(path)
        is_default = comes_along and avatar.key == DEFAULT
        says = avatar.problem or avatar.name + (", worn by default" if is_default else "")
        print(f"{asked_by:<24} {says}")
    return 0


def make_avatar(args: argparse.Namespace) -> int:
    """Make the avatar, and say what is wrong; returns the exit status. Nothing is left behind on failure."""
    quiet_native_libraries()
    # Heavy imports wait until the command line is known to be good.
    try:
        from authoring.errors import AuthoringError
        from authoring.photo import STEPS, AvatarOptions, avatar_from_photo
        from authoring.portrait.detect import AT_ONCE
        from authoring.replace_folder import check_target
        from vision.landmarker import FaceLandmarker, find_face_landmarker
    except ImportError as error:
        print(
            f"omote avatar: making avatars needs more than running them ({error}); install it with: "
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
