"""One update, served: whether it is for us, who asks, which handler, and what is said when that fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from telegram.error import TelegramError

from bot.chat import (
    alert_options,
    alert_setting,
    alerts,
    choosing,
    commands,
    feed_life,
    filters,
    finding,
    flood,
    following,
    listing,
    membership,
    menus,
    reading,
    starting,
    surveying,
    templates,
    why,
)
from bot.chat.access import is_welcome
from bot.chat.desk import Ask, Desk
from bot.chat.menus import Press, Verb
from bot.chat.pace import Pace
from bot.chat.replies import say, texts_for
from bot.chat.replies.texts import Texts
from bot.chat.updates import Membership, Moved, Posted, Pressed, Spoken, Update
from bot.errors import StoreError
from bot.items import Chat, ChatKind, UserId
from bot.render.parts import RichText

log = logging.getLogger(__name__)

LAST_WORDS_S = 20.0
"""How long it may take to say that something has failed."""

REFUSED_KEPT = 10_000
"""People who have been told that they may not; beyond that, some hear it twice."""

NOT_IN_THE_MENU = frozenset({"status"})
"""Commands that few may use; the others stand in everybody's menu."""

COMMANDS: Mapping[str, Callable[[Desk, Ask], Awaitable[None]]] = {
    "start": starting.start,
    "help": starting.help_,
    "sub": following.sub,
    "unsub": listing.unsub,
    "list": listing.list_feeds,
    "latest": reading.latest,
    "search": finding.search,
    "filter": filters.filter_,
    "why": why.why,
    "alert": alerts.alert,
    "alerts": alert_options.alerts,
    "settings": choosing.settings,
    "template": templates.template,
    "status": surveying.status,
}

PRESSES: Mapping[Verb, Callable[[Desk, Ask, Press], Awaitable[None]]] = {
    Verb.LIST: listing.press_list,
    Verb.ASK_UNSUB: listing.press_ask_unsub,
    Verb.UNSUB: listing.press_unsub,
    Verb.BACK: listing.press_back,
    Verb.SUB: following.press_sub,
    Verb.SUGGESTED: following.press_suggested,
    Verb.LATEST: reading.press_latest,
    Verb.ALERTS: alert_options.press_alerts,
    Verb.UNALERT: alert_options.press_unalert,
    Verb.ADD_ALERT: alert_setting.press_add,
    Verb.DROP_ALERT: alert_setting.press_drop,
    Verb.OPEN_ALERT: alert_options.press_open,
    Verb.SET_ALERT: alert_options.press_set,
    Verb.CHOOSE: choosing.press_choose,
    Verb.CHOOSE_FOR: choosing.press_choose_for,
    Verb.OPEN: choosing.press_open,
    Verb.SHOW: choosing.press_show,
    Verb.USE: templates.press_use,
    Verb.DISCARD: templates.press_discard,
    Verb.FOUND: finding.press_found,
    Verb.FILTERS: filters.press_filters,
    Verb.FILTER_WHICH: filters.press_which,
    Verb.FILTER: filters.press_filter,
    Verb.UNFILTER: filters.press_unfilter,
    Verb.UNTELL: why.press_untell,
    Verb.CALM: flood.press_calm,
    Verb.FATE: feed_life.press_fate,
    Verb.UNMOVE: feed_life.press_unmove,
    Verb.SEEK: feed_life.press_seek,
    Verb.INSTEAD: feed_life.press_instead,
}


