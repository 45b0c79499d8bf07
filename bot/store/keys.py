"""Every key in Redis, on one page. No other module spells a key; the scripts in ``lua/`` do.

A script computes the keys of feeds, items and chats from ids among its arguments, which a
cluster would not allow: newsrelay wants one Redis (docs/scaling.md), so this costs nothing.

| key                  | type   | lifetime            | meaning                                      |
|----------------------|--------|---------------------|-----------------------------------------------|
| `meta`               | hash   | for ever            | `schema`, `born_ms`: lost, the data is gone  |
|                      |        |                     | `clock_ms`: the time at the last claim       |
|                      |        |                     | `rules`: the version of alerts: when they     |
|                      |        |                     | changed last (ms), or later; `owners`: they  |
|                      |        |                     | are noted in `owned:{user}`; `reached`: the  |
|                      |        |                     | PUBLIC_URL that hubs were told, `reached_ms`:|
|                      |        |                     | when a process said last that it is reached there|
| `schedule`           | zset   | for ever            | feed id by due time (ms); claimed: now + lease|
| `looking`            | zset   | a look              | feed id by the end of its claim (ms)         |
| `resting`            | zset   | until past          | host by when it may be asked again (ms): it said so|
| `feeds`              | hash   | for ever            | canonical address → feed id, earlier addresses too|
| `feed:{id}`          | hash   | while heard, + 30 d | what we know of a feed (bot.items.Feed), and |
|                      |        |                     | `names`: all in `feeds`; `rotated_ms`: see below;|
|                      |        |                     | `taken_back`: from a move, and not looked at since;|
|                      |        |                     | `marks`: the items of the last document, by the|
|                      |        |                     | hashes of their bytes (bot.parse.prune)      |
| `feed:{id}:seen:a`   | set    | with the feed       | identity keys (a set of integers), the young ones|
| `feed:{id}:seen:b`   | set    | with the feed       | … and the old ones: looked up, never added to|
| `feed:{id}:items`    | zset   | KEEP_DAYS, by count | item id by order (ms): the feed's newest items|
| `feed:{id}:prints`   | hash   | as `:items`         | second half of the item id → what the item was|
|                      |        |                     | made of (8 bytes), corrections so far (1 byte)|
| `feed:{id}:words:a`  | string | as `:items`         | records of which words those items may hold  |
|                      |        |                     | (bot/store/words.py): the young ones, the last|
|                      |        |                     | of an item counts                            |
| `feed:{id}:words:b`  | string | as `:items`         | … and the old ones, the young are merged into|
| `feed:{id}:chats`    | hash   | with the feed       | chat id → subscription (JSON)                |
| `push:{id}`          | hash   | while wanted, + a day| a feed's hub and what it was asked: `hub`, `topic`,|
|                      |        |                     | `callback`, `secret`, `pending`, `verified`, |
|                      |        |                     | `until_ms`: what it promised (ms); `wanted`; |
|                      |        |                     | `failures`, `missed`; `doubt_ms`: not trusted|
|                      |        |                     | until; `next_ms`: when to ask; `born_ms`;    |
|                      |        |                     | `net_ms`, `was_ms`: when its feed is due, and|
|                      |        |                     | was, while a push of it is taken in          |
| `pushes`             | zset   | while wanted        | feed id by when to ask its hub (ms); claimed: |
|                      |        |                     | now + lease                                  |
| `pushed`             | zset   | the hub's lease     | feed id by until when its hub is trusted (ms)|
| `item:{id}`          | string | KEEP_DAYS           | the item, packed and compressed              |
| `news`               | stream | until routed        | items handed on: `item`, for a correction    |
|                      |        |                     | also `edit`; group `routers`                 |
| `chats`              | set    | for ever            | chat ids we know                             |
| `moved`              | hash   | for ever            | chat id before a migration → after it        |
| `usernames`          | hash   | for ever            | username in lower case → chat id             |
| `owned:{user}`       | set    | for ever            | chat ids whose owner they are, or were       |
| `chat:{id}`          | hash   | for ever            | what we know of a chat (bot.items.Chat)      |
| `chat:{id}:feeds`    | hash   | with the chat       | feed id → when subscribed (ms): the order of `/list`|
| `chat:{id}:alerts`   | hash   | with the chat       | alert id → alert (JSON); field `next` counts |
| `rules`              | zset   | for ever            | chat id by the version at which its alerts changed|
| `fired:{chat}:{day}` | hash   | 8 days              | alert id → how often it fired on that day (UTC)|
| `cooling:{chat}`     | hash   | the longest cooldown| alert id → until when it does not fire again (ms)|
|                      |        |                     | `chat:id` for another chat's, told here, too |
| `filtered:{chat}`    | hash   | KEEP_DAYS, by count | item id → the filter that kept it: `only`, `not`|
| `filtered:{chat}:{day}`| hash | 8 days              | feed id → how many items filters kept that day|
| `lane:{chat}`        | zset   | till sent, by count | item id by order (ms): what waits for the chat|
| `lane:{chat}:notes`  | hash   | with the lane       | item id → hits (JSON), for items an alert matched|
| `lane:{chat}:tries`  | hash   | with the lane       | item id → claims so far                      |
| `lane:{chat}:doubts` | hash   | with the lane       | item id that may have been sent → its `after`|
| `ready`              | zset   | for ever            | chat id by when it may be claimed next (ms); |
|                      |        |                     | `end`, last of all: lost, so are chats       |
| `lease:{chat}`       | hash   | its end, or 30 days | the message in flight: `token`, `item`, `till` (ms)|
|                      |        |                     | `after`: of `tops`, or `?`: it has a higher id|
| `sent:{chat}`        | zset   | KEEP_DAYS, by count | item id by message id (0: sent before a migration)|
| `pieces:{chat}`      | hash   | KEEP_DAYS, by count | item id → ids of its messages, where it takes|
|                      |        |                     | several; `open`: the item that was begun     |
| `hits:{chat}`        | hash   | KEEP_DAYS, by count | item id → the alerts it was told for (JSON)  |
| `parked:{chat}`      | hash   | KEEP_DAYS, by count | item id → why it will not be delivered       |
| `troubles`           | zset   | KEEP_DAYS, by count | `chat item` parked lately, by when (ms)      |
| `told:{chat}`        | zset   | two days, by count  | keys of the stories a chat was told, by when (ms)|
| `tops`               | hash   | for ever            | chat id → the highest message id known there;|
|                      |        |                     | `box`: of all that are no supergroup or channel|
| `known:{chat}`       | zset   | an hour, by count   | message ids that are none in doubt; 30 days  |
|                      |        |                     | and more of them while one is; `known:box`   |
| `edits`              | zset   | until done          | `chat item` to be edited, by when (ms)       |
| `edits:notes`        | hash   | until done          | `chat item` → what changed and how often it  |
|                      |        |                     | did                                          |
| `editing:{chat}`     | string | the edit's lease    | end of its lease (ms) and the edit under way |
| `edited:{chat}:{item}`| string | two days           | how many edits of the item there were begun  |
| `lost`               | zset   | 30 days             | chat id by when it was lost to us (ms)       |
| `budget`             | zset   | until past          | chat id by GCRA arrival (ms), `e{id}` of edits|
|                      |        |                     | `h{id}` and `bot` by the end of a hold (ms)  |
| `window`             | zset   | the last second     | every message handed out or reserved, by when (ms)|
| `minute:{chat}`      | zset   | the last minutes    | the same for one group or channel            |
| `slow:{chat}`        | string | a day               | how many times slower, after a flood; `slow:bot`|
| `tally:{day}`        | hash   | 8 days              | counts of a day since 1970 (UTC): `sent`, `edited`,|
|                      |        |                     | `parked`, `flooded`, `found`, `same`         |
| `update:{id}`        | string | a day               | Telegram update: times begun, or `done`      |
| `draft:{chat}:{hash}`| string | a day               | a text that buttons are about: a template or a filter|
|                      |        |                     | that waits for a yes, a query that has pages |
| `leaders`            | hash   | for ever            | role of one only (polling, routing) → `till holder`|
| `file:{bot}:{hash}`  | string | 30 days             | Telegram's file id of a picture that was uploaded|
| `bad:{bot}:{hash}`   | string | 3 days              | a picture's address that Telegram could not use|
| `notices`            | hash   | until laid out      | event, feed and period → what is to be told of a feed|
| `notices:{chat}`     | hash   | until told          | event, feed and chat → the same, laid out for whom|
| `notices:due`        | zset   | until told, and a rest| chat id by when it may be told (ms)        |
| `noticed:{chat}`     | hash   | 180 days            | event and feed → the period it was told of   |
| `hinted:{chat}:{hash}`| string | 30 days            | an owner was told of some trouble            |
| `health`             | hash   | for ever            | last good look, route, send and update (ms)  |

The generations of a feed's keys change places (`a` becomes `b`, and the old `b` goes) when `a`
is larger than 4000 keys and four times the document, and a day has passed since `rotated_ms`: the
first time after the last change that the whole document was taken in, -1 until then. Since all that
a feed shows between two of those is in `a`, whatever it showed is remembered for a day at least.
"""

