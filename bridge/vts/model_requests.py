"""Requests about the model: the avatar as one model, the eight emotions as its hotkeys and expressions."""

from __future__ import annotations

from typing import Final

import msgspec

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.emotions import FILE_ENDING, HOTKEYS, emotion_of_file, find_hotkey
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import PluginSession, VtsState
from protocol.channels import EMOTIONS

#: Plugins store settings by model id, so every avatar has the same one.
MODEL_NAME: Final = "Omote"
MODEL_ID: Final = "6f6d6f74650000000000000000000001"
HOTKEY_TYPE: Final = "ToggleExpression"


class ModelPosition(msgspec.Struct, rename="camel"):
    """The position of the model in the window."""

    position_x: float = 0.0
    position_y: float = 0.0
    rotation: float = 0.0
    size: float = 0.0


class CurrentModel(msgspec.Struct, rename="camel"):
    """The data of a CurrentModelResponse."""

    time_since_model_loaded: int
    model_loaded: bool = True
    model_name: str = MODEL_NAME
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")
    vts_model_name: str = "omote.vtube.json"
    vts_model_icon_name: str = ""
    live2d_model_name: str = msgspec.field(default="omote.model3.json", name="live2DModelName")
    model_load_time: int = 0
    live2d_parameters: int = msgspec.field(default=11, name="numberOfLive2DParameters")
    live2d_artmeshes: int = msgspec.field(default=0, name="numberOfLive2DArtmeshes")
    has_physics_file: bool = False
    number_of_textures: int = 1
    texture_resolution: int = 512
    model_position: ModelPosition = msgspec.field(default_factory=ModelPosition)


class AvailableModel(msgspec.Struct, rename="camel"):
    """One model of an AvailableModelsResponse."""

    model_loaded: bool = True
    model_name: str = MODEL_NAME
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")
    vts_model_name: str = "omote.vtube.json"
    vts_model_icon_name: str = ""


class AvailableModels(msgspec.Struct, rename="camel"):
    """The data of an AvailableModelsResponse."""

    number_of_models: int
    available_models: list[AvailableModel]


class ModelLoadRequest(msgspec.Struct):
    """The data of a ModelLoadRequest and of its response."""

    model_id: str = msgspec.field(name="modelID")


class ArtMeshes(msgspec.Struct, rename="camel"):
    """The data of an ArtMeshListResponse: an avatar has no art meshes."""

    model_loaded: bool = True
    number_of_art_mesh_names: int = 0
    number_of_art_mesh_tags: int = 0
    art_mesh_names: list[str] = []
    art_mesh_tags: list[str] = []


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


def current_model(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> CurrentModel:
    """Answer a CurrentModelRequest."""
    return CurrentModel(round((now_s - state.began_s) * 1000))


def available_models(
    state: VtsState, session: PluginSession, request: NoData, now_s: float
) -> AvailableModels:
    """Answer an AvailableModelsRequest."""
    return AvailableModels(1, [AvailableModel()])


def load_model(
    state: VtsState, session: PluginSession, request: ModelLoadRequest, now_s: float
) -> ModelLoadRequest | ApiError:
    """Answer a ModelLoadRequest: the one model is always loaded."""
    if request.model_id != MODEL_ID:
        return ApiError(
            ErrorId.MODEL_NOT_FOUND, f"there is only {MODEL_ID}; avatars are chosen in the runtime"
        )
    state.queue_event("ModelLoadedEvent", AvailableModel())
    return request


def art_meshes(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> ArtMeshes:
    """Answer an ArtMeshListRequest."""
    return ArtMeshes()


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
