"""A newsroom on this machine: papers that publish while one watches, with pages and pictures."""

import asyncio
import hashlib
import random
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import escape

from aiohttp import web

from bot.playground.feeds import (
    FILE_TYPES,
    TYPES,
    article_address,
    first_words,
    paragraphs,
    picture_address,
    seconds_of,
    write_feed,
)
from bot.playground.papers import Form, Paper, Picture, Piece, open_papers
from bot.playground.pictures import scene
from bot.playground.recordings import film, gif, sound

EVERY_S = 6.0
"""The usual time between two items, over all papers."""
CORRECTED_AFTER = timedelta(seconds=25)
"""How long a mistake in a title stands: readers have seen it by then."""
READ_MORE = 8
"""How much likelier than another a paper is to bring something, if its feed was asked for lately."""
READ_WITHIN_S = 30.0
_PICTURE = re.compile(r"(?P<scene>[a-z]+-\d{1,9})-(?P<width>\d{2,4})x(?P<height>\d{2,4})\.png")
_FILE = re.compile(r"(?P<scene>[a-z]+-\d{1,9})\.(?P<form>mp3|mp4|gif)")
_LARGEST = 2400
"""Pixels of a picture's side."""


class Newsroom:
    """Papers by key, and the routes to them below ``prefix``.

    While the application runs, an item comes out every ``every_s`` seconds, unless paused.
    """

    def __init__(self, *, prefix: str = "/newsroom", every_s: float = EVERY_S, paused: bool = False) -> None:
        self.papers = open_papers()
        self.every_s = every_s
        self.paused = paused
        self._prefix = prefix
        self._dice = random.Random()  # noqa: S311  which paper comes next is no secret

    def publish(self, key: str | None = None) -> Piece:
        """Bring out the next item of a paper, or of any, sooner of one that somebody reads.

        Raises:
            KeyError: there is no such paper.
        """
        papers = list(self.papers.values())
        weights = [READ_MORE if time.monotonic() - paper.asked_s < READ_WITHIN_S else 1 for paper in papers]
        paper = self.papers[key] if key else self._dice.choices(papers, weights)[0]
        return paper.publish(datetime.now(UTC).replace(microsecond=0))

    def correct(self, *, after: timedelta = timedelta()) -> list[Piece]:
        """Put right what came out under a wrong title at least so long ago, in each paper."""
        now = datetime.now(UTC).replace(microsecond=0)
        return [done for paper in self.papers.values() if (done := paper.correct(now, after))]

    def feeds(self, origin: str) -> list[dict[str, str]]:
        """List the papers: their names, languages and feed addresses; ``origin`` is ``http://host:port``."""
        return [
            {"title": p.title, "language": p.language, "about": p.about, "form": p.form.value, "url": address}
            for p in self.papers.values()
            for address in [f"{origin}{self._prefix}/feeds/{p.key}"]
        ]

    def card(self, url: str) -> dict[str, str]:
        """Return what a link preview of an item's page or of a picture shows; empty for any other."""
        if re.search(rf"^http://[^/]+{re.escape(self._prefix)}/(pictures/fine/|proxy\?url=)", url):
            return {"site": "", "title": "", "about": "", "image": url}
        found = re.search(rf"^(http://[^/]+{re.escape(self._prefix)})/([a-z]+)/(\d{{1,9}})$", url)
        paper = self.papers.get(found[2]) if found else None
        piece = paper.find(int(found[3])) if found and paper else None
        if found is None or paper is None or piece is None or not piece.story.paragraphs:
            return {}
        about = first_words(piece)
        image = picture_address(piece, found[1]) if piece.picture is Picture.FINE else ""
        return {"site": paper.title, "title": piece.title, "about": about, "image": image}

    def register(self, app: web.Application) -> None:
        """Add the routes, and publish while the application runs."""
        at = self._prefix
        app.router.add_get(f"{at}/", self._home)
        app.router.add_get(f"{at}/feeds/{{paper}}", self._feed)
        app.router.add_get(f"{at}/pictures/{{kind}}/{{name}}", self._picture)
        app.router.add_get(f"{at}/proxy", self._proxy)
        app.router.add_get(f"{at}/files/{{paper}}/{{number:\\d{{1,9}}}}/{{name}}", self._file)
        app.router.add_get(f"{at}/{{paper}}/{{number:\\d{{1,9}}}}", self._article)
        app.cleanup_ctx.append(self._publishing)

    async def _publishing(self, _app: web.Application) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            press = tasks.create_task(self._run())
            yield
            press.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.every_s * self._dice.uniform(0.5, 1.5))
            if not self.paused:
                self.publish()
                self.correct(after=CORRECTED_AFTER)

    def _base(self, request: web.Request) -> str:
        return f"{request.url.origin()}{self._prefix}"

    def _paper(self, request: web.Request) -> Paper:
        paper = self.papers.get(request.match_info["paper"])
        if paper is None:
            raise web.HTTPNotFound(text="There is no such paper.")
        return paper

    async def _feed(self, request: web.Request) -> web.Response:
        paper = self._paper(request)
        paper.asked += 1
        paper.asked_s = time.monotonic()
        if paper.moody and paper.asked % 4 == 3:
            raise web.HTTPServiceUnavailable(text="The server is having a nap.", headers={"Retry-After": "3"})
        body = write_feed(paper, self._base(request))
        changed = max(piece.updated for piece in paper.pieces)
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": format_datetime(changed, usegmt=True),
            "Cache-Control": "no-cache",
        }
        if _is_known(request, headers["ETag"], changed):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=body, content_type=TYPES[paper.form], charset=paper.encoding, headers=headers
        )

    async def _picture(self, request: web.Request) -> web.Response:
        found = _PICTURE.fullmatch(request.match_info["name"])
        kind = request.match_info["kind"]
        if found is None or kind not in {Picture.FINE, Picture.MISTYPED}:
            raise web.HTTPNotFound(text="There is no such picture.")
        return await _drawn(
            found["scene"], found["width"], found["height"], mistyped=kind == Picture.MISTYPED
        )

    async def _proxy(self, request: web.Request) -> web.Response:
        """Stand in for an image proxy: one of our own pictures, or some town for any other address."""
        asked = request.query.get("url", "")
        found = _PICTURE.search(asked)
        if found is None:
            return await _drawn(f"town-{asked}", "900", "600")
        return await _drawn(found["scene"], found["width"], found["height"])

    async def _file(self, request: web.Request) -> web.Response:
        """Send what comes with a piece: it is made when it is first asked for."""
        paper, name = self._paper(request), request.match_info["name"]
        piece, found = paper.find(int(request.match_info["number"])), _FILE.fullmatch(name)
        if piece is None or found is None:
            raise web.HTTPNotFound(text="There is no such file.")
        if seconds := seconds_of(name):
            body = sound(seconds, piece.story.title, paper.title)
        else:
            body = await asyncio.to_thread(film if found["form"] == "mp4" else gif, found["scene"])
        return web.Response(body=body, content_type=FILE_TYPES[found["form"]])

    async def _home(self, request: web.Request) -> web.Response:
        base = self._base(request)
        links, rows = [], []
        for paper in self.papers.values():
            address, name = f"{base}/feeds/{paper.key}", escape(paper.title)
            if paper.form is not Form.NEWS:
                links.append(
                    f'<link rel="alternate" type="{TYPES[paper.form]}" title="{name}" href="{address}">'
                )
            rows.append(
                f'<li lang="{paper.language}"><a href="{address}">{name}</a> · {escape(paper.about)}</li>'
            )
        body = f"<h1>Newsroom</h1><p>The papers of the demo:</p><ul>{''.join(rows)}</ul>"
        return _page("Newsroom", "en", body, "\n".join(links))

    async def _article(self, request: web.Request) -> web.Response:
        paper, base = self._paper(request), self._base(request)
        piece = paper.find(int(request.match_info["number"]))
        if piece is None:
            raise web.HTTPNotFound(text="This item is no longer kept.")
        picture = picture_address(piece, base)
        image = f'<img src="{escape(picture)}" alt="">' if picture else ""
        text = paragraphs(paper, piece, base)
        when = piece.published.strftime("%Y-%m-%d %H:%M UTC")
        body = f"<p>{escape(paper.title)} · {when}</p><h1>{escape(piece.title)}</h1>{image}{text}"
        head = f'<link rel="canonical" href="{article_address(paper, piece, base)}">\n' + "".join(
            f'<meta property="og:{name}" content="{escape(value)}">\n'
            for name, value in (
                ("title", piece.title),
                ("description", first_words(piece)),
                ("image", picture),
            )
            if value
        )
        return _page(piece.title, paper.language, body, head)


def _is_known(request: web.Request, etag: str, changed: datetime) -> bool:
    """Tell whether the asker has this state already; an ETag counts before a time, as HTTP wants it."""
    if "If-None-Match" in request.headers:
        return etag in request.headers["If-None-Match"]
    try:
        since = parsedate_to_datetime(request.headers.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed <= since


async def _drawn(name: str, width: str, height: str, *, mistyped: bool = False) -> web.Response:
    size = min(int(width), _LARGEST), min(int(height), _LARGEST)
    return web.Response(
        body=await asyncio.to_thread(scene, name, *size),
        content_type="application/octet-stream" if mistyped else "image/png",
        headers={"Cache-Control": "max-age=3600"},
    )


_STYLE = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color-scheme:"
    "light dark}img{max-width:100%;border-radius:.6rem}h1{line-height:1.25}"
)


def _page(title: str, language: str, body: str, head: str = "") -> web.Response:
    side = "rtl" if language == "ar" else "ltr"
    text = (
        f'<!doctype html>\n<html lang="{language}" dir="{side}">\n<head><meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n{head}\n'
        f"<style>{_STYLE}</style></head>\n<body>{body}</body>\n</html>\n"
    )
    return web.Response(text=text, content_type="text/html")