from bot.items import ChatId, FeedId, ItemId, UserId

META = "meta"
SCHEDULE = "schedule"
RESTING = "resting"
FEEDS = "feeds"
NEWS = "news"
ROUTERS = "routers"
CHATS = "chats"
USERNAMES = "usernames"
READY = "ready"
BUDGET = "budget"
WINDOW = "window"
HEALTH = "health"
KNOWN_IN_BOX = "known:box"
TROUBLES = "troubles"
RULES = "rules"
PUSHED = "pushed"
NOTICES = "notices"
NOTICES_DUE = "notices:due"

TYPES = {
    **dict.fromkeys((META, FEEDS, USERNAMES, HEALTH, NOTICES, "leaders", "moved", "tops"), "hash"),
    **dict.fromkeys((SCHEDULE, READY, BUDGET, WINDOW, RESTING, NOTICES_DUE, PUSHED), "zset"),
    **dict.fromkeys(("pushes", "looking", "edits", "lost", "troubles", "rules"), "zset"),
    "edits:notes": "hash",
    NEWS: "stream",
    CHATS: "set",
}
"""What the keys without an id hold: if one holds something else, that must be told by its name."""


def feed(feed_id: FeedId) -> str:
    """What we know of a feed."""
    return f"feed:{feed_id}"


