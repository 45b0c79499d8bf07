"""What routing writes beside lanes, as lists: for the store of tests/collecting.py."""

from collections.abc import Sequence

from bot.items import ChatId, ItemId


class Kept(list[tuple[ItemId, ChatId, str]]):
    """What filters kept back."""

    async def note(self, known: ItemId, kept_from: Sequence[tuple[ChatId, str]]) -> None:
        self.extend((known, *one) for one in kept_from)


class Laid(list[tuple[ChatId, ItemId, str]]):
    """Edits that were laid."""

    async def lay(self, known: ItemId, what: str, chats: Sequence[ChatId]) -> int:
        self.extend((chat, known, what) for chat in chats)
        return len(chats)
