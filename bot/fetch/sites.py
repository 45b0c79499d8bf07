"""Feeds of well-known sites, told from an address and, where it takes that, from the page there. Pure.

A rule says only what is certain: a feed of just what the address is about. Whatever it says is asked
before it is offered, so that a rule that a site has outlived finds nothing, and nothing wrong. Parts
of addresses are taken over as they stand, since :func:`bot.fetch.address.normalise` has been there.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from bot.fetch.address import normalise
from bot.fetch.forges import codeberg, github, gitlab
from bot.fetch.place import Place

_RSSHUB = re.compile(r"rsshub:/{0,3}(?P<route>[^/?#\s][^\s#]*)(?:#\S*)?", re.IGNORECASE | re.ASCII)

_CHANNEL = r"UC[\w-]{22}"
_OF_CHANNEL = re.compile(
    rb"""<link rel="canonical" href="https://www\.youtube\.com/channel/(UC[\w-]{22})"|"externalId":"(UC[\w-]{22})\"""",
    re.ASCII,
)
_OF_VIDEO = re.compile(rb'"externalChannelId":"(UC[\w-]{22})"', re.ASCII)
"""Who has published the video that a page shows; ``channelId`` stands beside every other one, too."""

_SOUNDCLOUD_USER = re.compile(rb'content="soundcloud://users:(\d{1,15})"')
"""Stands on pages of people alone; those of tracks name the track."""

_REDDIT = "https://www.reddit.com"
_SORTS = frozenset({"hot", "new", "top", "rising", "controversial", "best"})
_TELEGRAM = re.compile(r"[A-Za-z]\w{3,31}", re.ASCII)


def feeds_of_site(url: str, page: bytes = b"") -> tuple[str, ...]:
    """Return the addresses of the feeds that the site at ``url`` has for it, the likeliest first.

    ``url`` is a normalised address, ``page`` what is there as far as that is known. Nothing for most sites.
    """
    place = Place.of(url, page)
    found: dict[str, None] = {}
    for hosts, rule in _SITES:
        if hosts.fullmatch(place.host):
            for feed in rule(place):
                with suppress(ValueError):  # a name that no host can have, for example
                    found[normalise(feed)] = None
    return tuple(found)


def is_shared(url: str) -> bool:
    """Tell whether what lies below the root of a site is of many, so that its own feed is not theirs."""
    host = Place.of(url).host
    return host in _OTHERS or any(hosts.fullmatch(host) for hosts, _ in _SITES)


def translated(address: str, instance: str) -> str:
    """Return the address to be asked for what a person named, which mostly is just that.

    ``rsshub://route`` is asked for at ``instance``, and any link to a public channel of Telegram, or
    into one, at the channel's preview.

    Raises:
        ValueError: with a sentence, if it is a route and there is no instance, or no route in it.
    """
    if not is_rsshub(address):
        return _preview(address) or address
    if not instance:
        raise ValueError("no RSSHub is set up here; RSSHUB_URL names one")
    found = _RSSHUB.fullmatch(address.strip())
    if found is None:
        raise ValueError(
            "this names no route of RSSHub; it should look like rsshub://github/issue/owner/name"
        )
    return f"{instance}/{found['route']}"


def _preview(address: str) -> str:
    """Return where the preview of a channel of Telegram is, "" of what is no link to one.

    Names are alike in upper and lower case. What is found in a channel by words is kept apart.
    """
    try:
        url = normalise(address)
    except ValueError:
        return ""
    name = telegram_channel(url).lower()
    words = _query(Place.of(url), "q") if Place.of(url).parts[:1] == ("s",) else ""
    return f"https://t.me/s/{name}{words}" if name else ""


def is_rsshub(address: str) -> bool:
    """Tell whether an address names a route of RSSHub, wherever that is served."""
    return address.strip()[:7].lower() == "rsshub:"


def is_of_telegram(url: str) -> bool:
    """Tell whether an address is one of Telegram's links to chats, or to anything else of its own."""
    return Place.of(url).host in {"t.me", "telegram.me", "telegram.dog"}


def telegram_channel(url: str) -> str:
    """Return the name of the public channel or chat that an address is about, "" for none."""
    place = Place.of(url)
    if not is_of_telegram(url):
        return ""
    parts = place.parts[1:] if place.parts[:1] == ("s",) else place.parts
    if not parts or not all(one.isdecimal() for one in parts[1:]):
        return ""
    name = parts[0]
    return name if _TELEGRAM.fullmatch(name) and name.lower() not in _NO_CHANNELS else ""


