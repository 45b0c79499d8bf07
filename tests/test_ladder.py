"""The ladder of a message's files: the album, each address once, our own copy, and the text in the end."""

import pytest

from bot.render.ladder import ADDRESS_LIMIT, PHOTO_LIMIT, Way, addresses, album, cost, rungs
from bot.render.parts import ALBUM_LIMIT, Button, Media, MediaKind, Message, Preview, Rich, RichText
from tests.posting import photo

A, B, C, D = (f"https://{one}.example.org/1.jpg" for one in "abcd")
CLIP = Media(MediaKind.VIDEO, "https://v.example.org/1.mp4")
SOUND = Media(MediaKind.AUDIO, "https://s.example.org/1.mp3")
MOVING = Media(MediaKind.ANIMATION, "https://g.example.org/1.gif")
TEXT = (Way.TEXT, "", "")


def ways(*media: Media) -> list[tuple[Way, str, str]]:
    """Each rung: its way, and its file's kind and address."""
    made = rungs(Message(RichText("t"), media=media))
    return [(one.way, one.media.kind if one.media else "", one.url) for one in made]


def by(kind: str, *urls: str) -> list[tuple[Way, str, str]]:
    """The rungs of one file at ``urls``."""
    copies = [(Way.UPLOAD, kind, one) for one in urls] if kind == "photo" else []
    return [*((Way.ADDRESS, kind, one) for one in urls), *copies]


def test_a_text_has_one_rung() -> None:
    message = Message(RichText("t"))
    assert ways() == [TEXT]
    assert rungs(message)[0].message == message


def test_addresses_come_first_then_uploads_then_the_text_with_its_preview() -> None:
    message = Message(RichText("t"), media=photo(A, (B,)), preview=Preview("https://x.org/"))
    assert ways(*message.media) == [*by("photo", A, B), TEXT]
    text = rungs(message)[-1].message
    assert text.photo is None
    assert text.text == message.text
    assert text.preview == message.preview


def test_no_address_is_tried_twice() -> None:
    assert ways(*photo(A, (A, B, A))) == [*by("photo", A, B), TEXT]


def test_of_many_addresses_the_first_and_the_last_are_tried() -> None:
    (many,) = photo(A, (B, C, D))
    assert addresses(many) == (A, B, D)
    assert len(addresses(many)) == ADDRESS_LIMIT


def test_what_is_never_a_photo_is_not_tried_by_itself() -> None:
    proxied = "https://p.example.org/?url=https%3A%2F%2Fa.example.org%2F1.SVG"
    assert ways(*photo("https://a.example.org/1.SVG?x")) == [TEXT]
    assert ways(*photo("https://a.example.org/1.SVG?x", (proxied,))) == [*by("photo", proxied), TEXT]
    assert ways(*photo("http://[x")) == [TEXT]
    assert ways(*photo("data:image/png;base64,AAAA")) == [TEXT]


def test_an_album_comes_before_a_photo_that_stands_for_it() -> None:
    made = ways(*photo(A), *photo(B), CLIP)
    assert made == [
        (Way.ALBUM, "", ""),
        *by("photo", A),
        *by("photo", B),
        *by("video", CLIP.url),
        TEXT,
    ]


def test_no_form_of_an_album_has_buttons() -> None:
    message = Message(RichText("t"), media=(*photo(A), *photo(B)), buttons=((Button("More", data="m"),),))
    assert {one.message.buttons for one in rungs(message)} == {()}
    alone = Message(RichText("t"), media=photo(A), buttons=message.buttons)
    assert {one.message.buttons for one in rungs(alone)} == {message.buttons}


def test_an_animation_may_be_a_photo() -> None:
    assert ways(MOVING, *photo(A)) == [
        *by("animation", MOVING.url),
        *by("photo", MOVING.url),
        *by("photo", A),
        TEXT,
    ]


@pytest.mark.parametrize("first", [SOUND, CLIP], ids=["audio", "video"])
def test_where_another_file_is_refused_a_photo_takes_its_place(first: Media) -> None:
    made = [one for one in ways(first, *photo(A)) if one[0] is not Way.ALBUM]
    assert sorted(made) == sorted([*by(first.kind, first.url), *by("photo", A), TEXT])
    assert made[-1] == TEXT


def test_so_many_photos_are_tried_alone() -> None:
    many = [one for number in range(20) for one in photo(f"https://a.example.org/{number}.jpg")]
    tried = {url for way, _, url in ways(*many) if way is Way.ADDRESS}
    assert len(tried) == PHOTO_LIMIT


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ((), 0),
        (photo(A), 0),
        ((*photo(A), *photo(B)), 2),
        ((CLIP, *photo(B)), 2),
        ((SOUND, *photo(A), *photo(B)), 0),
        ((*photo(A), SOUND), 0),
        ((*photo(A), SOUND, MOVING, *photo(B)), 2),
        (photo(A) * 15, ALBUM_LIMIT),
    ],
)
def test_photos_and_videos_go_together_and_count_singly(media: tuple[Media, ...], expected: int) -> None:
    message = Message(RichText("t"), media=media)
    assert len(album(message)) == expected
    assert cost(message) == max(1, expected)
    assert cost(Message(RichText("t"), media=media, rich=Rich("<p>t</p>", "<p>t</p>"))) == max(1, expected)


def test_the_poster_of_a_film_stands_for_it_where_it_is_not_taken() -> None:
    film = Media(MediaKind.VIDEO, "https://a.example.org/1.mp4", poster=(A, B))
    assert ways(film) == [*by("video", film.url), *by("photo", A, B), TEXT]
