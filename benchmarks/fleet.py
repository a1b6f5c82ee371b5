"""A fleet on several Ray nodes of this machine: how soon a face is back after a loss, and what a reader sees of a move.

    python -m benchmarks.fleet

Good: a killed runtime is back within 3 s, the faces of a killed node within 10 s elsewhere, and a reader that follows a
moved face waits at most 100 ms between two frames. "Back" means: it answers at the address that the directory names, with
what a driver held before. The faces are drawn by the head engine at 128 pixels, 15 frames a second.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

FACES: Final = 4
REPEATS: Final = 3
PATIENCE_S: Final = 120.0
SETTINGS: Final[dict[str, Any]] = {"size": 128, "fps": 15.0, "publish": ["zeromq"]}


def main() -> int:
    """Measure, print a table, and one line of JSON."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    from cluster.ray_cluster import need_ray

    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_RUNTIME_DIR"] = (
            folder  # the nodes' processes have it too
        )
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH")])
        )
        need_ray()
        from omote.fleet.actors import FleetPlan
        from omote.fleet.face_spec import face_specs
        from omote.fleet.fleet import Fleet
        from tests.ray_nodes import RayNodes

        nodes = RayNodes(is_patient=False)
        try:
            began_s = time.monotonic()
            for _ in range(2):
                nodes.add(cpus=2)
            rows: dict[str, list[float]] = {"Ray with two nodes": [time.monotonic() - began_s]}
            with Fleet.begin(nodes.address, FleetPlan(is_local=False, port=0)) as fleet:
                began_s = time.monotonic()
                fleet.up(face_specs(["kofi"], count=FACES, settings=SETTINGS, cpus=0.25))
                faces = fleet.wait(PATIENCE_S)
                if lost := [face for face in faces if face.failure]:
                    print(f"{lost[0].name} does not draw: {lost[0].failure}", file=sys.stderr)
                    return 1
                rows[f"{FACES} faces up"] = [time.monotonic() - began_s]
                rows["a runtime killed, until it is back"] = [kill_runtime(fleet) for _ in range(REPEATS)]
                moves = [move(fleet) for _ in range(REPEATS)]
                rows["a move, until readers are told"] = [took_s for took_s, _ in moves]
                rows["a move, longest wait between two frames"] = [gap_s for _, gap_s in moves]
                rows["a node killed, until its faces are back"] = [kill_node(fleet, nodes)]
                fleet.down()
        finally:
            need_ray().shutdown()
            nodes.close()
    print(f"{'':42} median s  longest s  (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    for name, times in rows.items():
        print(f"{name:42} {statistics.median(times):8.2f} {max(times):10.2f}")
    print(json.dumps({name: [round(one, 3) for one in times] for name, times in rows.items()}))
    return 0


def kill_runtime(fleet: Any) -> float:
    """Kill a face's process; seconds until it answers again with what was held."""
    name = fleet.faces()[0].name
    hold(name)
    wait_for(lambda: fleet.report(name).snapshot.drivers)
    os.kill(fleet.report(name).pid, signal.SIGKILL)
    return is_back(name, time.monotonic())


def kill_node(fleet: Any, nodes: Any) -> float:
    """Kill a node with faces on it; seconds until all of them answer elsewhere with what was held."""
    faces = fleet.faces()
    lost = next(node for node in nodes.others if any(face.node == node.node_id for face in faces))
    names = [face.name for face in faces if face.node == lost.node_id]
    for name in names:
        hold(name)
        wait_for(lambda name=name: fleet.report(name).snapshot.drivers)  # type: ignore[misc]
    began_s = time.monotonic()
    nodes.lose(lost)

    def has_moved(name: str) -> bool:
        return any(face.name == name and face.node != lost.node_id for face in fleet.faces())

    for name in names:  # the old process still answers for a moment
        wait_for(lambda name=name: has_moved(name))  # type: ignore[misc]
    return max(is_back(name, began_s) for name in names)


def move(fleet: Any) -> tuple[float, float]:
    """Move a face that is read: seconds until readers are told, and the longest wait between two frames."""
    from omote.client import RuntimeAddress, find_face
    from omote.readers.following import FollowingReader
    from omote.readers.zeromq import ZeroMqReader

    def open_reader(address: RuntimeAddress) -> ZeroMqReader:
        return ZeroMqReader(host=address.host, port=address.publish_port, key=address.key)

    import threading

    name, took_s = fleet.faces()[-1].name, list[float]()

    def run() -> None:
        began_s = time.monotonic()
        fleet.move(name, timeout_s=PATIENCE_S)
        took_s.append(time.monotonic() - began_s)

    with closing(FollowingReader(lambda: find_face(name), open_reader)) as reader:
        wait_for(lambda: reader.read(0.1))
        moving = threading.Thread(target=run)
        moving.start()
        gap_s, before_s, sessions, end_s = 0.0, time.monotonic(), set[int](), float("inf")
        while (now_s := time.monotonic()) < end_s:
            if (frame := reader.read(0.1)) is not None:
                gap_s, before_s = max(gap_s, time.monotonic() - before_s), time.monotonic()
                sessions.add(frame.session_id)
            if end_s == float("inf") and not moving.is_alive() and len(sessions) == 2:
                end_s = now_s + 3.0  # the old process has ended by then
        moving.join()
    return took_s[0], gap_s


def hold(name: str) -> None:
    """Let a driver hold a value for a minute."""
    from omote.client import ControlClient, find_face
    from protocol.messages import ControlMessage

    at = find_face(name)
    message = ControlMessage(
        layer="expression", source="benchmark", values={"jawOpen": 0.5}, priority=3, ttl_s=60.0
    )
    with ControlClient(
        host=at.host, control_port=at.control_port, request_port=at.request_port, key=at.key
    ) as client:
        client.send(message)


def is_back(name: str, began_s: float) -> float:
    """Seconds from a loss until the face answers with what was held."""
    from omote.client import ControlClient, find_face
    from protocol.errors import OmoteError
    from protocol.messages import Command

    def answers() -> bool:
        try:
            at = find_face(name, timeout_s=0.5)
            with ControlClient(
                host=at.host, request_port=at.request_port, key=at.key, timeout_s=0.3
            ) as client:
                status = client.request(Command(name="status")).status
        except OmoteError:
            return False
        return status is not None and status.frames > 0 and any(d.priority == 3 for d in status.drivers)

    wait_for(answers)
    return time.monotonic() - began_s


def wait_for(found: Callable[[], object]) -> None:
    """Wait for something that soon is.

    Raises:
        TimeoutError: it took longer than PATIENCE_S.
    """
    ends_s = time.monotonic() + PATIENCE_S
    while not found():
        if time.monotonic() > ends_s:
            raise TimeoutError(f"it took longer than {PATIENCE_S:g} s")
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
