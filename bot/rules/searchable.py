"""The plain texts of an item, as rules look into them."""

from dataclasses import dataclass
from functools import cached_property

from bot.rules.nodes import Field
from bot.rules.text import Text


@dataclass(frozen=True)
class Searchable:
    """The plain texts of an item that words are looked for in, folded once for all rules.

    ``body`` is the summary and the content as text, ``link`` the item's address, ``language`` an IETF
    tag or nothing. Words may stand in ``title``, ``tags`` and ``body``; the others are there for
    queries that name them.
    """

    title: str = ""
    body: str = ""
    author: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    link: str = ""
    language: str = ""

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Where words are looked for that name no field, the shortest and most telling first."""
        return (*self.within(Field.TITLE), *self.within(Field.TAG), *self.within(Field.BODY))

    def within(self, field: Field | None) -> tuple[Text, ...]:
        """Return the texts of ``field``, those that are not empty; :attr:`texts` for None."""
        return self.texts if field is None else self._fields[field]

    @cached_property
    def ranks(self) -> dict[int, int]:
        """For the ``id`` of each text the order in which its words are told, the title first."""
        order = (*self.texts, *(text for texts in self._fields.values() for text in texts))
        return {id(text): rank for rank, text in reversed([*enumerate(order)])}

    @cached_property
    def _fields(self) -> dict[Field, tuple[Text, ...]]:
        written = {
            Field.TITLE: (self.title,),
            Field.TAG: self.tags,
            Field.BODY: (self.body,),
            Field.AUTHOR: (self.author,),
            Field.SOURCE: (self.source,),
            Field.LINK: (self.link,),
            Field.LANG: (self.language,),
        }
        return {field: tuple(Text(text) for text in texts if text) for field, texts in written.items()}
