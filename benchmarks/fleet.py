"""A fleet on several Ray nodes of this machine: how soon a face is back after a loss, and what a reader sees of a move.

    python -m benchmarks.fleet [--faces 4] [--fps 15] [--repeats 3]
    python -m benchmarks.fleet --faces 20 --fps 5 --repeats 1

Good: a killed runtime is back within 3 s, the faces of a killed node within 10 s elsewhere, and a reader that follows a
moved face, in a process of its own, waits at most 100 ms between two frames and misses none. How long it waits before
the move says what the machine itself does. "Back" means: it answers at the address that the directory names, with
what a driver held before. After the keeper is killed: the directory answers again, and hears every face, none of which was
started again. After the head is killed, Ray is started anew, and the fleet begun once more: all faces draw. The
faces are drawn by the head engine at 128 pixels. The load of the machine is that before the first face.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

PATIENCE_S: Final = 600.0
CALM_S: Final = 5.0  # before and after a move
HOLD_S: Final = 60.0  # the longest that the protocol allows
SETTINGS: Final[dict[str, Any]] = {"size": 128, "engine": "head", "publish": ["zeromq"]}
CORES: Final = 2  # of a node, as Ray counts


class _Arrival(NamedTuple):
    """One frame at the reader; see `_move_reader`."""

    arrived_ns: int
    session: int
    frame: int
    is_black: bool


def main() -> int:
    """Measure, print a table, and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faces", type=int, default=4)
    parser.add_argument("--fps", type=float, default=15.0)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    from cluster.ray_cluster import need_ray

    with tempfile.TemporaryDirectory() as folder:
        for use in ("XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):  # the nodes' processes have them too
            os.environ[use] = tempfile.mkdtemp(dir=folder)
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH")])
        )
        need_ray()
        from omote.fleet.face_spec import face_specs
        from omote.fleet.fleet import Fleet
        from omote.fleet.keeper_actor import FleetPlan
        from tests.ports import free_ports
        from tests.ray_nodes import RayNodes

        rows: dict[str, list[float]] = {}
        load = os.getloadavg()[0]
        plan = FleetPlan(is_local=False, port=free_ports(1)[0])
        cpus = min(0.25, 0.9 * CORES / args.faces)  # after a loss one node has room for all
        specs = face_specs(
            ["kofi"], count=args.faces, settings=SETTINGS | {"fps": args.fps}, cpus=round(cpus, 3)
        )
        nodes = RayNodes(is_patient=False)
        try:
            began_s = time.monotonic()
            for _ in range(2):
                nodes.add(cpus=CORES)
            rows["Ray with two nodes"] = [time.monotonic() - began_s]
            with Fleet.begin(nodes.address, plan) as fleet:
                began_s = time.monotonic()
                fleet.up(specs)
                wait_for(lambda: draws(fleet, args.faces))
                rows[f"{args.faces} faces up"] = [time.monotonic() - began_s]
                began_s = time.monotonic()
                watched = drive_and_watch(fleet)
                rows[f"{watched} faces driven, until a reader has a frame of each"] = [
                    time.monotonic() - began_s
                ]
                rows["a runtime killed, until it is back"] = [
                    kill_runtime(fleet) for _ in range(args.repeats)
                ]
                rows["the keeper killed, until it has heard every face"] = [
                    kill_keeper(fleet, args.faces) for _ in range(args.repeats)
                ]
                for _ in range(args.repeats):
                    for what, number in move(fleet).items():
                        rows.setdefault(what, []).append(number)
                rows["a node killed, until its faces are back"] = [kill_node(fleet, nodes)]
                began_s = time.monotonic()
                need_ray().shutdown()  # Ray refuses to end the head of a program that is connected
                nodes.lose_head()
                nodes.close()
                nodes = RayNodes(is_patient=False)
                for _ in range(2):
                    nodes.add(cpus=CORES)
            with Fleet.begin(nodes.address, plan) as fleet:
                wait_for(lambda: draws(fleet, args.faces))
                rows["the head killed, until Ray and all faces are back"] = [time.monotonic() - began_s]
                fleet.down()
        finally:
            need_ray().shutdown()
            nodes.close()
            report(rows, load)
    return 0


def report(rows: dict[str, list[float]], load: float) -> None:
    """Print what was measured, also when the rest could not be."""
    print(f"{'':66} median s  longest s  (load {load:.1f} on {os.cpu_count()} cores)")
    for name, times in rows.items():
        print(f"{name:66} {statistics.median(times):8.2f} {max(times):10.2f}")
    print(json.dumps({name: [round(one, 3) for one in times] for name, times in rows.items()}))


def draws(fleet: Any, count: int) -> bool:
    """Whether so many faces draw; says why not, once in a while."""
    faces = fleet.faces()
    lost = [face for face in faces if face.failure]
    if lost:
        print(
            f"{len(faces) - len(lost)} of {count} draw; {lost[0].name}: {lost[0].failure}",
            file=sys.stderr,
            flush=True,
        )
        time.sleep(1.0)
    return len(faces) == count and not lost


