"""What is known of pictures' addresses: fetched once, and never again where it failed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import telegram

from bot.deliver import calls, turns
from bot.deliver.calls import Taken, Upload
from bot.deliver.outcome import Outcome, Sent
from bot.deliver.sender import Sender
from bot.items import ChatId
from bot.render.parts import Message
from tests.staging import TEXT, Stage, staged
from tests.test_picture import png


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as one:
        yield one


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the pictures that were sent were named by: an address, a file id, or an upload."""
    names: list[str] = []
    real = calls.send

    async def noted(
        bot: telegram.Bot,
        method: str,
        fields: calls.Fields,
        within_s: float,
        uploads: tuple[Upload, ...] = (),
    ) -> Taken | Outcome:
        if method == "sendPhoto":
            names.append("upload" if uploads else fields["photo"])
        return await real(bot, method, fields, within_s, uploads)

    monkeypatch.setattr(calls, "send", noted)
    return names


def another_worker(stage: Stage) -> Sender:
    """A sender that shares the store and nothing else."""
    return Sender(stage.sender.bot, stage.pictures, stage.outbox)


async def to_all(stage: Stage, message: Message, number: int) -> list[Outcome]:
    readers = [stage.world.add_user(f"Reader {one}") for one in range(number)]
    return [await stage.sender.deliver(ChatId(one.id), message) for one in readers]


async def test_what_telegram_found_at_an_address_is_not_fetched_for_the_next_chat(
    stage: Stage, named: list[str]
) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    outcomes = await to_all(stage, Message(TEXT, stage.image("/a.png")), 3)
    assert all(isinstance(one, Sent) for one in outcomes)
    address, first, second = named
    assert address == stage.web + "/a.png"
    assert first == second
    assert first in stage.world.telegram.files._files


async def test_an_id_that_is_not_taken_any_more_gives_way_to_the_address(
    stage: Stage, named: list[str]
) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    message = Message(TEXT, stage.image("/a.png"))
    await stage.sender.deliver(stage.chat, message)
    stage.world.telegram.files._files.clear()
    outcome = await stage.sender.deliver(stage.chat, message)
    assert isinstance(outcome, Sent)
    assert outcome.calls == 2
    assert [one == stage.web + "/a.png" for one in named] == [True, False, True]
    assert all(one.media for one in stage.world.messages(stage.world.user))
    assert stage.outbox.bad == set()


async def test_an_address_that_failed_is_tried_by_no_other_worker(stage: Stage, named: list[str]) -> None:
    stage.ours["/a.png"] = png(800, 600)
    message = Message(TEXT, stage.image("/a.png"))
    await stage.sender.deliver(stage.chat, message)
    assert named == [stage.web + "/a.png", "upload"]
    assert len(stage.outbox.bad) == 1
    named.clear()
    await another_worker(stage).deliver(stage.chat, message)
    assert stage.web + "/a.png" not in named
    assert all(one.media for one in stage.world.messages(stage.world.user))


async def test_an_item_for_many_chats_asks_the_store_once(stage: Stage) -> None:
    stage.ours["/a.png"] = png(800, 600)
    await to_all(stage, Message(TEXT, stage.image("/a.png")), 10)
    assert stage.outbox.asked_for_bad == 1
    stage.outbox.asked_for_bad = 0
    addresses = stage.sender._addresses
    assert [await addresses.is_bad("https://example.org/good.png") for _ in range(10)] == [False] * 10
    assert stage.outbox.asked_for_bad == 1


async def test_without_the_store_pictures_go_on(stage: Stage, named: list[str]) -> None:
    stage.outbox.away = True
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.ours["/b.png"] = png(800, 601)
    for path in ("/a.png", "/b.png", "/b.png"):
        outcome = await stage.sender.deliver(stage.chat, Message(TEXT, stage.image(path)))
        assert isinstance(outcome, Sent)
    assert all(one.media for one in stage.world.messages(stage.world.user))
    assert named.count(stage.web + "/b.png") == 1


@pytest.mark.parametrize(
    "refusal",
    [
        "message caption is too long",
        "not enough rights to send photos to the chat",
        "can't parse entities: odd",
        "chat not found",
    ],
)
async def test_an_address_is_not_blamed_for_what_is_no_fault_of_its(stage: Stage, refusal: str) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.world.fail_next("sendPhoto", "error", description=f"Bad Request: {refusal}")
    await stage.sender.deliver(stage.chat, Message(TEXT, stage.image("/a.png")))
    assert stage.outbox.bad == set()


