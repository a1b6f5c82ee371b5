"""`omote avatar`: makes an avatar folder from a portrait; lists the avatars; writes and reads them as one file.

omote avatar make me.jpg                   # then, from any folder: omote run --avatar me
omote avatar make clip.mp4                 # of the best moment of a clip of one person
omote avatar make clip.mp4 --fit-minutes 1 # fits the retouch network to the person, if that measures better
omote avatar make group.jpg -o avatars/me --face 2 --background transparent
omote avatar make me.jpg --engine liveportrait --weights ~/Downloads/liveportrait_onnx
omote avatar list
omote avatar export me                     # me.omote, one file, for another computer
omote avatar import me.omote
omote avatar import-tha character_model.yaml    # a THA4 character
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from authoring.avatar_engines import AVATAR_ENGINES
from authoring.mattes import MATTES
from authoring.paint_from import PAINT_FROM
from face.avatar import BACKGROUNDS, RESTS
from omote.commands.avatar_clip import check_clip_options
from omote.commands.avatar_weights import ready_weights
from protocol.errors import OmoteError
from runtime.avatars.shelf import LOCAL, Shelf, shelf_name, user_avatars
from terminal.printable import printable
from vision.native_logs import quiet_native_libraries


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote avatar` to the command line."""
    parser = subparsers.add_parser(
        "avatar", help="portrait -> avatar", description="Avatars: folders that the runtime can show."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="make|list|export|import|import-tha")
    catalog = verbs.add_parser(
        "list",
        help="list the avatars",
        description="List the avatars that come with Omote, your own and those of this folder's avatars/.",
        epilog="example: omote avatar list, then: omote run --avatar NAME",
    )
    catalog.add_argument(
        "--avatars",
        type=Path,
        default=LOCAL,
        metavar="FOLDER",
        help="this project's avatars (default: %(default)s), listed with your own, which lie in "
        + str(user_avatars()).replace("%", "%%"),
    )
    make = verbs.add_parser(
        "make",
        help="make an avatar from a photo, painting, drawing or clip of a face",
        description="Fit a head to the face in a picture, or in the best moment of a clip, paint its textures and write "
        "the avatar's folder, with preview.png and report.txt to judge it by.",
        epilog="example: omote avatar make me.jpg, then: omote run --avatar me",
    )
    make.add_argument(
        "photo",
        type=Path,
        help="one face, roughly from the front: PNG, JPEG, WebP, TIFF; or a clip of it: MP4, WebM, MOV",
    )
    make.add_argument(
        "--at",
        type=float,
        metavar="SECONDS",
        help="the moment of a clip that becomes the portrait (default: the best one)",
    )
    make.add_argument(
        "--paint-from",
        choices=PAINT_FROM,
        default=PAINT_FROM[0],
        help="of a clip: take skin that the portrait shows badly, shut lids and teeth from its other frames too, or paint "
        "all from the portrait (default: %(default)s)",
    )
    make.add_argument(
        "--fit-minutes",
        type=float,
        default=0.0,
        metavar="N",
        help="of a clip: fit the retouch network to the person for so long at most, and keep that only if frames that it "
        "was not fitted to come nearer (default: not)",
    )
    make.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the avatar's folder (default: one with its name among your avatars)",
    )
    make.add_argument(
        "--name",
        help="the avatar's name, by which --avatar finds it too (default: the folder's, else the photo's)",
    )
    make.add_argument(
        "--background",
        choices=BACKGROUNDS,
        help="keep the portrait's, none, or a plain one in its colour (default: keep; transparent for a picture "
        "with an alpha channel)",
    )
    make.add_argument(
        "--matte",
        choices=MATTES,
        default=MATTES[0],
        help="how the person is cut out: by the parsing network where there is one, always by it, or by colours alone "
        "(default: %(default)s)",
    )
    make.add_argument(
        "--engine",
        choices=AVATAR_ENGINES,
        default=AVATAR_ENGINES[0],
        help="what the avatar is for: Omote's own engines, or LivePortrait's networks, which you bring "
        "(default: %(default)s)",
    )
    make.add_argument(
        "--weights",
        type=Path,
        metavar="DIR",
        help="the folder of LivePortrait's networks (default: the usual places); omote weights says what is looked for",
    )
    make.add_argument(
        "--rest",
        choices=RESTS,
        default=RESTS[0],
        help="what a driver at rest shows: the face as in the portrait, or one without expression that looks into the "
        "camera (default: %(default)s)",
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
    _add_file_verbs(verbs)
    make.add_argument("--force", action="store_true", help="replace an existing avatar")
    make.add_argument(
        "--face-landmarker",
        type=Path,
        metavar="FILE",
        help="MediaPipe's face_landmarker.task (default: downloaded once)",
    )


def _add_file_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `export` and `import`."""
    out = verbs.add_parser(
        "export",
        help="write an avatar as one file",
        description="Write an avatar as one file, without the photo that it was made of.",
        epilog="example: omote avatar export me -o me.omote",
    )
    out.add_argument("avatar", metavar="NAME|FOLDER", help="one of omote avatar list, or a folder")
    out.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: NAME.omote in the working folder"
    )
    back = verbs.add_parser(
        "import",
        help="add the avatar of a file to your own",
        description="Check an avatar file, which may come from anyone, and add its avatar to your own.",
        epilog="example: omote avatar import me.omote, then: omote run --avatar me",
    )
    back.add_argument("file", type=Path, help="a file of omote avatar export, or of the panel")
    back.add_argument("--name", default="", help="the avatar's name (default: the one in the file)")
    character = verbs.add_parser(
        "import-tha",
        help="add a THA4 character to your own",
        description="Make an avatar of a THA4 character: a drawing and the two small networks that were trained for it. "
        "It is drawn with pip install 'omote[neural]'.",
        epilog="example: omote avatar import-tha lambda_00/character_model.yaml, then: omote run --avatar lambda_00",
    )
    character.add_argument(
        "character", type=Path, metavar="YAML", help="its character_model.yaml, or the folder that holds it"
    )
    character.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the avatar's folder (default: one with its name among your avatars)",
    )
    character.add_argument("--name", default="", help="the avatar's name (default: the character's folder)")
    character.add_argument("--force", action="store_true", help="replace an existing avatar")


def run(args: argparse.Namespace) -> int:
    """Run one verb; returns the exit status."""
    if args.verb == "list":
        return list_avatars(args.avatars)
    if args.verb == "make":
        return make_avatar(args)
    verbs = {"export": export_avatar, "import": import_avatar, "import-tha": import_tha}
    try:
        line = verbs[args.verb](args)
    except OmoteError as error:
        print(f"omote avatar: {error}", file=sys.stderr)
        return 1
    print(printable(line))
    return 0


def export_avatar(args: argparse.Namespace) -> str:
    """Write an avatar as one file; returns a line about it.

    Raises:
        AvatarError: there is no such avatar, or the file cannot be written.
    """
    from face.avatar import load_avatar
    from face.avatar_file import SUFFIX, write_avatar_file
    from face.errors import AvatarError

    shelf = Shelf()
    folder = shelf.resolve(args.avatar)
    if folder is None:
        raise AvatarError("no avatar is installed; make one with: omote avatar make photo.jpg")
    output = args.output or Path(shelf_name(folder.resolve().name) + SUFFIX)
    write_avatar_file(load_avatar(folder), output)
    return f"{output} is written, {output.stat().st_size / 1e6:.1f} MB; read it with: omote avatar import {output}"


def import_avatar(args: argparse.Namespace) -> str:
    """Add the avatar of a file to the user's own; returns a line about it.

    Raises:
        AvatarError: it is no avatar file, or the avatar in it cannot be used.
    """
    from runtime.avatars.loading_client import LoadingClient
    from runtime.avatars.shelf_changes import ShelfChanges

    client = LoadingClient()
    try:
        key = ShelfChanges(Shelf()).import_file(args.file, client, args.name)
    finally:
        client.close()
    return f"{key} is among your avatars; wear it with: omote run --avatar {key}"


def import_tha(args: argparse.Namespace) -> str:
    """Make an avatar of a THA4 character; says under which licence it is, and returns a line about it.

    Raises:
        AuthoringError: it cannot be read, or the avatar cannot be written.
    """
    from authoring.replace_folder import check_target
    from authoring.tha.character import load_character
    from authoring.tha.importing import LICENCE, import_character

    folder = args.character if args.character.is_dir() else args.character.parent
    output: Path = args.output or user_avatars() / shelf_name(args.name or folder.resolve().name)
    check_target(output, replace=args.force)
    character = load_character(args.character)
    import_character(character, output, name=args.name or character.name, replace=args.force)
    print(LICENCE)
    return f"{output} is ready; wear it with: omote run --avatar {Shelf().name_of(output)}"


def list_avatars(folder: Path) -> int:
    """Print a line per avatar: its value for `--avatar`, its name or its problem, and where it is; then the clashes."""
    from runtime.avatars.builtin import DEFAULT, is_builtin
    from runtime.avatars.catalog import AvatarCatalog

    # A folder that only this command was given is not where `omote run` looks: its avatars go by their paths.
    found, known = Shelf(local=folder), Shelf()
    catalog = AvatarCatalog(found)
    for avatar in catalog.avatars():
        path = catalog.path_of(avatar.key)
        option = known.name_of(path)
        where = (
            ", comes with Omote" if is_builtin(path) else "" if option == str(path) else f", in {path.parent}"
        )
        default = ", the default" if is_builtin(path) and avatar.key == DEFAULT else ""
        print(f"{option:<24} {printable(avatar.problem or avatar.name)}{default or where}")
    for line in found.clashes():
        print(f"note: {line}")
    return 0


def make_avatar(args: argparse.Namespace) -> int:
    """Make the avatar, or print why not; returns the exit status. A failure leaves no files behind."""
    quiet_native_libraries()
    # Heavy imports follow the parsing of the command line.
    try:
        from authoring.clip.seen_clip import see_clip
        from authoring.errors import AuthoringError
        from authoring.fit_to_clip import STEPS as FIT_STEPS
        from authoring.liveportrait.add import STEPS as MORE_STEPS
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

    from authoring.clip.look import is_clip
    from terminal.progress import Steps

    try:
        output: Path = args.output or user_avatars() / shelf_name(args.name or args.photo.stem)
    except OmoteError as error:
        print(f"omote avatar: {error}", file=sys.stderr)
        return 1
    options = AvatarOptions(
        name=args.name or output.resolve().name,
        background=args.background,
        rest=args.rest,
        face=args.face,
        replace=args.force,
        landmarks=args.landmarks,
        at_rest=args.at_rest,
        compact=args.compact,
        matte=args.matte,
        engine=args.engine,
        fit_minutes=args.fit_minutes,
        paint_from=args.paint_from,
    )
    more = MORE_STEPS * (args.engine == "liveportrait") + (1 + FIT_STEPS) * (args.fit_minutes > 0.0)
    steps = Steps(STEPS + is_clip(args.photo) + more)
    try:
        check_target(output, replace=args.force)
        if args.engine == "liveportrait":
            options = replace(options, weights=ready_weights(args.weights))
        if not args.photo.is_file():
            raise AuthoringError(
                f"{args.photo}: no such file; give a photo, painting, drawing or clip of a face"
            )
        check_clip_options(args, is_clip(args.photo))
        with ExitStack() as stack:
            landmarker = None
            if args.landmarks is None:
                model = find_face_landmarker(args.face_landmarker)
                landmarker = stack.enter_context(FaceLandmarker(model, video=False, num_faces=AT_ONCE))
            seen = clip = None
            if is_clip(args.photo) and landmarker is not None:
                clip, seen = see_clip(args.photo, landmarker, number=args.face, at_s=args.at, progress=steps)
                options = replace(options, face=None)  # that one is the only one in `seen`
            report = avatar_from_photo(
                args.photo, output, options, landmarker, progress=steps, seen=seen, clip=clip
            )
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
    preview = output / "preview.png"
    shelf = Shelf()
    for line in shelf.clashes(output.name):
        print(f"note: {line}")
    print(f"\n{output} is ready; look at {preview}, then: omote run --avatar {shelf.name_of(output)}")
    return 0