def drive_and_watch(fleet: Any) -> int:
    """Let a driver hold a value on every face, see it in every status, and read a frame of each; returns how many."""
    from omote.readers.zeromq import ZeroMqReader
    from protocol.fleet_place import read_fleet_place
    from protocol.keys import read_client_key

    place = read_fleet_place()
    assert place is not None
    assert place.key is not None
    key = read_client_key(place.key)
    faces = fleet.faces()
    for face in faces:
        hold(face.name)
    wait_for(lambda: all("benchmark" in face.drivers for face in fleet.faces()))
    for face in faces:
        with closing(ZeroMqReader(host=face.host, port=face.publish_port, key=key)) as reader:
            wait_for(lambda reader=reader: reader.read(0.1) is not None)  # type: ignore[misc]
    return len(faces)


def kill_keeper(fleet: Any, count: int) -> float:
    """Kill the keeper's process; seconds until the directory names every face again, with the processes they had."""
    from omote.commands.fleet import directory_faces
    from protocol.errors import OmoteError

    processes = {face.name: fleet.report(face.name).pid for face in fleet.faces()}
    killed, began_s = fleet.keeper_process(), time.monotonic()
    fleet._ray.kill(fleet._keeper, no_restart=False)

    def is_back() -> bool:
        try:
            if fleet.keeper_process() == killed:
                return False
            faces = directory_faces()
        except OmoteError:
            return False
        return len(faces) == count and not any(face.failure for face in faces)

    wait_for(is_back)
    took_s = time.monotonic() - began_s
    assert processes == {name: fleet.report(name).pid for name in processes}
    return took_s


def kill_runtime(fleet: Any) -> float:
    """Kill a face's process; seconds until it answers again with what was held."""
    name = fleet.faces()[0].name
    hold(name)
    wait_for(lambda: fleet.report(name).snapshot.drivers)
    os.kill(fleet.report(name).pid, signal.SIGKILL)
    return is_back(name, time.monotonic())


def kill_node(fleet: Any, nodes: Any) -> float:
    """Kill a node with faces on it; seconds until all of them answer elsewhere with what was held."""
    (lost,) = nodes.others
    if not any(face.node == lost.node_id for face in fleet.faces()):
        fleet.move(fleet.faces()[0].name, lost.node_id, timeout_s=PATIENCE_S)
    faces = fleet.faces()
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


def move(fleet: Any) -> dict[str, float]:
    """Move a face that a process of its own reads: what to call each number -> seconds, or frames."""
    name = fleet.faces()[-1].name
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks._move_reader", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        frames = [_Arrival(*json.loads(reader.stdout.readline()))]
        keeping = threading.Thread(
            target=lambda: frames.extend(_Arrival(*json.loads(line)) for line in reader.stdout or ())
        )
        keeping.start()
        time.sleep(CALM_S)
        began_ns = time.time_ns()
        fleet.move(name, timeout_s=PATIENCE_S)
        took_s = (time.time_ns() - began_ns) / 1e9
        wait_for(lambda: frames[-1].session != frames[0].session)
        time.sleep(CALM_S)  # the old process has ended by then
        assert reader.stdin is not None
        reader.stdin.close()
        keeping.join()
    pairs = list(pairwise(frames))
    waits = [(after.arrived_ns - before.arrived_ns) / 1e9 for before, after in pairs]
    steps = [after.frame - before.frame for before, after in pairs if before.session == after.session]
    return {
        "a move, until readers are told": took_s,
        "the reader before a move, longest wait between two frames": max(
            wait for wait, (_, after) in zip(waits, pairs, strict=True) if after.arrived_ns < began_ns
        ),
        "a move, longest wait between two frames": max(
            wait for wait, (_, after) in zip(waits, pairs, strict=True) if after.arrived_ns >= began_ns
        ),
        "a move, from the old process's last frame to the new one's first": next(
            wait for wait, (one, other) in zip(waits, pairs, strict=True) if one.session != other.session
        ),
        "a move, frames that are lost, black or out of order": float(
            sum(frame.is_black for frame in frames) + sum(step != 1 for step in steps)
        ),
    }


def hold(name: str) -> None:
    """Let a driver hold a value for HOLD_S."""
    from omote.client import ControlClient, find_face
    from protocol.messages import ControlMessage

    at = find_face(name)
    message = ControlMessage(
        layer="expression", source="benchmark", values={"jawOpen": 0.5}, priority=3, ttl_s=HOLD_S
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
        is_over = time.monotonic() - began_s > HOLD_S  # on a machine that is so slow nothing is held any more
        return (
            status is not None
            and status.frames > 0
            and (is_over or any(driver.priority == 3 for driver in status.drivers))
        )

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