async def test_chats_served_at_the_same_time_all_get_the_picture(stage: Stage) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    readers = [stage.world.add_user(f"Reader {one}") for one in range(20)]
    message = Message(TEXT, stage.image("/a.png"))
    await asyncio.gather(*(stage.sender.deliver(ChatId(one.id), message) for one in readers))
    assert all(stage.world.messages(one)[0].media for one in readers)


async def at_once(stage: Stage, message: Message, number: int) -> list[Outcome]:
    readers = [stage.world.add_user(f"Reader {one}") for one in range(number)]
    return await asyncio.gather(*(stage.sender.deliver(ChatId(one.id), message) for one in readers))


def kinds(stage: Stage, named: list[str]) -> list[str]:
    ids = stage.world.telegram.files._files
    return sorted("id" if one in ids else "upload" if one == "upload" else "address" for one in named)


async def test_a_good_address_is_asked_for_once_by_chats_served_at_the_same_time(
    stage: Stage, named: list[str]
) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    outcomes = await at_once(stage, Message(TEXT, stage.image("/a.png")), 5)
    assert kinds(stage, named) == ["address", "id", "id", "id", "id"]
    assert [one.calls for one in outcomes if isinstance(one, Sent)] == [1] * 5


async def test_a_bad_address_is_asked_for_and_its_copy_uploaded_once_by_chats_served_at_the_same_time(
    stage: Stage, named: list[str]
) -> None:
    stage.ours["/a.png"] = png(800, 600)
    outcomes = await at_once(stage, Message(TEXT, stage.image("/a.png")), 5)
    assert kinds(stage, named) == ["address", "id", "id", "id", "id", "upload"]
    assert sorted(one.calls for one in outcomes if isinstance(one, Sent)) == [1, 1, 1, 1, 2]
    assert stage.downloads == ["/a.png"]


async def test_a_copy_that_telegram_refuses_is_uploaded_once_and_everybody_gets_the_text(
    stage: Stage, named: list[str]
) -> None:
    stage.ours["/a.png"] = png(800, 600)
    stage.world.fail_next("sendPhoto", "error", times=9, description="Bad Request: IMAGE_PROCESS_FAILED")
    outcomes = await at_once(stage, Message(TEXT, stage.image("/a.png")), 5)
    assert all(isinstance(one, Sent) for one in outcomes)
    assert sorted(named) == sorted([stage.web + "/a.png", "upload"])


async def test_an_id_that_several_chats_find_outdated_is_replaced_once(
    stage: Stage, named: list[str]
) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.sender._addresses.keep_file_id(stage.web + "/a.png", "AgACphforgotten")
    outcomes = await at_once(stage, Message(TEXT, stage.image("/a.png")), 5)
    assert [one.calls for one in outcomes if isinstance(one, Sent)] == [2] * 5
    assert named.count("AgACphforgotten") == 5
    assert named.count(stage.web + "/a.png") == 1
    assert stage.outbox.bad == set()


@pytest.mark.parametrize("shown", [{"/a.png": ("image/png", png(800, 600))}, {}], ids=["good", "bad"])
async def test_a_chat_whose_picture_hangs_holds_the_others_up_for_no_longer_than_the_bound(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, named: list[str], shown: dict[str, tuple[str, bytes]]
) -> None:
    monkeypatch.setattr(turns, "WAIT_S", 0.05)
    stage.shown.update(shown)
    stage.ours["/a.png"] = png(800, 600)
    stage.world.fail_next("sendPhoto", "hang_before", chat=stage.world.user)
    message = Message(TEXT, stage.image("/a.png"))
    hanging = asyncio.create_task(stage.sender.deliver(stage.chat, message))
    await stage.world.wait_for(lambda: len(named) == 1, what="the first call")
    async with asyncio.timeout(2):
        outcomes = await at_once(stage, message, 5)
    assert all(isinstance(one, Sent) for one in outcomes)
    assert not hanging.done()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    assert len(stage.sender._showing._turns) == 0


async def test_a_chat_that_is_given_up_lets_the_others_go_on_at_once(stage: Stage, named: list[str]) -> None:
    stage.shown["/a.png"] = ("image/png", png(800, 600))
    stage.world.fail_next("sendPhoto", "hang_before", chat=stage.world.user)
    message = Message(TEXT, stage.image("/a.png"))
    hanging = asyncio.create_task(stage.sender.deliver(stage.chat, message))
    await stage.world.wait_for(lambda: len(named) == 1, what="the first call")
    others = asyncio.create_task(at_once(stage, message, 3))
    await asyncio.sleep(0)
    hanging.cancel()
    async with asyncio.timeout(2):
        assert all(isinstance(one, Sent) for one in await others)
    assert kinds(stage, named) == ["address", "address", "id", "id"]
