from __future__ import annotations

import struct

import numpy as np
import pytest

from vision.upright import orientation, upright

PICTURE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def matrix(a: float, b: float, c: float, d: float) -> bytes:
    first = [round(value * 65536) for value in (a, b)]
    second = [round(value * 65536) for value in (c, d)]
    return struct.pack("=9i", *first, 0, *second, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 0, 0, 1), PICTURE),
        ((0, 1, -1, 0), np.rot90(PICTURE, -1)),
        ((0, -1, 1, 0), np.rot90(PICTURE)),
        ((-1, 0, 0, -1), np.rot90(PICTURE, 2)),
        ((-1, 0, 0, 1), PICTURE[:, ::-1]),
        ((1, 0, 0, -1), PICTURE[::-1]),
    ],
)
def test_a_picture_is_turned_and_mirrored(numbers: tuple[int, int, int, int], expected: np.ndarray) -> None:
    turned = upright(PICTURE, matrix(*numbers))
    assert np.array_equal(turned, expected)
    assert turned.flags.c_contiguous


def test_every_matrix_sends_pixels_where_it_says() -> None:
    """Each pixel's place by the definition x' = a x + c y, y' = b x + d y, moved into the picture."""
    for numbers in [(0, 1, 1, 0), (0, -1, -1, 0), (0, 1, -1, 0), (1, 0, 0, -1)]:
        a, b, c, d = numbers
        places = {(a * x + c * y, b * x + d * y): PICTURE[y, x] for y in range(2) for x in range(3)}
        left, top = min(x for x, _ in places), min(y for _, y in places)
        turned = upright(PICTURE, matrix(*numbers))
        for (x, y), colour in places.items():
            assert turned[y - top, x - left].tolist() == colour.tolist()


def test_a_slanted_matrix_gives_the_nearest_quarter_turn() -> None:
    assert orientation(matrix(0.1, 0.99, -0.99, 0.1)) == (True, True, False)
    assert orientation(matrix(0.99, 0.1, -0.1, 0.99)) == (False, False, False)


@pytest.mark.parametrize("given", [None, b"", b"short"])
def test_without_a_matrix_the_picture_stays(given: bytes | None) -> None:
    assert upright(PICTURE, given) is PICTURE
