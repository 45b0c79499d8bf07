"""Messages as a page that looks like the chat: what ``newsrelay preview --as html`` writes."""

from collections.abc import Iterable
from html import escape

from bot.render.parts import Button, Message
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
article > img { display: block; width: 100%; max-height: 24rem; object-fit: cover; background: var(--code) }
.text { padding: .55rem .8rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere }
a { color: var(--link) } b a, a b { text-decoration: none }
blockquote { margin: .2rem 0; padding-left: .6rem; border-left: 3px solid var(--line) }
pre, code { background: var(--code); border-radius: .3rem; font-size: .9em; white-space: pre-wrap }
tg-spoiler { background: currentColor; border-radius: .2rem }
tg-spoiler:hover, tg-spoiler:focus { background: none }
.preview { display: block; margin: 0 .8rem .7rem; padding-left: .6rem; border-left: 3px solid var(--line);
  color: var(--faint); overflow-wrap: anywhere }
.row { display: flex; gap: .3rem; padding: 0 .5rem .5rem }
.row > * { flex: 1; text-align: center; padding: .45rem; border-radius: .5rem; background: var(--code) }
"""


def page(messages: Iterable[Message]) -> str:
    """Return one self-contained page, a bubble for each message; only pictures are loaded from elsewhere."""
    bubbles = "\n".join(_bubble(one) for one in messages)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src http: https:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>newsrelay preview</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>What a chat would get</h1>\n{bubbles}\n</main>\n</body>\n</html>\n"
    )


def _bubble(message: Message) -> str:
    picture = below = ""
    if message.photo:
        picture = f'<img src="{escape(message.photo.url)}" alt="" loading="lazy">'
    elif message.preview.url:
        url = escape(message.preview.url)
        below = f'<a class="preview" href="{url}">{url}</a>'
    keys = "".join(f'<div class="row">{"".join(map(_key, row))}</div>' for row in message.buttons)
    text = f'<div class="text" dir="auto">{serialise(message.text)}</div>'
    return f"<article>{picture}{text}{below}{keys}</article>"


def _key(button: Button) -> str:
    if button.url:
        return f'<a href="{escape(button.url)}">{escape(button.text)}</a>'
    return f"<span>{escape(button.text)}</span>"
