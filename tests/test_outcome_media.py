"""What is said against files: whose fault it is, and which kinds a chat takes none of."""

import pytest
from telegram import error as errors

from bot.deliver.outcome import ChatLost, MediaRefused, TopicLost, Wait, of_error
from bot.render.parts import MediaKind


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("not enough rights to send photos to the chat", {MediaKind.PHOTO}),
        ("not enough rights to send videos to the chat", {MediaKind.VIDEO}),
        ("not enough rights to send animations to the chat", {MediaKind.ANIMATION}),
        ("not enough rights to send music to the chat", {MediaKind.AUDIO}),
        ("not enough rights to send documents to the chat", {MediaKind.DOCUMENT}),
        ("CHAT_SEND_VIDEOS_FORBIDDEN", {MediaKind.VIDEO}),
        ("CHAT_SEND_AUDIOS_FORBIDDEN", {MediaKind.AUDIO}),
        ("CHAT_SEND_DOCS_FORBIDDEN", {MediaKind.DOCUMENT}),
        ("CHAT_SEND_GIFS_FORBIDDEN", {MediaKind.ANIMATION}),
        ("CHAT_SEND_MEDIA_FORBIDDEN", set(MediaKind)),
        ('failed to send message #2 with the error message "CHAT_SEND_VIDEOS_FORBIDDEN"', {MediaKind.VIDEO}),
    ],
)
def test_rights_are_told_apart_by_kind(words: str, kinds: set[MediaKind]) -> None:
    outcome = of_error(errors.BadRequest(words))
    assert isinstance(outcome, MediaRefused)
    assert outcome.forbidden == kinds
    assert not outcome.blames_file


@pytest.mark.parametrize(
    ("words", "item"),
    [
        ('failed to send message #1 with the error message "WEBPAGE_CURL_FAILED"', 1),
        ('failed to send message #10 with the error message "MEDIA_EMPTY"', 10),
        ('failed to send message #3 with the error message "SOMETHING_NEW"', 3),
        ("group send failed", None),
        ("too many messages to send as an album", None),
        ("VIDEO_CONTENT_TYPE_INVALID", None),
        ("AUDIO_CONTENT_URL_EMPTY", None),
        ("DOCUMENT_INVALID", None),
        ("GIF_CONTENT_TYPE_INVALID", None),
    ],
)
def test_files_are_at_fault_and_the_one_of_an_album_is_named(words: str, item: int | None) -> None:
    for text in (words, words.lower(), f"Bad Request: {words}"):
        outcome = of_error(errors.BadRequest(text))
        assert isinstance(outcome, MediaRefused)
        assert outcome.item == item
        assert outcome.blames_file


def test_what_an_albums_item_meets_may_be_the_chats_or_the_topics() -> None:
    said = 'failed to send message #2 with the error message "{}"'
    assert isinstance(of_error(errors.BadRequest(said.format("TOPIC_CLOSED"))), TopicLost)
    assert of_error(errors.BadRequest(said.format("CHANNEL_PRIVATE"))) == ChatLost("not a member")
    assert of_error(errors.BadRequest(said.format("SLOWMODE_WAIT_9"))) == Wait(9)
