"""The local Telegram as a process of its own, for benchmarks: ``python -m bot.playground``.

It listens on this machine only, says in one line of JSON where (``url``, ``token``, ``chats``) and
runs until SIGTERM. ``/playground/stats`` tells what it has seen, as :meth:`Record.stats` says.
"""

import argparse
import asyncio
import json
import resource
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from itertools import islice

from aiohttp import web

from bot.playground import methods_send
from bot.playground.limits import ARRIVED, FloodLimits
from bot.playground.playground import Playground
from bot.playground.telegram import Change, Telegram
from bot.playground.world import Json

SENDING = frozenset(methods_send.METHODS) - {"sendChatAction"}


class Record:
    """Notes each new message of the bot's: when its call was read, where, and its text.

    Times are of the wall clock as it was at the beginning: one that is set meanwhile changes none.
    How many calls of a second would send something is noted, too, whatever came of them.
    """

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._epoch_s = time.time() - telegram.clock()
        self._lately: deque[float] = deque()
        self._most_in_a_second = 0
        self._sent: list[tuple[float, int, str]] = []
        self._texts: Counter[tuple[int, str]] = Counter()
        telegram.listeners.append(self._note)

    def _note(self, change: Change) -> None:
        at = ARRIVED.get()
        if at is None:
            return  # it is somebody else's
        if change.what == "call" and change.text in SENDING:
            self._lately.append(at)
            while self._lately[0] <= at - 1:
                self._lately.popleft()
            self._most_in_a_second = max(self._most_in_a_second, len(self._lately))
        elif change.what == "new":
            message = self._telegram.chats[change.chat_id].messages[change.message_id]
            if message.outgoing:
                self._sent.append((self._epoch_s + at, change.chat_id, message.text))

    def stats(self, after: int) -> Json:
        """Return what was sent after the first ``after`` messages, and the counts of all.

        ``sent``: a list of (seconds since 1970, chat, first line of the text), in order;
        ``duplicates``: how many texts came again to a chat; ``refusals``, ``offences`` and
        ``calls`` as the flood limits count them; ``most_in_a_second``: how many calls that send came
        within one, refused ones included; ``cpu_s``: what this process has used.
        """
        for _, chat, text in islice(self._sent, self._texts.total(), None):
            self._texts[chat, text] += 1
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "sent": [(at, chat, text.partition("\n")[0]) for at, chat, text in self._sent[after:]],
            "duplicates": len(self._sent) - len(self._texts),
            "refusals": self._telegram.flood.refusals,
            "offences": self._telegram.flood.offences,
            "most_in_a_second": self._most_in_a_second,
            "calls": dict(self._telegram.calls),
            "cpu_s": used.ru_utime + used.ru_stime,
        }

    def register(self, app: web.Application) -> None:
        """Add the route of the statistics; ``?after=N`` leaves out the first N messages."""

        async def answer(request: web.Request) -> web.Response:
            return web.json_response(self.stats(int(request.query.get("after", "0"))))

        app.router.add_get("/playground/stats", answer)


def populate(world: Playground, private: int, channels: int, groups: int) -> list[int]:
    """Bring in so many chats that the bot may write to, and return their ids."""
    chats = [world.add_user(f"Reader {number}").id for number in range(private)]
    chats += [world.add_channel(f"Channel {number}").id for number in range(channels)]
    chats += [world.add_supergroup(f"Group {number}").id for number in range(groups)]
    return chats


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="any free one unless given")
    parser.add_argument("--no-limits", action="store_true", help="let everything pass")
    for kind in ("private", "channels", "groups"):
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N", help="chats to begin with")
    return parser.parse_args(words)


async def run(asked: argparse.Namespace, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set."""
    world = Playground(asked.port, flood=None if asked.no_limits else FloodLimits())
    world.routes.append(Record(world.telegram).register)
    chats = populate(world, asked.private, asked.channels, asked.groups)
    async with world:
        ready = {"url": world.url, "token": world.token, "chats": chats}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await stop.wait()


async def _main(words: Sequence[str] | None = None) -> None:
    asked, stop = _arguments(words), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run(asked, stop)


if __name__ == "__main__":
    asyncio.run(_main())
