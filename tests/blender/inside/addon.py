"""The add-on itself: installed, enabled, disabled, and what it leaves behind. Runs in Blender's Python, as all steps."""

import importlib.util
import os
import sys
import threading

import bpy

import addon_utils  # isort: skip - Blender's own; found once bpy is imported

MODULE = "omote_face"


def lacking():
    """Packages that Blenders from blender.org have, and Debian's has only if its Python does."""
    return [name for name in ("numpy", "zstandard") if importlib.util.find_spec(name) is None]


def version():
    return list(bpy.app.version)


def install(zip):
    """As a user does: Edit > Preferences > Add-ons > Install, then the check mark."""
    bpy.ops.preferences.addon_install(filepath=zip, overwrite=True)
    bpy.ops.preferences.addon_enable(module=MODULE)
    return MODULE in bpy.context.preferences.addons


def part(name):
    """A module of the add-on."""
    return sys.modules[f"{MODULE}.{name}"]


def traces():
    """What an add-on can leave behind in Blender and in the process."""
    handlers = {
        name: len(found)
        for name in dir(bpy.app.handlers)
        if isinstance(found := getattr(bpy.app.handlers, name), list)
    }
    open_files = sorted(
        os.readlink(f"/proc/self/fd/{one}")
        for one in os.listdir("/proc/self/fd")
        if os.path.lexists(f"/proc/self/fd/{one}")
    )
    return {
        "types": sorted(name for name in dir(bpy.types) if "omote" in name.lower()),
        "subclasses": sorted(
            one.__name__
            for kind in (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup)
            for one in kind.__subclasses__()
            if "omote" in one.__module__ and getattr(one, "is_registered", False)
        ),
        "operators": sorted(dir(bpy.ops.omote)),
        "scene": hasattr(bpy.types.Scene, "omote"),
        "handlers": handlers,
        "threads": sorted(one.name for one in threading.enumerate()),
        "files": [one for one in open_files if "ring" in one],
        "sockets": sum(one.startswith("socket:") for one in open_files),
        "timer": bool(part("session") and bpy.app.timers.is_registered(part("session").tick)),
    }


def disable():
    bpy.ops.preferences.addon_disable(module=MODULE)
    return list(addon_utils.check(MODULE))


def enable():
    bpy.ops.preferences.addon_enable(module=MODULE)
    return list(addon_utils.check(MODULE))


def install_extension(zip):
    """Blender 4.2 and newer; instead of the add-on."""
    disable()
    return sorted(
        bpy.ops.extensions.package_install_files(repo="user_default", filepath=zip, enable_on_install=True)
    )


def extension_works():
    """Whether the extension is enabled and its operators are there; removed again."""
    name = next(
        (
            one
            for one in bpy.context.preferences.addons.keys()  # noqa: SIM118 - it is no mapping
            if one.startswith("bl_ext.") and one.endswith(MODULE)
        ),
        "",
    )
    has_operator = bool(name) and "connect" in dir(bpy.ops.omote)
    if name:
        bpy.ops.preferences.addon_disable(module=name)
    enable()
    return has_operator
