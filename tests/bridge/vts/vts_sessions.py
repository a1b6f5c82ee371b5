"""A state of the emulated VTube Studio with plugins in it, without sockets."""

from __future__ import annotations

from pathlib import Path

from bridge.vts.parameters import Plugin
from bridge.vts.tokens import TokenStore
from bridge.vts.vts_state import PluginSession, VtsState

PLUGIN = Plugin("Plugin", "Tester")


async def approve(plugin: Plugin) -> bool:
    return True


def new_state(folder: Path, now_s: float = 0.0) -> VtsState:
    return VtsState(TokenStore(folder / "tokens.json"), approve, now_s=now_s)


def authenticated(state: VtsState, plugin: Plugin = PLUGIN) -> PluginSession:
    session = state.open_session()
    session.plugin = plugin
    return session
