"""What each of Telegram's errors means, and what our own memory and backoff make of it."""

import asyncio
import warnings
from collections.abc import Iterator
from datetime import timedelta

import pytest
import telegram
from aiohttp import client_exceptions, web
from telegram import error as errors

from bot.deliver.backoff import EVERYBODY, Backoff
from bot.deliver.outcome import (
    ChatLost,
    Down,
    Halt,
    MediaRefused,
    Migrated,
    Outcome,
    Refused,
    TopicLost,
    Unclear,
    Wait,
    of_error,
)
from bot.deliver.recent import Recent
from bot.deliver.transport import Transport
from bot.items import ChatId
from bot.render.parts import MediaKind

BAD_REQUESTS: list[tuple[str, type[Outcome] | Outcome]] = [
    ("chat not found", ChatLost("chat not found")),
    ("group chat was deactivated", ChatLost("chat deleted")),
    ("group chat was upgraded to a supergroup chat", ChatLost("moved to a supergroup")),
    ("need administrator rights in the channel chat", ChatLost("no right to post")),
    ("not enough rights to send text messages to the chat", ChatLost("no right to post")),
    ("have no rights to send a message", ChatLost("no right to post")),
    ("CHAT_WRITE_FORBIDDEN", ChatLost("no right to post")),
    ("CHAT_ADMIN_REQUIRED", ChatLost("no right to post")),
    ("CHAT_RESTRICTED", ChatLost("chat restricted")),
    ("USER_IS_BLOCKED", ChatLost("blocked")),
    ("PEER_ID_INVALID", ChatLost("chat not found")),
    ("CHANNEL_PRIVATE", ChatLost("not a member")),
    ("message thread not found", TopicLost),
    ("TOPIC_CLOSED", TopicLost),
    ("TOPIC_DELETED", TopicLost),
    ("SLOWMODE_WAIT_30", Wait(30)),
    ("failed to get HTTP URL content", MediaRefused),
    ("wrong type of the web page content", MediaRefused),
    ("wrong file identifier/HTTP URL specified", MediaRefused),
    ("wrong remote file identifier specified: Wrong character in the string", MediaRefused),
    ("invalid file HTTP URL specified: Unsupported URL protocol", MediaRefused),
    ("can't use file of type Document as Photo", MediaRefused),
    ("PHOTO_INVALID_DIMENSIONS", MediaRefused),
    ("PHOTO_EXT_INVALID", MediaRefused),
    ("IMAGE_PROCESS_FAILED", MediaRefused),
    ("WEBPAGE_CURL_FAILED", MediaRefused),
    ("WEBPAGE_MEDIA_EMPTY", MediaRefused),
    ("MEDIA_EMPTY", MediaRefused),
    ("file must be non-empty", MediaRefused),
    ("file of size 12000000 bytes is too big for a photo; the maximum size is 10485760 bytes", MediaRefused),
    ("message caption is too long", MediaRefused),
    ("MEDIA_CAPTION_TOO_LONG", MediaRefused),
    ('can\'t parse entities: Unsupported start tag "br" at byte offset 3', Refused),
    ("message is too long", Refused),
    ("MESSAGE_TOO_LONG", Refused),
    ("message text is empty", Refused),
    ("text must be non-empty", Refused),
    ("BUTTON_DATA_INVALID", Refused),
    ("BUTTON_URL_INVALID", Refused),
    ("reply markup is too long", Refused),
    ("message is not modified: specified new message content and reply markup are exactly the same", Refused),
    ("message to edit not found", Refused),
    ("message to be replied not found", Refused),
    ("something nobody has heard of", Refused),
]

FORBIDDEN = [
    ("bot was blocked by the user", "blocked"),
    ("user is deactivated", "account deleted"),
    ("bot was kicked from the group chat", "kicked"),
    ("bot was kicked from the supergroup chat", "kicked"),
    ("bot was kicked from the channel chat", "kicked"),
    ("bot is not a member of the channel chat", "not a member"),
    ("the group chat was deleted", "chat deleted"),
    ("bot can't initiate conversation with a user", "never started"),
    ("bots can't send messages to bots", "a bot"),
    ("a new reason", "a new reason"),
]


