"""What we know of feeds, chats, subscriptions and alerts, as hash fields and JSON and back.

Only the door's bytes come in here; what is missing or unreadable in them gets its default,
since a field may be younger than the record.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from bot.items import (
    Alert,
    Chat,
    ChatId,
    ChatKind,
    Feed,
    FeedId,
    Hit,
    Length,
    Style,
    Subscription,
    Taste,
    UserId,
    Validators,
)

Fields = dict[str, str]


def of_feed(feed: Feed) -> Fields:
    """Return the fields that a look at a feed may change: all but its addresses, ``seeded`` and pushes."""
    return {
        "title": feed.title,
        "link": feed.link,
        "language": feed.language,
        "etag": feed.validators.etag,
        "modified": feed.validators.modified,
        "body_hash": feed.validators.body_hash,
        "weak_guid": _flag(feed.weak_guid),
        "weak_link": _flag(feed.weak_link),
        "looked_ms": str(feed.looked_ms),
        "changed_ms": str(feed.changed_ms),
        "ok_ms": str(feed.ok_ms),
        "failures": str(feed.failures),
        "trouble": feed.trouble,
        "interval_s": str(feed.interval_s),
        "looks": str(feed.looks),
        "rate_per_day": repr(feed.rate_per_day),
        "rhythm": feed.rhythm,
        "asked": feed.asked,
        "wait_why": feed.wait_why,
        "life": feed.life,
        "hub": feed.hub,
        "hub_topic": feed.hub_topic,
    }


def feed(feed_id: FeedId, raw: Mapping[bytes, bytes]) -> Feed:
    """Return the feed that the fields of its hash tell of."""
    told = _told(raw)
    return Feed(
        id=feed_id,
        url=told.get("url", ""),
        title=told.get("title", ""),
        link=told.get("link", ""),
        language=told.get("language", ""),
        validators=Validators(told.get("etag", ""), told.get("modified", ""), told.get("body_hash", "")),
        seeded=told.get("seeded") == "1",
        weak_guid=told.get("weak_guid") == "1",
        weak_link=told.get("weak_link") == "1",
        looked_ms=_int(told.get("looked_ms")),
        changed_ms=_int(told.get("changed_ms")),
        ok_ms=_int(told.get("ok_ms")),
        failures=_int(told.get("failures")),
        trouble=told.get("trouble", ""),
        interval_s=_int(told.get("interval_s")),
        looks=_int(told.get("looks")),
        rate_per_day=_float(told.get("rate_per_day")),
        rhythm=told.get("rhythm", ""),
        asked=told.get("asked", ""),
        wait_why=told.get("wait_why", ""),
        life=told.get("life", ""),
        unmoved=told.get("unmoved", ""),
        hub=told.get("hub", ""),
        hub_topic=told.get("hub_topic", ""),
        pushed_until_ms=_int(told.get("pushed_until_ms")),
    )


def of_chat(chat: Chat) -> Fields:
    """Return the fields of a chat that saving it changes: all but ``paused``, which is a step of its own."""
    return {
        "kind": chat.kind.value,
        "title": chat.title,
        "username": chat.username,
        "owner": "" if chat.owner is None else str(chat.owner),
        "language": chat.language,
        "timezone": chat.timezone,
        "corrections": _choice(chat.corrections),
        "once": _choice(chat.once),
        "taste": of_taste(chat.taste),
    }


def chat(chat_id: ChatId, raw: Mapping[bytes, bytes]) -> Chat:
    """Return the chat that the fields of its hash tell of."""
    told = _told(raw)
    return Chat(
        id=chat_id,
        kind=_KINDS.get(told.get("kind", ""), ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP),
        title=told.get("title", ""),
        username=told.get("username", ""),
        owner=UserId(_int(told.get("owner"))) or None,
        language=told.get("language", ""),
        timezone=told.get("timezone", ""),
        paused=told.get("paused", ""),
        corrections=_CHOICES.get(told.get("corrections", "")),
        once=_CHOICES.get(told.get("once", "")),
        taste=taste(told.get("taste", "").encode()),
    )


def of_subscription(subscription: Subscription) -> str:
    """Return a subscription as JSON, without the chat and the feed, which its place tells."""
    return _json(
        {
            "created_ms": subscription.created_ms,
            "by": subscription.by,
            "title": subscription.title,
            "folder": subscription.folder,
            "topic": subscription.topic,
            "taste": _of_taste(subscription.taste),
            "paused": subscription.paused,
            "only": subscription.only,
            "never": subscription.never,
        }
    )


def subscription(chat_id: ChatId, feed_id: FeedId, raw: bytes) -> Subscription:
    """Return the subscription that stands at ``chat_id`` and ``feed_id``."""
    told = _table(raw)
    return Subscription(
        chat=chat_id,
        feed=feed_id,
        created_ms=told.get("created_ms", 0),
        by=told.get("by"),
        title=told.get("title", ""),
        folder=told.get("folder", ""),
        topic=told.get("topic"),
        taste=_taste(told.get("taste")),
        paused=told.get("paused", False),
        only=told.get("only", ""),
        never=told.get("never", ""),
    )


def of_taste(taste: Taste) -> str:
    """Return what somebody has chosen of a taste as JSON."""
    return _json(_of_taste(taste))


def taste(raw: bytes) -> Taste:
    """Return the taste that ``raw`` tells of."""
    return _taste(_table(raw))


def _of_taste(taste: Taste) -> dict[str, Any]:
    """Return what somebody has chosen of a taste."""
    told = {one.name: getattr(taste, one.name) for one in dataclasses.fields(taste)}
    return {name: value for name, value in told.items() if value is not None}


def _taste(told: Any) -> Taste:
    """Return a taste; what cannot be read of it counts as not chosen."""
    if not isinstance(told, dict):
        return Taste()
    labels = told.get("labels")
    return Taste(
        style=_STYLES.get(told.get("style", "")),
        length=_LENGTHS.get(told.get("length", "")),
        labels=tuple(map(str, labels)) if isinstance(labels, list) else None,
        template=told["template"] if isinstance(told.get("template"), str) else None,
        **{
            name: told[name]
            for name in ("images", "preview", "silent", "hashtags", "author", "split")
            if isinstance(told.get(name), bool)
        },
    )


def of_alert(alert: Alert) -> str:
    """Return an alert as JSON, without its id and its chat, which its place tells."""
    told = {name: getattr(alert, name) for name in _ALERT if getattr(alert, name) not in {None, "", False}}
    return _json({"query": alert.query, **told})


def alert(chat_id: ChatId, number: int, raw: bytes) -> Alert:
    """Return the alert that stands at ``number`` in ``chat_id``."""
    told = _table(raw)
    return Alert(
        number, chat_id, str(told.get("query", "")), **{name: told[name] for name in _ALERT if name in told}
    )


def of_hit(hit: Hit) -> str:
    """Return an alert that an item fired as JSON: of several, with commas between them, a list is made."""
    how = ("p" if hit.pin else "") + ("b" if hit.brief else "")
    owner = () if hit.owner is None else (hit.owner,)
    return _json([hit.alert, hit.query, hit.words, hit.name, how, hit.topic, *owner])


def hits(raw: bytes) -> tuple[Hit, ...]:
    """Return the alerts that an item fired."""
    try:
        return tuple(_hit(*one) for one in json.loads(raw or b"[]"))
    except (ValueError, TypeError):
        return ()


def _hit(
    alert: int,
    query: str,
    words: list[str],
    name: str = "",
    how: str = "",
    topic: int | None = None,
    owner: ChatId | None = None,
) -> Hit:
    return Hit(alert, query, tuple(words), name, "p" in how, "b" in how, topic, owner=owner)


def flat(told: Fields) -> list[str]:
    """Return fields as Redis' commands take them: names and values by turns."""
    return [part for pair in told.items() for part in pair]


_ALERT = tuple(one.name for one in dataclasses.fields(Alert) if one.name not in {"id", "chat", "query"})
_KINDS = {kind.value: kind for kind in ChatKind}
_STYLES = {style.value: style for style in Style}
_LENGTHS = {length.value: length for length in Length}


def _table(raw: bytes) -> dict[str, Any]:
    """Return what JSON holds, nothing where it is none."""
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _int(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _float(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _told(raw: Mapping[bytes, bytes]) -> Fields:
    return {name.decode(): value.decode(errors="replace") for name, value in raw.items()}


_CHOICES = {"1": True, "0": False}


def _choice(value: bool | None) -> str:  # noqa: FBT001  it stands alone
    """Return a choice as a field: "" where nobody has chosen."""
    return "" if value is None else _flag(value)


def _flag(value: bool) -> str:  # noqa: FBT001  it stands alone
    return "1" if value else "0"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
