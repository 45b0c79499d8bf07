"""The front door: the command line. It reads the environment, calls one room, and says how it went.

A command's room is loaded when it is called, so that each starts with what it needs and no more.

Exit codes: 0 done; 1 it could not be done (one line on stderr says why); 2 the command line is wrong;
78 the settings are wrong (a line for each); 130 interrupted.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import RelayError, SettingsError
from bot.items import Length, Role, Style, Taste
from bot.loading import loading

if TYPE_CHECKING:
    from bot.settings import Settings

EXIT_SETTINGS = 78  # EX_CONFIG of sysexits.h

Command = Callable[[argparse.Namespace, "Settings"], Coroutine[Any, Any, int]]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence for stderr and the exit code that goes with it."""

    sentence: str
    code: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = parser().parse_args(arguments)
    try:
        with loading():
            from bot import log
            from bot.settings import read
        settings = read(environment())
        log.configure(settings)
        command: Command = asked.command
        return asyncio.run(command(asked, settings))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (RelayError, BaseExceptionGroup) as error:
        told = tell(error)
        print(told.sentence, file=sys.stderr)
        return told.code


def tell(error: BaseException) -> Told:
    """Return what to say of ``error``; what is not of our tree is a defect and is raised again."""
    while isinstance(error, BaseExceptionGroup):
        ours = error.subgroup(RelayError)
        if ours is None:
            raise error
        error = ours.exceptions[0]
    if isinstance(error, SettingsError):
        return Told(str(error), EXIT_SETTINGS)
    if isinstance(error, RelayError):
        return Told(f"newsrelay: {error}", 1)
    raise error


