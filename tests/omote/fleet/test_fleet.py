"""A fleet on a real Ray cluster of two nodes on this machine: found, driven, moved, and whole again after a node is lost.

All tests that need a running Ray are here: starting one takes longer than all that they do.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from cluster.errors import ClusterError, NoRayError
from cluster.ray_cluster import connect, need_ray, node_id
from omote.__main__ import main
from omote.client import ControlClient, NoAnswerError, RuntimeAddress, find_face
from omote.commands.fleet import directory_faces
from omote.fleet.errors import FleetError
from omote.fleet.face_spec import face_specs
from omote.fleet_page.thumbnail_reader import ThumbnailReader
from omote.readers.following import FollowingReader
from omote.readers.zeromq import ZeroMqReader
from protocol.channels import CHANNEL_INDEX
from protocol.fleet_place import read_fleet_place
from protocol.keys import read_client_key, read_token
from protocol.messages import Command, ControlMessage, FaceStatus, Status
from runtime.panel.access import MIN_TOKEN
from studio.data.dataset import render_dataset
from studio.data.recipe import Recipe
from tests.ports import free_ports
from tests.ray_nodes import RayNodes, shard_workers
from tests.waiting import PATIENCE_S, until

pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
from omote.fleet.fleet import Fleet

ROOT = Path(__file__).resolve().parents[3]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]
SETTINGS = {"engine": "null", "size": 96, "fps": 30.0, "publish": ["zeromq"]}
#: A process of Python for each actor, on a machine that may be busy.
START_S = 10 * PATIENCE_S
CPUS = 0.25
# what Ray's own client leaves open in this process
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayNodes]:
    """A head and one more node, two cores each; folders of this user are the test's, also on the nodes."""
    folder = tmp_path_factory.mktemp("fleet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        (folder / "run").mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        made = RayNodes()
        try:
            for _ in range(2):
                made.add(cpus=2)
            connect(made.address)
            yield made
        finally:
            need_ray().shutdown()
            made.close()


@pytest.fixture(scope="module")
def fleet(nodes: RayNodes) -> Iterator[Fleet]:
    """Three faces that draw, started and ended by the command line."""
    need_ray().shutdown()
    said = omote_fleet(
        "up", "kofi", "mio", "--count", "3", "--cpus", str(CPUS), "--ray", nodes.address,
        "--directory-port", str(free_ports(1)[0]), "--engine", "null", "--size", "96", "--fps", "30", "--publish", "zeromq",
    )  # fmt: skip
    assert "3 of 3 faces draw" in said.stderr
    assert [line.partition(",")[0] for line in said.stdout.splitlines()[:3]] == [
        "kofi: kofi", "mio: mio", "kofi-2: kofi",
    ]  # fmt: skip
    assert "They go on: omote fleet status --watch, omote fleet down" in said.stdout
    fleet = Fleet.found()
    yield fleet
    fleet.up(face_specs(["ines"], settings=SETTINGS, cpus=0.01), together=True)
    until(lambda: groups() == ["CREATED"])
    omote_fleet("down")
    assert read_fleet_place() is None
    until(lambda: groups() == ["REMOVED"])
    assert "start one: omote fleet up kofi" in omote_fleet("list", ends_with=1).stderr


def omote_fleet(*arguments: str, ends_with: int = 0) -> subprocess.CompletedProcess[str]:
    """`omote fleet` in a process of its own, as its user has it."""
    line = [sys.executable, "-m", "omote", "fleet", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=START_S)
    assert done.returncode == ends_with, done.stderr
    return done


def groups() -> list[str]:
    """The states of what Ray has set aside for faces that are together."""
    return [one["state"] for one in need_ray().util.placement_group_table().values()]


def face_of(fleet: Fleet, name: str) -> FaceStatus:
    return next(face for face in fleet.faces() if face.name == name)


def status_at(address: RuntimeAddress) -> Status:
    with ControlClient(
        host=address.host, request_port=address.request_port, key=address.key, timeout_s=PATIENCE_S
    ) as client:
        status = client.request(Command(name="status")).status
    assert status is not None
    return status


@contextmanager
def held(name: str, jaw: float) -> Iterator[None]:
    """A driver that holds a value where the face is now, and says so again until the end; it lasts for a minute more."""
    address = find_face(name, timeout_s=PATIENCE_S)
    message = ControlMessage(
        layer="expression", source="puppeteer", values={"jawOpen": jaw}, priority=4, ttl_s=60.0
    )
    is_over = threading.Event()

    def say_again() -> None:
        while not is_over.wait(0.5):
            with suppress(NoAnswerError):  # the face has gone elsewhere
                client.send(message)

    with ControlClient(
        host=address.host,
        control_port=address.control_port,
        request_port=address.request_port,
        key=address.key,
    ) as client:
        client.send(message)
        until(lambda: status_at(address).drivers)
        driver = threading.Thread(target=say_again)
        driver.start()
        try:
            yield
        finally:
            is_over.set()
            driver.join()


def test_shards_have_the_same_bytes_from_one_and_three_workers_here_and_on_ray_of_which_one_is_lost(
    nodes: RayNodes, small_head: Path, tmp_path: Path
) -> None:
    recipe = Recipe(count=6, size=32, style="clay")
    render_dataset(recipe, small_head, tmp_path / "one", workers=1)
    render_dataset(recipe, small_head, tmp_path / "three", workers=3)
    drawn, lost = list[int](), list[int]()

    def lose_one(pictures: int) -> None:
        drawn.append(pictures)
        if not lost:
            worker = next(one for one in shard_workers() if one.is_running())
            lost.append(worker.pid)
            worker.kill()

    summary = render_dataset(recipe, small_head, tmp_path / "ray", workers=3, on_ray=True, progress=lose_one)
    assert len(lost) == 1
    assert drawn == list(range(1, summary.pictures + 1))
    one, three, ray = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "three", "ray")
    )
    assert len(one) > recipe.shards
    assert one == three
    assert one == ray