_NO_CHANNELS = frozenset(
    {"addemoji", "addlist", "addstickers", "addtheme", "boost", "confirmphone", "contact", "giftcode",
     "invoice", "joinchat", "login", "proxy", "setlanguage", "share", "socks", "username"}
)  # fmt: skip
"""What Telegram's own links begin with."""


def profile_feeds(url: str) -> tuple[str, ...]:
    """Return where feeds of people and tags usually are on servers of the Fediverse; () for other pages.

    Of somebody at another server that is the other one: the first only shows a copy.
    """
    parts = urlsplit(url)
    if found := re.fullmatch(r"/@([\w.-]+)(?:@([\w.-]+\.\w+))?(?:/.*)?", parts.path, re.ASCII):
        name, host = found.groups()
        root = f"https://{host}" if host else f"{parts.scheme}://{parts.netloc}"
        return f"{root}/@{name}.rss", f"{root}/@{name}.atom"
    if re.fullmatch(r"/users/[\w.-]+/?", parts.path, re.ASCII):
        user = parts._replace(path=parts.path.rstrip("/"), query="").geturl()
        return f"{user}.rss", f"{user}/feed.rss"
    if re.fullmatch(r"/tags/[\w%]+/?", parts.path, re.ASCII):
        return (parts._replace(path=f"{parts.path.rstrip('/')}.rss", query="").geturl(),)
    return ()


def is_personal(url: str) -> bool:
    """Tell whether a page is somebody's place at a site of many, so that the site's feed is not theirs."""
    return re.match(r"/(?:~|@|(?:users?|u|people|profile|members?)/)", urlsplit(url).path) is not None


def engine_feeds(generator: str, url: str) -> tuple[str, ...]:
    """Return where the software that a page names as its ``generator`` serves feeds; () for unknown ones."""
    parts = urlsplit(url)
    root, name = f"{parts.scheme}://{parts.netloc}", generator.strip().lower()
    if name.startswith("discourse") and (topic := re.match(r"/t/[^/]+/\d+", parts.path)):
        return (f"{root}{topic[0]}.rss",)
    return next((tuple(root + one for one in paths) for word, paths in _ENGINES if name.startswith(word)), ())


_ENGINES = (
    ("wordpress", ("/feed/", "/?feed=rss2")),
    ("ghost", ("/rss/",)),
    ("discourse", ("/latest.rss",)),
    ("blogger", ("/feeds/posts/default",)),
    ("hugo", ("/index.xml",)),
    ("jekyll", ("/feed.xml",)),
    ("drupal", ("/rss.xml",)),
    ("joomla", ("/?format=feed&type=rss",)),
    ("wix.com", ("/blog-feed.xml",)),
)


def _youtube(place: Place) -> Iterator[str]:
    feed = "https://www.youtube.com/feeds/videos.xml?"
    playlist = place.query.get("list", "")
    match place.parts:
        case ("channel", channel, *_) if re.fullmatch(_CHANNEL, channel, re.ASCII):
            yield f"{feed}channel_id={channel}"
        case ("playlist",) if re.fullmatch(r"[\w-]{10,80}", playlist, re.ASCII):
            yield f"{feed}playlist_id={playlist}"
        case ("watch",) | ("shorts" | "live" | "embed", _):
            if found := _OF_VIDEO.search(place.page):
                yield f"{feed}channel_id={found[1].decode()}"
            if re.fullmatch(r"PL[\w-]{10,80}", playlist, re.ASCII):
                yield f"{feed}playlist_id={playlist}"
        case ("user", name, *_) if not _OF_CHANNEL.search(place.page):
            yield f"{feed}user={name}"
        case (("user" | "c"), _, *_):
            yield from (f"{feed}channel_id={channel}" for channel in _channel_of(place.page))
        case (handle, *_) if handle.startswith("@"):
            yield from (f"{feed}channel_id={channel}" for channel in _channel_of(place.page))


def _channel_of(page: bytes) -> Iterator[str]:
    if found := _OF_CHANNEL.search(page):
        yield (found[1] or found[2]).decode()


