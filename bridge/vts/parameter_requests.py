"""Requests about parameters: list, read, create, delete, inject."""

from __future__ import annotations

from typing import Final

import msgspec

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.inputs import Input
from bridge.vts.model_requests import MODEL_ID, MODEL_NAME
from bridge.vts.parameters import Injected
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import PluginSession, VtsState

#: Above the number of all parameters that can exist.
MAX_VALUES: Final = 500
#: Parameters that every Live2D model has: parameter, the input that feeds it, low, high, default.
_LIVE2D: Final = (
    ("ParamAngleX", "FaceAngleX", -30.0, 30.0, 0.0),
    ("ParamAngleY", "FaceAngleY", -30.0, 30.0, 0.0),
    ("ParamAngleZ", "FaceAngleZ", -30.0, 30.0, 0.0),
    ("ParamEyeLOpen", "EyeOpenLeft", 0.0, 1.0, 1.0),
    ("ParamEyeROpen", "EyeOpenRight", 0.0, 1.0, 1.0),
    ("ParamEyeBallX", "EyeLeftX", -1.0, 1.0, 0.0),
    ("ParamEyeBallY", "EyeLeftY", -1.0, 1.0, 0.0),
    ("ParamBrowLY", "BrowLeftY", 0.0, 1.0, 0.5),
    ("ParamBrowRY", "BrowRightY", 0.0, 1.0, 0.5),
    ("ParamMouthForm", "MouthSmile", 0.0, 1.0, 0.5),
    ("ParamMouthOpenY", "MouthOpen", 0.0, 1.0, 0.0),
)


class Parameter(msgspec.Struct, rename="camel"):
    """One input as it is listed, and the data of a ParameterValueResponse."""

    name: str
    added_by: str
    value: float
    min: float
    max: float
    default_value: float


class InputList(msgspec.Struct, rename="camel"):
    """The data of an InputParameterListResponse."""

    custom_parameters: list[Parameter]
    default_parameters: list[Parameter]
    model_loaded: bool = True
    model_name: str = MODEL_NAME
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")


class ModelParameter(msgspec.Struct, rename="camel"):
    """One parameter of the model."""

    name: str
    value: float
    min: float
    max: float
    default_value: float


class Live2DList(msgspec.Struct, rename="camel"):
    """The data of a Live2DParameterListResponse."""

    parameters: list[ModelParameter]
    model_loaded: bool = True
    model_name: str = MODEL_NAME
    model_id: str = msgspec.field(default=MODEL_ID, name="modelID")


class ValueRequest(msgspec.Struct):
    """The data of a ParameterValueRequest."""

    name: str


class CreationRequest(msgspec.Struct, rename="camel"):
    """The data of a ParameterCreationRequest."""

    parameter_name: str
    min: float
    max: float
    default_value: float
    explanation: str | None = ""


class DeletionRequest(msgspec.Struct, rename="camel"):
    """The data of a ParameterDeletionRequest."""

    parameter_name: str


class ParameterName(msgspec.Struct, rename="camel"):
    """The data of the responses to a creation and a deletion."""

    parameter_name: str


class InjectedValue(msgspec.Struct):
    """One value of an InjectParameterDataRequest."""

    id: str
    value: float
    weight: float | None = None


class InjectRequest(msgspec.Struct, rename="camel"):
    """The data of an InjectParameterDataRequest."""

    parameter_values: list[InjectedValue] = []
    face_found: bool | None = False
    mode: str | None = None


def input_list(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> InputList:
    """Answer an InputParameterListRequest."""
    parameters = state.parameters
    return InputList(
        [_listed(state, known) for known in parameters.customs()],
        [_listed(state, known) for known in parameters.defaults()],
    )


def value(
    state: VtsState, session: PluginSession, request: ValueRequest, now_s: float
) -> Parameter | ApiError:
    """Answer a ParameterValueRequest."""
    known = state.parameters.find(request.name)
    if known is None:
        return ApiError(ErrorId.VALUE_NOT_FOUND, f"there is no parameter {request.name!r}")
    return _listed(state, known)


def live2d_list(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> Live2DList:
    """Answer a Live2DParameterListRequest with the parameters of `_LIVE2D`."""
    value_of = state.parameters.value
    return Live2DList(
        [
            ModelParameter(name, value_of(fed_by), low, high, default)
            for name, fed_by, low, high, default in _LIVE2D
        ]
    )


def create(
    state: VtsState, session: PluginSession, request: CreationRequest, now_s: float
) -> ParameterName | ApiError:
    """Answer a ParameterCreationRequest."""
    assert session.plugin is not None
    wanted = Input(request.parameter_name, request.min, request.max, request.default_value)
    wrong = state.parameters.create(session.plugin, wanted, request.explanation or "")
    return wrong or ParameterName(request.parameter_name)


def delete(
    state: VtsState, session: PluginSession, request: DeletionRequest, now_s: float
) -> ParameterName | ApiError:
    """Answer a ParameterDeletionRequest."""
    assert session.plugin is not None
    return state.parameters.delete(session.plugin, request.parameter_name) or ParameterName(
        request.parameter_name
    )


def inject(
    state: VtsState, session: PluginSession, request: InjectRequest, now_s: float
) -> NoData | ApiError:
    """Answer an InjectParameterDataRequest: all values are accepted, or none."""
    assert session.plugin is not None
    if len(request.parameter_values) > MAX_VALUES:
        return ApiError(ErrorId.INJECT_VALUE_INVALID, f"at most {MAX_VALUES} parameterValues at once")
    values = [Injected(each.id, each.value, each.weight) for each in request.parameter_values]
    wrong = state.parameters.inject(session.plugin, request.mode, values, now_s)
    if wrong is not None:
        return wrong
    if request.face_found:
        state.report_face(now_s)
    return NoData()


def _listed(state: VtsState, known: Input) -> Parameter:
    parameters = state.parameters
    return Parameter(
        known.name,
        parameters.added_by(known.name),
        parameters.value(known.name),
        known.low,
        known.high,
        known.default,
    )
