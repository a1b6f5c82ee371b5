"""TriggerRequests: answers GET and POST /do/NAME and /do/NAME/ARGUMENT, for stream decks, scripts and other programs.

    GET /do                    the names, in words
    GET /do/emotion/happy      happy, until the same again
    GET /do/recenter

Any web site can make a browser send such a request, as a picture's address for example, without an Origin header. So
requests that a browser says come from another site are refused; an address that its user typed, or that a program opens,
is accepted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import unquote, urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Response

from protocol.errors import CodecError
from protocol.messages import Command, Reply
from protocol.trigger import NAMED, TRIGGERS, trigger
from runtime.panel.static_files import text_response

PATH: Final = "/do"
#: Longest wait for a reply, within which the server must have answered a request (`runtime.panel.server.OPEN_S`).
ANSWER_S: Final = 4.0
#: Values of Sec-Fetch-Site with which a browser's request is accepted. "same-site" is another port of this machine.
_OWN_SITES: Final = frozenset({"none", "same-origin"})

#: Trigger -> the names with which it can be called.
Names = dict[str, list[str]]


class TriggerRequests:
    """Belongs to one event loop.

    Args:
        offer: queues a command and calls the second argument once with its reply, from any thread.
        names: what triggers can be called with now.
        wait_s: longest wait for a reply.
    """

    def __init__(
        self,
        offer: Callable[[Command, Callable[[Reply], None]], None],
        names: Callable[[], Awaitable[Names]],
        wait_s: float = ANSWER_S,
    ) -> None:
        self._offer = offer
        self._names = names
        self._wait_s = wait_s

    @staticmethod
    def knows(path: str) -> bool:
        """Whether `answer` answers requests for this path."""
        return path == PATH or path.startswith(PATH + "/")

    async def answer(self, path: str, method: str = "GET") -> Response:
        """Do what the path says, and answer in words.

        Args:
            path: without its query, percent-encoded.
            method: of HTTP.
        """
        if method not in ("GET", "POST"):
            return text_response(405, "Method Not Allowed", f"got {method[:20]}, expected GET or POST")
        name, _, argument = unquote(path.removeprefix(PATH).strip("/")).partition("/")
        if not name:
            return text_response(200, "OK", await self._overview())
        if name not in TRIGGERS:
            return text_response(
                404, "Not Found", f"there is no {name[:60]!r}; call one of these:\n{await self._overview()}"
            )
        if not argument and name in NAMED:
            return text_response(404, "Not Found", f"{name} needs a name: {await self._called(name)}")
        try:
            command = trigger(name, argument)
        except CodecError as error:
            return text_response(400, "Bad Request", str(error))
        reply = await self._reply(command)
        if reply is None:
            return text_response(202, "Accepted", f"{name} is being done; it takes a while")
        if reply.ok:
            return text_response(200, "OK", reply.message or "done")
        known = (await self._names()).get(name)
        if known is None or not argument or argument in known:
            return text_response(409, "Conflict", reply.message)
        more = "" if any(one in reply.message for one in known) else f"\n{await self._called(name)}"
        return text_response(404, "Not Found", reply.message + more)

    async def _reply(self, command: Command) -> Reply | None:
        """The runtime's reply; None = it takes longer."""
        events = asyncio.get_running_loop()
        answered: asyncio.Future[Reply] = events.create_future()

        def receive(reply: Reply) -> None:
            if not answered.done():
                answered.set_result(reply)

        def answer(reply: Reply) -> None:
            with suppress(RuntimeError):  # the event loop has ended, and the request with it
                events.call_soon_threadsafe(receive, reply)

        self._offer(command, answer)
        with suppress(TimeoutError):
            return await asyncio.wait_for(answered, self._wait_s)
        return None

    async def _overview(self) -> str:
        return "\n".join([await self._called(name) for name in TRIGGERS])

    async def _called(self, name: str) -> str:
        """How a trigger is called, with its names."""
        known = (await self._names()).get(name, [])
        if name not in NAMED:
            return f"{PATH}/{name}"
        return f"{PATH}/{name}/NAME  {', '.join(known)}".rstrip()


def refusal_of_trigger(headers: Headers, host: str) -> str:
    """Why a request may not trigger anything; "" = it may.

    Args:
        headers: of the request. Source: W3C Fetch Metadata Request Headers, Sec-Fetch-Site.
        host: the Host header, already accepted.
    """
    sites = headers.get_all("Sec-Fetch-Site")
    if any(site not in _OWN_SITES for site in sites):
        return f"a page of another site asked for it (Sec-Fetch-Site {sites[0][:20]!r})"
    if not sites:  # a browser that does not say it; most name the page
        for page in headers.get_all("Referer"):
            with suppress(ValueError):
                if urlsplit(page).netloc.lower() == host.lower():
                    continue
            return f"a page of another site asked for it ({page[:120]!r})"
    if headers.get_all("Sec-Purpose"):
        return "a browser fetches it in advance; it is done when it is opened"
    return ""