def _reddit(place: Place) -> Iterator[str]:
    ordered = _query(place, "t", "sort")
    match place.parts:
        case ():
            yield f"{_REDDIT}/.rss"
        case (order,) if order in _SORTS:
            yield f"{_REDDIT}/{order}/.rss{ordered}"
        case ("search",) if place.query.get("q"):
            yield f"{_REDDIT}/search.rss{_query(place, 'q', 'sort', 't', 'type')}"
        case ("domain", name):
            yield f"{_REDDIT}/domain/{name}/.rss"
        case ("r", name, "search") if place.query.get("q"):
            # As the page there searches; without this word the feed is of all of Reddit.
            within = place.query.get("restrict_sr", "on")
            found = _query(place, "q", "sort", "t", "type")
            yield f"{_REDDIT}/r/{name}/search.rss{found}&restrict_sr={quote(within)}"
        case ("r", name):
            yield f"{_REDDIT}/r/{name}/.rss"
        case ("r", name, order) if order in _SORTS:
            yield f"{_REDDIT}/r/{name}/{order}/.rss{ordered}"
        case ("r", name, "comments", thread, *_):
            yield f"{_REDDIT}/r/{name}/comments/{thread}/.rss{ordered}"
        case ("user" | "u", *who):
            yield from _reddit_user(who, ordered)


def _reddit_user(parts: list[str], ordered: str) -> Iterator[str]:
    match parts:
        case (name,) | (name, "overview"):
            yield f"{_REDDIT}/user/{name}/.rss"
        case (name, "submitted" | "comments" as what):
            yield f"{_REDDIT}/user/{name}/{what}/.rss{ordered}"
        case (name, "m", multi):
            yield f"{_REDDIT}/user/{name}/m/{multi}/.rss"
        case (name, "m", multi, order) if order in _SORTS:
            yield f"{_REDDIT}/user/{name}/m/{multi}/{order}/.rss{ordered}"


def _medium(place: Place) -> Iterator[str]:
    if place.host != "medium.com":
        yield f"https://{place.host}/feed"
        return
    match place.parts:
        case ("tag" | "tags", tag, *_):
            yield f"https://medium.com/feed/tag/{tag}"
        case (name, "tagged", tag):
            yield f"https://medium.com/feed/{name}/tagged/{tag}"
        case (name, *_) if name not in _NO_PUBLICATIONS:
            yield f"https://medium.com/feed/{name}"


_NO_PUBLICATIONS = frozenset(
    {"about", "business", "creators", "explore-topics", "feed", "jobs-at-medium", "m", "me",
     "membership", "new-story", "p", "partner-program", "plans", "policy", "search", "topic", "topics"}
)  # fmt: skip


def _substack(place: Place) -> Iterator[str]:
    name, _, _ = place.host.partition(".")
    if place.host == "open.substack.com":
        match place.parts:
            case ("pub", publication, *_):
                yield f"https://{publication}.substack.com/feed"
    elif place.host != "substack.com" and name not in {"support", "on", "api", "reader"}:
        yield f"https://{place.host}/feed"


def _blogger(place: Place) -> Iterator[str]:
    match place.parts:
        case ("search", "label", label):
            yield f"{place.root}/feeds/posts/default/-/{label}"
        case _:
            yield f"{place.root}/feeds/posts/default"


def _tumblr(place: Place) -> Iterator[str]:
    if place.host != "tumblr.com":
        tagged = f"/tagged/{place.parts[1]}" if place.parts[:1] == ("tagged",) and place.parts[1:] else ""
        yield f"https://{place.host}{tagged}/rss"
        return
    match place.parts:
        case ("blog", "view", name, *_) | ("blog", name):
            yield f"https://{name}.tumblr.com/rss"
        case (name, *_) if name not in _NO_BLOGS and re.fullmatch(r"[a-z0-9-]+", name):
            yield f"https://{name}.tumblr.com/rss"


_NO_BLOGS = frozenset(
    {"about", "apps", "blog", "communities", "dashboard", "docs", "explore", "help", "inbox", "likes",
     "login", "new", "policy", "privacy", "register", "search", "settings", "tagged", "tips", "trending"}
)  # fmt: skip


def _stack_exchange(place: Place) -> Iterator[str]:
    match place.parts:
        case () | ("questions",):
            yield f"{place.root}/feeds"
        case ("questions", "tagged", tag) | ("tags", tag, *_) if "+" not in tag:
            yield f"{place.root}/feeds/tag?tagnames={tag}&sort=newest"
        case ("questions" | "q", number, *_) if number.isdecimal():
            yield f"{place.root}/feeds/question/{number}"
        case ("users", number, *_) if number.isdecimal():
            yield f"{place.root}/feeds/user/{number}"


def _arxiv(place: Place) -> Iterator[str]:
    match place.parts:
        case ("list" | "archive", category, *_) if re.fullmatch(r"[a-z-]+(?:\.[A-Za-z-]+)?", category):
            yield f"https://rss.arxiv.org/rss/{category}"


def _vimeo(place: Place) -> Iterator[str]:
    match place.parts:
        case ("channels" | "groups" as what, name, *_):
            yield f"https://vimeo.com/{what}/{name}/videos/rss"
        case (name,) | (name, "videos") if not name.isdecimal() and name not in _NO_PEOPLE:
            yield f"https://vimeo.com/{name}/videos/rss"


