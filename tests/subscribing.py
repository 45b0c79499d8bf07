"""A subscriber on a web and a memory that are small enough to see through, for the tests of finding feeds."""

from bot.settings import Settings
from bot.subscribe import Found, Subscriber
from tests.collecting import Memory, Reader, Web

PAGE = "https://news.example/"


class Desk:
    """A subscriber on a web and a memory of its own."""

    def __init__(
        self, reader: Reader | None = None, *, within_s: float = 30, rsshub_url: str = "https://rsshub.app"
    ) -> None:
        self.web, self.memory = Web(), Memory()
        settings = Settings(fetch_timeout_seconds=within_s, rsshub_url=rsshub_url)
        self.subscriber = Subscriber(self.memory.store, self.web, reader or Reader(), settings)

    def page(self, *links: str, url: str = PAGE, rel: str = "alternate", body: bytes = b"") -> None:
        """Publish a page that names these feeds, or says ``body``."""
        named = "".join(
            f'<link rel="{rel}" type="application/rss+xml" title="Feed {number}" href="{link}">'
            for number, link in enumerate(links)
        )
        self.web.put(url, body or f"<html><head>{named}</head></html>".encode(), content_type="text/html")

    async def found(self, address: str) -> Found:
        """Find a feed; anything else fails the test."""
        answer = await self.subscriber.find(address)
        assert isinstance(answer, Found), answer
        return answer
