"""A WebSub hub that takes nothing but what the Recommendation has, and tells what it was asked."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web


@dataclass
class Hub:
    """``held``: (topic, callback) → secret, of subscriptions that were verified."""

    http: aiohttp.ClientSession
    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    """What callbacks answered to questions, in order."""
    status: int = 202
    """What is answered to requests that are well formed; below 300 they are verified."""
    lease: str | None = None
    """The lease granted; None for what was wished for."""
    verifies: bool = True
    redirects: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Path → where it redirects to, and with what status."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.Response:
        """Take a request for a subscription or for its end, and verify it beside the answer."""
        if request.path in self.redirects:
            status, place = self.redirects[request.path]
            return web.Response(status=status, headers={"Location": place})
        assert request.method == "POST"
        assert request.content_type == "application/x-www-form-urlencoded"
        told = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(told)
        assert told["hub.mode"] in {"subscribe", "unsubscribe"}
        assert urlsplit(told["hub.callback"]).scheme in {"http", "https"}
        assert urlsplit(told["hub.topic"]).scheme in {"http", "https"}
        if told["hub.mode"] == "subscribe":
            assert int(told["hub.lease_seconds"]) > 0
            assert 32 <= len(told["hub.secret"]) < 200
        if self.status < 300 and self.verifies:
            task = asyncio.create_task(self._verify(told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.Response(status=self.status, text="said by the hub")

    async def _verify(self, told: dict[str, str]) -> None:
        """Ask the callback whether it has asked; keep or drop the subscription if it says so."""
        place = told["hub.topic"], told["hub.callback"]
        if await self.ask(told["hub.callback"], told["hub.mode"], told["hub.topic"]):
            if told["hub.mode"] == "subscribe":
                self.held[place] = told["hub.secret"]
            else:
                self.held.pop(place, None)

    async def ask(self, callback: str, mode: str, topic: str) -> bool:
        """Ask the callback for what it wants; return whether it agrees."""
        challenge = secrets.token_urlsafe(20)
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            query["hub.lease_seconds"] = self.lease or "864000"
        async with self.http.get(f"{callback}?{urlencode(query)}") as answer:
            self.answers.append(answer.status)
            return 200 <= answer.status < 300 and await answer.text() == challenge

    async def deny(self, callback: str, topic: str) -> int:
        """Tell the callback that there is no subscription; return what it answers."""
        query = urlencode({"hub.mode": "denied", "hub.topic": topic, "hub.reason": "<b>no</b>"})
        async with self.http.get(f"{callback}?{query}") as answer:
            return answer.status

    async def publish(self, topic: str, body: bytes, method: str = "sha256", **headers: str) -> list[int]:
        """Push ``body`` to whoever holds ``topic``; return what they answer. A method of "" signs nothing."""
        links = f'<{self.url}>; rel="hub", <{topic}>; rel="self"'
        told = {"Content-Type": "application/atom+xml", "Link": links} | headers
        answers = []
        for (held, callback), secret in list(self.held.items()):
            if held != topic:
                continue
            if method:
                signed = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
                told["X-Hub-Signature"] = told.get("X-Hub-Signature", f"{method}={signed}")
            async with self.http.post(callback, data=body, headers=told) as answer:
                answers.append(answer.status)
        return answers

    async def rest(self) -> None:
        """Wait until all questions are answered."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


@asynccontextmanager
async def a_hub() -> AsyncIterator[Hub]:
    """Serve a hub on a free port of loopback."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        hub = Hub(http)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", hub.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            hub.url = f"http://{host}:{port}/"
            yield hub
        finally:
            await hub.rest()
            await runner.cleanup()
