"""The voice network that ships, as the network that a training begins with.

net = voice_net_of(load_voice_model(installed_voice()))
"""

from __future__ import annotations

import numpy as np
import torch

from bridge.devices.voice_network import VOICE_FILE
from inference.model_folder import ModelFolder
from networks.voice import VoiceNet
from training.errors import TrainingError
from training.shipped_weights import WeightsByOperator, gru_state, load_weights


def voice_net_of(model: ModelFolder) -> VoiceNet:
    """The network of a model folder, with its weights as they are stored.

    Raises:
        TrainingError: it is a network of another form.
    """
    weights = WeightsByOperator(model.graphs[VOICE_FILE])
    name = str(model.path)
    # the heads are a matrix product behind a reshape, which ONNX Runtime's folding makes a Gemm
    convolutions, recurrent, heads = (weights.of(operator) for operator in ("Conv", "GRU", "Gemm"))
    if len(recurrent) != 1 or len(heads) != 1:
        raise TrainingError(
            f"{name} has {len(recurrent)} recurrent units and {len(heads)} heads, expected 1 and 1; "
            "train from the beginning, without --begin-with"
        )
    state = gru_state(*recurrent[0], prefix="recurrent.")
    for number, (weight, bias) in enumerate(convolutions):
        state[f"convolutions.{number}.weight"] = torch.from_numpy(weight)
        state[f"convolutions.{number}.bias"] = torch.from_numpy(bias)
    matrix, bias = heads[0]
    state["heads.weight"] = torch.from_numpy(np.ascontiguousarray(matrix.T))
    state["heads.bias"] = torch.from_numpy(bias)
    net = VoiceNet()
    load_weights(net, state, name)
    return net
