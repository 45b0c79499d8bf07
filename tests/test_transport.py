"""Calls over real sockets: what arrives, and what each way to fail becomes."""

import asyncio
import io
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
import telegram
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.deliver import transport
from bot.deliver.outcome import Down, Outcome, Unclear, of_error
from bot.deliver.transport import Transport
from bot.playground.playground import Playground
from tests.test_picture import png

TOKEN = "123456:" + "x" * 35
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def world() -> AsyncIterator[Playground]:
    async with Playground() as one:
        yield one


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    """A server of one's own making; what it leaves open is closed in the end."""
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await handler(reader, writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def speaking(world: Playground) -> AsyncIterator[telegram.Bot]:
    """A bot whose calls and polls go our way."""
    calls, polls = Transport(64), Transport(2)
    async with calls, polls:
        yield telegram.Bot(
            world.token,
            base_url=f"{world.url}/bot",
            base_file_url=f"{world.url}/file/bot",
            request=calls,
            get_updates_request=polls,
        )


async def call(request: Transport, url: str, **limits: float | None) -> TelegramError:
    """Return what a call fails with."""
    with pytest.raises(TelegramError) as caught:
        await request.do_request(f"{url}/bot{TOKEN}/sendMessage", "POST", None, **limits)
    assert TOKEN not in f"{caught.value} {caught.value!r}"
    assert caught.value.__cause__ is not None
    return caught.value


async def read_request(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def closes_before_reading(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def closes_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.close()


async def resets_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    at_once = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    writer.close()


async def says_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def reads_nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.get_running_loop().create_future()


async def answers_by_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(OK + b'{"ok":')
    writer.close()


async def stops_halfway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(OK + b'{"ok":')
    await reader.read()


async def speaks_another_language(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"220 mail.example.org ESMTP\r\n")
    writer.close()


BROKEN: list[tuple[Handler, type[NetworkError], str]] = [
    (closes_before_reading, NetworkError, ""),
    (closes_after_reading, NetworkError, "ServerDisconnectedError"),
    (resets_after_reading, NetworkError, "ClientOSError"),
    (answers_by_half, NetworkError, "ClientPayloadError"),
    (speaks_another_language, NetworkError, "ClientResponseError"),
    (says_nothing, TimedOut, "SocketTimeoutError"),
    (stops_halfway, TimedOut, "SocketTimeoutError"),
]


@pytest.mark.parametrize(("handler", "kind", "why"), BROKEN, ids=[one[0].__name__ for one in BROKEN])
async def test_where_the_call_may_have_been_read_it_is_unclear(
    handler: Handler, kind: type[NetworkError], why: str
) -> None:
    async with served(handler) as url, Transport(1) as request:
        error = await call(request, url, read_timeout=0.05)
    assert type(error) is kind
    assert why in str(error)
    assert isinstance(of_error(error), Unclear)


async def test_a_server_that_reads_no_upload_is_given_up(world: Playground) -> None:
    async with served(reads_nothing) as url, Transport(1) as request:
        bot = telegram.Bot(world.token, base_url=f"{url}/bot", request=request)
        upload = telegram.InputFile(bytes(9_000_000), filename="a.png")
        with pytest.raises(TimedOut) as caught:
            await bot.send_photo(
                1, upload, read_timeout=0.02, write_timeout=0.02, connect_timeout=0.02, pool_timeout=0.02
            )
    assert isinstance(of_error(caught.value), Unclear)


async def test_a_gateways_page_is_an_answer_and_what_it_means_is_said_elsewhere(world: Playground) -> None:
    world.fail_next("sendMessage", "bad_gateway")
    async with speaking(world) as bot:
        with pytest.raises(NetworkError, match="Bad Gateway") as caught:
            await bot.send_message(world.user.id, "hello")
    assert isinstance(of_error(caught.value), Unclear)


async def test_a_redirect_is_not_followed() -> None:
    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    async with served(elsewhere) as url, Transport(1) as request:
        assert await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST") == (302, b"")


def certainly_not_sent(error: TelegramError) -> bool:
    return isinstance(of_error(error), Down)


async def test_a_refused_connection_is_down_and_is_named() -> None:
    async with Transport(1) as request:
        error = await call(request, "http://127.0.0.1:1")
    assert "Connect call failed" in str(error)
    assert certainly_not_sent(error)


async def test_an_unknown_host_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nobody)
    async with Transport(1) as request:
        error = await call(request, "http://telegram.invalid")
    assert "Name or service not known" in str(error)
    assert certainly_not_sent(error)


async def test_a_look_up_without_end_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def later(*_: object, **__: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", later)
    async with Transport(1) as request:
        error = await call(request, "http://telegram.invalid", connect_timeout=0.02, pool_timeout=0.02)
    assert type(error) is TimedOut
    assert certainly_not_sent(error)


async def test_a_handshake_that_gets_no_answer_is_down() -> None:
    async with served(says_nothing) as url, Transport(1) as request:
        error = await call(request, url.replace("http", "https"), connect_timeout=0.05)
    assert type(error) is TimedOut
    assert certainly_not_sent(error)


async def test_a_server_without_tls_is_down() -> None:
    async def greets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")

    async with served(greets) as url, Transport(1) as request:
        error = await call(request, url.replace("http", "https"))
    assert "ClientConnectorSSLError" in str(error)
    assert certainly_not_sent(error)


async def test_no_free_connection_in_time_is_down() -> None:
    begun = asyncio.Event()

    async def holds(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)
        begun.set()
        await reader.read()

    async with served(holds) as url, Transport(1) as request:
        first = asyncio.create_task(call(request, url))
        await begun.wait()
        error = await call(request, url, pool_timeout=0.02, connect_timeout=0.02)
        assert first.cancel()
    assert type(error) is TimedOut
    assert certainly_not_sent(error)


@pytest.mark.parametrize("url", ["http://", "ftp://telegram.invalid", "http://[::1", "nonsense"])
async def test_what_is_no_address_is_down(url: str) -> None:
    async with Transport(1) as request:
        assert certainly_not_sent(await call(request, url))


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_BYTES", 100_000)

    async def pours(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()

    outcome: Outcome
    async with served(pours) as url, Transport(1) as request:
        with pytest.raises(NetworkError, match="more than 100000 bytes") as caught:
            await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST")
        outcome = of_error(caught.value)
    assert isinstance(outcome, Unclear)


async def test_no_proxy_is_taken_from_the_environment(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with speaking(world) as bot:
        assert (await bot.get_me()).is_bot


async def test_texts_arrive_letter_by_letter(world: Playground) -> None:
    text = 'a+b & c=d % „ü“ 雨 🌧 \\ "q" \n end'
    entity = telegram.MessageEntity("text_link", 0, 3, url="https://example.org/?a=b&c=雨")
    async with speaking(world) as bot:
        await bot.send_message(world.user.id, text, entities=[entity], disable_notification=True)
    (sent,) = world.messages(world.user)
    assert sent.text == text
    assert sent.silent
    assert sent.content.entities[0].argument.startswith("https://example.org/?a=b&c=")


async def test_half_a_letter_is_telegrams_to_refuse(world: Playground) -> None:
    async with speaking(world) as bot:
        with suppress(telegram.error.BadRequest):
            await bot.send_message(world.user.id, "half a letter: \ud83c")


async def test_uploads_of_every_form_arrive(world: Playground, tmp_path: Path) -> None:
    picture = png(800, 600, bytes(3_000_000))
    (tmp_path / "b.png").write_bytes(picture)
    async with speaking(world) as bot:
        await bot.send_photo(world.user.id, picture, caption="雨 🌧", filename="a.png")
        await bot.send_document(world.user.id, io.BytesIO(b"<opml/>"), filename='订阅 "1".opml')
        with (tmp_path / "b.png").open("rb") as file:
            await bot.send_photo(world.user.id, telegram.InputFile(file, read_file_handle=False))
        media = [telegram.InputMediaPhoto(picture), telegram.InputMediaPhoto(picture, caption="second")]
        await bot.send_media_group(world.user.id, media)
    photo, document, streamed, *album = world.messages(world.user)
    assert photo.text == "雨 🌧"
    assert photo.media is not None
    assert document.media is not None
    assert (photo.media.size, photo.media.mime) == (len(picture), "image/png")
    assert document.media.filename == '订阅 "1".opml'
    assert streamed.media is not None
    assert streamed.media.size == len(picture)
    assert [one.text for one in album] == ["", "second"]


async def test_a_file_is_fetched(world: Playground) -> None:
    said = world.say(world.user, "", document=("feeds.opml", b"<opml/>"))
    assert said.media is not None
    async with speaking(world) as bot:
        file = await bot.get_file(said.media.file_id)
        assert await file.download_as_bytearray() == b"<opml/>"


async def test_a_long_poll_waits_and_returns(world: Playground) -> None:
    async with speaking(world) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await world.wait_for(lambda: world.telegram.calls["getUpdates"])
        world.say(world.user, "hello")
        async with asyncio.timeout(5):
            (update,) = await poll
    assert update.message is not None
    assert update.message.text == "hello"


async def test_it_opens_by_itself_closes_for_good_and_opens_again(world: Playground) -> None:
    request = Transport(1)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(request.shutdown)
        bot = telegram.Bot(world.token, base_url=f"{world.url}/bot", request=request)
        assert (await bot.get_me()).is_bot
        await request.initialize()
        assert (await bot.get_me()).is_bot
        await request.shutdown()
        await request.shutdown()
        with pytest.raises(NetworkError, match="closed"):
            await bot.get_me()
        await request.initialize()
        assert (await bot.get_me()).is_bot
    await Transport(1).shutdown()
