from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from omote.client import Layer, ValueRefusedError
from protocol.codec import decode_control, encode
from protocol.messages import ControlMessage


@pytest.fixture
def sent() -> list[ControlMessage]:
    return []


def layer(
    sent: list[ControlMessage], name: str = "expression", *, delivers: bool = True, **options: object
) -> Layer:
    def deliver(message: ControlMessage) -> bool:
        sent.append(message)
        return delivers

    given = {"source": "s", "weight": 1.0, "priority": 3, "ttl_s": 2.0} | options
    return Layer(name, deliver=deliver, **given)  # type: ignore[arg-type]


def test_set_and_add_send_with_the_layer_s_options(sent: list[ControlMessage]) -> None:
    assert layer(sent).set(jawOpen=0.5)
    assert layer(sent).weighted(0.25).add(mouthSmileLeft=-1)
    common = {"layer": "expression", "source": "s", "priority": 3, "ttl_s": 2.0}
    assert sent == [
        ControlMessage(values={"jawOpen": 0.5}, **common),  # type: ignore[arg-type]
        ControlMessage(values={"mouthSmileLeft": -1}, mode="add", weight=0.25, **common),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("number", [np.float64(0.5), np.float32(0.5), np.array([0.5])[0], Fraction(1, 2)])
def test_numbers_of_other_libraries_are_sent_as_plain_ones(sent: list[ControlMessage], number: float) -> None:
    assert layer(sent, weight=number, ttl_s=number).set(
        jawOpen=number, mouthLeft=np.int64(1), mouthRight=True
    )
    decoded = decode_control(encode(sent[0]))
    assert decoded.values == {"jawOpen": 0.5, "mouthLeft": 1.0, "mouthRight": 1.0}
    assert (decoded.weight, decoded.ttl_s) == (0.5, 0.5)


def test_a_priority_of_numpy_is_sent_as_a_plain_one(sent: list[ControlMessage]) -> None:
    layer(sent, priority=np.int64(7)).set(jawOpen=0.5)
    layer(sent, priority=True).set(jawOpen=0.5)
    assert [decode_control(encode(one)).priority for one in sent] == [7, 1]


@pytest.mark.parametrize("number", [np.array([0.5]), np.array(0.5), np.True_, Decimal("0.5"), "0.5", None])
@pytest.mark.parametrize("option", ["weight", "ttl_s", "jawOpen"])
def test_what_is_no_plain_number_is_refused_by_name(
    sent: list[ControlMessage], option: str, number: object
) -> None:
    given: dict[str, Any] = {"weight": 1.0, "ttl_s": 1.0, "jawOpen": 0.5} | {option: number}
    options = {name: given.pop(name) for name in ("weight", "ttl_s")}
    with pytest.raises(ValueRefusedError, match=re.escape(f"number; got {option} = {number!r}")):
        layer(sent, **options).set(**given)
    assert sent == []


@pytest.mark.parametrize("number", [10**400, -(10**400), Fraction(10**400)])
def test_a_number_beyond_all_floats_is_refused(sent: list[ControlMessage], number: float) -> None:
    with pytest.raises(ValueRefusedError, match=r"non-finite value: expression jawOpen = -?inf"):
        layer(sent).set(jawOpen=number)
    assert sent == []


def test_it_says_whether_a_runtime_took_it(sent: list[ControlMessage]) -> None:
    assert layer(sent, delivers=False).set(jawOpen=0.5) is False


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"priority": 2000}, "bad priority: got 2000"),
        ({"priority": 1.5}, r"bad priority: got 1\.5, expected a whole number"),
        ({"source": ""}, "bad source"),
        ({"source": 5}, "bad source: got 5, expected text"),
        ({"source": "x" * 65}, "bad source"),
    ],
)
def test_options_that_the_runtime_would_refuse_are_refused(
    sent: list[ControlMessage], options: dict[str, object], says: str
) -> None:
    with pytest.raises(ValueRefusedError, match=says):
        layer(sent, **options).set(jawOpen=0.5)
    assert sent == []


def test_all_that_is_wrong_is_named_and_nothing_is_sent(sent: list[ControlMessage]) -> None:
    with pytest.raises(ValueRefusedError, match=r"jaw_open.*jawOpen.*mouthLeft = 3") as caught:
        layer(sent).set(jaw_open=0.5, mouthLeft=3, mouthRight=0.1)
    assert isinstance(caught.value, ValueError)
    assert sent == []
