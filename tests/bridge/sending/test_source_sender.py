from __future__ import annotations

from bridge.calibration.profile import load_profile
from bridge.observation import Observation
from bridge.sending.publisher import ControlPublisher
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.source_messages import SourceMessages
from bridge.sending.source_sender import SourceSender
from protocol.messages import ControlMessage
from tests.bridge.hub_running import open_wire
from tests.waiting import until

FACE = Observation("vmc:x", pose={"yaw": 0.2}, emotion={"happy": 1.0})
NO_FACE = Observation("vmc:x", is_face=False)


def make_sender(publisher: ControlPublisher) -> SourceSender:
    messages = SourceMessages(load_profile(tracker="a phone"), source="me")
    return SourceSender(messages, RuntimeLink(publisher, say=lambda line: None))


def receive(sender: SourceSender, observation: Observation) -> tuple[ControlMessage, ...]:
    return sender.receive(observation, now_ns=5, time_s=0.0, capture_time_ns=7)


def test_observation_becomes_a_message_per_layer_that_arrives() -> None:
    with open_wire() as wire, ControlPublisher(wire.address) as publisher:
        until(lambda: publisher.wait(0.1))
        sender = make_sender(publisher)
        made = receive(sender, FACE)
        assert [(message.layer, message.capture_time_ns) for message in made] == [("pose", 7), ("emotion", 7)]
        assert wire.take_until(2) == list(made)
        assert (sender.driver, sender.is_live, sender.layers) == ("me", True, {"pose", "emotion"})


def test_face_is_lost_once_and_its_unsent_messages_are_dropped() -> None:
    with open_wire() as wire:
        address = wire.address
    with ControlPublisher(address) as publisher:  # no runtime is there any more
        sender = make_sender(publisher)
        receive(sender, FACE)
        assert receive(sender, NO_FACE) == receive(sender, NO_FACE) == ()
        assert (sender.is_live, sender.lost, sender.loss_reason) == (False, 1, "its tracker sees no face")
        assert publisher.send(())  # nothing waits


def test_source_that_never_showed_a_face_is_not_lost() -> None:
    with open_wire() as wire, ControlPublisher(wire.address) as publisher:
        sender = make_sender(publisher)
        receive(sender, NO_FACE)
        assert (sender.is_live, sender.lost) == (False, 0)
