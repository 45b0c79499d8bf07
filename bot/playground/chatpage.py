"""The chat page in the browser: one person's view of the local Telegram, live by server-sent events.

The page is for whoever sits at this machine: requests under another host name are refused, so that no
web site can reach it by way of the browser, and what changes something must be JSON.
"""

import asyncio
import contextlib
import ipaddress
import json
from collections.abc import AsyncIterator, Callable
from importlib.resources import files

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground.chatview import Card, chat_view, chats_of, message_view, shown_type
from bot.playground.inline import ANSWER_S, Result
from bot.playground.people import People
from bot.playground.refusal import ApiError
from bot.playground.telegram import Change, Telegram
from bot.playground.world import Chat, Json, Kind, User

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "page.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    **dict.fromkeys(
        ("bubbles.js", "composer.js", "elements.js", "inline.js", "media.js", "rich.js", "text.js"),
        "text/javascript",
    ),
}
_BACKLOG = 1000
"""Events that a slow browser may be behind before it has to begin anew."""
_KEEP_ALIVE_S = 15.0
_SHOWN = 200
"""The newest messages of a chat that a page gets at its start."""

Feeds = Callable[[str], list[dict[str, str]]]
"""Lists the newsroom's feeds, given the origin that the browser sees."""


class ChatPage:
    """Serves the page and carries out what its person does."""

    def __init__(self, telegram: Telegram, people: People, reader: User, *, feeds: Feeds, card: Card) -> None:
        self._telegram = telegram
        self._people = people
        self._reader = reader
        self._feeds = feeds
        self._card = card
        self._queues: set[asyncio.Queue[Json | None]] = set()

    def register(self, app: web.Application) -> None:
        """Add the routes."""
        app.middlewares.append(_at_home)
        app.router.add_get("/", self._asset)
        app.router.add_get("/chat/assets/{name}", self._asset)
        app.router.add_get("/chat/files/{file_id}", self._file)
        app.router.add_get("/chat/state", self._state)
        app.router.add_get("/chat/events", self._events)
        app.router.add_post("/chat/say", self._say)
        app.router.add_post("/chat/press", self._press)
        app.router.add_post("/chat/seek", self._seek)
        app.router.add_post("/chat/choose", self._choose)
        app.cleanup_ctx.append(self._listening)
        app.on_shutdown.append(self._end_streams)

    async def _listening(self, _app: web.Application) -> AsyncIterator[None]:
        self._telegram.listeners.append(self._spread)
        yield
        self._telegram.listeners.remove(self._spread)

    async def _end_streams(self, _app: web.Application) -> None:
        for queue in self._queues:
            _put(queue, None)

    def _spread(self, change: Change) -> None:
        """Tell every open page of a change, if it is in one of the person's chats."""
        if change.what == "commands":
            self._broadcast({"what": "commands", "commands": self._commands()})
            return
        chat = self._telegram.chats.get(change.chat_id)
        if chat is None or (chat.kind is Kind.PRIVATE and chat.id != self._reader.id):
            return
        event: Json = {"what": change.what, "chat": change.chat_id, "id": change.message_id}
        message = chat.messages.get(change.message_id)
        if change.what in {"new", "edited"} and message is not None:
            event["message"] = message_view(self._telegram, message, self._reader, self._card)
        elif change.what == "chat":
            event["chats"] = self._chats()
        else:
            event |= {"text": change.text, "alert": change.alert}
        self._broadcast(event)

    def _broadcast(self, event: Json) -> None:
        for queue in list(self._queues):
            _put(queue, event)

    def _chats(self) -> list[Json]:
        return [
            chat_view(self._telegram, chat, self._reader) for chat in chats_of(self._telegram, self._reader)
        ]

    def _commands(self) -> list[Json]:
        """Return the menu for the person's language, else for everybody; private chats' first."""
        menus = self._telegram.profile.commands
        for scope in ('["all_private_chats"]', '["default"]'):
            for language in (self._reader.language_code, ""):
                if menu := menus.get((scope, language)):
                    return menu
        return []

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "page.html")
        if name not in _ASSETS:
            raise web.HTTPNotFound(text="There is no such file.")
        body = files("bot.playground").joinpath("page", name).read_bytes()
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-cache"}
        return web.Response(body=body, content_type=_ASSETS[name], charset="utf-8", headers=headers)

    async def _file(self, request: web.Request) -> web.Response:
        try:
            stored = self._telegram.files.find(request.match_info["file_id"])
        except ApiError:
            raise web.HTTPNotFound(text="There is no such file.") from None
        mime = shown_type(stored.kind, stored.data)
        if not mime:
            headers = {"Content-Disposition": "attachment"}
            return web.Response(body=stored.data, content_type="application/octet-stream", headers=headers)
        return _part_of(stored.data, mime, request)

    async def _state(self, request: web.Request) -> web.Response:
        messages = {
            str(chat.id): [
                message_view(self._telegram, message, self._reader, self._card)
                for message in list(chat.messages.values())[-_SHOWN:]
            ]
            for chat in chats_of(self._telegram, self._reader)
        }
        state: Json = {
            "person": self._reader.first_name,
            "chats": self._chats(),
            "messages": messages,
            "commands": self._commands(),
            "feeds": self._feeds(str(request.url.origin())),
        }
        return web.json_response(state)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Stream changes until the page goes or falls too far behind; it then asks for the state anew."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue(_BACKLOG)
        self._queues.add(queue)
        try:
            await response.write(b"retry: 1000\n: hello\n\n")
            while not queue.full():
                try:
                    async with asyncio.timeout(_KEEP_ALIVE_S):
                        event = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    break
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._queues.discard(queue)
        return response

    async def _say(self, request: web.Request) -> web.Response:
        body = await _body(request)
        chat = self._chat_in(body)
        text, replied = str(body.get("text", ""))[:4096], chat.messages.get(_number(body, "reply"))
        try:
            message = self._people.say(chat, text, self._reader, reply_to=replied.id if replied else None)
        except ApiError as refusal:
            raise web.HTTPBadRequest(text=refusal.description) from None
        return web.json_response({"id": message.id})

    async def _press(self, request: web.Request) -> web.Response:
        body = await _body(request)
        chat = self._telegram.chats.get(_number(body, "chat"))
        message = chat.messages.get(_number(body, "message")) if chat else None
        data = str(body.get("data", ""))
        known = (
            [str(button.get("callback_data")) for row in message.keyboard for button in row]
            if message
            else []
        )
        if message is None or data not in known:
            raise web.HTTPNotFound(text="There is no such button any more.")
        press = self._telegram.press(self._reader, message, data)
        return web.json_response({"id": press.id})

    async def _seek(self, request: web.Request) -> web.Response:
        """Type words behind the bot's name, and wait for the cards; a page that goes on typing goes away."""
        body = await _body(request)
        words, offset = str(body.get("words", "")), str(body.get("offset", ""))
        query = self._telegram.seek(self._reader, self._chat_in(body), words, offset)
        try:
            async with asyncio.timeout(ANSWER_S):
                await query.answered.wait()
        except TimeoutError:
            raise web.HTTPGatewayTimeout(text="The bot has not answered in time.") from None
        cards = [self._offer(one) for one in query.results]
        return web.json_response(
            {"id": query.id, "results": cards, "next": query.next_offset, "button": query.button}
        )

    def _offer(self, card: Result) -> Json:
        """Return a card as the page shows it, with a picture of this machine's alone.

        The newsroom has no https, by which the bot would name its pictures: they are those of its pages.
        """
        image = self._card(card.url).get("image", "")
        return {"id": card.id, "title": card.title, "about": card.description, "image": image}

    async def _choose(self, request: web.Request) -> web.Response:
        body = await _body(request)
        chat = self._chat_in(body)
        try:
            query = self._telegram.inline_queries[str(body.get("query", ""))]
            message = self._people.choose(chat, query, str(body.get("result", "")), self._reader)
        except LookupError:
            raise web.HTTPNotFound(text="There is no such card any more.") from None
        return web.json_response({"id": message.id})

    def _chat_in(self, body: Json) -> Chat:
        """Return the reader's chat that a request is about."""
        chat = self._telegram.chats.get(_number(body, "chat"))
        if chat is None or chat not in chats_of(self._telegram, self._reader):
            raise web.HTTPNotFound(text="There is no such chat.")
        return chat


