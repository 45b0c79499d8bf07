"""What WebSub says, in the words of a subscriber (W3C Recommendation of 23 January 2018). Pure.

Whatever hubs send is foreign: what cannot be read is None or False, never an error.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.fetch.address import normalise
from bot.fetch.answer import Failed, Failure, Fetched
from bot.items import Document

LEASE_S = 10 * 86_400
"""For how long we ask to be pushed to, and how long a hub is believed that names no lease."""

LONGEST_LEASE_S = 30 * 86_400
"""A hub that promises more is asked again after this."""

RENEWED_AT = (0.75, 0.9)
"""Between which shares of its lease a subscription is renewed: early enough to be tried several times."""

RENEWED_SOONEST_S = 60
"""A hub with shorter leases than this is asked no more often; between two of them its feed is polled."""

VERIFIED_WITHIN_S = 600
"""How long a hub may take to call back, the first time; also the first wait after a failure …"""

RETRIED_WITHIN_S = 86_400
"""… which doubles up to this."""

REFUSED_S = 86_400
"""The first wait after a hub has said no …"""

REFUSED_LONGEST_S = 8 * 86_400
"""… which doubles up to this."""

JITTER = 0.2
"""Waits are longer by up to this share, so that feeds of one hub do not stay together."""

DOWN = frozenset({Failure.UNREACHABLE, Failure.TOO_SLOW, Failure.BUSY, Failure.SERVER_ERROR})
"""What speaks against a hub as it is now, and not against the subscription."""

PATH = "/websub/"
"""Where callbacks lie below PUBLIC_URL."""

_LEASE = re.compile(r"\d{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-f]{40,128})", re.IGNORECASE | re.ASCII)


class Mode(StrEnum):
    """What is asked of a hub, and what it asks of us."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"
    """Said by hubs alone: there will be no subscription, or no more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A hub that would push a feed, and the address by which that hub knows the feed."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a hub asks or tells at our callback; ``challenge`` is what a yes consists of."""

    mode: Mode
    topic: str
    challenge: str
    lease_s: int


def offer_of(answer: Fetched, document: Document) -> Offer | None:
    """Return the hub that ``document``, found in ``answer``, names; None for none.

    Link headers go before what stands in the document. Of several hubs the first is taken; a feed that
    does not name itself is known by where it was found.
    """
    hub, topic = dict(reversed(answer.links)).get("hub") or document.hub, called(answer, document)
    if not hub:
        return None
    try:
        normalise(topic)
        return Offer(normalise(hub), topic)
    except ValueError:
        return None


def called(answer: Fetched, document: Document) -> str:
    """Return what ``document`` calls itself; where it was found if it does not."""
    return dict(reversed(answer.links)).get("self") or document.self_link or answer.url


def form(mode: Mode, offer: Offer, callback: str, secret: str) -> dict[str, str]:
    """Return what asks ``offer.hub`` to begin, to go on or to end pushing to the address ``callback``."""
    asked = {"hub.mode": mode.value, "hub.topic": offer.topic, "hub.callback": callback}
    if mode is Mode.SUBSCRIBE:
        asked |= {"hub.lease_seconds": str(LEASE_S), "hub.secret": secret}
    return asked


def question(query: Mapping[str, str]) -> Question | None:
    """Return what a hub asks with the query of its GET; None if it is no question of a hub's."""
    try:
        mode = Mode(query.get("hub.mode", ""))
    except ValueError:
        return None
    topic, challenge = query.get("hub.topic", ""), query.get("hub.challenge", "")
    if not topic or not (challenge or mode is Mode.DENIED):
        return None
    return Question(mode, topic, challenge, _lease_s(query.get("hub.lease_seconds", "")))


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Tell whether ``signature``, as in ``X-Hub-Signature``, proves that who has ``secret`` sent ``body``."""
    found = _SIGNATURE.fullmatch(signature.strip())
    if not found:
        return False
    made = hmac.new(secret.encode(), body, getattr(hashlib, found[1].lower())).hexdigest()
    return hmac.compare_digest(made, found[2].lower())


def renewed_in_s(lease_s: int, roll: float) -> float:
    """Return in how many seconds to ask for more of a lease that has just begun; ``roll`` is in [0, 1)."""
    first, last = RENEWED_AT
    return max(lease_s * (first + (last - first) * roll), RENEWED_SOONEST_S)


def again_in_s(failures: int, failure: Failed | None, roll: float) -> float:
    """Return in how many seconds to ask a hub again that has failed ``failures`` times in a row.

    ``failure`` is how it answered; None where it has taken what it was asked, but may not call back.
    """
    times = 1 << min(max(failures - 1, 0), 16)
    if failure is None or failure.why in DOWN:
        wait_s, longest_s = VERIFIED_WITHIN_S, RETRIED_WITHIN_S
    else:
        wait_s, longest_s = REFUSED_S, REFUSED_LONGEST_S
    least_s = (failure.retry_after_s or 0) if failure else 0
    return max(min(wait_s * times, longest_s), least_s) * (1 + JITTER * roll)


def _lease_s(told: str) -> int:
    if not _LEASE.fullmatch(told) or not int(told):
        return LEASE_S
    return min(int(told), LONGEST_LEASE_S)