def seen_young(feed_id: FeedId) -> str:
    """The generation of identity keys that is added to."""
    return f"feed:{feed_id}:seen:a"


def seen_old(feed_id: FeedId) -> str:
    """The generation of identity keys that is only looked up."""
    return f"feed:{feed_id}:seen:b"


def feed_items(feed_id: FeedId) -> str:
    """The feed's newest items."""
    return f"feed:{feed_id}:items"


def feed_prints(feed_id: FeedId) -> str:
    """What those items were made of when they were last seen."""
    return f"feed:{feed_id}:prints"


def words_young(feed_id: FeedId) -> str:
    """Which words those items may hold, as was learnt lately."""
    return f"feed:{feed_id}:words:a"


def words_old(feed_id: FeedId) -> str:
    """Which words those items may hold."""
    return f"feed:{feed_id}:words:b"


def feed_chats(feed_id: FeedId) -> str:
    """Who hears the feed."""
    return f"feed:{feed_id}:chats"


def push(feed_id: FeedId) -> str:
    """The feed's hub, and what it was asked."""
    return f"push:{feed_id}"


def item(item_id: ItemId) -> str:
    """One item's record."""
    return f"item:{item_id}"


def chat(chat_id: ChatId) -> str:
    """What we know of a chat."""
    return f"chat:{chat_id}"


def chat_feeds(chat_id: ChatId) -> str:
    """What the chat hears."""
    return f"chat:{chat_id}:feeds"


def chat_alerts(chat_id: ChatId) -> str:
    """The chat's alert rules."""
    return f"chat:{chat_id}:alerts"


def owned(user_id: UserId) -> str:
    """The chats of one owner."""
    return f"owned:{user_id}"


def fired(chat_id: ChatId, day: int) -> str:
    """How often the chat's rules fired on one day, counted since 1970 in UTC."""
    return f"fired:{chat_id}:{day}"


def filtered(chat_id: ChatId) -> str:
    """What filters kept from the chat."""
    return f"filtered:{chat_id}"


def filtered_on(chat_id: ChatId, day: int) -> str:
    """How much of each feed they kept on one day, counted since 1970 in UTC."""
    return f"filtered:{chat_id}:{day}"


def lane(chat_id: ChatId) -> str:
    """What waits for the chat."""
    return f"lane:{chat_id}"


def lane_notes(chat_id: ChatId) -> str:
    """Why some of it is loud."""
    return f"lane:{chat_id}:notes"


def lane_tries(chat_id: ChatId) -> str:
    """How often each was claimed."""
    return f"lane:{chat_id}:tries"


def lease(chat_id: ChatId) -> str:
    """The chat's one message in flight."""
    return f"lease:{chat_id}"


def sent(chat_id: ChatId) -> str:
    """What was delivered to the chat."""
    return f"sent:{chat_id}"


def pieces(chat_id: ChatId) -> str:
    """The messages of items that take several."""
    return f"pieces:{chat_id}"


def hits(chat_id: ChatId) -> str:
    """The alerts for which items were told in a chat."""
    return f"hits:{chat_id}"


def parked(chat_id: ChatId) -> str:
    """What will not be delivered to the chat, and why."""
    return f"parked:{chat_id}"


def known(chat_id: ChatId) -> str:
    """Messages of the chat that we know."""
    return f"known:{chat_id}"


def hinted(chat_id: ChatId, digest: str) -> str:
    """Whether the chat's owner was told of some trouble."""
    return f"hinted:{chat_id}:{digest}"


def notices_for(chat_id: ChatId) -> str:
    """What is to be told there of feeds."""
    return f"notices:{chat_id}"


def noticed(chat_id: ChatId) -> str:
    """What was told there of feeds."""
    return f"noticed:{chat_id}"


def tally(day: int) -> str:
    """What became of messages on one day, counted since 1970 in UTC."""
    return f"tally:{day}"


def update(update_id: int) -> str:
    """One update of Telegram's."""
    return f"update:{update_id}"


def draft(chat_id: ChatId, digest: str) -> str:
    """A text that buttons are about."""
    return f"draft:{chat_id}:{digest}"


def file(bot_id: int, digest: str) -> str:
    """Telegram's id of an uploaded picture."""
    return f"file:{bot_id}:{digest}"


def bad(bot_id: int, url_hash: str) -> str:
    """Whether Telegram failed at a picture's address."""
    return f"bad:{bot_id}:{url_hash}"