@pytest.mark.parametrize(("text", "expected"), BAD_REQUESTS, ids=[text[:40] for text, _ in BAD_REQUESTS])
def test_each_text_of_a_400_has_its_meaning_in_any_case(text: str, expected: type[Outcome] | Outcome) -> None:
    worded = errors.BadRequest(f"Bad Request: {text}")
    for one in (worded, errors.BadRequest(text), errors.BadRequest(text.lower())):
        outcome = of_error(one)
        assert isinstance(outcome, expected) if isinstance(expected, type) else outcome == expected


@pytest.mark.parametrize(("text", "reason"), FORBIDDEN, ids=[text for text, _ in FORBIDDEN])
def test_each_403_loses_the_chat_with_a_short_reason(text: str, reason: str) -> None:
    assert of_error(errors.Forbidden(f"Forbidden: {text}")) == ChatLost(reason)


@pytest.mark.parametrize("kind", ["photos", "media"])
def test_a_chat_that_takes_no_pictures_is_not_a_lost_chat(kind: str) -> None:
    for error in (errors.BadRequest, errors.Forbidden):
        outcome = of_error(error(f"not enough rights to send {kind} to the chat"))
        assert isinstance(outcome, MediaRefused)
        assert MediaKind.PHOTO in outcome.forbidden
        assert not outcome.blames_file
    shouted = of_error(errors.BadRequest(f"CHAT_SEND_{kind.upper()}_FORBIDDEN"))
    assert isinstance(shouted, MediaRefused)
    assert MediaKind.PHOTO in shouted.forbidden


def subclasses(of: type[errors.TelegramError]) -> Iterator[type[errors.TelegramError]]:
    yield of
    for one in of.__subclasses__():
        yield from subclasses(one)


EXPECTED: dict[type[errors.TelegramError], tuple[errors.TelegramError, type[Outcome]]] = {
    errors.TelegramError: (errors.TelegramError("odd"), Unclear),
    errors.Forbidden: (errors.Forbidden("odd"), ChatLost),
    errors.InvalidToken: (errors.InvalidToken(), Halt),
    errors.EndPointNotFound: (errors.EndPointNotFound("odd"), Halt),
    errors.Conflict: (errors.Conflict("terminated by other getUpdates request"), Halt),
    errors.NetworkError: (errors.NetworkError("odd"), Unclear),
    errors.BadRequest: (errors.BadRequest("odd"), Refused),
    errors.TimedOut: (errors.TimedOut(), Unclear),
    errors.ChatMigrated: (errors.ChatMigrated(-1001), Migrated),
    errors.RetryAfter: (errors.RetryAfter(5), Wait),
    errors.PassportDecryptionError: (errors.PassportDecryptionError("odd"), Unclear),
}


def test_the_mapping_is_total_over_the_librarys_errors() -> None:
    theirs = {one for one in subclasses(errors.TelegramError) if one.__module__ == "telegram.error"}
    assert theirs == set(EXPECTED)
    for error, kind in EXPECTED.values():
        assert type(of_error(error)) is kind, error


