"""Inline mode: behind our @name in any chat's message box stand words, and stored items are offered as cards.

They are searched among the feeds of the asker's own chat and of the channels and groups they look after.
"""

import asyncio
import logging
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.chat import commands, menus
from bot.chat.access import is_welcome
from bot.chat.desk import Desk
from bot.chat.finding import SOURCE_LIMIT, TITLE_LIMIT, age
from bot.chat.replies import short, texts_for
from bot.chat.replies.texts import Texts
from bot.chat.rights import administers
from bot.chat.samples import as_sample
from bot.chat.sources import Source, heard_of, sources_of
from bot.chat.updates import Sought
from bot.deliver.form import as_text
from bot.deliver.letters import look_for
from bot.errors import StoreError
from bot.items import Chat, ChatId, FeedId, StoredItem, Style, Taste, UserId
from bot.render.characters import is_blank
from bot.render.lead import lead, with_page
from bot.render.links import absolute
from bot.render.parts import Message
from bot.render.title import title_of
from bot.rules import Heard, QueryError, Rule, parse
from bot.searching import Searcher

log = logging.getLogger(__name__)

ANSWER_S = 9.0
"""Telegram waits some ten seconds (telegram.md, section 4); whoever types waits not even those."""

AT_ONCE = 2
"""People who are served at the same time: a search computes, and commands need the threads as well."""

PAGE = 20
"""Cards at a time; Telegram takes 50, and a phone shows five."""

DEEPEST = 200
"""How far back one may scroll; a forged offset cannot make the store count further."""

KNOWN_S = 300.0
"""How long somebody is taken to administer a chat, or not to: nobody tells us when that changes."""

KNOWN_MOST = 10_000
"""People and chats of which that is remembered."""

CACHE_S = 10
"""How long Telegram may answer the same words of the same person itself."""

LEAD_LIMIT = 160
BUTTON_LIMIT = 100
"""Letters: what a phone shows of them on two lines, or on one."""

_RULES = re.compile("─{2,}")
"""What parts the rows of a table: on a card, all is one line."""

LEFT_TO_RIGHT = "\u200e"
"""Behind Arabic, a number takes its direction: "25 min ago" would be shown as "min ago 25"."""

START = "inline"
"""What stands behind ``/start`` where somebody came by a button of ours."""

Form = dict[str, Any]
"""An object in the Bot API's own words."""

_SYNTAX = re.compile(r"\bnear/\d*|\b\w+:|\b(?:OR|AND|NOT)\b|[^\w\s]")
"""What makes more of a query than words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Cards, where the next begin ("" for nowhere), and a button above that leads to our private chat."""

    cards: tuple[Form, ...] = ()
    next_offset: str = ""
    button: str = ""


