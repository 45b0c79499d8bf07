"""What is wrong with a query: a code with its particulars and its place, and how each language says it.

A sentence tells what is wrong and where, and then what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

WORD_SHOWN = 30
"""Characters of what was written that a sentence repeats."""


class Why(Enum):
    """Why a query cannot be read, or is not taken."""

    EMPTY = auto()
    TOO_LONG = auto()
    TOO_MANY_TERMS = auto()
    TOO_DEEP = auto()
    OPEN_QUOTE = auto()
    OPEN_BRACKET = auto()
    STRAY_BRACKET = auto()
    NOTHING_BEFORE = auto()
    NOTHING_AFTER = auto()
    FIELD = auto()
    FIELD_MEANT = auto()
    FIELD_INSIDE = auto()
    LANG = auto()
    IN_NAME = auto()
    STAR = auto()
    STAR_IN_QUOTES = auto()
    SHORT_PREFIX = auto()
    NEAR_DISTANCE = auto()
    NEAR_CONTENT = auto()
    NEAR_FEW = auto()
    OPEN_REGEX = auto()
    REGEX_END = auto()
    REGEX_WRONG = auto()
    REGEX_LONG = auto()
    REGEX_HEAVY = auto()
    REGEX_EMPTY = auto()
    TOO_MANY_REGEXES = auto()
    ONLY_EXCLUDES = auto()
    ONLY_PLACES = auto()


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong.

    ``place`` counts the characters of the query as it was typed, from 1; 0 where the query as a whole
    is meant. The particulars are what the sentence of ``why`` names: ``word`` is the writer's own,
    ``known`` what there is instead, ``count`` how many there are and ``most`` how many there may be.
    """

    why: Why
    place: int = 0
    word: str = ""
    known: str = ""
    count: int = 0
    most: int = 0

    def said(self, language: str) -> str:
        """Say it in the language of an IETF tag; English, where we do not speak that."""
        sentences = _LANGUAGES.get(language[:2].lower(), _EN)
        word = self.word if len(self.word) <= WORD_SHOWN else self.word[: WORD_SHOWN - 1] + "…"
        return sentences[self.why].format(
            place=self.place, word=word, known=self.known, count=self.count, most=self.most
        )


