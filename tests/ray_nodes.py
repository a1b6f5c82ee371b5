"""A Ray cluster of several nodes on this machine, by Ray's own fixture: real raylets, small object stores.

nodes = RayNodes()
nodes.add()         # the head, with one core
connect(nodes.address)
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from cluster.ray_cluster import SYSTEM_CONFIG
from tests.ports import free_ports

#: Ray gives its agents 15 s to tell these ports, and its raylet ends where a busy machine takes longer.
AGENT_PORTS = (
    "metrics_agent_port",
    "metrics_export_port",
    "dashboard_agent_listen_port",
    "runtime_env_agent_port",
)
STORE_BYTES = 80_000_000
#: Ray's own patience, for machines that are busy.
PATIENT = {
    "worker_register_timeout_seconds": 300,
    "agent_register_timeout_ms": 300_000,
    "health_check_timeout_ms": 60_000,
    "health_check_failure_threshold": 40,
}


class RayNodes:
    """Ray's `Cluster`, whose nodes also start on a busy machine. Use it from one thread.

    Args:
        is_patient: a node that lags is not taken for a lost one, and a lost one is noticed after 20 s.

    Attributes:
        others: Ray's nodes that are there, besides the head.
    """

    def __init__(self, *, is_patient: bool = True) -> None:
        self._config = SYSTEM_CONFIG | (PATIENT if is_patient else {})
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Ray's own imports
            from ray._private.utils import get_ray_address_file
            from ray.cluster_utils import Cluster

        # where Ray's fixture notes the head's address; nobody makes it where Ray has never run
        Path(get_ray_address_file(None)).parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="or-"))  # a socket's path may have 107 characters
        self._cluster = Cluster()
        self.others: list[Any] = []
        self._ports: dict[str, dict[str, int]] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tell_ports, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Of the head."""
        return str(self._cluster.address)

    def add(self, cpus: float = 1.0, **options: Any) -> Any:
        """Start a node; the first is the head. Returns Ray's node."""
        node_id = secrets.token_hex(28)
        ports = dict(zip(AGENT_PORTS, free_ports(len(AGENT_PORTS)), strict=True))
        self._ports[node_id] = ports
        is_head = len(self._ports) == 1
        node = self._cluster.add_node(
            num_cpus=cpus,
            object_store_memory=STORE_BYTES,
            include_dashboard=False,
            include_log_monitor=False,
            no_monitor=True,  # nothing scales here
            env_vars={"RAY_OVERRIDE_NODE_ID_FOR_TESTING": node_id},
            **({"_system_config": self._config, "temp_dir": str(self._folder)} if is_head else {}),
            **ports,
            **options,
        )
        if not is_head:
            self.others.append(node)
        return node

    def lose(self, node: Any) -> None:
        """Let a node end as by a power failure."""
        self.others.remove(node)
        self._cluster.remove_node(node, allow_graceful=False)

    def lose_head(self) -> None:
        """Let the head end as by a power failure; leave Ray first. Only `close` is of use afterwards."""
        self._cluster.remove_node(self._cluster.head_node, allow_graceful=False)

    def close(self) -> None:
        """End all nodes."""
        self._is_over.set()
        self._thread.join()
        self._cluster.shutdown()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _tell_ports(self) -> None:
        """Write the files by which Ray's agents tell their ports, before they do; theirs have the same content."""
        from ray._raylet import get_port_filename, persist_port

        made = (
            self._folder / "ports"
        )  # Ray's own temporary files, beside the final ones, are not to be touched
        made.mkdir()
        while not self._is_over.wait(0.05):
            for session in self._folder.glob("session_2*"):
                for node_id, ports in list(self._ports.items()):
                    for name, port in ports.items():
                        file = get_port_filename(node_id, name)
                        if not (session / file).exists():
                            persist_port(str(made), node_id, name, port)
                            (made / file).replace(session / file)


def shard_workers() -> list[psutil.Process]:
    """The processes of this test's Ray that draw shards, those that draw one now first."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            title = process.cmdline()[:1]
            if title and title[0].startswith("ray::ShardActor"):
                found.append((".draw" not in title[0], process.pid, process))
    return [process for *_, process in sorted(found, key=lambda one: one[:2])]
