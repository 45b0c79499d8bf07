"""Which pictures and files of an item are shown."""

import pytest

from bot.items import Enclosure, Image, Item
from bot.render.media import FETCHED_LIMIT, Choice, choose
from bot.render.parts import MediaKind

A, B = Image("https://i.example/a-lake.jpg"), Image("https://i.example/b-hill.jpg")
MP3 = Enclosure("https://a.example/1.mp3", "audio/mpeg", 9_000_000, 600)
MP4 = Enclosure("https://a.example/one.mp4", "video/mp4", 9_000_000, 60)
PDF = Enclosure("https://a.example/1.pdf", "application/pdf", 9_000)


def chosen(
    *images: Image, files: tuple[Enclosure, ...] = (), wide: int | None = 100, proxy: str = ""
) -> Choice:
    item = Item(title="T", source="S", images=images, enclosures=files)
    return choose(item, proxy, lambda: wide)


def kinds(choice: Choice) -> list[str]:
    return [one.kind.value for one in choice.shown]


def test_the_pictures_of_a_post_are_an_album_and_those_of_a_story_are_one() -> None:
    assert [one.url for one in chosen(A, B).shown] == [A.url, B.url]
    assert [one.url for one in chosen(A, B, wide=5000).shown] == [A.url]
    assert [one.url for one in chosen(A, B, wide=None).shown] == [A.url]
    many = [Image(f"https://i.example/{number}-picture.jpg") for number in range(30)]
    assert len(chosen(*many).shown) == 10


@pytest.mark.parametrize(
    "image",
    [
        Image("https://img.shields.io/badge/build-passing.png"),
        Image("https://i.example/icons/x.png"),
        Image("https://i.example/avatars/ada.png"),
        Image("https://i.example/x.png", width=32, height=32),
        Image("https://i.example/chart.svg"),
        Image("https://feeds.feedburner.com/~ff/x.png"),
        Image("ftp://i.example/x.png"),
    ],
)
def test_badges_icons_and_what_is_no_photo_are_not_shown(image: Image) -> None:
    assert chosen(image).shown == ()
    assert [one.url for one in chosen(image, A).shown] == [A.url]


def test_other_sizes_of_a_picture_make_no_album() -> None:
    small = Image("https://i.example/a-lake-300x200.jpg")
    assert [one.url for one in chosen(A, small).shown] == [A.url]


def test_a_film_goes_before_its_still_and_sound_before_its_cover() -> None:
    assert kinds(chosen(A, files=(MP4,))) == ["video"]
    sound = chosen(A, files=(MP3,))
    assert kinds(sound) == ["audio"]
    assert (sound.shown[0].title, sound.shown[0].performer, sound.shown[0].duration_s) == ("T", "S", 600)
    assert sound.picture is not None
    assert sound.picture.url == A.url
    assert sound.all_led_to == sound.shown


@pytest.mark.parametrize(
    "file",
    [
        Enclosure("https://a.example/1.mp3", "audio/mpeg", FETCHED_LIMIT + 1),
        Enclosure("https://a.example/1.mp3", "audio/mpeg", None, 3 * 3600),
        Enclosure("https://a.example/1.mp4", "video/mp4", FETCHED_LIMIT + 1),
        Enclosure("https://a.example/1.mkv", "video/x-matroska", 1_000_000),
        Enclosure("https://a.example/1.epub", "application/epub+zip", 1_000_000),
    ],
)
def test_what_telegram_would_not_take_is_led_to_and_the_picture_shown(file: Enclosure) -> None:
    choice = chosen(A, files=(file,))
    assert [one.url for one in choice.shown] == [A.url]
    assert [one.url for one in choice.led_to] == [file.url]


def test_a_document_is_shown_where_there_is_nothing_to_see() -> None:
    assert kinds(chosen(files=(PDF,))) == ["document"]
    beside = chosen(A, files=(PDF,))
    assert kinds(beside) == ["photo"]
    assert [one.url for one in beside.led_to] == [PDF.url]


def test_sizes_of_0_and_1_are_no_sizes() -> None:
    (sound,) = chosen(files=(Enclosure("https://a.example/1.mp3", "", 1),)).shown
    assert (sound.kind, sound.size) == (MediaKind.AUDIO, None)


def test_a_gif_moves_and_is_in_no_album() -> None:
    gif = Image("https://i.example/dance.GIF?x=1")
    assert kinds(chosen(gif)) == ["animation"]
    assert [one.url for one in chosen(A, gif, B).shown] == [A.url, B.url]


def test_several_films_of_a_post_are_an_album_and_sizes_of_one_are_not() -> None:
    other = Enclosure("https://a.example/two.mp4", "video/mp4", 9_000_000)
    small = Enclosure("https://a.example/one-720p.mp4", "video/mp4", 900_000)
    assert kinds(chosen(files=(MP4, other))) == ["video", "video"]
    assert kinds(chosen(files=(MP4, small))) == ["video"]
    assert kinds(chosen(files=(MP4, other), wide=5000)) == ["video"]


def test_nothing_is_chosen_of_addresses_that_are_none() -> None:
    assert chosen(Image("http://[x"), files=(Enclosure("http://[x", "audio/mpeg"),)).led_to == ()


def test_a_video_of_unknown_size_is_shown_and_led_to_and_keeps_a_picture() -> None:
    unsaid = Enclosure(MP4.url, MP4.mime, 0)
    choice = chosen(Image(A.url, (B.url,)), files=(unsaid,))
    assert kinds(choice) == ["video"]
    assert [one.url for one in choice.led_to] == [MP4.url]
    assert [one.url for one in choice.all_led_to] == [MP4.url]
    assert choice.shown[0].poster == (A.url, B.url)
    assert chosen(A, files=(MP4,)).led_to == ()
    assert chosen(A, files=(MP3,)).shown[0].poster == (A.url,)
    assert chosen(A).shown[0].poster == ()