class QueryError(ValueError):
    """A query is not taken, for the reason in ``flaw``; as a text, the sentence in English."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.said("en"))
        self.flaw = flaw


_EN: Mapping[Why, str] = {
    Why.EMPTY: "This query is empty: name at least one word to look for.",
    Why.TOO_LONG: "This query is too long: {count} characters, at most {most}. Leave something out.",
    Why.TOO_MANY_TERMS: (
        "This query has too many words: more than {most}, from “{word}” at {place} on. Leave some out, "
        "or make two of it."
    ),
    Why.TOO_DEEP: (
        "Too many brackets stand in one another at {place}: at most {most}. Write it in a simpler way."
    ),
    Why.OPEN_QUOTE: (
        "Missing {known} for the {word} at {place}. Add it, or write \\{word} for the mark itself."
    ),
    Why.OPEN_BRACKET: (
        "Missing ) after “{word}” at {place}. Add it, or write \\( for a bracket that is meant."
    ),
    Why.STRAY_BRACKET: "The ) at {place} has no (. Remove it, or write \\) for the bracket itself.",
    Why.NOTHING_BEFORE: "Nothing stands before {word} at {place}. Write a word there, or leave it out.",
    Why.NOTHING_AFTER: "Nothing to look for follows {word} at {place}. Write a word there, or leave it out.",
    Why.FIELD: (
        "There is no field “{word}” at {place}. Fields are {known}. To look for the text itself, write "
        "\\ before the colon."
    ),
    Why.FIELD_MEANT: (
        "There is no field “{word}” at {place}. Did you mean {known}? To look for the text itself, "
        "write \\ before the colon."
    ),
    Why.FIELD_INSIDE: (
        "{word} at {place} stands inside another field. Write them side by side, such as title:a body:b."
    ),
    Why.LANG: (
        "lang: at {place} takes the short name of a language. Write it like lang:en or lang:(en OR de)."
    ),
    Why.IN_NAME: (
        'in: at {place} takes the name of a feed or folder. Write it like in:sport or in:"BBC World".'
    ),
    Why.STAR: (
        "The * in “{word}” at {place} can stand only at the end of a word. Move it there, or write \\* "
        "for the star itself."
    ),
    Why.STAR_IN_QUOTES: (
        "No * works within quotes, as at {place}. Leave the quotes or the star out, or write \\* for "
        "the star itself."
    ),
    Why.SHORT_PREFIX: "“{word}” at {place} is too short. Write at least {most} letters before the *.",
    Why.NEAR_DISTANCE: "“{word}” at {place} is too far. Write a number up to {most}, such as near/5(a b).",
    Why.NEAR_CONTENT: (
        "near() takes only words and phrases, not “{word}” at {place}. Write it like near/5(rates "
        "“central bank”)."
    ),
    Why.NEAR_FEW: "near() at {place} needs two words. Write it like near/5(rates cut).",
    Why.OPEN_REGEX: "Missing / for the / at {place}. Add it, or write \\/ for a slash that is meant.",
    Why.REGEX_END: "“{word}” at {place} cannot follow a regex. Write \\/ for each / that is meant.",
    Why.REGEX_WRONG: "The regex at {place} cannot be read: {word}. Write it in RE2's syntax.",
    Why.REGEX_LONG: "The regex at {place} is too long: {count} characters, at most {most}. Make it shorter.",
    Why.REGEX_HEAVY: (
        "The regexes take too much work, as of {place}. Use smaller numbers in {{}}, and fewer of . and \\p."
    ),
    Why.REGEX_EMPTY: (
        "The regex at {place} is found everywhere, in nothing too. Let it ask for a letter at least."
    ),
    Why.TOO_MANY_REGEXES: "There are more than {most} regexes, as of {place}. Join some by | within one.",
    Why.ONLY_EXCLUDES: (
        "This query only says what not to find, and would find nearly everything. Add a word that must occur."
    ),
    Why.ONLY_PLACES: (
        "This query only says where to look, and would find everything there. Add a word that must occur."
    ),
}
_ZH: Mapping[Why, str] = {
    Why.EMPTY: "查询是空的。请至少写一个要查找的词。",
    Why.TOO_LONG: "查询太长：{count} 字，最多 {most} 字。请删去一些。",
    Why.TOO_MANY_TERMS: "词太多：从第 {place} 字的“{word}”起超过 {most} 个。请删去一些，或分成两个查询。",
    Why.TOO_DEEP: "第 {place} 字处括号嵌套太深，最多 {most} 层。请写得简单些。",
    Why.OPEN_QUOTE: "第 {place} 字的 {word} 缺少 {known}。请补上；如果要查找引号本身，请写 \\{word}。",
    Why.OPEN_BRACKET: "第 {place} 字的“{word}”后面缺少 )。请补上；如果要查找括号本身，请写 \\(。",
    Why.STRAY_BRACKET: "第 {place} 字的 ) 没有对应的 (。请删去；如果要查找括号本身，请写 \\)。",
    Why.NOTHING_BEFORE: "第 {place} 字的 {word} 前面没有要查找的内容。请写上词，或删去它。",
    Why.NOTHING_AFTER: "第 {place} 字的 {word} 后面没有要查找的内容。请写上词，或删去它。",
    Why.FIELD: (
        "第 {place} 字：没有字段“{word}”。可用的字段：{known}。如果要查找这段文字本身，请在冒号前写 \\。"
    ),
    Why.FIELD_MEANT: (
        "第 {place} 字：没有字段“{word}”。是不是 {known}？如果要查找这段文字本身，请在冒号前写 \\。"
    ),
    Why.FIELD_INSIDE: "第 {place} 字的 {word} 在另一个字段里面。请并排写，例如 title:a body:b。",
    Why.LANG: "第 {place} 字的 lang: 后面要写语言代码。请写成 lang:zh 或 lang:(en OR de)。",
    Why.IN_NAME: "第 {place} 字的 in: 后面要写订阅源或文件夹的名称。请写成 in:体育 或 in:“BBC World”。",
    Why.STAR: "第 {place} 字的“{word}”：* 只能放在词尾。请移到词尾；如果要查找星号本身，请写 \\*。",
    Why.STAR_IN_QUOTES: "引号里不能用 *（第 {place} 字）。请去掉引号或星号；如果要查找星号本身，请写 \\*。",
    Why.SHORT_PREFIX: "第 {place} 字的“{word}”太短。请在 * 前面至少写 {most} 个字母。",
    Why.NEAR_DISTANCE: "第 {place} 字的“{word}”太远。请写不超过 {most} 的数字，例如 near/5(a b)。",
    Why.NEAR_CONTENT: (
        "near() 里只能有词和短语，不能有第 {place} 字的“{word}”。请写成 near/5(利率 “中央 银行”)。"
    ),
    Why.NEAR_FEW: "第 {place} 字的 near() 需要两个词。请写成 near/5(利率 下调)。",
    Why.OPEN_REGEX: "第 {place} 字的 / 缺少结尾的 /。请补上；如果要查找斜线本身，请写 \\/。",
    Why.REGEX_END: "正则表达式后面不能有第 {place} 字的“{word}”。如果要查找斜线本身，请写 \\/。",
    Why.REGEX_WRONG: "第 {place} 字的正则表达式无法识别：{word}。请按 RE2 的语法写。",
    Why.REGEX_LONG: "第 {place} 字的正则表达式太长：{count} 字，最多 {most} 字。请写短些。",
    Why.REGEX_HEAVY: "从第 {place} 字起，正则表达式运算太大。请减小 {{}} 里的数字，少用 . 和 \\p。",
    Why.REGEX_EMPTY: "第 {place} 字的正则表达式连空白也能匹配。请让它至少匹配一个字。",
    Why.TOO_MANY_REGEXES: "从第 {place} 字起正则表达式超过 {most} 个。请在一个里面用 | 合并。",
    Why.ONLY_EXCLUDES: "查询只说了不要什么，几乎会找到全部内容。请加上一个必须出现的词。",
    Why.ONLY_PLACES: "查询只说了在哪里找，会找到那里的全部内容。请加上一个必须出现的词。",
}
_LANGUAGES: Mapping[str, Mapping[Why, str]] = {"en": _EN, "zh": _ZH}
