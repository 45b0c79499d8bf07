"""Where the parts meet that roles and one-off jobs share: the store, the network, the parser, the pages.

What reads items and their texts is loaded with the first that is new: most polls bring none.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.collect import Collector
from bot.fetch.client import Client
from bot.fetch.hosts import Hosts
from bot.items import Feed
from bot.looking import Looker
from bot.parse.worker import Parser
from bot.settings import Pages, Settings, need_fulltext
from bot.store.client import Store, open_store

if TYPE_CHECKING:
    from bot.pages import PageFinder
    from bot.subscribe import Subscriber


@dataclass(frozen=True)
class Parts:
    """What several roles share."""

    settings: Settings
    store: Store
    client: Client
    parser: Parser
    hosts: Hosts

    def looker(self, on_lost: Callable[[Feed], Awaitable[None]] | None = None) -> Looker:
        """Return what looks at one feed; ``on_lost`` hears of one whose seen state is gone from the store."""
        parts = self.store, self.client, self.parser, self.settings
        hosts, room = self.hosts, self.client.room
        return Looker(*parts, on_lost=on_lost, pages=self._paging(), hosts=hosts, room=room)

    def collector(self, on_lost: Callable[[Feed], Awaitable[None]] | None = None) -> Collector:
        """Return loop one."""
        return Collector(self.store, self.looker(on_lost), self.settings, hosts=self.hosts)

    def subscriber(self) -> "Subscriber":
        """Return what takes up a new feed."""
        from bot.subscribe import Subscriber

        parts = self.store, self.client, self.parser, self.settings
        return Subscriber(*parts, pages=self._paging())

    def load(self) -> None:
        """Load now what is otherwise loaded with the first new item, so that none keeps a loop waiting."""
        import bot.corrections
        import bot.matching
        import bot.parse.quick  # noqa: F401  for what comes with these

        if self.settings.pages is not Pages.OFF:
            _ = self.pages

    @cached_property
    def pages(self) -> "PageFinder":
        """What asks the pages of items."""
        from bot.pages import PageFinder

        return PageFinder(self.client, self.parser, self.settings)

    def _paging(self) -> "Callable[[], PageFinder] | None":
        return None if self.settings.pages is Pages.OFF else lambda: self.pages


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Open the store, the network and the parser, and close them in the opposite order.

    Raises:
        SettingsError: something that a setting needs is not installed; nothing was opened.
        StoreError: the store cannot be used.
    """
    need_fulltext(settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        hosts = Hosts()
        client = await stack.enter_async_context(Client(settings, hosts))
        parser = await stack.enter_async_context(Parser())
        yield Parts(settings, store, client, parser, hosts)
