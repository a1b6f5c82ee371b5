"""What the commands of network trackers share: options, the asyncio loop, and lines for the user.

return run_hub(options, HubPlan(trackers=(tracker,)))
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.calibration.profile import Profiles
from bridge.commands.console import on_stop_signal
from bridge.commands.destination import open_destination
from bridge.commands.display import Display, JsonDisplay, LinesDisplay, TableDisplay
from bridge.errors import BridgeError
from bridge.ports.hub import Hub, NetworkTracker
from bridge.ports.observation_receiver import ObservationReceiver
from bridge.ports.own_addresses import reachable_at
from bridge.sending.sources import Sources

REPORT_S: Final = 1.0
#: Most messages queued for a busy runtime: a quarter of a second of five trackers at 60 fps.
HIGH_WATER: Final = 256
#: A hint is printed after this long without any face.
HINT_S: Final = 6.0


@dataclass(frozen=True, slots=True)
class HubPlan:
    """What a command listens to.

    Attributes:
        trackers, ports, any_ports, is_detecting: arguments of `Hub`.
        phone: the phone that is asked for frames; None = none.
        is_phone: whether the trackers usually run on a phone, so that --bind needs another address than loopback.
    """

    trackers: tuple[NetworkTracker, ...]
    ports: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    any_ports: tuple[int, ...] = ()
    phone: str | None = None
    is_phone: bool = False
    is_detecting: bool = False


def add_hub_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that listens to the network."""
    parser.add_argument(
        "--bind",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address of this computer to listen on. Default: %(default)s, which only programs on this "
        "computer reach. Phones need --bind 0.0.0.0, or this computer's address in their network; these "
        "protocols have no passwords, so every device in that network can then move the face",
    )
    parser.add_argument(
        "--allow",
        action="append",
        metavar="HOST",
        help="accept datagrams of this host only; may be given more than once (default: every host, or the "
        "one of --phone)",
    )
    parser.add_argument(
        "--json", action="store_true", help="one line of JSON a second on standard output, instead of a table"
    )


def run_hub(options: argparse.Namespace, plan: HubPlan) -> int:
    """Listen and drive until a signal stops it; return the exit code.

    Raises:
        BridgeError: options that contradict each other, a bad profile, an unknown host.
    """
    display = _display(options)
    allowed = allowed_hosts(options, plan)
    profiles = Profiles(options.profile)
    with open_destination(options, high_water=HIGH_WATER) as publisher:
        sources = Sources(
            publisher,
            profiles=profiles,
            say=display.say,
            layers=options.layers,
            mirror=options.mirror,
            rename=options.source,
        )
        hub = make_hub(options, plan, sources, say=display.say, allowed=allowed)
        # Objects loaded so far live until the end: exclude them from collections, which would delay a frame.
        gc.collect()
        gc.freeze()
        # The selector loop on every platform: Windows' proactor loop has no add_reader for our own sockets.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(_serve(hub, sources, display, _greeting_lines(options, plan, allowed)))
            # Restore the default handlers: the loop is closed, and cannot stop on a second signal.
            for kind in (signal.SIGINT, signal.SIGTERM):
                signal.signal(kind, signal.default_int_handler)
        display.close()
        display.say(
            f"{sources.observed} faces received, {publisher.sent} messages sent to {publisher.address}"
        )
    return 0


def make_hub(
    options: argparse.Namespace,
    plan: HubPlan,
    receiver: ObservationReceiver,
    *,
    say: Callable[[str], None],
    allowed: frozenset[str],
) -> Hub:
    """Build the hub that the options and a command's plan describe.

    Args:
        options: of `add_hub_options`.
        plan: the command's.
        receiver: called with every observation.
        say: called with lines for the user.
        allowed: addresses that may send; empty = all.
    """
    return Hub(
        plan.trackers,
        receiver,
        say=say,
        host=options.bind,
        ports=plan.ports,
        any_ports=plan.any_ports,
        is_detecting=plan.is_detecting,
        allowed=allowed,
    )


async def _serve(hub: Hub, sources: Sources, display: Display, lines: list[str]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_stop_signal(lambda: loop.call_soon_threadsafe(stop.set))
    serving = loop.create_task(hub.run(stop))
    await hub.ready.wait()
    display.say(f"listening: {ports_line(hub)}; Ctrl-C stops")
    for line in lines:
        display.say(line)
    began_s = loop.time()
    is_hint_due = True
    while not serving.done():
        await asyncio.wait([serving], timeout=REPORT_S)
        if not serving.done():
            display.show(sources.report(sources.clock.now_ns()), hub, sources)
            if is_hint_due and sources.observed:
                is_hint_due = False
            elif is_hint_due and loop.time() - began_s > HINT_S:
                is_hint_due = False
                display.say(hint_line(hub))
    await serving


def ports_line(hub: Hub) -> str:
    """Describe which tracker is received on which ports."""
    ports = hub.open_ports
    return ", ".join(f"{name} {'/'.join(map(str, ports[name]))}" for name in ports) or "to nothing yet"


def hint_line(hub: Hub) -> str:
    """Suggest what to check when no face has come."""
    if hub.received:
        return "datagrams arrive, but none has a face yet; refused ones are counted below"
    return (
        "nothing has arrived yet: is the sender running, and does it send to "
        f"{' or '.join(reachable_at(hub.host))} and the port above? A firewall may be in the way"
    )


def _greeting_lines(options: argparse.Namespace, plan: HubPlan, allowed: frozenset[str]) -> list[str]:
    if _is_loopback(options.bind):
        if not plan.is_phone:
            return []
        return [
            f"only programs on this computer reach {options.bind}; phones do with --bind 0.0.0.0, or with this "
            f"computer's address in their network: --bind {' or '.join(reachable_at('0.0.0.0'))}"
        ]
    here = " or ".join(reachable_at(options.bind))
    if allowed:
        return [f"this computer is {here}; only {', '.join(sorted(allowed))} may send"]
    return [
        f"this computer is {here}; every device that reaches it can move the face: "
        "restrict that with --allow and the phone's address"
    ]


def allowed_hosts(options: argparse.Namespace, plan: HubPlan) -> frozenset[str]:
    """Resolve the hosts that may send to their addresses; empty = all.

    Raises:
        BridgeError: an unknown host, or a phone that cannot reach the bound address.
    """
    if plan.phone is not None and _is_loopback(options.bind) and not _is_loopback(plan.phone):
        raise BridgeError(
            f"{plan.phone} cannot answer to {options.bind}, which no other machine reaches; "
            "add --bind 0.0.0.0, or this computer's address in the phone's network"
        )
    addresses = set()
    for host in options.allow or ():
        try:
            addresses |= {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
        except (OSError, UnicodeError) as error:
            raise BridgeError(
                f"--allow {host}: no such host ({error}); give an address such as 192.168.1.20"
            ) from error
    if not addresses and plan.phone is not None and not plan.is_detecting:
        try:
            addresses.add(str(ipaddress.ip_address(plan.phone)))
        except ValueError:
            return frozenset()  # a host name, whose address may change
    return frozenset(addresses)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _display(options: argparse.Namespace) -> Display:
    if options.json:
        return JsonDisplay(sys.stdout, sys.stderr)
    return TableDisplay(sys.stderr) if sys.stderr.isatty() else LinesDisplay(sys.stderr)
