"""Weight sets: networks of others that an engine can run, and that people get elsewhere. Omote ships none of them.

for one in weight_sets("liveportrait"):
    print(one.title, one.licence)

One row a set. What is here of it: `inference.weight_search`; shown by `omote weights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a set.

    Attributes:
        name: its path inside the set's folder, with "/"; it is also found by its last part alone.
        sha256: the checksum of the file in circulation, 64 hexadecimal digits; "" = none is known.
        megabytes: about how large it is; 0 = not known.
        is_required: whether the engine needs it.
    """

    name: str
    sha256: str = ""
    megabytes: float = 0.0
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class WeightSet:
    """Files that belong together.

    Attributes:
        key: a short name. engine: the engine that runs it. title: for people.
        files: what it consists of.
        licence: of the weights, in words, shown before they are first used.
        sources: where people get it: addresses and commands.
        places: folders in which programs that use it keep it, with "~" and patterns; searched after the user's own folder.
        note: what else one must know; "" = nothing.
    """

    key: str
    engine: str
    title: str
    files: tuple[WeightFile, ...]
    licence: str
    sources: tuple[str, ...]
    places: tuple[str, ...] = ()
    note: str = ""


_LIVEPORTRAIT_LICENCE: Final = (
    "MIT, by the LICENSE of the LivePortrait repository (KwaiVGI). Its detectors by InsightFace are for non-commercial "
    "research only; Omote does not use them."
)
_HUGGING_FACE: Final = "~/.cache/huggingface/hub"

#: All sets, the one that is easiest to use first.
WEIGHT_SETS: Final[tuple[WeightSet, ...]] = (
    WeightSet(
        key="liveportrait-onnx",
        engine="liveportrait",
        title="LivePortrait, ONNX",
        files=(
            WeightFile(
                "appearance_feature_extractor.onnx",
                "dbbbb44e4bba12302d7137bdee6a0f249b45fb6dd879509fd5baa27d70c40e32",
                3.3,
            ),
            WeightFile(
                "motion_extractor.onnx",
                "99d4b3c9dd3fd301910de9415a29560e38c0afaa702da51398281376cc36fdd3",
                108,
            ),
            WeightFile(
                "warping_spade.onnx",
                "d6ee9af4352b47e88e0521eba6b774c48204afddc8d91c671a5f7b8a0dfb4971",
                402,
            ),
            WeightFile(
                "stitching.onnx", "43598e9747a19f4c55d8e1604fb7d7fa70ab22377d129cb7d1fe38c9a737cc79", 0.2
            ),
            WeightFile(
                "stitching_eye.onnx",
                "251004fe4a994c57c8cd9f2c50f3d89feb289fb42e6bc3af74470a3a9fa7d83b",
                0.6,
                is_required=False,
            ),
            WeightFile(
                "stitching_lip.onnx",
                "1ca793eac4b0dc5464f1716cdaa62e595c2c2272c9971a444e39c164578dc34b",
                0.2,
                is_required=False,
            ),
        ),
        licence=_LIVEPORTRAIT_LICENCE,
        sources=(
            "https://github.com/visomaster/visomaster-assets/releases/tag/v0.1.0_lp (plain files)",
            "huggingface-cli download warmshao/FasterLivePortrait --include 'liveportrait_onnx/*'",
        ),
        places=(
            "checkpoints/liveportrait_onnx",
            "~/FasterLivePortrait/checkpoints/liveportrait_onnx",
            "~/VisoMaster/model_assets/liveportrait_onnx",
            f"{_HUGGING_FACE}/models--warmshao--FasterLivePortrait/snapshots/*/liveportrait_onnx",
        ),
        note="warping_spade-fix.onnx holds an operator of a TensorRT plug-in and cannot be used; take warping_spade.onnx.",
    ),
    WeightSet(
        key="liveportrait-pth",
        engine="liveportrait",
        title="LivePortrait, the original checkpoints",
        files=(
            WeightFile("base_models/appearance_feature_extractor.pth", megabytes=3.4),
            WeightFile("base_models/motion_extractor.pth", megabytes=113),
            WeightFile("base_models/warping_module.pth", megabytes=182),
            WeightFile("base_models/spade_generator.pth", megabytes=222),
            WeightFile("retargeting_models/stitching_retargeting_module.pth", megabytes=0.9),
        ),
        licence=_LIVEPORTRAIT_LICENCE,
        sources=(
            "huggingface-cli download KwaiVGI/LivePortrait --include 'liveportrait/*'",
            "https://huggingface.co/KwaiVGI/LivePortrait",
        ),
        places=(
            "pretrained_weights/liveportrait",
            "~/LivePortrait/pretrained_weights/liveportrait",
            f"{_HUGGING_FACE}/models--KwaiVGI--LivePortrait/snapshots/*/liveportrait",
        ),
        note="Converted to ONNX once, which needs: pip install 'omote[export]'.",
    ),
    WeightSet(
        key="liveportrait-safetensors",
        engine="liveportrait",
        title="LivePortrait, safetensors",
        files=(
            WeightFile("appearance_feature_extractor.safetensors", megabytes=3.4),
            WeightFile("motion_extractor.safetensors", megabytes=113),
            WeightFile("warping_module.safetensors", megabytes=182),
            WeightFile("spade_generator.safetensors", megabytes=222),
            WeightFile("stitching_retargeting_module.safetensors", megabytes=0.9),
        ),
        licence=_LIVEPORTRAIT_LICENCE,
        sources=("huggingface-cli download Kijai/LivePortrait_safetensors",),
        places=(
            "~/ComfyUI/models/liveportrait",
            f"{_HUGGING_FACE}/models--Kijai--LivePortrait_safetensors/snapshots/*",
        ),
        note="Converted to ONNX once, which needs: pip install 'omote[export]'.",
    ),
    WeightSet(
        key="tha4-student",
        engine="tha",
        title="A Talking Head Anime 4 character (student)",
        files=(
            WeightFile("character_model.yaml"),
            WeightFile("character.png", megabytes=0.1),
            WeightFile("face_morpher.pt", megabytes=0.5),
            WeightFile("body_morpher.pt", megabytes=1.3),
        ),
        licence="CC BY-NC 4.0 (pixiv Inc.): not for commercial use. The drawing belongs to its author.",
        sources=(
            "https://github.com/pkhungurn/talking-head-anime-4-demo, data/character_models: two samples",
            "one of your own: the same repository's distiller, about 30 hours on a large GPU",
        ),
        places=(
            "data/character_models/*",
            "~/talking-head-anime-4-demo/data/character_models/*",
        ),
        note="Each character has files of its own: omote avatar import-tha character_model.yaml makes an avatar of one.",
    ),
)


def weight_sets(engine: str = "") -> tuple[WeightSet, ...]:
    """The sets of one engine, or all; the one that is easiest to use first."""
    return tuple(one for one in WEIGHT_SETS if engine in ("", one.engine))
