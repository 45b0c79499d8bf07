"""What sites serve, told from addresses: of just what an address is about, or nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch.address import normalise
from bot.fetch.discover import feeds_of, is_of_comments
from bot.fetch.sites import engine_feeds, feeds_of_site, is_rsshub, is_shared, telegram_channel, translated

CHANNEL = "UCabcdefghijk_-lmnopqrst"
VIDEOS = "https://www.youtube.com/feeds/videos.xml"
GITHUB = "https://github.com/owner/some.repo"
REDDIT = "https://www.reddit.com"
GITLAB = "https://gitlab.com/group/sub/project"
CODEBERG = "https://codeberg.org/owner/repo"
STACK = "https://stackoverflow.com"


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        (f"https://m.youtube.com/channel/{CHANNEL}/videos", (f"{VIDEOS}?channel_id={CHANNEL}",)),
        ("https://youtube.com/playlist?list=PLabcdefghijkl&x=1", (f"{VIDEOS}?playlist_id=PLabcdefghijkl",)),
        ("https://www.youtube.com/user/somebody", (f"{VIDEOS}?user=somebody",)),
        (
            "https://www.youtube.com/watch?v=abc&list=PLabcdefghijkl",
            (f"{VIDEOS}?playlist_id=PLabcdefghijkl",),
        ),
        ("https://github.com/somebody", ("https://github.com/somebody.atom",)),
        (
            "github.com/owner/some.repo.git",
            (f"{GITHUB}/releases.atom", f"{GITHUB}/commits.atom", f"{GITHUB}/tags.atom"),
        ),
        (f"{GITHUB}/releases/tag/v1", (f"{GITHUB}/releases.atom",)),
        (f"{GITHUB}/tags", (f"{GITHUB}/tags.atom",)),
        (f"{GITHUB}/wiki/Home", (f"{GITHUB}/wiki.atom",)),
        (f"{GITHUB}/commits/", (f"{GITHUB}/commits.atom",)),
        (f"{GITHUB}/tree/feature/x", (f"{GITHUB}/commits/feature/x.atom",)),
        (f"{GITHUB}/blob/main/docs/read%20me.md", (f"{GITHUB}/commits/main/docs/read%20me.md.atom",)),
        ("https://gist.github.com/somebody", ("https://gist.github.com/somebody.atom",)),
        (GITLAB, (f"{GITLAB}/-/releases.atom", f"{GITLAB}/-/tags?format=atom", f"{GITLAB}.atom")),
        (f"{GITLAB}/-/tree/main/docs?ref_type=heads", (f"{GITLAB}/-/commits/main/docs?format=atom",)),
        (f"{GITLAB}/-/issues", (f"{GITLAB}/-/issues.atom",)),
        ("https://gitlab.gnome.org/somebody", ("https://gitlab.gnome.org/somebody.atom",)),
        (CODEBERG, (f"{CODEBERG}/releases.rss", f"{CODEBERG}/tags.rss", f"{CODEBERG}.rss")),
        (f"{CODEBERG}/src/branch/main/a.md", (f"{CODEBERG}/rss/branch/main/a.md",)),
        ("https://gitea.example.org/somebody", ("https://gitea.example.org/somebody.rss",)),
        ("https://old.reddit.com/r/python/", (f"{REDDIT}/r/python/.rss",)),
        ("https://www.reddit.com/r/a+b/top/?t=week&x=1", (f"{REDDIT}/r/a+b/top/.rss?t=week",)),
        ("https://www.reddit.com/u/somebody", (f"{REDDIT}/user/somebody/.rss",)),
        ("https://www.reddit.com/user/x/submitted/?sort=new", (f"{REDDIT}/user/x/submitted/.rss?sort=new",)),
        ("https://www.reddit.com/user/x/m/multi/new", (f"{REDDIT}/user/x/m/multi/new/.rss",)),
        (
            "https://www.reddit.com/r/news/comments/1abc/a_title/?sort=new",
            (f"{REDDIT}/r/news/comments/1abc/.rss?sort=new",),
        ),
        (
            "https://www.reddit.com/search/?q=a%20%22b%22&sort=new&cId=7",
            (f"{REDDIT}/search.rss?q=a+%22b%22&sort=new",),
        ),
        (
            "https://www.reddit.com/r/news/search/?q=x&type=link",
            (f"{REDDIT}/r/news/search.rss?q=x&type=link&restrict_sr=on",),
        ),
        ("https://medium.com/@somebody/a-story-123abc", ("https://medium.com/feed/@somebody",)),
        ("https://medium.com/publication", ("https://medium.com/feed/publication",)),
        ("https://medium.com/tag/python", ("https://medium.com/feed/tag/python",)),
        ("https://medium.com/pub/tagged/python", ("https://medium.com/feed/pub/tagged/python",)),
        ("https://somebody.medium.com/a-story-123", ("https://somebody.medium.com/feed",)),
        ("https://name.substack.com/p/letter", ("https://name.substack.com/feed",)),
        ("https://open.substack.com/pub/name/p/letter", ("https://name.substack.com/feed",)),
        ("https://name.blogspot.co.uk/2024/01/x.html", ("https://name.blogspot.co.uk/feeds/posts/default",)),
        (
            "https://n.blogspot.com/search/label/a%20b",
            ("https://n.blogspot.com/feeds/posts/default/-/a%20b",),
        ),
        ("https://name.tumblr.com/post/1", ("https://name.tumblr.com/rss",)),
        ("https://name.tumblr.com/tagged/cats", ("https://name.tumblr.com/tagged/cats/rss",)),
        ("https://www.tumblr.com/name/123/title", ("https://name.tumblr.com/rss",)),
        (f"{STACK}/questions/tagged/c%23", (f"{STACK}/feeds/tag?tagnames=c%23&sort=newest",)),
        (f"{STACK}/questions/11/how-to", (f"{STACK}/feeds/question/11",)),
        ("https://unix.stackexchange.com/users/5/x", ("https://unix.stackexchange.com/feeds/user/5",)),
        ("https://arxiv.org/list/cs.AI/recent", ("https://rss.arxiv.org/rss/cs.AI",)),
        ("https://vimeo.com/somebody", ("https://vimeo.com/somebody/videos/rss",)),
        ("https://vimeo.com/channels/staff", ("https://vimeo.com/channels/staff/videos/rss",)),
        ("https://bsky.app/profile/a.example", ("https://bsky.app/profile/a.example/rss",)),
        ("https://pypi.org/project/redis/5.0/", ("https://pypi.org/rss/project/redis/releases.xml",)),
        ("https://crates.io/crates/a_b", ("https://static.crates.io/rss/crates/a_b.xml",)),
        ("https://rubygems.org/gems/rails", ("https://rubygems.org/gems/rails/versions.atom",)),
        ("https://news.ycombinator.com/", ("https://news.ycombinator.com/rss",)),
        ("https://t.me/s/durov?before=3", ("https://t.me/s/durov",)),
        ("https://telegram.me/durov/43", ("https://t.me/s/durov",)),
    ],
)
def test_an_address_tells_the_feeds_of_what_it_is_about(page: str, feeds: tuple[str, ...]) -> None:
    assert feeds_of_site(normalise(page)) == feeds
    assert [one.url for one in feeds_of(b"", normalise(page))][: len(feeds)] == list(feeds)


@pytest.mark.parametrize(
    "page",
    [
        "https://www.youtube.com/feed/trending",
        "https://www.youtube.com/watch?v=abc&list=RDabc",
        "https://www.youtube.com/@handle",
        "https://github.com/features/actions",
        f"{GITHUB}/issues",
        f"{GITHUB}/pulls",
        "https://gitlab.com/explore/projects",
        f"{GITLAB}/-/pipelines",
        "https://codeberg.org/explore/repos",
        f"{CODEBERG}/issues",
        "https://www.reddit.com/settings",
        "https://www.reddit.com/r/news/about/rules",
        "https://medium.com/p/123abc",
        "https://substack.com/@somebody",
        "https://www.tumblr.com/explore",
        f"{STACK}/questions/tagged/a+b",
        "https://arxiv.org/abs/2401.00001",
        "https://vimeo.com/12345",
        "https://soundcloud.com/somebody",
        "https://bsky.app/search",
        "https://npmjs.com/package/react",
        "https://news.ycombinator.com/item?id=1",
        "https://t.me/joinchat/AAAA",
        "https://t.me/+abcdef",
        "https://x.com/somebody",
        "https://www.twitch.tv/somebody",
    ],
)
def test_of_what_a_site_serves_no_feed_none_is_told_and_none_guessed(page: str) -> None:
    assert feeds_of(b"", normalise(page)) == ()


def test_a_channel_is_told_by_the_page_of_its_handle_or_of_one_of_its_videos() -> None:
    other = "UC" + "z" * 22
    around = f'{{"channelId":"{other}"}}' * 3
    canonical = f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">'
    feed = (f"{VIDEOS}?channel_id={CHANNEL}",)
    for page, url in (
        (f"{around}{canonical}", "https://www.youtube.com/@handle/videos"),
        (f'{around}"externalId":"{CHANNEL}"', "https://www.youtube.com/c/name"),
        (canonical, "https://www.youtube.com/user/name"),
        (f'{around}"externalChannelId":"{CHANNEL}"', "https://www.youtube.com/watch?v=1"),
        (f'{" " * 900_000}"externalChannelId":"{CHANNEL}"', "https://www.youtube.com/shorts/1"),
    ):
        assert feeds_of_site(url, page.encode()) == feed
    assert feeds_of_site("https://www.youtube.com/@handle", around.encode()) == ()


def test_a_musician_is_told_by_their_own_page_but_not_by_one_of_a_track() -> None:
    user = b'<meta property="twitter:app:url:iphone" content="soundcloud://users:42">'
    track = b'<meta property="al:ios:url" content="soundcloud://sounds:7">'
    feed = "https://feeds.soundcloud.com/users/soundcloud:users:42/sounds.rss"
    assert feeds_of_site("https://soundcloud.com/a", user) == (feed,)
    assert feeds_of_site("https://soundcloud.com/a/b", track) == ()


@pytest.mark.parametrize(
    ("page", "guesses"),
    [
        (
            "https://social.example/@ann",
            ("https://social.example/@ann.rss", "https://social.example/@ann.atom"),
        ),
        ("https://social.example/@ann/11322", ("https://social.example/@ann.rss",)),
        ("https://social.example/@ann@other.example", ("https://other.example/@ann.rss",)),
        ("https://social.example/users/ann", ("https://social.example/users/ann.rss",)),
        ("https://social.example/tags/cats", ("https://social.example/tags/cats.rss",)),
        ("https://uni.example/~ann/", ("https://uni.example/~ann/feed",)),
    ],
)
def test_somebodys_page_at_a_site_of_many_is_not_taken_for_the_site(
    page: str, guesses: tuple[str, ...]
) -> None:
    found = [one.url for one in feeds_of(b"", page)]
    assert found[: len(guesses)] == list(guesses)
    if "tags" not in page:
        assert not {"https://social.example/feed", "https://uni.example/feed"} & set(found)


@pytest.mark.parametrize(
    ("generator", "page", "feed"),
    [
        ("WordPress 6.5", "https://a.example/2024/x.html", "https://a.example/feed/"),
        ("Ghost 5.8", "https://a.example/x.html", "https://a.example/rss/"),
        ("Discourse 3.3 - https://x", "https://a.example/t/slug/77/3", "https://a.example/t/slug/77.rss"),
        ("Hugo 0.1", "https://a.example/x.html", "https://a.example/index.xml"),
        ("Joomla! - Open Source", "https://a.example/x.html", "https://a.example/?format=feed&type=rss"),
    ],
)
def test_what_a_page_was_made_with_tells_where_to_look_first(generator: str, page: str, feed: str) -> None:
    body = f'<meta name="viewport" content="x"><meta name="Generator" content="{generator}">'.encode()
    guesses = [one.url for one in feeds_of(body, page) if one.guessed]
    assert feed in guesses[:2]
    assert engine_feeds("nothing known", page) == ()


@pytest.mark.parametrize(
    ("url", "title", "so"),
    [
        ("https://a.example/comments/feed/", "", True),
        ("https://a.example/feeds/comments/default", "", True),
        ("https://a.example/?feed=comments-rss2", "", True),
        ("https://a.example/post/feed/", "Blog » Post Comments Feed", True),
        ("https://a.example/post/feed/", "Blog » Kommentar-Feed", True),
        ("https://a.example/post/feed/", "某站 » 评论 Feed", True),
        ("https://a.example/feed/", "Blog » Feed", False),
        ("https://a.example/commentary/feed", "Commentary", False),
    ],
)
def test_feeds_of_comments_are_known(url: str, title: str, so: bool) -> None:  # noqa: FBT001  a case's expectation
    assert is_of_comments(url, title) is so


def test_posts_are_told_before_comments_and_titles_that_say_nothing_are_none() -> None:
    page = b"""<link rel=alternate type=application/rss+xml title="Comments Feed" href=/comments/feed/>
        <link rel=alternate type=application/rss+xml title="RSS 2.0" href=/feed/>"""
    named = [(one.url, one.title) for one in feeds_of(page, "https://a.example/") if not one.guessed]
    assert named == [("https://a.example/feed/", ""), ("https://a.example/comments/feed/", "Comments Feed")]


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("rsshub://telegram/channel/durov", "https://hub.example/telegram/channel/durov"),
        ("RSSHub://github/issue/a/b?limit=5#x", "https://hub.example/github/issue/a/b?limit=5"),
        ("rsshub:/bilibili/user/1", "https://hub.example/bilibili/user/1"),
        ("https://rsshub.app/a", "https://rsshub.app/a"),
        ("news.example", "news.example"),
    ],
)
def test_a_route_of_rsshub_is_asked_for_at_the_instance(address: str, asked: str) -> None:
    assert translated(address, "https://hub.example") == asked


@pytest.mark.parametrize("address", ["rsshub://", "rsshub:", "rsshub:// x", "rsshub://?a=b"])
def test_a_route_that_is_none_is_refused_with_a_sentence(address: str) -> None:
    assert is_rsshub(address)
    with pytest.raises(ValueError, match="rsshub://"):
        translated(address, "https://hub.example")


def test_without_an_instance_no_route_can_be_asked_for() -> None:
    with pytest.raises(ValueError, match="RSSHUB_URL"):
        translated("rsshub://a/b", "")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://t.me/durov", "durov"),
        ("https://t.me/s/durov/", "durov"),
        ("https://t.me/durov/7", "durov"),
        ("https://t.me/durov/7/8", "durov"),
        ("https://t.me/addstickers/x", ""),
        ("https://t.me/share", ""),
        ("https://t.me/s", ""),
        ("https://t.me/", ""),
        ("https://t.me/c/123/4", ""),
        ("https://other.example/durov", ""),
    ],
)
def test_the_name_of_a_channel_is_read_from_any_of_its_links(url: str, name: str) -> None:
    assert telegram_channel(url) == name


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("t.me/Name", "https://t.me/s/name"),
        ("https://telegram.me/s/name/12", "https://t.me/s/name"),
        ("https://t.me/s/name?q=some+words&before=7", "https://t.me/s/name?q=some+words"),
        ("https://t.me/+AbCdEf", "https://t.me/+AbCdEf"),
        ("https://t.me/joinchat/AbCdEf", "https://t.me/joinchat/AbCdEf"),
        ("https://t.me/c/123/4", "https://t.me/c/123/4"),
        (" https://other.example/Name ", " https://other.example/Name "),
        ("ftp://t.me/name", "ftp://t.me/name"),
    ],
)
def test_a_channel_is_asked_for_at_its_preview(named: str, asked: str) -> None:
    assert translated(named, "") == asked
    assert translated(asked, "") == asked


HOSTS = (
    "www.youtube.com", "github.com", "gist.github.com", "gitlab.com", "codeberg.org", "old.reddit.com",
    "medium.com", "x.substack.com", "x.blogspot.com", "www.tumblr.com", "stackoverflow.com", "arxiv.org",
    "vimeo.com", "soundcloud.com", "bsky.app", "pypi.org", "news.ycombinator.com", "t.me", "a.example",
)  # fmt: skip
WORDS = (
    "r", "user", "u", "m", "search", "comments", "releases", "commits", "tree", "-", "@x", "s", "c", "watch", "~x",
    "channel", CHANNEL, "questions", "tagged", "x", "1", "%00", "..", "a+b", "%2F", "list", "p", "feed", "[]",
)  # fmt: skip


@given(
    st.sampled_from(HOSTS),
    st.lists(st.sampled_from(WORDS), max_size=6),
    st.dictionaries(
        st.sampled_from(["q", "sort", "t", "list", "restrict_sr"]), st.text(max_size=5), max_size=3
    ),
    st.binary(max_size=50),
)
def test_whatever_the_address_each_feed_is_an_address_that_can_be_asked_as_it_is(
    host: str, parts: list[str], query: dict[str, str], page: bytes
) -> None:
    url = normalise(f"https://{host}/{'/'.join(parts)}?{'&'.join(f'{a}={b}' for a, b in query.items())}")
    site = host.removeprefix("www.").removeprefix("old.").partition(".")[0]
    for feed in feeds_of_site(url, page):
        assert normalise(feed) == feed
        assert site in feed.partition("://")[2].partition("/")[0].split(".") or site == "x"
    assert not (is_shared(url) and any(one.guessed for one in feeds_of(page, url)))


def test_no_page_of_a_site_holds_us_up() -> None:
    begin = time.process_time()
    for host in ("www.youtube.com/@x", "www.youtube.com/watch", "soundcloud.com/x"):
        for body in (b'"externalId":"UC' * 200_000, b'<link rel="canonical" href="' * 100_000):
            feeds_of_site(f"https://{host}", body)
    assert time.process_time() - begin < 3
