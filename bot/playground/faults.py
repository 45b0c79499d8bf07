"""Trouble on demand: what the next call of a method meets instead of, or after, its answer."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.playground.arguments import Arguments


class Fault(StrEnum):
    """Kinds of trouble."""

    FLOOD = "flood"
    """429 with ``retry_after``, heeded from then on: a call before its end is an offence."""
    FLOOD_BOT = "flood_bot"
    """The same for all chats at once."""
    ERROR = "error"
    """The given ``code`` and ``description``."""
    INTERNAL = "internal"
    """500 ``Internal Server Error: restart``."""
    BAD_GATEWAY = "bad_gateway"
    """502 with an HTML page, as from a proxy in front."""
    RESET_BEFORE = "reset_before"
    """The connection breaks and nothing was done."""
    RESET_AFTER = "reset_after"
    """The connection breaks after the call was carried out."""
    HANG_BEFORE = "hang_before"
    """No answer until the caller gives up, and nothing was done."""
    HANG_AFTER = "hang_after"
    """The call was carried out, and no answer comes until the caller gives up."""


@dataclass(slots=True)
class Plan:
    """One planned trouble, for the next ``times`` calls that fit."""

    method: str
    fault: Fault
    times: int = 1
    chat_id: int | None = None
    retry_after: int = 1
    code: int = 400
    description: str = "Bad Request"
    every: int = 1
    """Only each so-manieth fitting call meets it."""
    seen: int = 0


@dataclass(slots=True)
class Faults:
    """What is planned, the oldest first."""

    plans: list[Plan] = field(default_factory=list)

    def next(self, method: str, args: Arguments) -> Plan | None:
        """Return the trouble that this call meets, if any; counts it off."""
        for plan in self.plans:
            wanted = plan.method.lower() in {"*", method.lower()}
            if not wanted or (plan.chat_id is not None and str(plan.chat_id) != args.text("chat_id")):
                continue
            plan.seen += 1
            if plan.seen % plan.every:
                return None
            plan.times -= 1
            if plan.times <= 0:
                self.plans.remove(plan)
            return plan
        return None
