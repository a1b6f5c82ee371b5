"""Alpha matting: the person's coverage where it is unknown, and colours without the background's.

alpha = solve_alpha(rgb, guess, unknown)
person = foreground_colours(rgb, alpha)       # what is left when the background is taken away

In every window of 3 x 3 pixels the alpha is taken for a linear function of the colours. The least-squares solution in the
unknown band is found by conjugate gradients at half the size, and the same linear functions carry it to the full one.

Source: A. Levin et al., "A closed-form solution to natural image matting", CVPR 2006, eq. 12; T. Germer et al., "Fast
multi-level foreground estimation", ICPR 2020.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

_EPSILON: Final = 1e-6  # regularises the windows' covariance; colours are 0..1
#: Weight of the guess in the unknown band, against 1 for a window that disagrees by 1: where person and background differ
#: clearly in colour, and where they do not, such as dark hair before a dark wall.
_CLEAR, _ALIKE = 1e-4, 1e-2
_CONTRAST: Final = 0.14  # distance of two sRGB colours that counts as alike
_NEARBY: Final = 1 / 25  # how far colours are compared, of the picture's side
_STEPS: Final = 400  # of conjugate gradients, at most
_TOLERANCE: Final = 1e-4  # of the residual, relative
_OFFSETS: Final = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)])


def solve_alpha(rgb: Image, guess: Image, unknown: NDArray[np.bool_]) -> Image:
    """The alpha in the unknown band.

    Args:
        rgb: (H, W, 3) float32 0..1 sRGB.
        guess: (H, W) float32 0..1: 0 and 1 where it is known, and an estimate in the band.
        unknown: (H, W) bool.

    Returns:
        (H, W) float32 0..1; `guess` where it is known.
    """
    height, width = guess.shape
    size = (width // 2, height // 2)
    image, prior = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (rgb, guess))
    band = cv2.resize(unknown.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    coarse = _solve(image, prior, band, _trust(image, prior, band))
    slope, offset = _lines(image, coarse)
    slope, offset = (
        cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for one in (slope, offset)
    )
    fine = (slope * rgb).sum(2) + offset
    return np.asarray(np.where(unknown, np.clip(fine, 0, 1), guess), np.float32)


def _trust(image: Image, guess: Image, band: NDArray[np.bool_]) -> Image:
    """Weight (H, W) of the guess: large where the person and the background nearby have the same colour."""
    means = []
    for known in ((guess > 0.5) & ~band, (guess < 0.5) & ~band):
        weight = known.astype(np.float32)
        sigma = _NEARBY * len(guess)
        total = cv2.GaussianBlur(image * weight[..., None], (0, 0), sigma)
        share = cv2.GaussianBlur(weight, (0, 0), sigma)
        means.append(total / np.maximum(share, 1e-9)[..., None])
    apart = np.linalg.norm(means[0] - means[1], axis=2)
    return np.asarray(_CLEAR + _ALIKE * np.exp(-((apart / _CONTRAST) ** 2)), np.float32)


def _lines(image: Image, alpha: Image) -> tuple[Image, Image]:
    """The linear functions of the colours that give the alpha nearby: slopes (H, W, 3) and offsets (H, W).

    Source: K. He, J. Sun, "Fast guided filter", 2015.
    """

    def mean(values: Image) -> Image:
        return np.asarray(cv2.blur(values, (3, 3)), np.float32)

    middle, level = mean(image), mean(alpha)
    product = mean(image * alpha[..., None]) - middle * level[..., None]
    spread = mean((image[..., :, None] * image[..., None, :]).reshape(*alpha.shape, 9)).reshape(
        *alpha.shape, 3, 3
    )
    spread = spread - middle[..., :, None] * middle[..., None, :] + np.eye(3, dtype=np.float32) * 1e-5
    slope = np.linalg.solve(spread, product[..., None])[..., 0].astype(np.float32)
    offset = level - (slope * middle).sum(2)
    return mean(slope), mean(offset)


def _solve(image: Image, guess: Image, unknown: NDArray[np.bool_], trust: Image) -> Image:
    """Solve (L + D) alpha = D guess in the band, with the known pixels as they are."""
    from scipy.sparse.linalg import LinearOperator, cg

    if not unknown.any():
        return guess
    number = np.full(unknown.shape, -1, np.int32)
    number[unknown] = np.arange(np.count_nonzero(unknown), dtype=np.int32)
    matrix, right = _system(image.astype(np.float64), guess.astype(np.float64), number, trust[unknown])
    diagonal = matrix.diagonal()
    scale = LinearOperator(matrix.shape, matvec=lambda x: x / diagonal, dtype=np.float64)
    found, _ = cg(
        matrix, right, x0=guess[unknown].astype(np.float64), rtol=_TOLERANCE, maxiter=_STEPS, M=scale
    )
    alpha = guess.copy()
    alpha[unknown] = np.clip(found, 0, 1)
    return alpha


def _system(
    image: NDArray[np.float64], guess: NDArray[np.float64], number: NDArray[np.int32], trust: Image
) -> tuple[Any, Any]:
    """The matting Laplacian's rows of the unknown pixels, and the right side.

    Args:
        number: (H, W) int32, number of each unknown pixel, -1 for the others.
        trust: (N,) weight of the guess in each unknown pixel.
    """
    from scipy.sparse import coo_array, diags_array

    width = number.shape[1]
    touched = cv2.dilate((number >= 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    touched[[0, -1]] = touched[:, [0, -1]] = 0
    ys, xs = np.nonzero(touched)  # centres of the windows, K
    places = (ys[:, None] + _OFFSETS[:, 0]) * width + xs[:, None] + _OFFSETS[:, 1]  # (K, 9)
    colours = image.reshape(-1, 3)[places]  # (K, 9, 3)
    colours -= colours.mean(1, keepdims=True)
    covariance = np.einsum("kni,knj->kij", colours, colours) / 9
    covariance[:, range(3), range(3)] += _EPSILON / 9
    solved = np.linalg.solve(covariance, colours.transpose(0, 2, 1))  # (K, 3, 9)
    affinity = (1 + colours @ solved) / 9  # (K, 9, 9)
    rows = number.ravel()[places]
    values = guess.ravel()[places]
    count = int(number.max()) + 1
    # known neighbours go to the right side
    known = np.where(rows < 0, values, 0)
    from_known = np.einsum("kij,kj->ki", affinity, known)
    inside = rows >= 0
    right = np.bincount(rows[inside], from_known[inside], count)
    degree = np.bincount(rows[inside], minlength=count).astype(
        np.float64
    )  # every row of an affinity sums to 1
    both = inside[:, :, None] & inside[:, None, :]
    at = (
        np.broadcast_to(rows[:, :, None], both.shape)[both],
        np.broadcast_to(rows[:, None, :], both.shape)[both],
    )
    weights = coo_array((affinity[both], at), shape=(count, count)).tocsr()
    matrix = (diags_array(degree + trust) - weights).tocsr()
    inner = guess.ravel()[np.flatnonzero(number.ravel() >= 0)]
    return matrix, right + trust * inner


def foreground_colours(rgb: Image, alpha: Image) -> Image:
    """The person's own colours (H, W, 3) float32: where rgb = alpha * person + (1 - alpha) * background.

    Args:
        rgb: (H, W, 3) float32 0..1 sRGB. alpha: (H, W) float32 0..1.
    """
    height, width = alpha.shape
    person = behind = np.zeros((1, 1, 3), np.float32)
    person += rgb.reshape(-1, 3)[alpha.ravel() > 0.9].mean(0) if (alpha > 0.9).any() else rgb.mean((0, 1))
    levels = int(np.ceil(np.log2(max(height, width))))
    for level in range(levels + 1):
        size = (
            max(round(width * 2.0 ** (level - levels)), 1),
            max(round(height * 2.0 ** (level - levels)), 1),
        )
        image = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        cover = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
        person, behind = (cv2.resize(one, size, interpolation=cv2.INTER_NEAREST) for one in (person, behind))
        for _ in range(10 if max(size) <= 32 else 2):
            person, behind = _smoothed(image, cover, person, behind)
    return np.asarray(person, np.float32)


def _smoothed(image: Image, alpha: Image, person: Image, behind: Image) -> tuple[Image, Image]:
    """One step: both colours become the neighbours' mean, and what is left of the picture is shared out (eq. 7)."""
    a = alpha[..., None]
    sums = []
    for colours in (person, behind):
        total = np.zeros_like(colours)
        weights = np.zeros_like(a)
        for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
            near = 1e-5 + 1.0 * np.abs(a - np.roll(a, shift, axis))
            total += near * np.roll(colours, shift, axis)
            weights += near
        sums.append((total, weights))
    (f, wf), (b, wb) = sums
    # minimise (a F + (1 - a) B - I)^2 + wf |F - f|^2 + wb |B - b|^2: a 2 x 2 system in every pixel
    a11, a22, a12 = a * a + wf, (1 - a) * (1 - a) + wb, a * (1 - a)
    b1, b2 = a * image + f, (1 - a) * image + b
    determinant = np.maximum(a11 * a22 - a12 * a12, 1e-12)
    person = np.clip((a22 * b1 - a12 * b2) / determinant, 0, 1)
    behind = np.clip((a11 * b2 - a12 * b1) / determinant, 0, 1)
    return person.astype(np.float32), behind.astype(np.float32)
