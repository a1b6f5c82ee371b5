"""Module weights: an exported graph's weights, back in the modules that they came from.

    left = load_modules(net, folder.graphs["tracker.onnx"], "net")     # modules that the graph does not know
    settle_norms(net, lambda: net.see(*crops))                         # if it has batch normalisations

An export folds a batch normalisation into the convolution before it. Reading back gives the convolution the folded weights
and the normalisation the folded bias; with the means and deviations of real batches the network then answers as before, and
learns as if it had never been folded.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from training.errors import TrainingError
from training.shipped_weights import Floats, WeightsByOperator


def load_modules(net: nn.Module, graph: bytes, prefix: str) -> list[str]:
    """Read the weights of all convolutions and linear layers.

    Args:
        net: takes the weights over; what the graph lacks stays as it is.
        graph: an ONNX graph as `training.onnx_graph` makes it.
        prefix: the attribute of the exported module that was the network.

    Returns:
        names of convolutions and linear layers that the graph lacks.

    Raises:
        TrainingError: a weight has another shape, no weight fits at all, or the graph is no ONNX file.
    """
    found = {}
    for node in WeightsByOperator(graph).nodes("Conv", "Gemm", "MatMul"):
        name = _module_of(node.name, prefix)
        if name is not None and node.arrays:
            weight, *biases = node.arrays
            found[name] = weight if node.is_turned else weight.T, biases[0] if biases else None
    if found.keys().isdisjoint(name for name, _ in net.named_modules()):
        raise TrainingError("the exported graph has no weight of this network; expected one of the same kind")
    left, norm_of = [], _norms(net)
    for name, module in net.named_modules():
        if not isinstance(module, nn.Conv1d | nn.Conv2d | nn.Linear):
            continue
        if name not in found:
            left.append(name)
            continue
        weight, bias = found[name]
        _fill(module.weight, weight, f"{name}.weight")
        if bias is None:
            continue
        if module.bias is not None:
            _fill(module.bias, bias, f"{name}.bias")
        elif name in norm_of:
            norm = norm_of[name]
            norm.reset_parameters()
            _fill(norm.bias, bias, f"the norm behind {name}")
    return left


def settle_norms(net: nn.Module, see: Callable[[], object]) -> None:
    """Give every batch normalisation after `load_modules` the mean and deviation of real batches, without a change of
    what the network answers.

    Args:
        see: runs the network on a typical large batch.
    """
    found: dict[nn.Module, tuple[Tensor, Tensor]] = {}

    def measure(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found[norm] = torch.var_mean(inputs[0].float(), (0, 2, 3))

    norms = [one for one in net.modules() if isinstance(one, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    was_training = net.training
    net.eval()
    with torch.no_grad():
        see()
        for norm, hook in zip(norms, hooks, strict=True):
            hook.remove()
            variance, mean = found[norm]
            assert norm.running_mean is not None
            assert norm.running_var is not None
            # it added its bias alone; with the statistics in their place it still does
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.add_(mean)
    net.train(was_training)


def _module_of(node: str, prefix: str) -> str | None:
    """`/net/face/layers/layers.6/layers/layers.0/Conv` -> `face.layers.6.layers.0`."""
    parts = node.strip("/").split("/")[:-1]
    if not parts or parts[0] != prefix:
        return None
    path = ""
    parts = [one for one in parts[1:] if one != "MatMul"]
    for number, part in enumerate(parts):
        follows = parts[number + 1] if number + 1 < len(parts) else ""
        if not follows.startswith(f"{part}."):
            path += f".{part}"
    return path.lstrip(".")


def _norms(net: nn.Module) -> dict[str, nn.BatchNorm2d]:
    """Convolution -> the batch normalisation behind it in the same sequence."""
    found = {}
    for name, module in net.named_modules():
        if not isinstance(module, nn.Sequential):
            continue
        parts = list(module.named_children())
        for (key, first), (_, second) in pairwise(parts):
            if isinstance(second, nn.BatchNorm2d) and isinstance(first, nn.Conv2d):
                found[f"{name}.{key}"] = second
    return found


def _fill(into: Tensor, values: Floats, name: str) -> None:
    if tuple(values.shape) != tuple(into.shape):
        raise TrainingError(
            f"{name}: the exported one has the shape {tuple(values.shape)}, expected {tuple(into.shape)}; "
            "it is another network"
        )
    with torch.no_grad():
        into.copy_(torch.tensor(values))