@web.middleware
async def _at_home(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Serve this machine's own names only; harden every answer."""
    if not _is_home(request.url.host or ""):
        raise web.HTTPForbidden(text="The playground answers on this machine only.")
    answered = await handler(request)
    if not answered.prepared:
        answered.headers.setdefault("X-Content-Type-Options", "nosniff")
        answered.headers.setdefault("Referrer-Policy", "no-referrer")
    return answered


def _is_home(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _put(queue: asyncio.Queue[Json | None], event: Json | None) -> None:
    with contextlib.suppress(asyncio.QueueFull):  # its stream ends and the page begins anew
        queue.put_nowait(event)


async def _body(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return body


def _number(body: Json, name: str) -> int:
    value = body.get(name)
    return value if isinstance(value, int) else 0


def _part_of(data: bytes, mime: str, request: web.Request) -> web.Response:
    """Answer with a file, or with the part of it that a player asks for."""
    headers = {"Accept-Ranges": "bytes"}
    try:
        first, last, _step = request.http_range.indices(len(data))
    except ValueError:
        first, last = 0, 0
    if "Range" not in request.headers:
        return web.Response(body=data, content_type=mime, headers=headers)
    if first >= last:
        raise web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last - 1}/{len(data)}"
    return web.Response(status=206, body=data[first:last], content_type=mime, headers=headers)
