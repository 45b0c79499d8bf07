"""A chat that was named by its id alone becomes known by the first message that Telegram takes there."""

import pytest
import telegram

from bot.deliver.outcome import Outcome, Sent
from bot.deliver.places import Place, as_shown, place_of
from bot.deliver.sender import Sender
from bot.deliver.transport import Transport
from bot.items import Chat, ChatId, ChatKind
from bot.playground.playground import Playground
from bot.render.parts import Message
from bot.store.client import Store
from tests.conftest import Clock
from tests.posting import GROUP, Post


async def test_a_channel_that_a_list_named_by_its_id_is_known_as_one_and_corrected_from_then_on(
    store: Store, clock: Clock
) -> None:
    async with Playground() as world:
        request = Transport(8)
        bot = telegram.Bot(world.token, base_url=f"{world.url}/bot", request=request)

        async def nothing(_: str) -> None:
            return None

        post = Post(store, clock, sends=Sender(bot, nothing, store.outbox))
        made = world.add_channel(username="morning_news")
        channel = ChatId(made.id)
        await post.subscribe(channel)
        await store.chats.save(Chat(channel, ChatKind.SUPERGROUP, corrections=None))
        item = await post.lay(1, channel)
        await post.turn()
        await request.shutdown()
        known = await store.chats.get(channel)
        assert known is not None
        assert (known.kind, known.username) == (ChatKind.CHANNEL, "morning_news")
        assert known.title == made.title
        assert await store.chats.by_username("@morning_news") == known
        assert await store.edits.lay(item, "text", [channel]) == 1


async def test_of_a_chat_that_is_known_nothing_is_written(store: Store, clock: Clock) -> None:
    post = Post(store, clock)
    await post.subscribe(GROUP)
    seen = Sent(1, place=Place(ChatKind.SUPERGROUP, "Another title"))
    await store.chats.save(Chat(GROUP, ChatKind.SUPERGROUP, title="Its title", language="de"))

    def others(_chat: ChatId, _message: Message) -> Outcome:
        return seen

    post.sender.reply = others
    await post.lay(1, GROUP)
    before = await store.chats.get(GROUP)
    await post.turn()
    assert await store.chats.get(GROUP) == before, "whoever speaks there tells its title"


@pytest.mark.parametrize(
    ("chat", "place"),
    [
        ({"type": "channel", "title": "News", "username": "news"}, Place(ChatKind.CHANNEL, "News", "news")),
        ({"type": "private", "first_name": "Ann"}, Place(ChatKind.PRIVATE, "Ann")),
        ({"type": "supergroup", "title": 7, "username": None}, Place(ChatKind.SUPERGROUP)),
        ({"type": "sender"}, None),
        ({"type": ["channel"]}, None),
        ("channel", None),
        (None, None),
    ],
)
def test_a_place_is_read_whatever_stands_there(chat: object, place: Place | None) -> None:
    assert place_of({"chat": chat}) == place


def test_what_somebody_has_chosen_for_a_chat_stays() -> None:
    chosen = Chat(GROUP, ChatKind.GROUP, title="Ours", corrections=False, language="zh")
    shown = as_shown(chosen, Place(ChatKind.CHANNEL, "Theirs", "theirs"))
    assert shown == Chat(GROUP, ChatKind.CHANNEL, "Ours", "theirs", corrections=False, language="zh")


async def test_a_group_that_moved_while_a_message_was_on_its_way_is_not_known_under_its_old_id_again(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, moved = Post(store, clock), ChatId(-1_009_000_000_001)
    await post.subscribe(GROUP)
    await post.lay(1, GROUP)

    async def deliver(chat: ChatId, _message: Message, **_how: object) -> Outcome:
        await store.chats.migrate(chat, moved)
        return Sent(1, place=Place(ChatKind.GROUP, "Its title", "its_name"))

    monkeypatch.setattr(post.sender, "deliver", deliver)
    await post.turn()
    assert await store.chats.get(GROUP) is None
    assert await store.chats.all_ids() == [moved]
