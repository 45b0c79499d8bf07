"""All alert rules of the bot in memory, and which of them an item fires. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.items import Alert, ChatId, Hit
from bot.rules import Heard, Index, Rule, Searchable, parse

RULES_KEPT = 20_000
"""Queries kept read: those that items came near to lately; of all others only the text is kept."""


@lru_cache(maxsize=RULES_KEPT)
def rule_of(query: str) -> Rule | None:
    """Return the rule that a stored query asks for; None for one that is no longer understood."""
    return _read(query)


def _read(query: str) -> Rule | None:
    try:
        return parse(query, negative=True)
    except Exception:  # noqa: BLE001  one that trips us must not stop all others
        return None


class Rulebook:
    """The rules by chat, and an index of their queries. Muted rules are left out."""

    def __init__(self) -> None:
        self._alerts: dict[ChatId, tuple[Alert, ...]] = {}
        self._index = Index()

    def __len__(self) -> int:
        return sum(map(len, self._alerts.values()))

    def put(self, chat: ChatId, alerts: Sequence[Alert]) -> None:
        """Let these be the rules of a chat, in the place of those that it had."""
        loud = tuple(one for one in alerts if not one.muted)
        for one in loud:
            self._index.add(one.query, rule.node if (rule := _read(one.query)) else None)
        for one in self._alerts.pop(chat, ()):
            self._index.discard(one.query)
        if loud:
            self._alerts[chat] = loud

    def put_all(self, rules: Mapping[ChatId, Sequence[Alert]]) -> None:
        """Let these be the rules of several chats."""
        for chat, alerts in rules.items():
            self.put(chat, alerts)

    def keep(self, chats: Collection[ChatId]) -> None:
        """Drop the rules of all but these chats."""
        for chat in self._alerts.keys() - set(chats):
            self.put(chat, ())

    def has(self, chat: ChatId) -> bool:
        """Tell whether a chat has rules that may fire."""
        return chat in self._alerts

    def also(self, chat: ChatId) -> set[ChatId]:
        """Return the other chats that get what rules of a chat find."""
        return {one.also for one in self._alerts.get(chat, ()) if one.also is not None}

    def reader(self, texts: Searchable) -> "Reader":
        """Return what answers for one item which rules it fires."""
        return Reader(texts, self._index.candidates(texts), lambda chat: self._alerts.get(chat, ()))


class Firing(NamedTuple):
    """A rule that an item fires, and the words by which it does."""

    alert: Alert
    words: tuple[str, ...]

    def hit(self, *, copied: bool = False) -> Hit:
        """Return what is told of it in the rule's own chat, or (``copied``) in the one that gets it, too."""
        one = self.alert
        topic = one.topic if copied or one.also is None else None
        owner = one.chat if copied else None
        return Hit(one.id, one.query, self.words, one.name, one.pin, one.brief, topic, one.cooldown_s, owner)


class Reader:
    """One item, read by the rules and filters of many chats: what several ask is answered once."""

    def __init__(
        self, texts: Searchable, candidates: set[str], alerts: Callable[[ChatId], Sequence[Alert]]
    ) -> None:
        self.texts = texts
        self._candidates = candidates
        self._alerts = alerts
        self._answers: dict[tuple[str, Heard], tuple[str, ...] | None] = {}
        self._matched: dict[tuple[str, Heard], bool] = {}

    def firing(self, chat: ChatId, heard: Heard) -> list[Firing]:
        """Return the rules of a chat that the item fires, in the order in which they were made."""
        found = []
        for alert in self._alerts(chat):
            if alert.query in self._candidates:
                words = self.asked(alert.query, heard)
                if words is not None:
                    found.append(Firing(alert, words))
        return found

    def filtered(self, only: str, never: str, heard: Heard) -> str:
        """Return which of a subscription's filters keeps the item back, ``only`` or ``not``; "" for none.

        A filter that is no longer understood keeps nothing back.
        """
        if never and self._matches(never, heard):
            return "not"
        if only and rule_of(only) and not self._matches(only, heard):
            return "only"
        return ""

    def _matches(self, query: str, heard: Heard) -> bool:
        key = (query, heard)
        if key not in self._matched:
            rule = rule_of(query)
            self._matched[key] = rule is not None and rule.matches(self.texts, heard)
        return self._matched[key]

    def asked(self, query: str, heard: Heard) -> tuple[str, ...] | None:
        """Return the words by which the item matches a query, None if it does not."""
        key = (query, heard)
        if key not in self._answers:
            rule = rule_of(query)
            self._answers[key] = rule.hit(self.texts, heard) if rule else None
        return self._answers[key]