def test_two_training_processes_of_which_one_is_lost_equal_one_with_twice_the_batch(
    nodes: RayNodes, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
    from torch.testing import assert_close

    from tests.training.plane import train_plane, weights_of
    from training.loop import CHECKPOINT
    from training.ray_ranks import run_on_ray

    one, two, said = tmp_path / "one", tmp_path / "two", list[str]()
    alone = train_plane(one, is_resumed=False)
    work = partial(train_plane, two, is_alone=False, lost=tmp_path / "lost")
    found = run_on_ray(work, workers=2, cpus=0.5, can_resume=(two / CHECKPOINT).exists, say=said.append)
    assert (tmp_path / "lost").exists()
    assert any("was lost" in line and "go on from the last checkpoint" in line for line in said)
    assert said[-1] == "the first process speaks"
    assert found == pytest.approx(alone, rel=1e-9)
    # two sums of halves instead of one: rounding alone may differ
    assert_close(weights_of(two), weights_of(one), rtol=1e-9, atol=1e-12)


def test_what_a_training_process_raises_is_raised_here(nodes: RayNodes) -> None:
    pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
    from tests.training.plane import refuse
    from training.errors import TrainingError
    from training.ray_ranks import run_on_ray

    with pytest.raises(TrainingError, match="no finished people in pairs/"):
        run_on_ray(refuse, workers=1, cpus=0.5)
    with pytest.raises(TrainingError, match="--workers is 0, expected 1 to"):
        run_on_ray(refuse, workers=0)
    with pytest.raises(ClusterError, match="9 workers need 9 CPUs"):
        run_on_ray(refuse, workers=9)


def test_no_room_on_this_machine_for_the_first_process_is_said_and_nothing_is_asked_of_it(
    nodes: RayNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
    from tests.training.plane import refuse
    from training import ray_ranks

    asked: list[object] = []
    monkeypatch.setattr(ray_ranks, "check_room", lambda *_: None)  # there was room a moment ago
    monkeypatch.setattr(ray_ranks, "START_S", 0.5)
    monkeypatch.setattr(ray_ranks, "_pass_on", lambda *arguments: asked.append(arguments))
    with pytest.raises(ClusterError, match="no room here: it needs 99 CPUs and 0 GPUs; start the run on"):
        ray_ranks.run_on_ray(refuse, workers=1, cpus=99.0)
    assert asked == []


def test_a_progress_that_never_ends_its_line_is_kept_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from training.ray_ranks import MAX_LINE, RankActor

    def work(is_resumed: bool) -> None:
        for number in range(2000):
            print(f"\rstep {number:9d}", end="")
        print()

    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.setenv(name, "")  # so that all are as before at the end
    actor = RankActor()
    actor.work(work, 0, 1, ("127.0.0.1", 1), False)
    (line,) = actor.said()
    assert line.endswith("step      1999")
    assert len(line) <= MAX_LINE


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere nothing else may be bound beside torch's own socket"
)
def test_no_other_program_gets_the_port_where_a_run_meets() -> None:
    from training.ray_ranks import RankActor

    actor = RankActor()
    _, port = actor.meet()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("", port))
    with socket.socket() as first_rank:  # as torch listens
        first_rank.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first_rank.bind(("", port))
        first_rank.listen()
        socket.create_connection(("127.0.0.1", port), timeout=10.0).close()
    del actor


