"""The ladder of a picture: each address once, then our upload, and the text in the end."""

from bot.render.ladder import ADDRESS_LIMIT, Way, rungs
from bot.render.parts import Message, Preview, RichText
from tests.posting import photo

A, B, C = "https://a.example.org/1.jpg", "https://b.example.org/1.jpg", "https://c.example.org/1.jpg"
PROXY = "https://p.example.org/?url={url}"


def ways(message: Message, image_proxy: str = "") -> list[tuple[Way, str]]:
    return [(one.way, one.url) for one in rungs(message, image_proxy)]


def test_a_text_has_one_rung() -> None:
    message = Message(RichText("t"))
    assert ways(message) == [(Way.TEXT, "")]
    assert rungs(message)[0].message == message


def test_addresses_come_first_then_uploads_then_the_text_with_its_preview() -> None:
    message = Message(RichText("t"), media=photo(A, (B,)), preview=Preview("https://x.org/"))
    assert ways(message) == [
        (Way.ADDRESS, A),
        (Way.ADDRESS, B),
        (Way.UPLOAD, A),
        (Way.UPLOAD, B),
        (Way.TEXT, ""),
    ]
    text = rungs(message)[-1].message
    assert text.photo is None
    assert text.text == message.text
    assert text.preview == message.preview


def test_no_address_is_tried_twice() -> None:
    assert ways(Message(RichText("t"), media=photo(A, (A, B, A)))) == [
        (Way.ADDRESS, A),
        (Way.ADDRESS, B),
        (Way.UPLOAD, A),
        (Way.UPLOAD, B),
        (Way.TEXT, ""),
    ]


def test_the_proxy_adds_an_address_with_the_first_one_quoted() -> None:
    by_proxy = "https://p.example.org/?url=https%3A%2F%2Fa.example.org%2F1.jpg"
    assert (Way.ADDRESS, by_proxy) in ways(Message(RichText("t"), media=photo(A)), PROXY)
    assert (
        ways(Message(RichText("t"), media=photo(A, (by_proxy,))), PROXY).count((Way.ADDRESS, by_proxy)) == 1
    )


def test_of_many_addresses_the_first_and_the_last_are_tried() -> None:
    many = photo(A, (B, C, "https://d.example.org/1.jpg"))
    tried = [url for way, url in ways(Message(RichText("t"), media=many)) if way is Way.ADDRESS]
    assert tried == [A, B, "https://d.example.org/1.jpg"]
    assert len(tried) == ADDRESS_LIMIT


def test_what_is_never_a_photo_is_not_tried_by_itself() -> None:
    drawing = Message(RichText("t"), media=photo("https://a.example.org/1.SVG?x"))
    assert ways(drawing) == [(Way.TEXT, "")]
    assert [way for way, _ in ways(drawing, PROXY)] == [Way.ADDRESS, Way.UPLOAD, Way.TEXT]
    assert ways(Message(RichText("t"), media=photo("http://[x"))) == [(Way.TEXT, "")]
