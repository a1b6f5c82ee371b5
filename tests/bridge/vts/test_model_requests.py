from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.model_requests import MODEL_ID, ModelLoadRequest, available_models, current_model, load_model
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import VtsState
from tests.bridge.vts.vts_sessions import authenticated, new_state


@pytest.fixture
def state(tmp_path: Path) -> VtsState:
    return new_state(tmp_path, now_s=100.0)


def error_of(answer: object) -> int:
    assert isinstance(answer, ApiError)
    return answer.error_id


def test_there_is_one_model_and_it_is_loaded(state: VtsState) -> None:
    session = authenticated(state)
    model = current_model(state, session, NoData(), 102.5)
    assert (model.model_loaded, model.model_id, model.time_since_model_loaded) == (True, MODEL_ID, 2500)
    (listed,) = available_models(state, session, NoData(), 100.0).available_models
    assert listed.model_id == MODEL_ID
    # Names as VTube Studio spells them, where they differ from camel case.
    names = json.loads(msgspec.json.encode(model)).keys()
    assert {"modelID", "live2DModelName", "numberOfLive2DParameters", "vtsModelName"} <= names


def test_loading_the_model_is_an_event_and_any_other_an_error(state: VtsState) -> None:
    session = authenticated(state)
    session.events["ModelLoadedEvent"] = msgspec.Raw(b"{}")
    assert load_model(state, session, ModelLoadRequest(MODEL_ID), 100.0) == ModelLoadRequest(MODEL_ID)
    assert len(state.drain_events(1)) == 1
    assert error_of(load_model(state, session, ModelLoadRequest("other"), 100.0)) == ErrorId.MODEL_NOT_FOUND
    assert state.drain_events(1) == []
