import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.items import Enclosure, Image
from bot.parse.addresses import absolute
from bot.parse.document import read
from bot.parse.images import MOST, Offer, Rank, in_body, is_image, merit, unwrap, videos_in_body

BASE = "https://news.example/2025/"


def found(body: str) -> list[str]:
    return [offer.url for offer in in_body(body, BASE)]


def test_the_best_place_is_heard_and_the_body_after_it() -> None:
    offers = [
        Offer("https://n.example/thumb-of-it.jpg", Rank.THUMBNAIL),
        Offer("https://n.example/enclosed-file.jpg", Rank.ENCLOSURE),
        Offer("https://n.example/the-media-one.jpg", Rank.MEDIA),
    ]
    images = merit(offers, '<img src="in-the-body.jpg">', BASE)
    assert [image.url for image in images] == [
        "https://n.example/the-media-one.jpg",
        "https://news.example/2025/in-the-body.jpg",
    ]


def test_the_sizes_of_a_group_are_one_picture_the_widest_that_telegram_takes_first() -> None:
    offers = [
        Offer(f"https://n.example/{width}.jpg", Rank.MEDIA, width=width, group="0")
        for width in (320, 9000, 1280)
    ]
    assert merit(offers, "", None) == (
        Image(
            "https://n.example/1280.jpg", ("https://n.example/320.jpg", "https://n.example/9000.jpg"), 1280
        ),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://n.example/a/ferry-at-dawn-300x200.jpg", "https://cdn.n.example/b/ferry-at-dawn.jpg"),
        ("https://n.example/p/3000.jpg?w=140", "https://n.example/p/3000.jpg?w=460"),
        ("https://n.example/ferry-at-dawn.jpg", "https://wsrv.nl/?url=n.example/ferry-at-dawn.jpg&w=200"),
    ],
)
def test_one_picture_under_two_addresses_is_shown_once(one: str, other: str) -> None:
    images = merit([Offer(one, Rank.MEDIA), Offer(other, Rank.MEDIA)], "", None)
    assert [image.url for image in images] == [one]
    assert other in images[0].alternatives


def test_pictures_that_differ_stay_apart() -> None:
    offers = [Offer(f"https://n.example/media/{number}/original.png", Rank.MEDIA) for number in range(3)]
    assert len(merit(offers, "", None)) == 3


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="https://feeds.feedburner.com/~r/Paper/~4/x" height="1" width="1">',
        '<img src="https://feeds.feedburner.com/~ff/Paper?d=y">',
        '<img src="https://n.example/ok.jpg" width=1 height=1>',
        '<img src="https://pixel.wp.com/b.gif?host=n.example">',
        '<img src="https://secure.gravatar.com/avatar/0?s=96">',
        '<img src="https://medium.com/_/stat?event=post">',
        '<img src="https://n.example/share/facebook.png">',
        '<img src="https://n.example/images/smilies/wink.gif">',
        '<img class="wp-smiley" src="https://n.example/1f600.png">',
        '<img src="https://n.example/spacer.gif">',
        '<img src="https://n.example/logo.svg">',
        '<img src="data:image/gif;base64,R0lGOD">',
        "<img alt=nothing>",
        "<img",
    ],
)
def test_what_is_no_picture_of_the_news_is_never_shown(tag: str) -> None:
    assert found(tag) == []


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("<img src=pic.jpg>", f"{BASE}pic.jpg"),
        ("<IMG SRC='/pic.jpg' alt='a > b'/>", "https://news.example/pic.jpg"),
        ('<img src="//cdn.example/p.jpg?a=1&amp;b=2">', "https://cdn.example/p.jpg?a=1&b=2"),
        ('<img src="blank.gif" data-src="true.jpg">', f"{BASE}true.jpg"),
        ('<img src="data:image/gif;base64,AAAA" srcset="s.jpg 320w, l.jpg 1280w">', f"{BASE}l.jpg"),
        ('<img srcset="one.jpg, two.jpg 2x">', f"{BASE}two.jpg"),
        ('<img srcset="odd.jpg 1.2.3w, two.jpg 2x">', f"{BASE}two.jpg"),
        (
            '<img src="https://n.example/a_1x1@2x_deck.jpg" width="640px">',
            "https://n.example/a_1x1@2x_deck.jpg",
        ),
        ('<figure><picture><source srcset="x.webp"><img src="p.jpg"></picture></figure>', f"{BASE}p.jpg"),
    ],
)
def test_the_true_address_of_a_picture_is_found(tag: str, address: str) -> None:
    assert found(f"<p>before</p>{tag}<p>after</p>") == [address]


