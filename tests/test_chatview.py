"""What the chat page is told of a message: which files it may show, and the blocks of a rich one."""

from dataclasses import dataclass, field

from bot.playground.chatview import rich_blocks, shown_type
from bot.playground.recordings import film, gif, sound
from bot.playground.world import Json, Message


@dataclass
class RichPost(Message):
    """A message with blocks, as ``sendRichMessage`` leaves it."""

    rich: object = field(default_factory=list)


def test_only_what_a_browser_may_show_is_shown() -> None:
    assert shown_type("video", film("sea-9")) == "video/mp4"
    assert shown_type("animation", gif("balloons-8")) == "image/gif"
    assert shown_type("audio", sound(1, "t", "p")) == "audio/mpeg"
    assert shown_type("document", b"\x89PNG") == ""
    assert shown_type("video", b"<html><script>") == ""


def test_blocks_are_found_however_a_message_keeps_them() -> None:
    block: Json = {"type": "divider"}
    plain = Message(1, 1, 0, None)
    assert rich_blocks(plain) == []
    for rich in ([block], (block,), {"blocks": [block]}):
        assert rich_blocks(RichPost(1, 1, 0, None, rich=rich)) == [block]
