"""Omote for Blender: a running Omote moves shape keys, bones and a picture; an animated rig moves Omote.

The modules that talk to the runtime and read files are plain Python (3.10 and newer) without packages, so that the add-on
is one zip. docs/blender.md says how to use it.
"""

bl_info = {
    "name": "Omote",
    "author": "Omote contributors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D Viewport > Sidebar > Omote",
    "description": "A live face from Omote on shape keys, bones and a texture; takes become actions; rigs drive Omote",
    "doc_url": "",
    "category": "Animation",
}


def register() -> None:
    """Called by Blender when the add-on is enabled."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the add-on is disabled: threads, timers, connections and types go."""
    from . import registration

    registration.unregister()
