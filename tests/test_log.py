"""Log lines: one format, one line a fact, no secret in any of them."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from bot.log import configure, secrets_of
from bot.settings import Settings, read

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def written(settings: Settings, *calls: tuple[str, tuple[object, ...]]) -> str:
    stream = io.StringIO()
    configure(settings, stream)
    for text, arguments in calls:
        logging.getLogger("bot.test").warning(text, *arguments)
    return stream.getvalue()


def a_failure(words: str) -> Exception:
    error = RuntimeError("the sending failed")
    error.__cause__ = ValueError(words)
    return error


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_stands_in_no_message_no_argument_and_no_traceback(form: str) -> None:
    stream = io.StringIO()
    configure(read({"LOG_FORMAT": form}), stream)
    log = logging.getLogger("bot.test")
    log.warning(f"POST https://api.telegram.org/bot{TOKEN}/sendMessage")  # noqa: G004  the worst of habits
    log.warning("asked %s", {"url": f"https://api.telegram.org/bot{TOKEN}/getMe"})
    log.error("failed", exc_info=a_failure(f"no route to /bot{TOKEN}/getMe"))
    text = stream.getvalue()
    assert "AAHdqTcv" not in text
    assert text.count("[secret]") == 3
    assert "the sending failed" in text


def test_configured_secrets_are_hidden_in_every_spelling() -> None:
    settings = read({"REDIS_URL": "redis://:p%40ss-word@db:6379/0", "TELEGRAM_BOT_TOKEN": "1:short"})
    assert set(secrets_of(settings)) == {"1:short", "p%40ss-word"}
    text = written(settings, ("could not log in as %s or %s, %s", ("p%40ss-word", "p@ss-word", "1:short")))
    assert "pass" not in text.replace("[secret]", "")
    assert "p%40ss" not in text
    assert "p@ss" not in text
    assert "1:short" not in text


def test_innocent_words_stay_where_no_secret_is_configured() -> None:
    assert "at 12:30 chat -100123" in written(read({}), ("at %s chat %d", ("12:30", -100123)))


def test_json_lines_are_one_object_each_with_all_that_is_known() -> None:
    stream = io.StringIO()
    configure(read({"LOG_FORMAT": "json"}), stream)
    logging.getLogger("bot.test").warning("größer\n%s", "新闻")
    logging.getLogger("bot.test").error("oh", exc_info=a_failure("why"))
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == "größer\\n新闻"
    assert first["level"] == "WARNING"
    assert first["logger"] == "bot.test"
    assert first["at"].endswith("+00:00")
    assert "trace" not in first
    assert "ValueError: why" in second["trace"]


def test_foreign_text_cannot_forge_a_line() -> None:
    text = written(read({}), ("feed %s", ("x\r\n2026-01-01 00:00:00 ERROR bot: all lost",)))
    assert len(text.splitlines()) == 1


def test_a_call_with_wrong_arguments_still_says_what_it_can() -> None:
    assert "sent 3 of (1,)" in written(read({}), ("sent 3 of", (1,)))


def test_libraries_that_print_addresses_are_silent_below_warning() -> None:
    stream = io.StringIO()
    configure(read({"LOG_LEVEL": "DEBUG"}), stream)
    logging.getLogger("aiohttp.access").info("HTTP Request")
    logging.getLogger("telegram.request").error("Can not load invalid JSON data")
    logging.getLogger("bot.test").debug("ours")
    assert stream.getvalue().splitlines()[0].endswith("bot.test: ours")
    assert len(stream.getvalue().splitlines()) == 1


def test_the_level_is_the_one_that_was_set_and_configuring_twice_writes_once() -> None:
    stream = io.StringIO()
    settings = read({"LOG_LEVEL": "ERROR"})
    configure(settings, stream)
    configure(settings, stream)
    logging.getLogger("bot.test").warning("not this")
    logging.getLogger("bot.test").error("this")
    assert stream.getvalue().count("this") == 1


def test_warnings_of_libraries_become_lines() -> None:
    stream = io.StringIO()
    configure(read({}), stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("getting old", DeprecationWarning, stacklevel=1)
    assert "getting old" in stream.getvalue()
