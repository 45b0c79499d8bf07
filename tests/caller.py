"""A bot that calls the local Telegram's methods one by one, for tests of that Telegram."""

from typing import Any

import aiohttp

from bot.playground import Playground


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Caller:
    """Calls methods as a bot does."""

    def __init__(self, world: Playground, http: aiohttp.ClientSession) -> None:
        self.world, self.http = world, http

    async def raw(self, method: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        url = f"{self.world.url}/bot{self.world.token}/{method}"
        async with self.http.post(url, json=body) as answer:
            value: dict[str, object] = await answer.json()
            return answer.status, value

    async def __call__(self, method: str, **body: object) -> object:
        status, answer = await self.raw(method, body)
        assert status == 200, answer
        return answer["result"]

    async def refused(self, method: str, **body: object) -> str:
        status, answer = await self.raw(method, body)
        assert answer["ok"] is False
        assert status == answer["error_code"]
        return str(answer["description"])

    async def updates(self, **body: object) -> list[dict[str, Any]]:
        result = await self("getUpdates", **body)
        assert isinstance(result, list)
        return result

    async def message(self, method: str, **body: object) -> dict[str, object]:
        result = await self(method, **body)
        assert isinstance(result, dict)
        return result
