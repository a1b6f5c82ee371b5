"""Ray for a fleet: connecting to it, what room it has, and its errors in words. Nothing is imported before it is used.

connect("auto")                 # or "local", "192.168.1.20:6379"
check_room(specs)
"""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from cluster.errors import ClusterError, NoRayError

LOCAL: Final = "local"
AUTO: Final = "auto"
NAMESPACE: Final = "omote"
ANSWER_S: Final = 5.0
#: A node that ends is noticed after 2 s, one that is cut off after 8 s; by Ray's own settings it takes up to 45 s. What Ray
#: starts, and so a face, has the priority of other programs; by Ray's own settings it has niceness 15. Where Ray runs
#: already, `ray start --head --system-config` is given these; docs/fleet.md has the line.
SYSTEM_CONFIG: Final = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 3,
    "worker_niceness": 0,
}
#: Begins a connection of HTTP/2, which gRPC and so Ray's head speaks: the preface and empty SETTINGS. What comes back
#: begins with SETTINGS as well. Source: RFC 9113, 3.4, 4.1 and 6.5.
_HTTP2_BEGIN: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_HTTP2_HEADER: Final = 9  # bytes; the fourth is the frame's type
_SETTINGS: Final = 4
MOST_PORT: Final = 65535
#: Pixels do not pass through Ray: avatars do, a few megabytes each.
STORE_BYTES: Final = 100_000_000


def need_ray(*, is_begun: bool = False) -> Any:
    """Import Ray.

    Args:
        is_begun: the Ray is one that this process is going to start, or that `--ray local` has started: it opens ports on
            every address of this machine, and they ask for Ray's token. Say so before Ray is imported.

    Raises:
        NoRayError: it is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise NoRayError(
            "Ray is not installed, which shares work among machines; install it on each of them: pip install "
            "'omote[fleet]'. On this machine alone: omote serve draws several faces, --workers shares other work"
        )
    # read when Ray is imported
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # tells nobody outside what runs here
    os.environ.setdefault(
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0"
    )  # faces without a share of a GPU may still draw on it
    if is_begun:
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    import ray

    return ray


def connect(address: str, *, cpus: int | None = None) -> None:
    """Connect this process to Ray, or start one that ends with it.

    Args:
        address: "local" = start one; "auto" = the one that runs on this machine; HOST:PORT of its head.
        cpus: cores that a Ray started here gives away; None = this machine's.

    Raises:
        NoRayError: it is not installed, does not answer, or is of another version.
    """
    ray = need_ray(is_begun=address == LOCAL)
    if address not in (LOCAL, AUTO):
        _check_answers(address)
    options: dict[str, Any] = {
        "namespace": NAMESPACE,
        "logging_level": logging.WARNING,
        "log_to_driver": False,
    }
    if address == LOCAL:
        options |= {
            "address": LOCAL,
            "num_cpus": cpus,
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
            "_system_config": SYSTEM_CONFIG,
        }
    else:
        options["address"] = address
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises a bare Exception where its own processes took too long
        raise NoRayError(explain(str(error), address)) from error


def explain(problem: str, address: str) -> str:
    """Ray's reason for not connecting, as one line with what to do.

    Args:
        problem: Ray's message.
        address: as of `connect`.
    """
    first = " ".join(problem.split())
    if "ersion mismatch" in first:
        return (
            f"the Ray at {address} is of another version ({first[:300]}); install the same versions of Ray and Python on "
            "every machine"
        )
    if "timed out during startup" in first:
        return "Ray's own processes did not start in time: this machine is too busy now; try again"
    if "Could not find any running Ray instance" in first:
        return (
            "no Ray runs on this machine; start one: ray start --head, or join one: ray start --address=HOST:6379, or use "
            "--ray local"
        )
    if "node_ip_address.json" in first or "raylet" in first.lower():
        return (
            f"this machine is no node of the Ray at {address}; join it first: ray start --address={address} "
            f"({first[:200]})"
        )
    return f"Ray at {address} cannot be used: {first[:300]}"


class Share(NamedTuple):
    """What Ray sets aside for one actor: cores and graphics cards, also parts of one."""

    cpus: float
    gpus: float = 0.0


def check_room(shares: Sequence[Share], what: str) -> None:
    """Check that actors fit.

    Args:
        what: they are, in the plural.

    Raises:
        ClusterError: there are not enough cores or graphics cards free now.
    """
    ray = need_ray()
    free, all_there = ray.available_resources(), ray.cluster_resources()
    for kind, name in (("cpus", "CPU"), ("gpus", "GPU")):
        wanted = sum(getattr(share, kind) for share in shares)
        there = float(free.get(name, 0.0))
        if wanted > there + 1e-6:
            raise ClusterError(
                f"{len(shares)} {what} need {wanted:g} {name}s, and {there:g} of {all_there.get(name, 0.0):g} are free in "
                f"{_nodes(ray)}; use fewer {what}, a smaller share of {name}s for each, or add a machine: ray start "
                "--address=HOST:6379"
            )


def node_id(text: str) -> str:
    """The id of the node that a user means by an address, a name or the beginning of an id.

    Raises:
        ClusterError: there is none, or several.
    """
    alive = [node for node in need_ray().nodes() if node["Alive"]]
    found = [
        node["NodeID"]
        for node in alive
        if text in (node["NodeManagerAddress"], node["NodeManagerHostname"], node["NodeName"])
        or (len(text) >= 4 and node["NodeID"].startswith(text))
    ]
    if len(found) != 1:
        known = ", ".join(f"{node['NodeName']} ({node['NodeID'][:8]})" for node in alive)
        raise ClusterError(f"{text!r:.80} names {len(found) or 'no'} nodes, expected one of {known}")
    return str(found[0])


def _check_answers(address: str) -> None:
    """Check that gRPC answers there: Ray itself tries for minutes.

    Raises:
        NoRayError: the address is none, or no Ray answers.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or not host or len(port) > 5 or not 0 < int(port) <= MOST_PORT:
        raise NoRayError(
            f"--ray {address!r:.80} is no address; expected auto, local, or HOST:PORT such as 192.168.1.20:6379"
        )
    try:
        with socket.create_connection((host.strip("[]"), int(port)), ANSWER_S) as head:
            if os.environ.get("RAY_USE_TLS") == "1":
                return
            head.sendall(_HTTP2_BEGIN)
            answer = head.makefile("rb").read(_HTTP2_HEADER)
    except (OSError, UnicodeError) as error:  # UnicodeError: no name of a machine, such as 192.168.1..20
        raise NoRayError(
            f"no Ray answers at {address:.80} ({error}); start its head there: ray start --head --port={port}"
        ) from error
    if len(answer) < _HTTP2_HEADER or answer[3] != _SETTINGS:
        raise NoRayError(
            f"what answers at {address} is no Ray; its head usually listens on port 6379: ray start --head --port=6379"
        )


def _nodes(ray: Any) -> str:
    count = sum(node["Alive"] for node in ray.nodes())
    return f"{count} node{'s' if count != 1 else ''}"
