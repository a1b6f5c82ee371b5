from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from networks.voice import DELAYS
from tests.made_speech import made_speaker, write_speakers
from training.array_folder import write_arrays
from training.errors import TrainingError
from training.voice.batches import FRAMES, SpeechBatches, crop_of


def test_a_frame_s_truth_is_that_of_its_delay() -> None:
    speaker = made_speaker(0)
    speaker.controls[:, 0] = np.arange(len(speaker.controls)) % 251
    bands, controls, viseme, speaks = crop_of(speaker, 100, 20)
    for frame in (0, 7, 19):
        newest = 100 + 2 * frame + 1
        np.testing.assert_array_equal(
            bands[frame], speaker.mel[newest - 1 : newest + 1].reshape(-1).astype(np.float32)
        )
        for head, delay in enumerate(DELAYS):
            assert controls[frame, head, 0] * 255 == pytest.approx((newest - delay) % 251, abs=1e-3)
            assert viseme[frame, head] == speaker.viseme[newest - delay]
            assert speaks[frame, head] == speaker.speaks[newest - delay]


def test_a_batch_follows_from_its_number(tmp_path: Path) -> None:
    folders = write_speakers(tmp_path, range(2))
    first, again = (SpeechBatches(folders, batch=3, seed=5).make(2) for _ in range(2))
    assert first.bands.shape == (3, FRAMES, 80)
    assert first.controls.shape == (3, FRAMES, len(DELAYS), 11)
    assert bool((first.bands == again.bands).all())
    other = SpeechBatches(folders, batch=3, seed=5).make(3)
    assert not bool((first.bands == other.bands).all())


def test_speakers_with_less_than_a_crop_of_speech_are_left_out(tmp_path: Path) -> None:
    short, long = tmp_path / "p000000", tmp_path / "p000001"
    write_arrays(made_speaker(0, seconds=1.5), short)
    write_arrays(made_speaker(1, seconds=2.0), long)
    both, alone = (SpeechBatches(folders, batch=4, seed=0).make(0) for folders in ([short, long], [long]))
    assert bool((both.controls == alone.controls).all())
    with pytest.raises(TrainingError, match=r"1\.8 s of speech"):
        SpeechBatches([short], batch=4, seed=0)


def test_half_of_the_crops_are_of_recorded_voices_however_few_they_are(tmp_path: Path) -> None:
    """Nine speakers of espeak-ng, whose jaw is shut, and one of festival, whose jaw is open."""
    folders = []
    for number in range(10):
        speaker = made_speaker(number)
        speaker.controls[:] = 255 if number == 9 else 0
        named = np.array(["en-us", "festival kal_diphone" if number == 9 else "espeak m1"])
        folders.append(tmp_path / f"p{number:06d}")
        write_arrays(replace(speaker, named=named), folders[-1])
    batch = SpeechBatches(folders, batch=400, seed=0).make(0)
    assert float(batch.controls.mean()) == pytest.approx(0.5, abs=0.1)
