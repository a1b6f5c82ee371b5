from __future__ import annotations

from pathlib import Path

import pytest

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.parameter_requests import (
    MAX_VALUES,
    CreationRequest,
    DeletionRequest,
    InjectedValue,
    InjectRequest,
    Parameter,
    ParameterName,
    ValueRequest,
    create,
    delete,
    inject,
    input_list,
    live2d_list,
    value,
)
from bridge.vts.parameters import Plugin
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import VtsState
from tests.bridge.vts.vts_sessions import PLUGIN, authenticated, new_state


@pytest.fixture
def state(tmp_path: Path) -> VtsState:
    return new_state(tmp_path)


def test_a_created_parameter_is_listed_with_its_plugin_until_it_is_deleted(state: VtsState) -> None:
    session = authenticated(state)
    created = create(state, session, CreationRequest("Waving", -1.0, 1.0, 0.25), 0.0)
    assert created == ParameterName("Waving")
    (custom,) = input_list(state, session, NoData(), 0.0).custom_parameters
    assert custom == Parameter("Waving", PLUGIN.name, 0.25, -1.0, 1.0, 0.25)
    assert delete(state, session, DeletionRequest("Waving"), 0.0) == ParameterName("Waving")
    assert input_list(state, session, NoData(), 0.0).custom_parameters == []


def test_injected_values_are_read_back_and_feed_the_live2d_parameters(state: VtsState) -> None:
    session = authenticated(state)
    request = InjectRequest([InjectedValue("faceanglex", 12.0), InjectedValue("MouthOpen", 0.5)])
    assert inject(state, session, request, 0.0) == NoData()
    found = value(state, session, ValueRequest("FACEANGLEX"), 0.0)
    assert isinstance(found, Parameter)
    assert (found.name, found.value, found.added_by) == ("FaceAngleX", 12.0, "VTube Studio")
    fed = {each.name: each.value for each in live2d_list(state, session, NoData(), 0.0).parameters}
    assert (fed["ParamAngleX"], fed["ParamMouthOpenY"], fed["ParamEyeLOpen"]) == (12.0, 0.5, 1.0)


def test_only_a_request_that_says_so_reports_a_face(state: VtsState) -> None:
    session = authenticated(state)
    inject(state, session, InjectRequest([InjectedValue("FaceAngleX", 1.0)]), 5.0)
    assert not state.is_face_found(5.0)
    inject(state, session, InjectRequest([InjectedValue("FaceAngleX", 1.0)], face_found=True), 5.0)
    assert state.is_face_found(5.0)


def test_impossible_requests_are_errors(state: VtsState) -> None:
    session, other = authenticated(state), authenticated(state, Plugin("Other", "Tester"))
    create(state, session, CreationRequest("Waving", 0.0, 1.0, 0.0), 0.0)
    too_many = InjectRequest([InjectedValue("FaceAngleX", 1.0)] * (MAX_VALUES + 1))
    answers = [
        value(state, session, ValueRequest("NoSuch"), 0.0),
        create(state, session, CreationRequest("FaceAngleX", 0.0, 1.0, 0.0), 0.0),
        delete(state, other, DeletionRequest("Waving"), 0.0),
        inject(state, session, too_many, 0.0),
        inject(state, session, InjectRequest(), 0.0),
    ]
    assert [answer.error_id for answer in answers if isinstance(answer, ApiError)] == [
        ErrorId.VALUE_NOT_FOUND,
        ErrorId.PARAMETER_IS_DEFAULT,
        ErrorId.DELETION_OF_OTHER_PLUGIN,
        ErrorId.INJECT_VALUE_INVALID,
        ErrorId.INJECT_NO_DATA,
    ]