def test_more_than_there_is_room_for_is_refused_before_anything_starts(fleet: Fleet) -> None:
    with pytest.raises(ClusterError, match=r"9 faces need 90 CPUs, and .* of 4 are free in 2 nodes"):
        fleet.up(face_specs(["nia"], count=9, cpus=10.0))
    with pytest.raises(ClusterError, match="1 faces need 1 GPUs, and 0 of 0 are free"):
        fleet.up(face_specs(["nia"], cpus=0.01, gpus=1.0))
    with pytest.raises(FleetError, match="the fleet has kofi already"):
        fleet.up(face_specs(["kofi"], cpus=0.01))
    with pytest.raises(ClusterError, match="'nowhere' names no nodes, expected one of"):
        node_id("nowhere")
    assert len(fleet.faces()) == 3


def test_a_face_is_found_driven_and_listed_by_its_name(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find_face("mio", timeout_s=PATIENCE_S).key is not None
    until(lambda: main(["send", "--avatar", "mio", "expression", "jawOpen=0.5", "--for", "60"]) == 0)
    until(lambda: face_of(fleet, "mio").drivers == ["omote send"])
    capsys.readouterr()
    until(lambda: main(["fleet", "list"]) == 0)
    said = capsys.readouterr().out
    assert "mio: mio, " in said
    assert "driven by omote send" in said
    assert "kofi-2: kofi, " in said


def test_a_face_has_a_thumbnail_for_those_with_the_key_and_the_token_of_its_panel(fleet: Fleet) -> None:
    place = read_fleet_place()
    assert place is not None
    assert place.key is not None
    assert len(read_token(place.key.parent) or "") >= MIN_TOKEN
    face, pictures = face_of(fleet, "mio"), dict[str, bytes]()
    with closing(ThumbnailReader(read_client_key(place.key), pictures.__setitem__)) as reader:
        reader.follow({"mio": (face.host, face.publish_port)})
        until(lambda: pictures.get("mio", b"")[:4] == b"RIFF")  # a WebP file


def test_a_face_that_is_not_there_is_said_with_those_that_are(fleet: Fleet) -> None:
    for call in (fleet.stop, fleet.report, fleet.move):
        with pytest.raises(FleetError, match="no face 'nobody'; there are: kofi, mio, kofi-2"):
            call("nobody")


def test_a_killed_keeper_is_back_and_the_faces_never_stopped(fleet: Fleet) -> None:
    """A fleet's port is the same after it was started again, so that commands and readers find it."""
    before = {face.name: fleet.report(face.name).pid for face in fleet.faces()}
    killed = fleet.keeper_process()
    need_ray().kill(fleet._keeper, no_restart=False)

    def is_back() -> bool:
        try:
            if fleet.keeper_process() == killed:
                return False
            faces = directory_faces()
        except (FleetError, NoRayError):
            return False
        return [face.name for face in faces if not face.failure] == list(before)

    until(is_back, patience_s=START_S)
    assert {name: fleet.report(name).pid for name in before} == before


def test_a_moved_face_is_read_on_without_a_black_frame_and_keeps_what_it_held(fleet: Fleet) -> None:
    before = face_of(fleet, "kofi")

    def open_reader(address: RuntimeAddress) -> ZeroMqReader:
        return ZeroMqReader(host=address.host, port=address.publish_port, key=address.key)

    at = find_face("kofi", timeout_s=PATIENCE_S)
    with closing(FollowingReader(lambda: find_face("kofi"), open_reader, at=at, ask_s=0.1)) as reader:
        frames = [until(lambda: reader.read(0.1))]
        with held("kofi", 0.75):
            assert omote_fleet("move", "kofi").stdout.startswith("kofi: kofi, ")
        after = face_of(fleet, "kofi")
        assert after.node != before.node
        assert after.control_port != before.control_port

        def has_moved() -> bool:
            frame = reader.read(0.1)
            if frame is not None:
                assert frame.pixels[..., :3].any()
                frames.append(frame)
            return frames[-1].session_id != frames[0].session_id

        until(has_moved)
    status = status_at(find_face("kofi", timeout_s=PATIENCE_S))
    assert [(driver.source, driver.priority) for driver in status.drivers] == [("puppeteer", 4)]
    assert status.values[JAW] > 0.7


def test_the_faces_of_a_lost_node_are_elsewhere_as_they_were(fleet: Fleet, nodes: RayNodes) -> None:
    (lost,) = nodes.others
    names = [face.name for face in fleet.faces() if face.node == lost.node_id]
    assert names != []
    with ExitStack() as drivers:
        for name in names:
            drivers.enter_context(held(name, 0.25))
        until(lambda: all(face_of(fleet, name).drivers for name in names))
        nodes.lose(lost)
    until(
        lambda: all(
            not face.failure and face.node != lost.node_id for face in fleet.faces() if face.name in names
        ),
        patience_s=START_S,
    )
    for name in names:
        status = status_at(find_face(name, timeout_s=PATIENCE_S))
        assert {driver.source for driver in status.drivers} <= {"puppeteer", "omote send"}


def test_a_face_wears_another_avatar_and_is_stopped(fleet: Fleet, drawn_avatar: Path) -> None:
    omote_fleet("wear", "kofi-2", str(drawn_avatar))
    until(lambda: face_of(fleet, "kofi-2").worn == "avatar")
    assert "'nobody' is not an avatar" in omote_fleet("wear", "kofi-2", "nobody", ends_with=1).stderr
    omote_fleet("stop", "kofi-2")
    assert [face.name for face in fleet.faces()] == ["kofi", "mio"]
    refused = omote_fleet("wear", "kofi-2", "mio", ends_with=1).stderr
    assert "the fleet has no face 'kofi-2'; there are: kofi, mio" in refused


def test_a_face_that_does_not_draw_is_not_waited_for_by_who_asks_for_another_avatar(fleet: Fleet) -> None:
    fleet.up(face_specs(["never=kofi"], settings=SETTINGS | {"engine": "no engine"}, cpus=0.01))
    with pytest.raises(FleetError, match=r"never does not draw now: .*; ask again when it does"):
        fleet.wear("never", "mio")
    fleet.stop("never")
