"""Messages as a page that looks like the chat: what ``newsrelay preview --as html`` writes."""

from collections.abc import Iterable
from html import escape

from bot.render.parts import Button, Media, MediaKind, Message, Preview
from bot.render.preview import in_order
from bot.render.serialise import serialise

_STYLE = """
:root { color-scheme: light dark; --wall: #d5e1ce; --bubble: #fff; --ink: #14181a; --faint: #5c6a73;
  --link: #1667b0; --line: #3a8fd6; --code: #f0f3f5; }
@media (prefers-color-scheme: dark) {
  :root { --wall: #0e1621; --bubble: #182533; --ink: #f2f5f7; --faint: #93a5b3; --link: #6ab3f3;
    --code: #101a24; }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--wall); color: var(--ink); font: 16px/1.4 system-ui, sans-serif }
main { max-width: 32rem; margin: 0 auto; padding: 1rem .75rem; display: grid; gap: .75rem }
h1 { font-size: 1rem; text-align: center; color: var(--faint); margin: 0 }
article { background: var(--bubble); border-radius: .9rem; overflow: hidden; box-shadow: 0 1px 2px #0003 }
article > img, article > video { display: block; width: 100%; max-height: 24rem; object-fit: cover;
  background: var(--code) }
.album { display: grid; grid-template-columns: 1fr 1fr; gap: 2px }
.album > * { width: 100%; height: 10rem; object-fit: cover } .album > :only-child { grid-column: span 2 }
.album > :first-child:nth-last-child(odd) { grid-column: span 2; height: 15rem }
.large { padding: .7rem .8rem 0 } .large img { display: block; width: 100%; max-height: 20rem;
  object-fit: cover; border-radius: .5rem; background: var(--code) }
.file { display: flex; flex-direction: column; gap: .3rem; padding: .7rem .8rem 0 } audio { width: 100% }
.text { padding: .55rem .8rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere }
a { color: var(--link) } b a, a b { text-decoration: none }
blockquote { margin: .2rem 0; padding-left: .6rem; border-left: 3px solid var(--line) }
.fold, .fold span { display: block } .fold { cursor: pointer } .fold span { margin: .2rem 0;
  padding-left: .6rem; border-left: 3px solid var(--line); max-height: 4.2em; overflow: hidden }
.fold input { position: absolute; opacity: 0 } .fold input:checked + span { max-height: none }
.fold::after { content: "\\25be"; float: right; color: var(--faint) }
.fold input:focus-visible + span { outline: 2px solid var(--line) }
.rich { padding: .55rem .8rem .7rem; overflow-wrap: anywhere } .rich img, .rich video { max-width: 100% }
.rich table { border-collapse: collapse }
.rich :is(td, th) { border: 1px solid var(--faint); padding: .2rem .4rem }
pre, code { background: var(--code); border-radius: .3rem; font-size: .9em; white-space: pre-wrap }
tg-spoiler { background: currentColor; border-radius: .2rem }
tg-spoiler:hover, tg-spoiler:focus { background: none }
.preview { display: block; margin: 0 .8rem .7rem; padding-left: .6rem; border-left: 3px solid var(--line);
  color: var(--faint); overflow-wrap: anywhere }
.row { display: flex; gap: .3rem; padding: 0 .5rem .5rem }
.row > * { flex: 1; text-align: center; padding: .45rem; border-radius: .5rem; background: var(--code) }
"""


def page(messages: Iterable[Message]) -> str:
    """Return one self-contained page, a bubble for each message; only media are loaded from elsewhere."""
    bubbles = "\n".join(_bubble(one) for message in messages for one in in_order(message))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src http: https:; '
        "media-src http: https:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n"
        f"<title>newsrelay preview</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>What a chat would get</h1>\n{bubbles}\n</main>\n</body>\n</html>\n"
    )


def _bubble(message: Message) -> str:
    keys = "".join(f'<div class="row">{"".join(map(_key, row))}</div>' for row in message.buttons)
    if message.rich:
        return f'<article><div class="rich" dir="auto">{message.rich.html}</div>{keys}</article>'
    text = f'<div class="text" dir="auto">{_foldable(serialise(message.text))}</div>'
    above, below = ("", "") if message.media else _preview(message.preview)
    return f"<article>{_media(message.media)}{above}{text}{below}{keys}</article>"


def _foldable(html: str) -> str:
    """Return ``html`` with its expandable quotes as what opens and closes without a script."""
    opening = "<blockquote expandable>"
    first, *rest = html.split(opening)
    label = '<label class="fold"><input type="checkbox" aria-label="the rest"><span>'
    return first + "".join(label + one.replace("</blockquote>", "</span></label>", 1) for one in rest)


def _media(media: tuple[Media, ...]) -> str:
    shown = [_element(one) for one in media]
    return f'<div class="album">{"".join(shown)}</div>' if len(shown) > 1 else "".join(shown)


def _element(media: Media) -> str:
    url = escape(media.url)
    match media.kind:
        case MediaKind.PHOTO | MediaKind.ANIMATION:
            return f'<img src="{url}" alt="" loading="lazy">'
        case MediaKind.VIDEO:
            return f'<video src="{url}" controls preload="none"></video>'
        case MediaKind.AUDIO:
            name = escape(" – ".join(filter(None, (media.performer, media.title))))
            return f'<div class="file"><b>{name}</b><audio src="{url}" controls preload="none"></audio></div>'
        case MediaKind.DOCUMENT:
            name = escape(media.url.rpartition("/")[2].partition("?")[0] or media.url)
            return f'<div class="file"><a href="{url}">📄 {name}</a></div>'


def _preview(preview: Preview) -> tuple[str, str]:
    """Return what stands above the text and below it of a link's preview: a picture, or the link."""
    if not preview.url:
        return "", ""
    url = escape(preview.url)
    if preview.large:
        shown = f'<div class="large"><img src="{url}" alt="" loading="lazy"></div>'
    else:
        shown = f'<a class="preview" href="{url}">{url}</a>'
    return (shown, "") if preview.above else ("", shown)


def _key(button: Button) -> str:
    if button.url:
        return f'<a href="{escape(button.url)}">{escape(button.text)}</a>'
    return f"<span>{escape(button.text)}</span>"
