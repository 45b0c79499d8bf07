"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from bot.playground import (
    methods_basic,
    methods_chat,
    methods_edit,
    methods_inline,
    methods_pin,
    methods_rich,
    methods_send,
)
from bot.playground.arguments import Arguments, read_arguments
from bot.playground.faults import Fault, Faults, Plan
from bot.playground.limits import ARRIVED
from bot.playground.methods_basic import Method
from bot.playground.refusal import ApiError, flooded
from bot.playground.telegram import Change, Telegram

METHODS: Mapping[str, Method] = {
    **methods_basic.METHODS,
    **methods_send.METHODS,
    **methods_rich.METHODS,
    **methods_edit.METHODS,
    **methods_pin.METHODS,
    **methods_chat.METHODS,
    **methods_inline.METHODS,
}
"""Every method that the playground speaks, by its documented name."""

_BY_LOWER_NAME = {name.lower(): name for name in METHODS}
_TOKEN = re.compile(r"\d{1,20}:[\w-]{20,80}", re.ASCII)
_BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
_written = json.JSONEncoder(ensure_ascii=False).encode
_HANG_S = 120.0
"""Longer than any sensible caller waits; then the connection is cut."""


class BotApi:
    """Answers the Bot API's calls on a :class:`Telegram`."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.faults = Faults()
        self._calls: set[asyncio.Future[object]] = set()

    def register(self, app: web.Application) -> None:
        """Add the routes, and open and close the file store with the application."""
        app.router.add_route("*", "/bot{token}/{method}", self.handle)
        app.router.add_get("/file/bot{token}/files/{file_id}", self.handle_file)
        app.cleanup_ctx.append(self._files_open)

    async def _files_open(self, _app: web.Application) -> AsyncIterator[None]:
        async with self.telegram.files:
            yield
            for call in self._calls:
                call.cancel()
            await asyncio.gather(*self._calls, return_exceptions=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call; a caller that goes away ends it."""
        ARRIVED.set(self.telegram.clock())
        try:
            self._check_token(request.match_info["token"])
            name = _documented(request.match_info["method"])
            args = await read_arguments(request)
            self.telegram.calls[name] += 1
            self.telegram.tell(Change("call", 0, text=name))
            plan = self.faults.next(name, args)
            if plan is None:
                return _answer(await self._carry_out(name, args))
            return await self._meet(plan, name, args, request)
        except ApiError as refusal:
            headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else None
            return web.json_response(refusal.body(), status=refusal.code, headers=headers)

    async def handle_file(self, request: web.Request) -> web.Response:
        """Hand out a stored file."""
        try:
            self._check_token(request.match_info["token"])
            stored = self.telegram.files.find(request.match_info["file_id"])
        except ApiError as refusal:
            return web.json_response(refusal.body(), status=404)
        return web.Response(body=stored.data, content_type=stored.mime or "application/octet-stream")

    async def _carry_out(self, name: str, args: Arguments) -> object:
        """Call a method; only a poll ends with its caller, all else is finished as Telegram finishes it."""
        call = METHODS[name](self.telegram, args)
        if name == "getUpdates":
            return await call
        task = asyncio.ensure_future(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return await asyncio.shield(task)

    def _check_token(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.telegram.token:
            raise ApiError(401, "Unauthorized")

    async def _meet(self, plan: Plan, name: str, args: Arguments, request: web.Request) -> web.StreamResponse:
        """Let a call meet its planned trouble."""
        match plan.fault:
            case Fault.FLOOD | Fault.FLOOD_BOT:
                chat = self.telegram.chat_named(args.text("chat_id"))
                alone = plan.fault is Fault.FLOOD and chat is not None
                self.telegram.flood.mute(chat.id if alone and chat else None, plan.retry_after)
                raise flooded(plan.retry_after)
            case Fault.ERROR:
                raise ApiError(plan.code, plan.description)
            case Fault.INTERNAL:
                raise ApiError(500, "Internal Server Error: restart")
            case Fault.BAD_GATEWAY:
                return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
            case Fault.RESET_AFTER | Fault.HANG_AFTER:
                await self._carry_out(name, args)
            case Fault.RESET_BEFORE | Fault.HANG_BEFORE:
                pass
        if plan.fault in {Fault.HANG_BEFORE, Fault.HANG_AFTER}:
            await asyncio.sleep(_HANG_S)  # ended sooner by the caller's going away
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


def _documented(method: str) -> str:
    name = _BY_LOWER_NAME.get(method.lower())
    if name is None:
        raise ApiError(404, "Not Found: method not found")
    return name


def _answer(result: object) -> web.Response:
    return web.Response(text=_written({"ok": True, "result": result}), content_type="application/json")