def environment(file: Path = Path(".env")) -> Mapping[str, str]:
    """Return the process' variables over those of ``file``, if it is there."""
    try:
        if not file.is_file():
            return os.environ
        from dotenv import dotenv_values

        written = dotenv_values(file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{file}: it cannot be read ({error}); save it as UTF-8 text",)) from error
    return {**{name: value for name, value in written.items() if value is not None}, **os.environ}


class ShowVersion(argparse.Action):
    """Say the version and exit: as argparse does it, but looked up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Exit with 0."""
        from importlib.metadata import version

        print(f"newsrelay {version('newsrelay')}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="newsrelay",
        description="Each new item of your feeds, once, in order and well set, in your Telegram chats.",
        epilog="Settings come from the environment and from .env; .env.example lists them all.",
    )
    top.add_argument("--version", action=ShowVersion, nargs=0, help="say which newsrelay this is")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = commands.add_parser("run", help="the relay, or some of its roles")
    one.add_argument("roles", nargs="*", type=role, metavar="ROLE", help=f"{', '.join(Role)}; none: all")
    one.set_defaults(command=run)

    one = commands.add_parser("demo", help="try it in the browser: no token, no Redis, no internet")
    one.add_argument("--port", type=port, default=0, help="where the page is served (default: 8484)")
    one.add_argument("--no-browser", action="store_true", help="only say the page's address")
    one.set_defaults(command=show)

    one = commands.add_parser("preview", help="what chats would get of a feed")
    one.add_argument(
        "source", metavar="SOURCE", help="an address (feed or page), a feed file, or - for stdin"
    )
    one.add_argument("--limit", type=count, default=10, help="how many items, newest first (default: 10)")
    one.add_argument("--as", dest="form", choices=("text", "html", "json"), default="text")
    _add_taste(one)
    one.set_defaults(command=look)

    one = commands.add_parser(
        "poll", help="look once at every feed that is due, hand on what is new, and exit"
    )
    one.add_argument("--all", action="store_true", help="at every feed, due or not")
    one.set_defaults(command=poll)

    one = commands.add_parser("check", help="settings, Redis, token and disk, one line each")
    one.set_defaults(command=check)

    subs = commands.add_parser("subs", help="subscriptions from and to OPML")
    kinds = subs.add_subparsers(required=True, metavar="import|export")
    one = kinds.add_parser("import", help="subscribe a chat to the feeds of an OPML file")
    one.add_argument("file", metavar="FILE", type=Path)
    one.add_argument("--chat", required=True, metavar="ID")
    one.set_defaults(command=subs_import)
    one = kinds.add_parser("export", help="write a chat's subscriptions as OPML to stdout")
    one.add_argument("--chat", required=True, metavar="ID")
    one.set_defaults(command=subs_export)
    return top


def _add_taste(one: argparse.ArgumentParser) -> None:
    """Add what a chat could choose of how items are set; what is not given is as the settings have it."""
    one.add_argument("--style", type=str, choices=[*map(str, Style)])
    one.add_argument("--length", type=str, choices=[*map(str, Length)], help="how long a lead is")
    one.add_argument("--template", type=Path, metavar="FILE", help="a message template instead of a style")
    one.add_argument("--split", action="store_true", default=None, help="go on in further messages")
    one.add_argument("--no-images", dest="images", action="store_false", default=None, help="texts alone")
    one.add_argument("--hashtags", action="store_true", default=None, help="the items' own tags")
    one.add_argument("--author", action="store_true", default=None, help="who wrote it")


def role(text: str) -> Role:
    """Read the name of a role."""
    if text not in list(Role):
        raise argparse.ArgumentTypeError(f"{text!r} is no role; choose from {', '.join(Role)}")
    return Role(text)


def count(text: str) -> int:
    """Read a number of items."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of items; say one from 1 to 100000")
    return int(text)


def port(text: str) -> int:
    """Read a port."""
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; say a number up to 65535")
    return int(text)


async def run(asked: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay run``: until SIGTERM or Ctrl-C."""
    stop = stop_signal()  # loading takes half a second: whoever stops us meanwhile is heard, too
    with loading():
        from bot import app
    await app.run(settings, frozenset(asked.roles) or frozenset(Role), stop=stop)
    return 0


async def show(asked: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay demo``: until Ctrl-C."""
    stop = stop_signal()
    with loading():
        from bot import demo
    await demo.run(settings, port=asked.port, browser=not asked.no_browser, stop=stop)
    return 0


async def look(asked: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay preview``."""
    with loading():
        from bot import preview
        from bot.settings import need_fulltext
    need_fulltext(settings)
    taste = Taste(
        style=asked.style and Style(asked.style),
        images=asked.images,
        length=asked.length and Length(asked.length),
        hashtags=asked.hashtags,
        author=asked.author,
        split=asked.split,
    )
    items = await preview.look(
        asked.source, settings, limit=asked.limit, taste=taste, template=asked.template
    )
    for trouble in dict.fromkeys(one.message.trouble for one in items if one.message.trouble):
        print(f"newsrelay: the template was not used: {trouble}", file=sys.stderr)
    sys.stdout.write(preview.written(items, asked.form))
    return 0


async def poll(asked: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay poll``."""
    with loading():
        from bot.errands import polling
    print(await polling.poll(settings, every=asked.all))
    return 0


async def check(_: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay check``."""
    with loading():
        from bot.errands import checks
    fine = True
    async for one in checks.check(settings):
        print(f"{'ok  ' if one.ok else 'FAIL'} {one.name}: {one.says}", flush=True)
        fine = fine and one.ok
    return 0 if fine else 1


async def subs_import(asked: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay subs import``."""
    with loading():
        from bot.errands import subscriptions
    print(await subscriptions.import_subscriptions(settings, asked.file, asked.chat))
    return 0


async def subs_export(asked: argparse.Namespace, settings: "Settings") -> int:
    """``newsrelay subs export``."""
    with loading():
        from bot.errands import subscriptions
    sys.stdout.write(await subscriptions.export_subscriptions(settings, asked.chat))
    return 0


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set, and the end of the terminal where it would end us."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(name) is not signal.SIG_IGN or name is not signal.SIGHUP:  # see nohup
            loop.add_signal_handler(name, stop.set)
    return stop


if __name__ == "__main__":
    sys.exit(main())