class Inline:
    """Answers inline queries beside everything else; of each person's the newest only."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._searcher = Searcher(desk.store)  # not the desk's: commands do not wait for those who type
        self._places = asyncio.Semaphore(AT_ONCE)
        self._newest: dict[UserId, asyncio.Task[None]] = {}
        self._administers: dict[tuple[UserId, ChatId], tuple[float, bool]] = {}

    def take(self, told: Sought, group: asyncio.TaskGroup) -> None:
        """Answer in a task of ``group``; what the person typed before and is still searched is dropped."""
        person = told.person.id
        if older := self._newest.pop(person, None):
            older.cancel()
        task = group.create_task(self._serve(told))
        self._newest[person] = task
        task.add_done_callback(lambda done: self._newest.get(person) is done and self._newest.pop(person))

    def stop(self) -> None:
        """Drop what is in hand: whoever is typing asks again."""
        for task in self._newest.values():
            task.cancel()

    async def _serve(self, told: Sought) -> None:
        try:
            async with asyncio.timeout(ANSWER_S), self._places:
                await self._tell(told, await self._answer(told))
        except TimeoutError:
            log.info("inline query %s: given up after %.0f s", told.query, ANSWER_S)
        except Exception:  # whatever surprises us about one query must not end the conversation
            log.exception("inline query %s has failed", told.query)

    async def _tell(self, told: Sought, answer: Answer) -> None:
        """Send the answer; where Telegram refuses the cards, once more without foreign addresses."""
        if await self._is_refused(told, answer) and answer.cards:
            await self._is_refused(told, replace(answer, cards=tuple(map(_plainer, answer.cards))))

    async def _is_refused(self, told: Sought, answer: Answer) -> bool:
        """Send the answer and tell whether Telegram will not have it as it is."""
        form: Form = {
            "inline_query_id": told.query,
            "results": list(answer.cards),
            "cache_time": CACHE_S if answer.cards else 0,
            "is_personal": True,
            "next_offset": answer.next_offset,
        }
        if answer.button:
            form["button"] = {"text": answer.button, "start_parameter": START}
        try:
            # Spelled as the poller's: the library's own method builds objects of what is JSON already.
            await self._desk.bot.do_api_request("answer_Inline_Query", form)
        except BadRequest as error:
            if "query is too old" not in error.message.lower():
                log.warning("inline query %s: Telegram refuses the answer: %s", told.query, error.message)
                return True
            log.debug("inline query %s: the answer came too late", told.query)
        except TelegramError as error:
            log.info("inline query %s was not answered: %s", told.query, error.message)
        return False

    async def _answer(self, told: Sought) -> Answer:
        person, settings = told.person, self._desk.settings
        texts = texts_for(person.language, settings.language)
        if not is_welcome(settings, ChatId(person.id), person.id):
            return Answer(button=texts.inline_not_welcome)
        try:
            return await self._found(told)
        except StoreError as error:
            log.warning("inline query %s: the store is away: %s", told.query, error)
            return Answer(button=texts.inline_no_memory)

    async def _found(self, told: Sought) -> Answer:
        """Return what is found. Raises StoreError."""
        desk, person = self._desk, told.person
        chat = await desk.store.chats.get(ChatId(person.id))
        chat = chat or Chat(id=ChatId(person.id), language=person.language)
        texts = texts_for(chat.language, person.language, desk.settings.language)
        sources = await self._sources(person.id)
        if not sources:
            return Answer(button=texts.inline_start)
        before_ms, offset = _place(told.offset)
        words = commands.tidy(told.words)
        try:
            rule = understood(words) if words else None
        except QueryError as error:
            return Answer(button=short(error.flaw.said(texts.language), BUTTON_LIMIT))
        found, more = await self._page(rule, heard_by(sources), before_ms, offset)
        cards = await asyncio.to_thread(self._cards, chat, texts, found, sources)
        if found and not before_ms:  # items that come meanwhile must not shift the pages
            before_ms = found[0].order_ms + 1
        following = f"{before_ms}:{offset + PAGE}" if more and offset + PAGE <= DEEPEST else ""
        return Answer(cards, following, "" if cards or offset else texts.inline_none)

    async def _sources(self, person: UserId) -> list[Source]:
        """Return what the asker hears in private, then what the chats hear that they look after."""
        owned = await self._desk.store.chats.owned_by(person)
        still = await asyncio.gather(*(self._looks_after(person, one) for one in owned))
        chats = [ChatId(person), *(one.id for one, is_so in zip(owned, still, strict=True) if is_so)]
        return [source for chat in chats for source in await sources_of(self._desk, chat)]

    async def _looks_after(self, person: UserId, chat: Chat) -> bool:
        """Tell whether a chat's owner, as we know them, administers it still: they may have been removed."""
        place, now_s = (person, chat.id), time.monotonic()
        known = self._administers.get(place)
        if known and now_s < known[0]:
            return known[1]
        try:
            is_so = await administers(self._desk, chat.id, person, chat.kind)
        except TelegramError as error:
            log.info("whether %d administers chat %d is not known: %s", person, chat.id, error.message)
            return False
        if len(self._administers) >= KNOWN_MOST:
            self._administers.clear()
        self._administers[place] = (now_s + KNOWN_S, is_so)
        return is_so

    async def _page(
        self, rule: Rule | None, heard: dict[FeedId, Heard], before_ms: int, offset: int
    ) -> tuple[list[StoredItem], bool]:
        """Return the items that ``rule`` finds, or the newest of all, and whether others follow."""
        if rule is None:
            latest = self._desk.store.archive.latest
            found = await latest(list(heard), offset=offset, limit=PAGE + 1, before_ms=before_ms)
            return found[:PAGE], len(found) > PAGE
        page = await self._searcher.search(rule, heard, offset=offset, limit=PAGE, before_ms=before_ms)
        return [one.stored for one in page.matches], page.more

    def _cards(
        self, chat: Chat, texts: Texts, found: Iterable[StoredItem], sources: Iterable[Source]
    ) -> tuple[Form, ...]:
        """Return a card for each item: some three milliseconds of computing."""
        names = {one.feed.id: one.name for one in reversed(list(sources))}
        return tuple(self._card(chat, texts, one, names.get(one.feed, "")) for one in found)

    def _card(self, chat: Chat, texts: Texts, stored: StoredItem, name: str) -> Form:
        """Return an item as Telegram's InlineQueryResultArticle."""
        item = with_page(stored)
        title = title_of(item).text
        begins = short(_RULES.sub("", lead(item, title).text), LEAD_LIMIT)
        named = next(
            (one for one in (short(title, TITLE_LIMIT), begins) if not is_blank(one)), texts.untitled
        )
        when = LEFT_TO_RIGHT + age(texts, stored.order_ms, self._desk.now_ms())
        told = (short(name, SOURCE_LIMIT), when, "" if named == begins else begins)
        card: Form = {
            "type": "article",
            "id": stored.id,
            "title": named,
            "description": " · ".join(filter(None, told)),
            "input_message_content": _content(self._message(chat, stored)),
        }
        addresses = [url for image in item.images for url in (image.url, *image.alternatives)]
        picture = next((url for url in addresses if url.startswith("https://") and absolute(url)), None)
        given = {"url": absolute(item.link) if item.link else None, "thumbnail_url": picture}
        return card | {field: url for field, url in given.items() if url}

    def _message(self, chat: Chat, stored: StoredItem) -> Message:
        """Return what is posted: as the asker's own chat has it, but for what others need not see.

        No words are marked, and the feed's name is its own.
        """
        look = look_for(chat, Taste(), self._desk.settings)
        style = Style.HEADLINE if look.style is Style.HEADLINE else Style.SUMMARY
        taste = Taste(style=style, images=False, split=False, template="")
        message = as_sample(self._desk, chat, stored, taste)
        return replace(message, preview=replace(message.preview, large=look.images))


