"""The form network that ships, as the network that a training begins with.

net = form_net_of(load_retouch_model(installed_model("retouch")))

A network that was exported without its paint has it all the same: the export leaves out where it is shown, and no weight.
"""

from __future__ import annotations

from inference.model_folder import ModelFolder
from networks.retouch import FormNet
from runtime.inference.retouch_model import AVATAR_FILE, FORM_FILE, STEP_FILE
from training.errors import TrainingError
from training.module_weights import load_modules


def form_net_of(model: ModelFolder) -> FormNet:
    """The network of a model folder, with its weights as they are stored.

    Raises:
        TrainingError: it is a network of another form.
    """
    net = FormNet()
    graph = model.graphs.get(STEP_FILE, model.graphs[FORM_FILE])
    left = set(load_modules(net, graph, "net")) - {"behind"}  # 0 before networks learned more than one step
    of_portrait = {f"portrait.{name}" for name, _ in net.portrait.named_modules()}
    left = (left - of_portrait) | set(load_modules(net.portrait, model.graphs[AVATAR_FILE], "trunk"))
    if left:
        raise TrainingError(
            f"{model.path} has no weights of {', '.join(sorted(left))}; train from the beginning, without --begin-with"
        )
    return net
