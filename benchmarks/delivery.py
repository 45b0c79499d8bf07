"""How fast, how evenly and how soon the relay delivers, against a Telegram in a process of its own.

    python benchmarks/delivery.py [limits] [speed] [latency] [--quick | --full]
    python benchmarks/delivery.py --api-url URL --token T --chats FILE [limits] …

Without a part all three are run: Telegram's flood limits on (how much of the allowed rate is used,
and whether anybody is bothered), limits off (sends for a second of CPU time, beside a bare loop of
the library), and the way of an item from the stream of news to the first chat. The Telegram is the
project's own unless another Bot API is named; FILE holds ids of chats there, apart by white space.
Every run sends the same items to the same chats. Processes of one machine disturb each other:
figures in CPU time are steadier than those on the clock.
"""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

from delivering import latency, limits, speed
from delivering.figures import machine, table
from delivering.telegrams import Place

from bot.items import ChatId

PARTS = ("limits", "speed", "latency")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent in each part."""

    limits: limits.Size
    speed: int
    latency: latency.Size


SIZES = {
    "quick": Size(limits.Size(300, 30, 400, 20, 1000), 1000, latency.Size(4, 3, 2)),
    "usual": Size(limits.Size(1500, 150, 2250, 80, 10_000), 3000, latency.Size(10, 7, 4)),
    "full": Size(limits.Size(2000, 200, 20_000, 690, 10_000), 20_000, latency.Size(100, 50, 20)),
}


def _asked() -> argparse.Namespace:
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all by default")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="in about a minute")
    size.add_argument("--full", dest="size", action="store_const", const="full", help="in about half an hour")
    parser.set_defaults(size="usual")
    parser.add_argument("--workers", type=int, default=1, help="processes that deliver in the part limits")
    parser.add_argument(
        "--profile", default="", metavar="FILE", help="cProfile's figures of speed's one worker"
    )
    parser.add_argument("--api-url", default="", metavar="URL", help="another Bot API")
    parser.add_argument("--token", default="", help="the bot's token there")
    parser.add_argument("--chats", type=Path, metavar="FILE", help="ids of chats there")
    asked = parser.parse_args()
    if wrong := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(wrong))}")
    if asked.api_url and not (asked.token and asked.chats):
        parser.error("--api-url needs --token and --chats")
    return asked


async def main() -> None:
    """Run what was asked for and print it."""
    asked = _asked()
    ids = asked.chats.read_text(encoding="utf-8").split() if asked.api_url else ()
    place = Place(asked.api_url.rstrip("/"), asked.token, [ChatId(int(one.strip("[],"))) for one in ids])
    size = SIZES[asked.size]
    where = asked.api_url or "the local Telegram"
    print(f"Delivery to {where}, {asked.size} size, on {machine()}")
    for part in asked.parts or PARTS:
        if part == "limits":
            lines, notes = await limits.measure(place, size.limits, workers=asked.workers)
            print(table("Limits on", lines, notes), flush=True)
        elif part == "speed":
            lines, notes = await speed.measure(place, size.speed, profile=asked.profile)
            print(table("Limits off", lines, notes), flush=True)
        else:
            lines, notes = await latency.measure(place, size.latency)
            print(table("From the stream of news to Telegram", lines, notes), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