def heard_by(sources: Iterable[Source]) -> dict[FeedId, Heard]:
    """Return how each feed is called; one that several chats hear, by all the names it has there."""
    found: dict[FeedId, Heard] = {}
    for one in sources:
        known, here = found.get(one.feed.id, Heard()), heard_of(one)
        names = tuple(dict.fromkeys((*known.names, *here.names)))
        found[one.feed.id] = Heard(names, known.folder or here.folder)
    return found


def understood(words: str) -> Rule:
    """Return what ``words`` ask for; where they are no query yet, the same as plain words.

    Raises:
        QueryError: there is nothing to look for; the sentence is about the query as it was typed.
    """
    try:
        return parse(words, negative=True)
    except QueryError:
        plain = commands.tidy(_SYNTAX.sub(" ", words))
        if not plain:
            raise
    return parse(plain)


def _place(offset: str) -> tuple[int, int]:
    """Read where the next cards begin, which may be forged: of items before which moment, after how many."""
    before, _, after = offset.partition(":")
    return max(menus.whole(before) or 0, 0), min(max(menus.whole(after) or 0, 0), DEEPEST)


def _content(message: Message) -> Form:
    """Return a text as Telegram's InputTextMessageContent."""
    form = as_text(message)
    content = {"message_text": form["text"], "entities": form["entities"]}
    content["link_preview_options"] = form["link_preview_options"]
    return {name: value for name, value in content.items() if value is not None}


def _plainer(card: Form) -> Form:
    """Return a card without the addresses that Telegram would look at."""
    return {name: value for name, value in card.items() if name not in {"url", "thumbnail_url"}}
