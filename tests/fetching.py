"""What the tests of fetching stand on: a site that answers as told, and raw sockets that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.fetch.answer import Answer, Failed, Fetched
from bot.fetch.client import Client
from bot.settings import Settings, read

Respond = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LOCAL = {"FETCH_ALLOW_NETWORKS": "127.0.0.0/8 ::1/128", "FETCH_TIMEOUT_SECONDS": "5"}


def settings(**more: str) -> Settings:
    return read(LOCAL | more)


def fetched(answer: Answer) -> Fetched:
    assert isinstance(answer, Fetched), answer
    return answer


def failed(answer: Answer) -> Failed:
    assert isinstance(answer, Failed), answer
    assert " " in answer.detail, "a failure is said in a sentence"
    return answer


@dataclass
class Site:
    """Answers each path with what a test put there, and remembers what it was asked."""

    port: int = 0
    pages: dict[str, Respond] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def put(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer ``path`` so (``Retry_After`` is that header); return its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = lambda _: web.Response(body=body, status=status, headers=named)
        return self.at(path)

    def redirect(self, path: str, to: str, status: int = 302, **headers: str) -> str:
        return self.put(path, b"", status, Location=to, **headers)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        respond = self.pages.get(request.path)
        if respond is None:
            return web.Response(status=404)
        response = respond(request)
        return response if isinstance(response, web.StreamResponse) else await response


@asynccontextmanager
async def site_on(host: str = "127.0.0.1") -> AsyncIterator[Site]:
    """Serve an empty site on a free port."""
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        site.port = runner.addresses[0][1]
        yield site
    finally:
        await runner.cleanup()


@asynccontextmanager
async def wire(talk: Talk) -> AsyncIterator[str]:
    """Let ``talk`` speak to whoever connects, after their request; yield the address."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has gone, as it may
        except asyncio.CancelledError:
            pass  # the test is over; asyncio would log it as an error of the server's
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def ask_wire(answer: bytes, *, timeout_s: float = 5, max_bytes: int | None = None) -> Answer:
    """Return what comes of a server that says just this and closes."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with wire(talk) as url, Client(settings()) as client:
        return await client.get(url, timeout_s=timeout_s, max_bytes=max_bytes)
