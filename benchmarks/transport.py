"""How much computing one message takes on its way to Telegram: the library's own transport, and ours.

    python benchmarks/transport.py [ROUNDS]

The local Telegram answers from a process of its own, which does not count. CPU time is counted,
not time on the clock, and the best of the rounds is told: other work on the machine only ever makes
a round slower.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import telegram
from telegram.request import BaseRequest, HTTPXRequest

from bot.deliver import calls, form
from bot.deliver.transport import Transport
from bot.playground.playground import Playground
from bot.render.parts import Entity, EntityKind, Message, RichText

MESSAGES = 640
"""In one round."""

TEXT = RichText(
    "Council votes, once more\n\nThe council met on Monday and voted late. "
    "Nobody left early; 没有人提前离开。\n\nThe News · 27 Feb 2025, 17:19",
    (
        Entity(EntityKind.BOLD, 0, 24),
        Entity(EntityKind.LINK, 0, 24, "https://news.example.org/2025/council-votes"),
        Entity(EntityKind.UNDERLINE, 52, 5),
    ),
)


async def serve() -> None:
    """Be the local Telegram until the other end is closed."""
    async with Playground() as world:
        print(world.url, world.token, world.user.id, flush=True)
        await asyncio.to_thread(sys.stdin.read)


Send = Callable[[telegram.Bot, int], Awaitable[object]]


async def by_library(bot: telegram.Bot, chat: int) -> None:
    """Send as the library does it."""
    entities = [
        telegram.MessageEntity(one.kind.value, one.offset, one.length, url=one.url or None)
        for one in TEXT.entities
    ]
    await bot.send_message(chat, TEXT.text, entities=entities)


async def by_ourselves(bot: telegram.Bot, chat: int) -> None:
    """Send as the relay does it."""
    message = Message(TEXT)
    fields = form.where(chat, message, paid=False) | form.as_text(message)
    assert isinstance(await calls.send(bot, "sendMessage", fields, 5), calls.Taken)


async def cost(request: BaseRequest, where: list[str], at_once: int, one: Send) -> float:
    """Return the microseconds of computing that a message takes, ``at_once`` of them under way."""
    url, token, chat = where
    bot = telegram.Bot(token, base_url=f"{url}/bot", request=request)

    async def send(number: int) -> None:
        for _ in range(number):
            await one(bot, int(chat))

    async with request:
        await asyncio.gather(*(send(1) for _ in range(at_once)))
        before = time.process_time()
        await asyncio.gather(*(send(MESSAGES // at_once) for _ in range(at_once)))
        return (time.process_time() - before) / MESSAGES * 1e6


WAYS: dict[str, tuple[Callable[[], BaseRequest], Send]] = {
    "the library": (lambda: HTTPXRequest(httpx_kwargs={"trust_env": False}), by_library),
    "the library on our transport": (lambda: Transport(64), by_library),
    "ours": (lambda: Transport(64), by_ourselves),
}


async def main(rounds: int) -> None:
    """Measure each way, with one message under way and with 32."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "serve", stdin=pipe, stdout=pipe, limit=1 << 16
    )
    assert server.stdin is not None
    assert server.stdout is not None
    where = (await server.stdout.readline()).decode().split()
    for at_once in (1, 32):
        best = dict.fromkeys(WAYS, float("inf"))
        for _ in range(rounds):
            for name, (request, one) in WAYS.items():
                best[name] = min(best[name], await cost(request(), where, at_once, one))
        told = ", ".join(f"{name} {micros:.0f}" for name, micros in best.items())
        print(f"{at_once:>2} at once, µs of computing for a message: {told}")
    server.stdin.close()
    await server.wait()


if __name__ == "__main__":
    argument = sys.argv[1] if len(sys.argv) > 1 else "5"
    asyncio.run(serve() if argument == "serve" else main(int(argument)))
