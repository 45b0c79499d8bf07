"""The command line: what it prints, and the codes it ends with."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import parser, tell
from bot.errands.subscriptions import NoSuchChat, Unreadable, import_subscriptions
from bot.errors import NotAFeed, SettingsError
from bot.items import Role, Taste
from bot.preview import NothingThere, look, may_be_address
from bot.settings import read

ROOT = Path(__file__).parent.parent

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Gazette</title>
<link>https://gazette.example/</link><description/>
<item><title>Older &amp; wiser</title><link>https://gazette.example/1</link><guid>1</guid>
<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate><description>First words. More words.</description></item>
<item><title>Newer</title><link>https://gazette.example/2</link><guid>2</guid>
<pubDate>Tue, 06 Jan 2026 10:00:00 GMT</pubDate>
<description>&lt;p&gt;Second &lt;b&gt;words&lt;/b&gt;.&lt;/p&gt;</description></item>
</channel></rss>"""


def newsrelay(
    folder: Path, *words: str, stdin: bytes = b"", **settings: str
) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder, env=environment, input=stdin, capture_output=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    file = tmp_path / "feed.xml"
    file.write_text(FEED)
    return file


def test_preview_as_json_is_one_array_newest_first(feed: Path) -> None:
    done = newsrelay(feed.parent, "preview", str(feed), "--as", "json")
    assert done.returncode == 0, done.stderr
    newer, older = json.loads(done.stdout)
    assert (newer["title"], older["title"]) == ("Newer", "Older & wiser")
    assert set(newer) >= {
        "id", "title", "link", "published", "author", "source", "language", "images", "summary", "tags", "messages",
    }  # fmt: skip
    assert newer["published"] == "2026-01-06T10:00:00Z"
    assert newer["source"] == "The Gazette"
    assert newer["summary"] == "Second words."
    (message,) = older["messages"]
    assert message["method"] == "sendMessage"
    assert message["html"].startswith('<b><a href="https://gazette.example/1">Older &amp; wiser</a></b>\n\n')


def test_preview_reads_standard_input_and_keeps_to_the_limit(tmp_path: Path) -> None:
    done = newsrelay(tmp_path, "preview", "-", "--limit", "1", stdin=FEED.encode())
    assert done.returncode == 0, done.stderr
    head, foot = done.stdout.decode().rsplit("\n\n", 1)
    assert head == "Newer\n\nSecond words."
    assert re.fullmatch(r"The Gazette · 6 Jan(?: 2026)?, 10:00 UTC\n", foot)  # the year, in another one


def test_preview_sets_items_as_it_is_told_to(tmp_path: Path) -> None:
    long = "<p>" + "Words of a long text, with a comma. " * 300
    file = tmp_path / "feed.xml"
    file.write_text(FEED.replace("First words.", f"<![CDATA[{long}]]>"))
    asked = ("--style", "full", "--length", "short", "--hashtags", "--author", "--split", "--no-images")
    done = newsrelay(tmp_path, "preview", str(file), "--as", "json", *asked)
    assert done.returncode == 0, done.stderr
    counts = [len(one["messages"]) for one in json.loads(done.stdout)]
    assert max(counts) > 1
    failed = newsrelay(tmp_path, "preview", str(file), "--template", str(tmp_path / "none.html"))
    assert (failed.returncode, len(failed.stderr.splitlines())) == (1, 1)
    assert b"template cannot be read" in failed.stderr