_NO_PEOPLE = frozenset(
    {"about", "blog", "business", "categories", "channels", "create", "enterprise", "features", "groups",
     "help", "join", "live", "log_in", "manage", "ondemand", "search", "settings", "site_map", "stock",
     "upgrade", "upload", "watch"}
)  # fmt: skip


def _soundcloud(place: Place) -> Iterator[str]:
    if found := _SOUNDCLOUD_USER.search(place.page):
        yield f"https://feeds.soundcloud.com/users/soundcloud:users:{found[1].decode()}/sounds.rss"


def _bluesky(place: Place) -> Iterator[str]:
    match place.parts:
        case ("profile", who, *_):
            yield f"https://bsky.app/profile/{who}/rss"


def _packages(place: Place) -> Iterator[str]:
    match place.host, *place.parts:
        case ("pypi.org", "project", name, *_):
            yield f"https://pypi.org/rss/project/{name}/releases.xml"
        case ("crates.io", "crates", name, *_):
            yield f"https://static.crates.io/rss/crates/{name}.xml"
        case ("rubygems.org", "gems", name, *_):
            yield f"https://rubygems.org/gems/{name}/versions.atom"


def _hacker_news(place: Place) -> Iterator[str]:
    if place.parts in {(), ("news",)}:
        yield "https://news.ycombinator.com/rss"


def _telegram(place: Place) -> Iterator[str]:
    if name := telegram_channel(f"{place.root}/{'/'.join(place.parts)}"):
        yield f"https://t.me/s/{name}"


def _query(place: Place, *names: str) -> str:
    """Return the part of a query that has these names, with its mark; "" for none."""
    kept = {name: place.query[name] for name in names if name in place.query}
    return f"?{urlencode(kept)}" if kept else ""


_SITES: tuple[tuple[re.Pattern[str], Callable[[Place], Iterator[str]]], ...] = tuple(
    (re.compile(hosts), rule)
    for hosts, rule in (
        (r"(?:m\.|music\.)?youtube\.com", _youtube),
        (r"(?:gist\.)?github\.com", github),
        (r"gitlab\.[\w.-]+|salsa\.debian\.org|framagit\.org|invent\.kde\.org|0xacab\.org", gitlab),
        (r"codeberg\.org|code\.forgejo\.org|(?:gitea|forgejo)\.[\w.-]+", codeberg),
        (r"(?:old\.|new\.|np\.|sh\.|i\.|m\.|amp\.)?reddit\.com", _reddit),
        (r"medium\.com|(?!help\.|policy\.)[\w-]+\.medium\.com", _medium),
        (r"(?:[\w-]+\.)?substack\.com", _substack),
        (r"[\w-]+\.blogspot\.[a-z]{2,3}(?:\.[a-z]{2})?", _blogger),
        (r"(?:[\w-]+\.)?tumblr\.com", _tumblr),
        (r"(?:[\w-]+\.)?stackoverflow\.com|(?:[\w-]+\.)+stackexchange\.com", _stack_exchange),
        (
            r"(?:meta\.)?(?:superuser|serverfault|askubuntu)\.com|stackapps\.com|mathoverflow\.net",
            _stack_exchange,
        ),
        (r"(?:export\.)?arxiv\.org", _arxiv),
        (r"vimeo\.com", _vimeo),
        (r"(?:m\.)?soundcloud\.com", _soundcloud),
        (r"bsky\.app", _bluesky),
        (r"pypi\.org|crates\.io|rubygems\.org", _packages),
        (r"news\.ycombinator\.com", _hacker_news),
        (r"t\.me|telegram\.me|telegram\.dog", _telegram),
    )
)

_OTHERS = frozenset(
    {"apps.apple.com", "bilibili.com", "consent.youtube.com", "discord.com", "docs.google.com",
     "douyin.com", "facebook.com", "groups.google.com", "instagram.com", "linkedin.com",
     "m.facebook.com", "m.weibo.cn", "mobile.twitter.com", "news.google.com", "npmjs.com",
     "open.spotify.com", "patreon.com", "pinterest.com", "play.google.com", "podcasts.apple.com",
     "quora.com", "sites.google.com", "space.bilibili.com", "threads.com", "threads.net", "tiktok.com",
     "twitch.tv", "twitter.com", "vk.com", "weibo.com", "x.com", "xiaohongshu.com", "youtu.be",
     "zhihu.com", "zhuanlan.zhihu.com"}
)  # fmt: skip
"""Sites of many people that serve no feeds, or none that an address tells."""
