from __future__ import annotations

import argparse

from bridge.commands import auto
from bridge.commands.network_trackers import TRACKERS


def plan_of(*arguments: str) -> auto.HubPlan:
    parser = argparse.ArgumentParser()
    auto.add_parser(parser.add_subparsers())
    return auto.plan_of(parser.parse_args(["auto", *arguments]))


def test_every_tracker_is_listened_for_and_those_with_tcp_twice() -> None:
    names = [tracker.name for tracker in plan_of().trackers]
    expected = [command.name for command in TRACKERS]
    with_tcp = [command.name for command in TRACKERS if command.tcp_class_path]
    assert names == expected + with_tcp
    assert with_tcp


def test_formats_are_detected_and_further_ports_accept_any() -> None:
    plan = plan_of("--port", "9001", "--port", "9002", "--phone", "192.0.2.7")
    assert plan.is_detecting
    assert plan.any_ports == (9001, 9002)
    assert plan.phone == "192.0.2.7"
    assert plan_of().any_ports == ()