@pytest.mark.parametrize("as_timedelta", [True, False])
def test_a_flood_wait_of_any_size_is_read_in_both_forms(
    monkeypatch: pytest.MonkeyPatch,
    as_timedelta: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", str(as_timedelta).lower())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, of the older form
        error = errors.RetryAfter(timedelta(seconds=43_837))
        assert isinstance(error.retry_after, timedelta) is as_timedelta
        assert of_error(error) == Wait(43_837)


def below(of: type[Exception]) -> Iterator[type[Exception]]:
    for one in of.__subclasses__():
        yield one
        yield from below(one)


NEVER_SENT: set[type[Exception]] = {
    client_exceptions.ClientConnectorError,
    client_exceptions.ClientConnectorDNSError,
    client_exceptions.ClientConnectorSSLError,
    client_exceptions.ClientConnectorCertificateError,
    client_exceptions.ClientSSLError,
    client_exceptions.ClientProxyConnectionError,
    client_exceptions.UnixClientConnectorError,
    client_exceptions.ConnectionTimeoutError,
    client_exceptions.ServerFingerprintMismatch,
    client_exceptions.InvalidURL,
    client_exceptions.InvalidUrlClientError,
    client_exceptions.NonHttpUrlClientError,
}
PERHAPS_SENT: set[type[Exception]] = {
    TimeoutError,
    OSError,
    client_exceptions.ClientConnectionError,
    client_exceptions.ClientConnectionResetError,
    client_exceptions.ClientOSError,
    client_exceptions.ServerConnectionError,
    client_exceptions.ServerDisconnectedError,
    client_exceptions.ServerTimeoutError,
    client_exceptions.SocketTimeoutError,
    client_exceptions.ClientPayloadError,
    client_exceptions.UploadAbortedError,
    client_exceptions.ClientResponseError,
    client_exceptions.ClientHttpProxyError,
    client_exceptions.ContentTypeError,
    client_exceptions.WSServerHandshakeError,
    client_exceptions.TooManyRedirects,
    client_exceptions.RedirectClientError,
    client_exceptions.InvalidUrlRedirectClientError,
    client_exceptions.NonHttpUrlRedirectClientError,
}


def outcome_of(cause: type[Exception]) -> Outcome:
    """What becomes of an error of aiohttp's by way of the library's."""
    error = errors.TimedOut() if issubclass(cause, TimeoutError) else errors.NetworkError(cause.__name__)
    error.__cause__ = cause.__new__(cause)  # its arguments differ, and do not matter
    return of_error(error)


@pytest.mark.parametrize("cause", sorted(NEVER_SENT, key=str), ids=lambda cause: cause.__name__)
def test_what_fails_before_the_first_byte_was_certainly_not_sent(cause: type[Exception]) -> None:
    assert isinstance(outcome_of(cause), Down)


@pytest.mark.parametrize("cause", sorted(PERHAPS_SENT, key=str), ids=lambda cause: cause.__name__)
def test_what_fails_after_sending_leaves_it_open(cause: type[Exception]) -> None:
    assert isinstance(outcome_of(cause), Unclear)


def test_every_error_of_aiohttps_is_known_for_one_or_the_other() -> None:
    theirs = {
        one for one in below(client_exceptions.ClientError) if one.__module__ == "aiohttp.client_exceptions"
    }
    assert theirs == {
        one for one in NEVER_SENT | PERHAPS_SENT if issubclass(one, client_exceptions.ClientError)
    }


GATEWAYS = [
    (502, "<html>502 Bad Gateway</html>", Unclear),
    (504, "<html>504</html>", Unclear),
    (503, "<html>maintenance</html>", Unclear),
    (403, "<html>blocked by the office firewall</html>", Down),
    (404, "<html>no such page</html>", Down),
    (401, "<html>log in to this Wi-Fi</html>", Down),
    (413, "<html>413 Request Entity Too Large</html>", MediaRefused),
    (200, "<html>welcome to this Wi-Fi</html>", Unclear),
    (500, '{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}', Unclear),
    (413, '{"ok":false,"error_code":413,"description":"Request Entity Too Large"}', MediaRefused),
    (401, '{"ok":false,"error_code":401,"description":"Unauthorized"}', Halt),
    (404, '{"ok":false,"error_code":404,"description":"Not Found"}', Halt),
    (429, '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":7}}', Wait),
    (400, '{"ok":false,"description":"Bad Request: x","parameters":{"migrate_to_chat_id":-1001}}', Migrated),
]


@pytest.mark.parametrize(
    ("status", "body", "kind"), GATEWAYS, ids=[f"{one[0]}-{one[1][:24]}" for one in GATEWAYS]
)
async def test_what_a_proxy_says_is_not_taken_for_telegrams_word(
    status: int, body: str, kind: type[Outcome]
) -> None:
    """Through the real library: a firewall's 403 page must not pause every chat, nor its 404 end the relay."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    app = web.Application()
    app.router.add_post("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    request = Transport(64)
    bot = telegram.Bot("1:a", base_url=f"http://127.0.0.1:{runner.addresses[0][1]}/bot", request=request)
    try:
        async with asyncio.timeout(5):
            with pytest.raises(errors.TelegramError) as caught:
                await bot.send_message(1, "hello")
    finally:
        await request.shutdown()
        await runner.cleanup()
    outcome = of_error(caught.value)
    assert isinstance(outcome, kind)
    assert "<html>" not in str(outcome)


CHAT, OTHER = ChatId(1), ChatId(2)


def test_a_flood_wait_is_the_chats_own_until_several_meet_one_in_a_row() -> None:
    backoff = Backoff()
    rests = [backoff.flooded(ChatId(one), 70 + 10 * one, 0.0) for one in range(EVERYBODY)]
    assert [rest.bot_ms for rest in rests] == [0] * (EVERYBODY - 1) + [1_000]
    assert [rest.chat_ms for rest in rests] == [70_500, 80_500, 90_500]
    assert backoff.is_careful
    backoff.succeeded(ChatId(99))
    assert not backoff.is_careful


def test_a_short_wait_of_a_second_chat_in_a_row_is_kept_by_the_whole_bot() -> None:
    backoff = Backoff()
    assert backoff.flooded(ChatId(1), 3, 0.0).bot_ms == 0
    assert backoff.flooded(ChatId(1), 5, 0.1).bot_ms == 0, "it is the same chat"
    assert backoff.flooded(ChatId(2), 10, 0.2).bot_ms == 10_500
    assert backoff.is_careful


def test_flood_waits_that_end_at_the_same_moment_are_the_bots_and_kept() -> None:
    backoff = Backoff()
    rests = [backoff.flooded(ChatId(one), 90 - 3 * one, 100.0 + 3 * one) for one in range(EVERYBODY)]
    assert rests[-1].bot_ms == rests[-1].chat_ms == 84_500
    half_a_day = [backoff.flooded(ChatId(one), 43_837, 200.0) for one in range(EVERYBODY, 2 * EVERYBODY)]
    assert half_a_day[-1].chat_ms == 43_837_500
    assert half_a_day[-1].bot_ms <= 300_000, "should it be theirs alone, the others wait no longer than that"


def test_half_the_calls_flooded_never_holds_the_whole_bot() -> None:
    backoff = Backoff()
    for one in range(50):
        assert backoff.flooded(ChatId(one), 3, 0.0).bot_ms == 0
        backoff.succeeded(ChatId(1000 + one))


def test_pauses_grow_to_their_ends_and_a_success_ends_them() -> None:
    backoff = Backoff()
    down = [backoff.down(CHAT, 0.5).chat_ms for _ in range(100)]
    assert down[:4] == [1_000, 2_000, 4_000, 8_000]
    assert down[-1] == 60_000
    unclear = [backoff.unclear(OTHER, 0.5).chat_ms for _ in range(100)]
    assert unclear[:3] == [2_000, 4_000, 8_000]
    assert unclear[-1] == 600_000
    assert backoff.unclear_times(OTHER) == 100
    backoff.succeeded(CHAT)
    backoff.succeeded(OTHER)
    assert backoff.down(CHAT, 0.5).chat_ms == 1_000
    assert backoff.unclear_times(OTHER) == 0


def test_the_roll_spreads_chats_that_failed_together() -> None:
    assert Backoff().down(CHAT, 0.0).chat_ms == 750
    assert Backoff().down(CHAT, 1.0).chat_ms == 1_250


def test_an_outage_rests_the_whole_bot_ever_longer_but_never_for_long() -> None:
    backoff = Backoff()
    rests = [backoff.down(ChatId(one), 0.5).bot_ms for one in range(20)]
    assert rests[:5] == [0, 0, 1_000, 2_000, 4_000]
    assert max(rests) == 30_000


def test_trouble_is_a_chats_own_only_while_others_are_answered() -> None:
    backoff = Backoff()
    backoff.succeeded(OTHER)
    backoff.unclear(CHAT, 0.5)
    assert not backoff.others_were_answered(CHAT)
    backoff.succeeded(OTHER)
    assert backoff.others_were_answered(CHAT)
    backoff.forget(CHAT)
    assert not backoff.others_were_answered(CHAT)


def test_what_was_learned_lately_grows_old_and_the_oldest_goes_first() -> None:
    now = [0.0]
    recent: Recent[str, int] = Recent(2, 10, lambda: now[0])
    recent.put("a", 1)
    recent.put("b", 2)
    now[0] = 5
    recent.put("a", 3)
    recent.put("c", 4)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (3, None, 4)
    now[0] = 15
    assert "a" not in recent
