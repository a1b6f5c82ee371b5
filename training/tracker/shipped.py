"""The tracker that ships, as the network that a training begins with.

net = tracker_net_of(load_tracker_model(installed_tracker()), batches.make(0))
"""

from __future__ import annotations

from bridge.trackers.tracker_network import TRACKER_FILE
from inference.model_folder import ModelFolder
from networks.tracker import TrackerNet
from training.errors import TrainingError
from training.module_weights import load_modules, settle_norms
from training.tracker.batches import TrackerBatch


def tracker_net_of(model: ModelFolder, typical: TrackerBatch) -> TrackerNet:
    """The network of a model folder, with its weights as they are stored.

    Args:
        typical: a large batch, by whose statistics the normalisations are unfolded.

    Raises:
        TrainingError: it is a network of another form.
    """
    net = TrackerNet()
    if left := load_modules(net, model.graphs[TRACKER_FILE], "net"):
        raise TrainingError(
            f"{model.path} has no weights of {', '.join(left)}; train from the beginning, without --begin-with"
        )
    settle_norms(net, lambda: net.see(typical.face, typical.eyes, typical.mouth))
    return net
