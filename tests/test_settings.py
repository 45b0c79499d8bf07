"""The environment becomes one value, or every problem is named at once."""

import re
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.settings import Access, Settings, need_token, read

ROOT = Path(__file__).parent.parent
NAMES = [one.name for one in fields(Settings)]


def problems(**variables: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(variables)
    return caught.value.problems


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read({})
    assert settings.poll_min_seconds == 60
    assert settings.access is Access.OPEN
    assert settings.send_rate == 30


def test_an_empty_variable_counts_as_unset() -> None:
    assert read({"PORT": "", "SEND_RATE": "  "}) == read({})


def test_a_tilde_is_the_home_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read({"DATA_DIR": "~/relay"}).data_dir == tmp_path / "relay"
    assert read({"DATA_DIR": "./~relay"}).data_dir == Path("~relay")
    (problem,) = problems(DATA_DIR="~nobody-of-that-name/relay")
    assert problem.startswith("DATA_DIR: ")
    assert "home" in problem
    (problem,) = problems(DATA_DIR="a\0b")
    assert problem.startswith("DATA_DIR: ")


def test_what_has_a_default_is_turned_off_by_a_word() -> None:
    assert read({}).rsshub_url == "https://rsshub.app"
    assert read({"RSSHUB_URL": " Off "}).rsshub_url == ""
    assert read({"RSSHUB_URL": "http://hub.example:8080/"}).rsshub_url == "http://hub.example:8080"
    with pytest.raises(SettingsError, match="RSSHUB_URL"):
        read({"RSSHUB_URL": "hub.example"})


def test_lists_networks_and_units_are_read_as_people_write_them() -> None:
    settings = read(
        {
            "OWNER_IDS": "1, 2 3",
            "FETCH_ALLOW_NETWORKS": "127.0.0.0/8,::1",
            "SEND_RATE": "30/s",
            "SEND_PAID": "off",
            "LOG_LEVEL": "debug",
            "ACCESS": "Owners",
        }
    )
    assert settings.owner_ids == {1, 2, 3}
    assert settings.fetch_allow_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.send_rate == 30
    assert settings.log_level == "DEBUG"


def test_feeds_to_start_with_are_names_and_addresses() -> None:
    settings = read(
        {"START_FEEDS": "The Gazette=https://gazette.example/feed?a=b; Other = http://o.example;"}
    )
    assert settings.start_feeds == (
        ("The Gazette", "https://gazette.example/feed?a=b"),
        ("Other", "http://o.example"),
    )
    (problem,) = problems(START_FEEDS="https://gazette.example/feed")
    assert "The Gazette=" in problem


def test_every_problem_is_named_at_once_one_sentence_each() -> None:
    found = problems(
        POLL_MIN_SECONDS="x",
        TIMEZONE="Mars/Base",
        ACCESS="owners",
        FETCH_ALLOW_NETWORKS="1.2.3.4/99",
        IMAGE_PROXY="https://x.example/",
        REDIS_URL="localhost",
    )
    assert {one.split(":")[0] for one in found} == {
        "POLL_MIN_SECONDS",
        "TIMEZONE",
        "OWNER_IDS",
        "FETCH_ALLOW_NETWORKS",
        "IMAGE_PROXY",
        "REDIS_URL",
    }
    assert all("\n" not in one for one in found)


def test_settings_that_contradict_each_other_are_told() -> None:
    (problem,) = problems(POLL_MIN_SECONDS="100", POLL_MAX_SECONDS="50")
    assert "100" in problem
    assert "50" in problem


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "65536", "a whole number from 1 to 65535"),
        ("FETCH_CONCURRENCY", "0", "a whole number from 1 to 1000"),
        ("FETCH_MAX_BYTES", "10", "a whole number of 1024 or more"),
        ("KEEP_DAYS", "nan", "a number above 0 and at most 366"),
        ("SEND_RATE", "0/s", "a number above 0 and at most 1000"),
        ("SEND_PAID", "perhaps", "on or off"),
        ("PAGES", "half", "one of off, lead, full"),
        ("LOG_LEVEL", "loud", "one of DEBUG, INFO, WARNING, ERROR"),
        ("OWNER_IDS", "12, @me", "'@me' is not an id"),
        ("LANGUAGE", "english!", "like en, de or zh-Hans"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(name: str, value: str, sentence: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name}: ")
    assert sentence in problem
    assert f"(it is {value!r})" in problem


@pytest.mark.parametrize(
    "address",
    [
        "http://h:99999",
        "http://127.0.0.1:8x",
        "http://u:hunter2@",
        "http://[::1",
        "http://two words",
        "http://:80",
    ],
)
@pytest.mark.parametrize("name", ["TELEGRAM_API_URL", "FETCH_PROXY", "RSSHUB_URL", "PUBLIC_URL"])
def test_an_address_that_nothing_could_be_asked_at_is_no_setting(name: str, address: str) -> None:
    (problem,) = problems(**{name: address})
    assert "http:// or https://" in problem
    assert name != "FETCH_PROXY" or "hunter2" not in problem


@pytest.mark.parametrize(
    "address",
    [
        *("localhost:6379", "http://h", "redis://[::1", "redis://h:99999", "redis://:hunter2@h:8x"),
        *("redis://h/first", "rediss://h/0/1", "redis://h:6379/-1"),
    ],
)
def test_a_redis_that_nothing_could_be_asked_at_is_no_setting(address: str) -> None:
    (problem,) = problems(REDIS_URL=address)
    assert problem.startswith("REDIS_URL: ")
    assert "redis://" in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "address",
    [
        "redis://",
        "redis://h",
        "redis://h/",
        "redis://h/0/",
        "redis://u:p@[::1]:6379/15",
        "rediss://h:1/?db=2",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_a_redis_may_be_named_in_each_of_its_ways(address: str) -> None:
    assert read({"REDIS_URL": address}).redis_url == address


def test_a_value_is_not_said_twice() -> None:
    (problem,) = problems(TIMEZONE="Berlin")
    assert problem.count("Berlin'") == 1


@pytest.mark.parametrize("name", ["TELEGRAM_BOT_TOKEN", "REDIS_URL", "FETCH_PROXY"])
def test_a_secret_is_never_repeated_in_a_problem(name: str) -> None:
    (problem,) = problems(**{name: "hunter2 hunter2"})
    assert "hunter2" not in problem
    assert problem.startswith(name)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read({"TELEGRAM_BOT_TOKEN": "12345:secret", "REDIS_URL": "redis://:secret@localhost"})
    assert "secret" not in repr(settings)


def test_a_missing_token_is_told_with_the_next_step() -> None:
    with pytest.raises(SettingsError, match="BotFather"):
        need_token(read({}))
    need_token(read({"TELEGRAM_BOT_TOKEN": "12345:abc"}))


@given(st.dictionaries(st.sampled_from([name.upper() for name in NAMES]), st.text()))
def test_no_environment_makes_anything_but_settings_or_their_error(environ: dict[str, str]) -> None:
    try:
        read(environ)
    except SettingsError as error:
        assert error.problems


def test_the_example_lists_every_setting_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(lines) == {name.upper() for name in NAMES}
    assert read(lines) == read({})
