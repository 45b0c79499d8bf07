"""What we know of feeds, chats, subscriptions and alerts, as hash fields and JSON and back.

Only the door's bytes come in here; what is missing or unreadable in them gets its default,
since a field may be younger than the record.
"""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
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


def of_feed(feed: Feed, was: Feed | None = None) -> Fields:
    """Return the fields that a look at a feed changes: all but its addresses, ``seeded`` and pushes.

    Few fields with much in them, for each takes some 90 bytes beside what it holds. With ``was``,
    the feed as it was read, those that a look seldom changes are left out where they are the same.
    """
    told = {"state": _state(feed)}
    if was is None or _of_about(feed) != _of_about(was):
        told["about"] = _json(_of_about(feed))
    if was is None or feed.validators != was.validators:
        told["validators"] = _validators(feed.validators)
    return told


def _of_about(feed: Feed) -> tuple[str, ...]:
    return feed.title, feed.link, feed.language, feed.hub, feed.hub_topic


def _validators(one: Validators) -> str:
    return f"{one.body_hash}\n{one.etag}\n{one.modified}" if one != Validators() else ""


def _state(feed: Feed) -> str:
    numbers = (
        f"{feed.looked_ms} {feed.changed_ms} {feed.ok_ms} {feed.failures} {feed.looks} {feed.interval_s} "
        f"{feed.whole_ms} {feed.rate_per_day!r} {int(feed.weak_guid)} {int(feed.weak_link)}"
    )
    return f"{numbers}\n{feed.wait_why}\n{feed.trouble}\n{feed.asked}\n{feed.rhythm}\n{feed.life}"


def feed(feed_id: FeedId, values: Sequence[bytes | None]) -> Feed:
    """Return the feed that ``lua/record.lua`` tells of."""
    url, seeded, about, validators, state, marks, pushed, unmoved = values
    title, link, language, hub, topic = _words(about)
    body_hash, etag, modified = _lines(validators, 3)
    numbers, why, trouble, asked, rhythm, life = _lines(state, 6)
    looked, changed, ok, failures, looks, interval, whole, rate, guid, links = _numbers(numbers)
    return Feed(
        feed_id, _text(url), title, link, language,
        Validators(etag, modified, body_hash),
        seeded=seeded == b"1",
        weak_guid=guid == "1",
        weak_link=links == "1",
        looked_ms=int(looked),
        changed_ms=int(changed),
        ok_ms=int(ok),
        failures=int(failures),
        trouble=trouble,
        interval_s=int(interval),
        looks=int(looks),
        whole_ms=int(whole),
        rate_per_day=float(rate),
        rhythm=rhythm,
        asked=asked,
        wait_why=why,
        life=life,
        unmoved=_text(unmoved),
        hub=hub,
        hub_topic=topic,
        marks=marks or b"",
        pushed_until_ms=_int(_text(pushed)),
    )  # fmt: skip


_NUMBERS = re.compile(r"(?:-?\d{1,18} ){7}-?[\d.e+-]{1,30} [01] [01]")
_NOTHING = ["0"] * 10


def _numbers(text: str) -> list[str]:
    return text.split(" ") if _NUMBERS.fullmatch(text) else _NOTHING


def _words(about: bytes | None) -> list[str]:
    try:
        told = json.loads(_text(about) or "[]")
    except ValueError:
        told = []
    texts = [one if isinstance(one, str) else "" for one in told] if isinstance(told, list) else []
    return texts if len(texts) == 5 else [*texts, *[""] * 5][:5]


def _lines(value: bytes | None, count: int) -> list[str]:
    """Return the first lines of ``value``, the last of them with all that follows."""
    lines = _text(value).split("\n", count - 1)
    return lines if len(lines) == count else [*lines, *[""] * count][:count]


def _text(value: bytes | None) -> str:
    return value.decode(errors="replace") if value else ""


def life_of(state: bytes) -> str:
    """Return :attr:`bot.items.Feed.life` by the field that it stands in, last of all."""
    return state.rpartition(b"\n")[2].decode(errors="replace")


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
    """Return a subscription as JSON, without the chat and the feed, which its place tells.

    Nor with what nobody has chosen: a value of more than 64 bytes makes a hash several times as large.
    """
    told = {
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
    return _json({name: value for name, value in told.items() if value})


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