def test_preview_as_html_is_a_page(feed: Path) -> None:
    done = newsrelay(feed.parent, "preview", str(feed), "--as", "html")
    page = done.stdout.decode()
    assert page.lower().startswith("<!doctype html>")
    assert "Older &amp; wiser" in page


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("preview", "nowhere.xml"), b"", "no such file"),
        (("preview", ""), b"", "newsrelay: name a feed file, an address, or - for stdin"),
        (("preview", "-"), b"<html><body>Hello</body></html>", "HTML"),
        (("preview", "-"), b"", "empty"),
        (("preview", "-"), FEED[: FEED.index("<item>")].encode() + b"</channel></rss>", "no items"),
        (("preview", "http://127.0.0.1/feed"), b"", "FETCH_ALLOW_NETWORKS"),
        (("preview", "file:///etc/passwd"), b"", "http"),
        (("subs", "export", "--chat", "5"), b"", "5"),
        (("subs", "import", "nowhere.opml", "--chat", "5"), b"", "nowhere.opml"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_1(
    tmp_path: Path, words: tuple[str, ...], stdin: bytes, says: str
) -> None:
    done = newsrelay(tmp_path, *words, stdin=stdin, LOG_LEVEL="ERROR")
    assert done.returncode == 1
    assert not done.stdout
    (line,) = done.stderr.decode().splitlines()
    assert says in line


@pytest.mark.parametrize(
    "chat", ["", " ", "-", "0", "-0", "²", "٣", "9" * 17, "12 3", "https://t.me/news", "@"]
)
async def test_what_names_no_chat_is_told_before_anything_is_touched(tmp_path: Path, chat: str) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text('<opml><body><outline xmlUrl="https://example.org/feed"/></body></opml>')
    with pytest.raises(NoSuchChat, match="@name"):
        await import_subscriptions(read({"DATA_DIR": str(tmp_path / "data")}), opml, chat)
    assert not (tmp_path / "data").exists()


async def test_a_list_without_feeds_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text("<opml><body><outline text='Papers'/></body></opml>")
    with pytest.raises(Unreadable, match="lists no feeds"):
        await import_subscriptions(read({"DATA_DIR": str(tmp_path / "data")}), opml, "5")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (".", ".: this is a folder; name a feed file in it"),
        (" ", "name a feed file, an address, or - for stdin"),
        ("two\nlines", "two lines: there is no such file; name a feed file, an address, or - for stdin"),
        ("./lwn.net", "./lwn.net: there is no such file; name a feed file, an address, or - for stdin"),
        ("a\0b", "a\0b: this file cannot be read: embedded null byte"),
        ("/dev/null", "/dev/null: this file is empty"),
        (
            "news/feed.xml",
            "news/feed.xml: there is no such file; name a feed file, an address, or - for stdin",
        ),
    ],
)
async def test_a_source_that_cannot_be_read_is_told_in_one_line(source: str, says: str) -> None:
    with pytest.raises(NothingThere) as caught:
        await look(source, read({}), limit=1, taste=Taste())
    assert str(caught.value) == says


async def test_a_template_that_cannot_be_read_is_told_without_numbers(feed: Path) -> None:
    with pytest.raises(
        NothingThere, match=r"^none\.txt: this template cannot be read: No such file"
    ) as caught:
        await look(str(feed), read({}), limit=1, taste=Taste(), template=Path("none.txt"))
    assert "Errno" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "is_address"),
    [
        *[(one, True) for one in ("lwn.net", "lwn.net/headlines/rss", "blog.example.org/feed.xml")],
        *[
            (one, False)
            for one in ("feed.xml", "./lwn.net", "../a.b/c", "news", "news/feed.xml", "v1.2/feed.xml")
        ],
    ],
)
def test_a_name_is_an_address_where_it_begins_with_a_host(source: str, is_address: bool) -> None:  # noqa: FBT001  a table
    assert may_be_address(source) is is_address


def test_a_wrong_choice_is_told_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--style", "huge"), ("--length", "huge")):
        with pytest.raises(SystemExit):
            parser().parse_args(["preview", "-", *words])
        assert "invalid choice: 'huge' (choose from" in capsys.readouterr().err.replace("\n", " ")


def test_preview_may_be_cut_off_by_whoever_reads_it(feed: Path) -> None:
    feed.write_text(FEED.replace("First words.", "First words. " * 100_000))
    command = f"{sys.executable} -m bot preview {feed} --as json | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert not done.stderr


def test_a_wrong_command_line_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["run", "cook"])
    assert ended.value.code == 2
    assert "collect" in capsys.readouterr().err


def test_roles_are_any_of_the_five() -> None:
    assert parser().parse_args(["run"]).roles == []
    assert parser().parse_args(["run", "collect", "web"]).roles == [Role.COLLECT, Role.WEB]


def test_an_error_of_ours_within_groups_is_told_and_any_other_is_raised() -> None:
    told = tell(ExceptionGroup("", [ExceptionGroup("", [SettingsError(("A: wrong", "B: wrong"))])]))
    assert (told.sentence, told.code) == ("A: wrong\nB: wrong", 78)
    assert tell(NotAFeed("a picture")).code == 1
    with pytest.raises(ExceptionGroup):
        tell(ExceptionGroup("", [ZeroDivisionError()]))


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POLL_MIN_SECONDS=never\nPORT=9999999\n")
    done = newsrelay(tmp_path, "poll", PORT="8080")
    assert done.returncode == 78
    assert done.stderr.decode().startswith("POLL_MIN_SECONDS")
    assert b"PORT" not in done.stderr
