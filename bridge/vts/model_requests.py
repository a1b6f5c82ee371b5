"""Requests about the model: every avatar is the same loaded model."""

from __future__ import annotations

from typing import Final

import msgspec

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import PluginSession, VtsState

#: Plugins store settings by model id, so every avatar has the same one.
MODEL_NAME: Final = "Omote"
MODEL_ID: Final = "6f6d6f74650000000000000000000001"


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
