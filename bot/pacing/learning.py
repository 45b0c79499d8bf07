"""Learning a feed's rhythm from what its looks bring.

A moment is when something new could be had, as far as can be told: the publication time of an
item, where that lies after the look before; else, since the item was not there then whatever it
says, the middle between the two looks. Items without a time count by that alone. Publication
times known before, far ahead, or older than what is remembered, tell nothing.

Some documents lie: each look brings items that are as old as the look itself, or other bytes and
nothing newer. One such look proves nothing, for a quick feed looks the same; each adds to a doubt
that others reduce, and in great doubt nothing is learnt.
"""

from collections.abc import Sequence
from itertools import pairwise

from bot.pacing.forecast import Forecast
from bot.pacing.rhythm import AGES_S, DOUBT, SINCE, Rhythm, number, pack, weekday

MEMORY_H = 8 * 7 * 24
"""How far back counts go before they are halved: eight weeks."""

MOST_MOMENTS = 200
"""Moments learnt from one look, the latest: some milliseconds of computing at the most."""

AHEAD_S = 60
"""How far clocks may differ; what is dated later is not dated at all."""

FRESH_S = 10
"""An item as young as this may have been dated by the look itself."""

SHORT_S = 150
"""Documents that have changed after each of such short waits, and tell no newer time, are hardly new."""

DOUBTFUL = 6
"""Suspicious looks, less the others, from which on what looks new is not believed."""

DOUBT_MOST = 20

DAY_S = 86_400
WEEK_S = 7 * DAY_S


def first_rhythm(published: Sequence[int], now: int) -> Rhythm:
    """Return what the publication times of a whole document tell, all in epoch seconds."""
    oldest = now - MEMORY_H * 3600
    moments = sorted({date for date in published if oldest < date <= now + AHEAD_S})[-MOST_MOMENTS:]
    if len(published) > 2 and moments and now - moments[0] < FRESH_S:
        # All were made just now: a generator that dates its items when it is asked.
        return Rhythm(newest=now, last=now, since_h=now // 3600, doubt=DOUBTFUL)
    newest = max((date for date in published if date <= now + AHEAD_S), default=0)
    is_cut = len(moments) == MOST_MOMENTS or (moments and not any(date <= oldest for date in published))
    since = moments[0] if is_cut else oldest
    rhythm = Rhythm(newest=newest, last=min(newest, now) or now, since_h=since // 3600)
    moments = _apart([min(date, now) for date in moments])
    for moment in moments:
        rhythm.count(moment)
    _silences(rhythm, moments, now)
    return rhythm


def rhythm_of(rate_per_day: float, last: int, now: int) -> Rhythm:
    """Return the rhythm of a feed of which its rate alone is known, and when it changed last."""
    each = round(min(rate_per_day, 1440.0) * MEMORY_H / 24 / 7) if rate_per_day > 0 else 0
    since = now // 3600 - (MEMORY_H if each else 0)
    last = last if 0 < last <= now else now
    return Rhythm(newest=last, last=last, since_h=since, days=[min(each, 4000)] * 7)


def rested(digits: bytes, now: int) -> bytes | None:
    """Return the digits after a look that brought nothing new: a doubt less; ``None`` where counts fade."""
    if now // 3600 - number(digits, SINCE, 4) > MEMORY_H:
        return None
    doubt = digits[DOUBT]
    return b"%b%c%b" % (digits[:DOUBT], doubt - 1, digits[DOUBT + 1 :]) if doubt else digits


def learn(
    rhythm: Rhythm,
    published: Sequence[int],
    now: int,
    *,
    before: int,
    changed: bool,
    pushed: bool = False,
) -> None:
    """Note in ``rhythm`` what a look brought.

    Args:
        rhythm: what was known; it is changed in place.
        published: publication times, in epoch seconds: of all items or of the new ones.
        now: the time of the look.
        before: the time of the look before, as far as it is known.
        changed: whether the look brought anything new at all.
        pushed: whether a hub pushes what is new, which is then as young as it is told.
    """
    if now // 3600 - rhythm.since_h > MEMORY_H:
        rhythm.fade(now // 3600)
    # A clock that was wrong, or a rhythm that is none, must not keep all news from counting.
    rhythm.newest, rhythm.last = min(rhythm.newest, now), min(rhythm.last, now)
    newer = sorted({date for date in published if rhythm.newest < date <= now + AHEAD_S})[-MOST_MOMENTS:]
    if not newer and not (changed and _tells_nothing(published, rhythm.newest)):
        rhythm.doubt = max(rhythm.doubt - 1, 0)
        return
    is_odd = newer[-1] >= now - FRESH_S if newer else now - before < SHORT_S
    is_suspect = is_odd and not pushed
    rhythm.doubt = min(max(rhythm.doubt + (1 if is_suspect else -2), 0), DOUBT_MOST)
    if newer:
        rhythm.newest = newer[-1]
    if rhythm.doubt >= DOUBTFUL:
        return
    middle = (min(before, now) + now) // 2
    found = sorted(min(date, now) if date > before else middle for date in newer or [middle])
    moments = [moment for moment in _apart(found) if moment > rhythm.last]
    for moment in moments:
        rhythm.count(moment)
    _silences(rhythm, [rhythm.last, *moments], now)
    rhythm.last = moments[-1] if moments else rhythm.last


def _tells_nothing(published: Sequence[int], newest: int) -> bool:
    """Whether the times of a changed document, none of them newer, do not tell that nothing new is in it.

    That is so without any, where all are the same or tell but the day, and where all are older than
    what was there before: then they are those of new items alone. A document that still has its newest
    item, and no newer one, was merely edited.
    """
    is_vague = newest % DAY_S == 0 or (len(published) > 1 and len(set(published)) == 1)
    return is_vague or all(date < newest for date in published)


def _apart(moments: list[int]) -> list[int]:
    """Return sorted moments, those of one minute once: what is published at once is waited for once."""
    return list({moment // 60: moment for moment in reversed(moments)}.values())[::-1]


def _silences(rhythm: Rhythm, moments: list[int], now: int) -> None:
    """Count the silences between ``moments`` by how long they were."""
    if len(moments) < 2:
        return
    weeks = Forecast(pack(rhythm), now).week() * 2
    for start, end in pairwise(moments):
        rhythm.longest_h = max(rhythm.longest_h, (end - start) // 3600)
        begun = start
        for stage, age_s in enumerate(AGES_S):
            until = start + age_s
            if until >= end:
                break
            rhythm.spend(stage, weighed(weeks, begun, until) / 60)
            begun = until
        else:
            stage = len(AGES_S)
        rhythm.end(stage, weighed(weeks, begun, end) / 60)


def weighed(weeks: list[float], begin: int, end: int) -> float:
    """Return the seconds between two times, each hour by its weight; whole weeks weigh what they are.

    ``weeks`` are the weights of the hours of two weeks, which any span of less than one lies in.
    """
    whole = (end - begin) // WEEK_S * WEEK_S
    total, begin = float(whole), begin + whole
    hour, last = begin // 3600, end // 3600
    place = 24 * weekday(hour) + hour % 24
    if hour == last:
        return total + weeks[place] * (end - begin)
    total += weeks[place] * ((hour + 1) * 3600 - begin)
    end_place = place + last - hour
    for weight in weeks[place + 1 : end_place]:
        total += weight * 3600
    return total + weeks[end_place] * (end - last * 3600)
