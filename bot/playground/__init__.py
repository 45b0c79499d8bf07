"""A Telegram of one's own: a strict Bot API, a chat page in the browser and a newsroom of sample feeds.

It is the tests' Telegram and the demo's. It shares no code with the rest of newsrelay (an emulator that
did would approve its bugs) and never leaves this machine.
"""

from bot.playground.faults import Fault
from bot.playground.limits import FloodLimits
from bot.playground.playground import Playground
from bot.playground.text import Entity
from bot.playground.world import Chat, Kind, Message, Status, User

__all__ = ["Chat", "Entity", "Fault", "FloodLimits", "Kind", "Message", "Playground", "Status", "User"]
