from __future__ import annotations

import pytest

from bridge.vts.inputs import Input
from bridge.vts.parameters import Injected, Parameters, Plugin

ANNA, BERT, CARL, DORA = (Plugin(name, "Tester") for name in ("Anna", "Bert", "Carl", "Dora"))


def refused(parameters: Parameters, plugin: Plugin, name: str, explanation: str = "") -> int:
    wrong = parameters.create(plugin, Input(name, 0.0, 1.0, 0.0), explanation)
    return 0 if wrong is None else wrong.error_id


def injected(
    parameters: Parameters, plugin: Plugin, name: str, value: float, now_s: float, mode: str = "set"
) -> int:
    wrong = parameters.inject(plugin, mode, [Injected(name, value)], now_s)
    return 0 if wrong is None else wrong.error_id


def test_a_hundred_a_plugin_and_three_hundred_in_all() -> None:
    parameters = Parameters()
    for plugin in (ANNA, BERT, CARL):
        assert [refused(parameters, plugin, f"{plugin.name}{n:03}") for n in range(100)] == [0] * 100
        assert refused(parameters, plugin, f"{plugin.name}100") == 355
        assert refused(parameters, plugin, f"{plugin.name}000") == 0  # its own may be changed
    assert refused(parameters, DORA, "Dora000") == 356


@pytest.mark.parametrize(
    ("name", "error_id"),
    [
        ("abc", 350),
        ("a" * 33, 350),
        ("with space", 350),
        ("ümläut", 350),
        ("faceanglex", 354),
        ("JawOpen", 0),
    ],
)
def test_names_that_may_be_created(name: str, error_id: int) -> None:
    assert refused(Parameters(), ANNA, name) == error_id


def test_value_is_held_for_a_second_and_then_let_go() -> None:
    parameters = Parameters()
    assert injected(parameters, ANNA, "facepositionx", 5.0, 10.0) == 0
    parameters.expire(10.99)
    assert parameters.set_by(ANNA) == ({"FacePositionX": 5.0}, 1.0)
    assert injected(parameters, BERT, "FacePositionX", 1.0, 10.99) == 454
    parameters.expire(11.0)
    assert parameters.plugins() == set()
    assert parameters.value("FacePositionX") == 0.0
    assert injected(parameters, BERT, "FacePositionX", 1.0, 11.0) == 0


def test_request_with_one_bad_value_changes_nothing() -> None:
    parameters = Parameters()
    values = [Injected("FaceAngleX", 5.0), Injected("NoSuch", 1.0)]
    wrong = parameters.inject(ANNA, None, values, 0.0)
    assert wrong is not None
    assert wrong.error_id == 453
    assert parameters.plugins() == set()


def test_added_values_are_summed_onto_what_is_set_or_onto_rest() -> None:
    parameters = Parameters()
    assert injected(parameters, ANNA, "EyeOpenLeft", -0.25, 0.0, "add") == 0
    assert injected(parameters, BERT, "EyeOpenLeft", -0.25, 0.0, "add") == 0
    assert parameters.value("eyeopenleft") == 0.5
    assert parameters.added_to(ANNA) == {"EyeOpenLeft": 0.75}
    assert injected(parameters, CARL, "EyeOpenLeft", 0.75, 0.0) == 0
    assert parameters.value("EyeOpenLeft") == 0.25


def test_default_parameters_cannot_be_deleted() -> None:
    parameters = Parameters()
    errors = [parameters.delete(ANNA, name) for name in ("FaceAngleX", "JawOpen", "NoSuch", "")]
    assert [error.error_id for error in errors if error] == [403, 403, 401, 400]
