"""Which command a text is, if any, and what stands behind it. Pure."""

import re
from dataclasses import dataclass

ARGUMENT_LIMIT = 4096
"""Letters of a command's argument that are read: a message has no more. What is too long is refused
by whoever reads it, never cut to mean something else."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?(?=\s|$)")
_CHAT = re.compile(r"@\S*|-\d{6,17}")
"""A chat's name, be it a wrong one, or its id: nothing else that is said to us looks like it."""

_ADDRESS = re.compile(
    r"(?:(?:https?|feed|itpc|pcast|podcast|rsshub)://|feed:https?:|www\.)\S+|"
    r"(?:[\w-]+\.)+[a-z]{2,24}(?::\d+)?(?:/\S*)?",
    re.IGNORECASE,
)
_AROUND = "<>\"'“”«»,;"
"""What stands around addresses in sentences and never in them."""

_FIRST = re.compile(r"\s*(\S+)(?:[ \t]*\n|\s|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Command:
    """A command in lower case and its argument, white space folded to single spaces."""

    name: str
    argument: str = ""


def read(text: str, our_name: str) -> Command | None:
    """Return the command that ``text`` is, or ``None``: no command, or one for another bot."""
    found = _COMMAND.match(text)
    if found is None or (found[2] and found[2].lower() != our_name.lower()):
        return None
    return Command(found[1].lower(), tidy(text[found.end() :])[:ARGUMENT_LIMIT])


def tidy(text: str) -> str:
    """Fold white space and control characters (NUL among them) to single spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


def behind(text: str) -> str:
    """Return what stands behind the command that ``text`` is, its lines as they are."""
    found = _COMMAND.match(text)
    return lines(text[found.end() :] if found else text)


def lines(text: str) -> str:
    """Return ``text`` with its line ends and indents, but without control characters and empty ends."""
    each = (_CONTROL.sub(" ", line).rstrip() for line in text.splitlines())
    return "\n".join(each).strip("\n")[:ARGUMENT_LIMIT]


def first_word(text: str) -> tuple[str, str]:
    """Return the first word and what stands behind it: the lines that follow as they are."""
    found = _FIRST.match(text)
    return (found[1], text[found.end() :]) if found else ("", "")


def names_chat(word: str) -> bool:
    """Tell whether ``word`` looks like the @name or the id of a chat."""
    return _CHAT.fullmatch(word) is not None


def split_target(argument: str) -> tuple[str, str]:
    """Return the chat that the argument names (``@name`` or an id, "" for none) and the other words."""
    words = argument.split()
    target = next((word for word in words if _CHAT.fullmatch(word)), "")
    if target:
        words.remove(target)
    return target, " ".join(words)


def addresses(text: str) -> tuple[str, ...]:
    """Return the words of ``text`` that look like addresses of the web."""
    words = (word.strip(_AROUND) for word in text.split())
    return tuple(word for word in words if _ADDRESS.fullmatch(word))