class Service:
    """Serves updates; it keeps nothing between them but whom it has turned away."""

    def __init__(self, desk: Desk, pace: Pace) -> None:
        self._desk = desk
        self._pace = pace
        self._turned_away: dict[UserId, None] = {}

    async def serve(self, update: Update) -> None:
        """Handle one update, once; it is done afterwards, come what may.

        What somebody asked is answered, be it with what went wrong. What Telegram tells of our
        membership cannot be asked for again: it waits for the store.
        """
        if isinstance(update, Posted) or (isinstance(update, Spoken) and self._is_idle(update)):
            await self._note(update)
            return
        desk = replace(self._desk, told=set())
        begun = handled = False
        while True:
            try:
                begun = begun or await desk.store.claims.begin_update(update.id)
                if not begun:
                    log.info("update %d was handled before, or has failed for good", update.id)
                    return
                if not handled:
                    await self._handle(desk, update)
                    handled = True
                await desk.store.claims.end_update(update.id)
            except StoreError as error:
                log.warning("update %d: the store is away: %s", update.id, error)
                if isinstance(update, Spoken | Pressed):
                    await self._apologise(desk, update, self._texts(update).no_memory)
                    return
                await asyncio.sleep(self._pace.store_s)
            else:
                return

    def _is_idle(self, update: Spoken) -> bool:
        """Tell whether a text asks nothing of us: other people's talk, other bots."""
        if update.person is not None and update.person.is_bot:
            return True
        private = update.place.kind is ChatKind.PRIVATE
        return not private and commands.read(update.text, self._desk.bot.username) is None

    async def _handle(self, desk: Desk, update: Update) -> None:
        """Do what an update asks, within the deadline; only trouble with the store comes out of it.

        Raises:
            StoreError: the store is away.
        """
        failed = ""
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                await self._do(desk, update)
        except StoreError:
            raise
        except TimeoutError:
            log.warning("update %d: given up after %.0f s", update.id, self._pace.deadline_s)
            failed = self._texts(update).too_slow
        except TelegramError as error:
            log.warning("update %d: Telegram did not do its part: %s", update.id, error)
            failed = self._texts(update).telegram_down
        except Exception:  # one update that fails must not end the conversation
            log.exception("update %d has failed", update.id)
            failed = self._texts(update).broken
        if failed and isinstance(update, Spoken | Pressed):
            await self._apologise(desk, update, failed)

    async def _note(self, update: Spoken | Posted) -> None:
        """Keep a chat's name and its latest message; that may be missed: the next one tells it again."""
        try:
            await membership.rename(self._desk, update.place, update.message)
        except StoreError as error:
            log.debug("update %d: a chat's name was not kept: %s", update.id, error)

    async def _do(self, desk: Desk, update: Update) -> None:
        match update:
            case Spoken():
                await self._command(desk, update)
            case Pressed():
                await self._press(desk, update)
            case Membership():
                person = update.person.id if update.person else None
                welcome = is_welcome(desk.settings, update.place.chat, person)
                await membership.change(desk, update, greet=welcome)
            case Moved():
                await membership.move(desk, update)

    async def _command(self, desk: Desk, told: Spoken) -> None:
        ask = await self._ask(desk, told)
        if ask is None:
            return
        command = commands.read(told.text, desk.bot.username)
        if command is None:
            text = commands.tidy(told.text)
            named = commands.addresses(text)
            # An address alone is what people send first; they mean /sub.
            if named == (text,) or (told.links and not named and " " not in text):
                await following.sub(desk, ask)
            else:
                await starting.chatter(desk, ask)
        elif handler := COMMANDS.get(command.name):
            await handler(desk, ask)
        else:
            await starting.unknown(desk, ask, command.name)

    async def _press(self, desk: Desk, told: Pressed) -> None:
        ask = await self._ask(desk, told)
        if ask is None:
            return
        press = menus.unpack(told.data)
        if press is None:
            await desk.toast(ask, ask.texts.stale_button, loud=True)
        else:
            await PRESSES[press.verb](desk, ask, press)

    async def _ask(self, desk: Desk, told: Spoken | Pressed) -> Ask | None:
        """Return what was asked, with what we know of the chat; ``None`` if the asker was turned away."""
        person = told.person
        anonymous = isinstance(told, Spoken) and told.as_chat == told.place.chat
        if not is_welcome(desk.settings, told.place.chat, person.id if person else None):
            await self._turn_away(desk, told)
            return None
        chat = await membership.meet(desk, told.place, person)
        if isinstance(told, Pressed):
            return replace(_bare(told, self._texts(told, chat)), chat=chat)
        await desk.store.outbox.note_known(told.place.chat, told.message)
        command = commands.read(told.text, desk.bot.username)
        argument = command.argument if command else commands.tidy(told.text)[: commands.ARGUMENT_LIMIT]
        ask = _bare(told, self._texts(told, chat))
        return replace(
            ask,
            chat=chat,
            anonymous=anonymous,
            argument=argument,
            raw=commands.behind(told.text),
            replied=commands.lines(told.replied),
            replied_to=told.replied_to,
            links=told.links,
        )

    async def _turn_away(self, desk: Desk, told: Spoken | Pressed) -> None:
        """Say no, once, in private; in groups stay silent."""
        texts, person = self._texts(told), told.person
        if isinstance(told, Pressed):
            await desk.toast(_bare(told, texts))
        elif (
            person is not None and told.place.kind is ChatKind.PRIVATE and person.id not in self._turned_away
        ):
            if len(self._turned_away) >= REFUSED_KEPT:
                self._turned_away.pop(next(iter(self._turned_away)))
            self._turned_away[person.id] = None
            await desk.answer(_bare(told, texts), say(texts.not_welcome, person=person.id))

    def _texts(self, update: Update, chat: Chat | None = None) -> Texts:
        """Return the chat's language, else the asker's, else the relay's."""
        person = update.person if isinstance(update, Spoken | Pressed) else None
        mine = chat.language if chat else ""
        return texts_for(mine, person.language if person else "", self._desk.settings.language)

    async def _apologise(self, desk: Desk, told: Spoken | Pressed, text: str) -> None:
        """Say what went wrong, as well as we still can; to whoever has an answer already it is no news."""
        if told.place.chat in desk.told:
            log.info("update %d: answered before it failed", told.id)
            return
        ask = _bare(told, self._texts(told))
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                if not await desk.toast(ask, text, loud=True):
                    await desk.answer(ask, RichText(text))
        except Exception:  # saying so is the last thing that can be done
            log.exception("update %d: not even that could be said", told.id)


def _bare(told: Spoken | Pressed, texts: Texts) -> Ask:
    """Return an ask made of the update alone, for when the store is not to be asked."""
    place = told.place
    chat = Chat(id=place.chat, kind=place.kind, title=place.title, username=place.username)
    query = told.query if isinstance(told, Pressed) else ""
    return Ask(chat, texts, told.person, topic=place.topic, message=told.message, query=query)
