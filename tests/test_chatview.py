"""What the chat page is told of a message: which files it may show, and the blocks of a rich one."""

from dataclasses import dataclass

from bot.playground.chatview import rich_blocks, shown_type
from bot.playground.recordings import film, gif, sound
from bot.playground.world import Json, Message


@dataclass
class RichPost(Message):
    """A message with blocks, as ``sendRichMessage`` leaves it."""

    rich: Json | None = None


def test_only_what_a_browser_may_show_is_shown() -> None:
    assert shown_type("video", film("sea-9")) == "video/mp4"
    assert shown_type("animation", gif("balloons-8")) == "image/gif"
    assert shown_type("audio", sound(1, "t", "p")) == "audio/mpeg"
    assert shown_type("document", b"\x89PNG") == ""
    assert shown_type("video", b"<html><script>") == ""


def test_only_a_rich_message_has_blocks() -> None:
    assert rich_blocks(Message(1, 1, 0, None)) == []
    assert rich_blocks(RichPost(1, 1, 0, None, rich={"blocks": [{"type": "divider"}]})) == [
        {"type": "divider"}
    ]
