"""The time of one delivery, on a clock that leaps: whatever hangs or is refused, no lease ends with a call under way."""

import asyncio
import random
import selectors
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
import telegram
from telegram.error import BadRequest, RetryAfter

from bot.deliver.judging import Head
from bot.deliver.outcome import MediaRefused, Outcome, Sent, Unclear
from bot.deliver.partners import AFTER_S, DELIVERY_S
from bot.deliver.sender import REFUSALS, TEXT_S, Sender
from bot.items import ChatId
from bot.render.parts import Media, MediaKind, Message, Rich
from tests.drawn import drawn
from tests.staging import TEXT, FakeOutbox

NOTING_S = 2.0
GOOD, ODD = drawn("PNG", 320, 240), drawn("WEBP", 320, 241)
REFUSALS_TOLD = (
    "failed to get HTTP URL content",
    'failed to send message #2 with the error message "WEBPAGE_MEDIA_EMPTY"',
    "group send failed",
    "wrong file identifier/HTTP URL specified",
    "RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND",
    "not enough rights to send photos to the chat",
    "can't parse entities",
)


class Leaping(asyncio.SelectorEventLoop):
    """A loop whose time passes only where everybody waits for it, and at once."""

    def __init__(self) -> None:
        self._now = 0.0
        loop = self

        class Selector(selectors.DefaultSelector):
            def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
                found = super().select(None if timeout is None else 0)
                if not found and timeout:
                    loop._now += timeout
                return found

        super().__init__(Selector())

    def time(self) -> float:
        return self._now


class Weather:
    """A Telegram and a web that answer by dice: late, with a refusal, or never."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.hanging = dice.choice((0.0, 0.0, 0.1, 0.3))
        self.refusing = dice.choice((0.3, 0.7, 1.0))
        self.latest_s = dice.choice((0.1, 3.0, 12.0, 29.0))
        self.calls: list[str] = []
        self.hung = self.after_hanging = 0

    async def post(
        self, url: str, parameters: Any, **_: float
    ) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        self.calls.append(url.rpartition("/")[2])
        self.after_hanging += bool(self.hung)
        await self._wait(hangs=True)
        if self.dice.random() < 0.02:
            raise RetryAfter(3)
        if self.dice.random() < self.refusing:
            raise BadRequest(self.dice.choice(REFUSALS_TOLD))
        count = len(parameters.parameters.get("media") or "1")
        sent: list[Mapping[str, Any]] = [
            {"message_id": number, "photo": [{"file_id": f"id{number}"}]} for number in range(1, count + 1)
        ]
        return sent if self.calls[-1] == "sendMediaGroup" else sent[0]

    async def download(self, _: str) -> bytes | None:
        await self._wait()
        return self.dice.choice((GOOD, ODD, None, b"<html>"))

    async def peek(self, _: str) -> Head | None:
        await self._wait()
        data = self.dice.choice((GOOD, ODD, None))
        return None if data is None else Head(data, len(data), "image/png")

    async def redraw(self, _: bytes) -> bytes | None:
        await self._wait()
        return self.dice.choice((drawn("JPEG", 320, 240), None))

    async def _wait(self, *, hangs: bool = False) -> None:
        if self.dice.random() < self.hanging:
            self.hung += hangs
            await asyncio.Event().wait()
        await asyncio.sleep(self.dice.random() * self.latest_s)


def message(dice: random.Random) -> Message:
    photos = [
        Media(MediaKind.PHOTO, f"https://example.org/{one}.png", (f"https://cdn.example/{one}.png",))
        for one in range(dice.choice((0, 1, 3, 10)))
    ]
    rich = Rich("<p>one</p><img src='https://example.org/1.png'/>", "<p>one</p>")
    return Message(TEXT, tuple(photos), rich=dice.choice((rich, None)))


async def deliver(weather: Weather) -> tuple[Outcome, float]:
    bot = SimpleNamespace(token="1:a", base_url="http://telegram", request=weather)
    sender = Sender(
        cast("telegram.Bot", bot), weather.download, FakeOutbox(), peek=weather.peek, redraw=weather.redraw
    )
    outcome = await sender.deliver(ChatId(1), message(weather.dice), within_s=DELIVERY_S)
    return outcome, asyncio.get_running_loop().time()


@pytest.mark.parametrize("start", [0, pytest.param(300, marks=pytest.mark.soak)])
def test_a_delivery_ends_in_time_and_with_the_first_call_that_has_no_answer(start: int) -> None:
    ends: dict[type[Outcome], float] = {}
    for seed in range(start, 300 + 10 * start):
        weather = Weather(random.Random(seed))
        with asyncio.Runner(loop_factory=Leaping) as runner:
            outcome, took_s = runner.run(deliver(weather))
        assert took_s <= DELIVERY_S + AFTER_S - NOTING_S, (seed, weather.calls)
        assert not weather.after_hanging, "what has no answer may stand there"
        assert not isinstance(outcome, MediaRefused), (seed, outcome)
        assert not weather.hung or isinstance(outcome, Unclear)
        assert len(weather.calls) <= REFUSALS + 5, (seed, weather.calls)
        if isinstance(outcome, Sent):
            assert outcome.calls == len(weather.calls), (seed, weather.calls)
        ends[type(outcome)] = max(took_s, ends.get(type(outcome), 0))
    assert min(ends[Sent], ends[Unclear]) > DELIVERY_S - TEXT_S, "some took nearly all the time"
