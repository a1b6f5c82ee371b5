"""Requests about the eight emotions: as the model's hotkeys, and as its expressions."""

from __future__ import annotations

from typing import Final

import msgspec

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.emotions import FILE_ENDING, HOTKEYS, emotion_of_file, find_hotkey
from bridge.vts.model_requests import MODEL_ID, MODEL_NAME
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import PluginSession, VtsState
from protocol.channels import EMOTIONS

HOTKEY_TYPE: Final = "ToggleExpression"


class HotkeysRequest(msgspec.Struct):
    """The data of a HotkeysInCurrentModelRequest."""

    model_id: str | None = msgspec.field(default=None, name="modelID")
    item_file: str | None = msgspec.field(default=None, name="live2DItemFileName")


class Hotkey(msgspec.Struct, rename="camel"):
    """One hotkey."""

    name: str
    description: str
    file: str
    hotkey_id: str = msgspec.field(name="hotkeyID")
    type: str = HOTKEY_TYPE
    key_combination: list[str] = []
    on_screen_button_id: int = msgspec.field(default=-1, name="onScreenButtonID")


class Hotkeys(msgspec.Struct, rename="camel"):
    """The data of a HotkeysInCurrentModelResponse."""

    available_hotkeys: list[Hotkey]
    model_loaded: bool = True
    model_name: str = MODEL_NAME
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")


class TriggerRequest(msgspec.Struct):
    """The data of a HotkeyTriggerRequest."""

    hotkey_id: str = msgspec.field(name="hotkeyID")
    item_id: str | None = msgspec.field(default=None, name="itemInstanceID")


class Triggered(msgspec.Struct):
    """The data of a HotkeyTriggerResponse."""

    hotkey_id: str = msgspec.field(name="hotkeyID")


class HotkeyTriggered(msgspec.Struct, rename="camel"):
    """The data of a HotkeyTriggeredEvent."""

    hotkey_name: str
    hotkey_file: str
    hotkey_id: str = msgspec.field(name="hotkeyID")
    hotkey_action: str = HOTKEY_TYPE
    hotkey_triggered_by_api: bool = msgspec.field(default=True, name="hotkeyTriggeredByAPI")
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")
    model_name: str = MODEL_NAME
    is_live2d_item: bool = msgspec.field(default=False, name="isLive2DItem")


class HotkeyEventConfig(msgspec.Struct):
    """The configuration of a HotkeyTriggeredEvent."""

    only_for_action: str | None = msgspec.field(default=None, name="onlyForAction")
    ignore_api: bool = msgspec.field(default=False, name="ignoreHotkeysTriggeredByAPI")


class ExpressionStateRequest(msgspec.Struct, rename="camel"):
    """The data of an ExpressionStateRequest."""

    details: bool = False
    expression_file: str | None = None


class UsedInHotkey(msgspec.Struct):
    """A hotkey that switches an expression."""

    name: str
    id: str


class Expression(msgspec.Struct, rename="camel"):
    """One expression."""

    name: str
    file: str
    active: bool
    used_in_hotkeys: list[UsedInHotkey]
    deactivate_when_key_is_let_go: bool = False
    auto_deactivate_after_seconds: bool = False
    seconds_remaining: float = 0.0
    parameters: list[str] = []


class Expressions(msgspec.Struct, rename="camel"):
    """The data of an ExpressionStateResponse."""

    expressions: list[Expression]
    model_loaded: bool = True
    model_name: str = MODEL_NAME
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")


class ExpressionActivationRequest(msgspec.Struct, rename="camel"):
    """The data of an ExpressionActivationRequest, without its fade time: the runtime fades."""

    expression_file: str
    active: bool = True


def hotkeys(
    state: VtsState, session: PluginSession, request: HotkeysRequest, now_s: float
) -> Hotkeys | ApiError:
    """Answer a HotkeysInCurrentModelRequest."""
    if request.model_id and request.model_id != MODEL_ID:
        return ApiError(ErrorId.MODEL_NOT_FOUND, f"there is no model {request.model_id!r}")
    return Hotkeys(
        [
            Hotkey(emotion.capitalize(), "Toggles an emotion", emotion + FILE_ENDING, hotkey_id)
            for hotkey_id, emotion in HOTKEYS.items()
        ]
    )


def trigger_hotkey(
    state: VtsState, session: PluginSession, request: TriggerRequest, now_s: float
) -> Triggered | ApiError:
    """Answer a HotkeyTriggerRequest."""
    if request.item_id:
        return ApiError(ErrorId.HOTKEY_ITEM_NOT_FOUND, "there are no Live2D items here")
    found = find_hotkey(request.hotkey_id)
    if found is None:
        return ApiError(
            ErrorId.HOTKEY_NOT_FOUND,
            f"got {request.hotkey_id[:64]!r}, expected the id of a hotkey or one of {', '.join(EMOTIONS)}",
        )
    hotkey_id, emotion = found
    if not state.emotions.toggle(emotion, now_s):
        return ApiError(ErrorId.HOTKEY_COOLDOWN, f"{emotion} was switched only 5 frames ago")
    happened = HotkeyTriggered(emotion.capitalize(), emotion + FILE_ENDING, hotkey_id)
    for other in state.sessions:
        if "HotkeyTriggeredEvent" in other.events and _wants_hotkey(other.events["HotkeyTriggeredEvent"]):
            state.queue_event("HotkeyTriggeredEvent", happened, only=other)
    return Triggered(hotkey_id)


def expression_states(
    state: VtsState, session: PluginSession, request: ExpressionStateRequest, now_s: float
) -> Expressions | ApiError:
    """Answer an ExpressionStateRequest."""
    wanted: tuple[str, ...] = EMOTIONS
    if request.expression_file:
        emotion = emotion_of_file(request.expression_file)
        if not request.expression_file.lower().endswith(FILE_ENDING):
            return ApiError(
                ErrorId.EXPRESSION_STATE_FILE_INVALID, f"expressionFile is expected to end in {FILE_ENDING}"
            )
        if emotion is None:
            return ApiError(ErrorId.EXPRESSION_STATE_NOT_FOUND, f"expected one of {_files()}")
        wanted = (emotion,)
    ids = {emotion: hotkey_id for hotkey_id, emotion in HOTKEYS.items()}
    return Expressions(
        [
            Expression(
                emotion,
                emotion + FILE_ENDING,
                emotion in state.emotions.active,
                [UsedInHotkey(emotion.capitalize(), ids[emotion])] if request.details else [],
            )
            for emotion in wanted
        ]
    )


def activate_expression(
    state: VtsState, session: PluginSession, request: ExpressionActivationRequest, now_s: float
) -> NoData | ApiError:
    """Answer an ExpressionActivationRequest."""
    if not request.expression_file.lower().endswith(FILE_ENDING):
        return ApiError(
            ErrorId.EXPRESSION_FILE_INVALID, f"expressionFile is expected to end in {FILE_ENDING}"
        )
    emotion = emotion_of_file(request.expression_file)
    if emotion is None:
        return ApiError(ErrorId.EXPRESSION_NOT_FOUND, f"expected one of {_files()}")
    state.emotions.switch(emotion, request.active)
    return NoData()


def _wants_hotkey(config: msgspec.Raw) -> bool:
    try:
        wanted = msgspec.json.decode(config, type=HotkeyEventConfig)
    except msgspec.DecodeError:
        return True
    return not wanted.ignore_api and wanted.only_for_action in (None, "", HOTKEY_TYPE)


def _files() -> str:
    return ", ".join(emotion + FILE_ENDING for emotion in EMOTIONS)
