"""``/why`` of a feed: how often it has news, when it was looked at, when it is again, and why then."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.chat.desk import Ask, Desk
from bot.chat.fates import standing
from bot.chat.replies import ago, bold, join, link, rate, say, span
from bot.chat.sources import Source, page_of
from bot.deliver.letters import look_for
from bot.items import Chat, Feed, Taste
from bot.pacing import habits_of
from bot.render.parts import RichText

SOON_MS = 60_000
"""A look that is due so soon is told as such: seconds mean nothing to whoever waits for an item."""

DAY_MS = 86_400_000


async def tell_feed(desk: Desk, ask: Ask, chat: Chat, source: Source) -> RichText:
    """Say how a feed does."""
    texts, feed, now_ms = ask.texts.finding, source.feed, desk.now_ms()
    zone = look_for(chat, Taste(), desk.settings).zone
    lines = [bold(source.name), link(page_of(feed), page_of(feed))]
    lines.append(RichText(_rhythm(ask, feed, zone, now_ms)))
    if feed.changed_ms:
        lines.append(say(texts.why_feed_changed, when=ago(ask.texts, feed.changed_ms, now_ms)))
    if feed.looked_ms:
        lines.append(say(texts.why_feed_looked, when=ago(ask.texts, feed.looked_ms, now_ms)))
    else:
        lines.append(RichText(texts.why_feed_never))
    if said := standing(ask.texts, feed, now_ms):
        lines.append(RichText(said))
    next_ms = await desk.store.traces.next_look_ms(feed.id)
    if next_ms is not None:
        lines.append(_next(ask, feed, next_ms, now_ms, zone))
    return join(lines, "\n")


def _next(ask: Ask, feed: Feed, next_ms: int, now_ms: int, zone: ZoneInfo) -> RichText:
    """Say when the next look is, and why."""
    texts = ask.texts.finding
    why = texts.why_feed_reasons.get(feed.wait_why, "")
    if next_ms - now_ms < SOON_MS:
        return say(texts.why_feed_soon, why=why)
    moment = datetime.fromtimestamp(next_ms / 1000, zone)
    shape = "%H:%M" if next_ms - now_ms < DAY_MS else "%Y-%m-%d %H:%M"
    return say(
        texts.why_feed_next, time=moment.strftime(shape), span=span(ask.texts, next_ms - now_ms), why=why
    )


def _rhythm(ask: Ask, feed: Feed, zone: ZoneInfo, now_ms: int) -> str:
    """Say how much a feed publishes, and when mostly, in the chat's zone."""
    texts, said = ask.texts.finding, [rate(ask.texts, feed.rate_per_day)]
    habits = habits_of(feed.rhythm)
    offset = datetime.fromtimestamp(now_ms / 1000, zone).utcoffset() or timedelta()
    if habits.hours:
        first, last = ((hour + round(offset / timedelta(hours=1))) % 24 for hour in habits.hours)
        said.append(texts.why_feed_hours.format(first=first, last=last))
    if habits.minute is not None:
        minute = (habits.minute + int(offset.total_seconds() // 60)) % 60
        said.append(texts.why_feed_minute.format(minute=f"{minute:02}"))
    return texts.why_feed_rhythm.format(rhythm=texts.why_feed_comma.join(said))