@pytest.mark.parametrize(
    ("address", "inner"),
    [
        ("https://images.weserv.nl?url=g.example/a.jpg", "https://g.example/a.jpg"),
        ("https://images.weserv.nl/?url=ssl:g.example/a.jpg&w=9", "https://g.example/a.jpg"),
        ("https://wsrv.nl/?url=http%3A%2F%2Fg.example%2Fa.jpg", "http://g.example/a.jpg"),
        ("https://i0.wp.com/g.example/2025/a.jpg?w=600", "https://g.example/2025/a.jpg"),
        (
            "https://n.example/_next/image?url=https%3A%2F%2Fg.example%2Fa.jpg&w=640",
            "https://g.example/a.jpg",
        ),
        ("https://cdn.example/image/fetch/w_9/https%3A%2F%2Fg.example%2Fa.jpg", "https://g.example/a.jpg"),
        ("https://cdn.example/resize/https:/g.example/a.jpg", "https://g.example/a.jpg"),
        ("https://n.example/a.jpg", None),
        ("https://n.example/page?url=https://g.example/story", None),
        ("https://i0.wp.com/", None),
    ],
)
def test_the_address_behind_a_proxy_is_found(address: str, inner: str | None) -> None:
    assert unwrap(address) == inner


def test_no_more_pictures_than_an_album_holds_and_deep_nesting_costs_nothing() -> None:
    body = "<div>" * 50_000 + "".join(f'<img src="picture-number-{n}.jpg">' for n in range(50))
    assert len(merit((), body, BASE)) <= MOST


@pytest.mark.parametrize(
    ("url", "mime", "medium", "is_one"),
    [
        ("https://n.example/a", "image/jpeg", "", True),
        ("https://n.example/a", "", "image", True),
        ("https://n.example/a.PNG?x", "", "", True),
        ("https://n.example/a.jpg", "audio/mpeg", "", False),
        ("https://n.example/a.mp4", "", "", False),
        ("https://n.example/a.jpg", "", "video", False),
        ("https://n.example/a.svg", "image/svg+xml", "", False),
    ],
)
def test_pictures_are_told_from_other_files(url: str, mime: str, medium: str, is_one: bool) -> None:  # noqa: FBT001  a table
    assert is_image(url, mime, medium) is is_one


@pytest.mark.parametrize(
    ("address", "base", "expected"),
    [
        ("https://n.example/a", None, "https://n.example/a"),
        (" HTTPS://n.example/a b\n", None, "https://n.example/a%20b"),
        ("/a?x=1&amp;y=2", BASE, "https://news.example/a?x=1&y=2"),
        ("a.html", BASE, f"{BASE}a.html"),
        ("//n.example/a", None, "https://n.example/a"),
        ("n.example/a", BASE, "https://n.example/a"),
        ("/a", None, None),
        ("What is love?", BASE, None),
        ("htpt:/:s://n.example/", BASE, None),
        ("javascript:alert(1)", BASE, None),
        ("file:///etc/hosts", BASE, None),
        ("mailto:a@n.example", BASE, None),
        ("http://", BASE, None),
        ("http://[::1", BASE, None),
        ("http://n.example:port/", BASE, None),
        ("", BASE, None),
        (None, BASE, None),
        ("http://n.example/" + "a" * 5000, BASE, None),
    ],
)
def test_addresses_are_absolute_or_none(address: object, base: str | None, expected: str | None) -> None:
    assert absolute(address, base) == expected


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_address_upsets_anything(address: str, base: str) -> None:
    url = absolute(address, base)
    assert url is None or url.startswith(("http://", "https://"))
    assert url is None or (unwrap(url) or url).encode()


@given(st.text(alphabet="<img src=\"=a/'>& x", max_size=200))
def test_no_body_upsets_the_search_for_pictures(body: str) -> None:
    assert all(offer.url.startswith("http") for offer in in_body(f"<img {body}", BASE))


def test_a_video_of_the_body_is_a_file_and_its_poster_a_picture() -> None:
    body = (
        "<p>a</p><video poster='/p.jpg' src='/bare'></video><source src='/of-a-picture.mp4'>"
        "<video><source src='/v.webm' type='video/webm'><source src='/v.mp4'></video><video src='blob:x'></video>"
    )
    assert found(body) == ["https://news.example/p.jpg"]
    assert videos_in_body(body, BASE) == (
        Enclosure("https://news.example/bare", "video/mp4"),
        Enclosure("https://news.example/v.mp4", "video/mp4"),
    )
    text = body.replace("<", "&lt;")
    rss = f"<rss version='2.0'><channel><item><title>a</title><description>{text}</description></item></channel></rss>"
    (item,) = read(rss.encode(), url=BASE).items
    assert [one.url for one in item.enclosures] == ["https://news.example/bare", "https://news.example/v.mp4"]


@given(st.from_regex(r"https?://[A-Za-z.-]{0,3}[/?#:]?[a-z&;. ü-]{0,9}(&amp;)?", fullmatch=True))
def test_an_ordinary_address_is_what_the_careful_way_makes_of_it(address: str) -> None:
    assert absolute(address) == absolute(f" {address}")


@pytest.mark.parametrize(
    "body",
    [
        f'<img src="https://n.example/feedicon{"1" * 3900}x">',
        f'<img src="https://n.example/share_save{"1" * 3900}x">',
        f'<img srcset="{"a" * 3900} !">' * 10,
    ],
    ids=["digits", "more digits", "sets"],
)
def test_no_address_takes_long(body: str) -> None:
    began = time.process_time()
    merit([], body, BASE)
    assert time.process_time() - began < 0.3
