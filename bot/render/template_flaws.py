"""What is wrong with a template: a code with its particulars, and how each language says it.

A sentence tells what is wrong and then what to do. The chat says it when a template is tried, the
carrier when one fails later, ``newsrelay preview`` in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Why(Enum):
    """What no template may say, and how one that may be kept can fail at an item."""

    TOO_LONG = auto()
    NOTHING = auto()
    UNREADABLE = auto()
    TOO_DEEP = auto()
    FILTERS = auto()
    UNUSABLE = auto()
    EXPRESSION = auto()
    BRACES = auto()
    NESTING = auto()
    STATEMENT = auto()
    CALL = auto()
    ARITHMETIC = auto()
    PLACE = auto()
    STRANGE = auto()
    FIELD = auto()
    FIELD_IN_FOR = auto()
    QUOTED = auto()
    NUMBER = auto()
    DOT = auto()
    JOINED = auto()
    NO_TEXT = auto()
    FOR_IN_FOR = auto()
    NO_LIST = auto()
    CONDITION = auto()
    VARIABLE = auto()
    VARIABLE_TAKEN = auto()
    FILTER = auto()
    ARGUMENTS = auto()
    DEFAULT = auto()
    VALUES = auto()
    RANGE = auto()
    REPLACED = auto()
    DATE = auto()
    TEST = auto()
    CAME_OUT_EMPTY = auto()
    UNFIT = auto()


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong; ``line`` counts from 1, 0 where it is not known or does not matter.

    The particulars are what the sentence of ``why`` names: ``word`` is the writer's own.
    """

    why: Why
    line: int = 0
    word: str = ""
    known: str = ""
    most: int = 0

    def said(self, language: str) -> str:
        """Say it in the language of an IETF tag; English, where we do not speak that."""
        where, sentences = _LANGUAGES.get(language[:2].lower(), _LANGUAGES["en"])
        place = where.format(line=self.line) if self.line else ""
        return place + sentences[self.why].format(word=self.word, known=self.known, most=self.most)


_EN: Mapping[Why, str] = {
    Why.TOO_LONG: "It is too long: {word} letters, at most {most}. Leave something out.",
    Why.NOTHING: "It is empty. Write what a message shall hold, such as {{{{ title }}}}.",
    Why.UNREADABLE: (
        "This cannot be read. See that each {{{{ has its }}}}, each {{% its %}}, each if its endif "
        "and each for its endfor."
    ),
    Why.TOO_DEEP: "It is too deeply nested. Write it in a simpler way.",
    Why.FILTERS: "It has too many filters: at most {most}. Leave some out.",
    Why.UNUSABLE: "It cannot be used as it is. Write it in a simpler way.",
    Why.EXPRESSION: "One expression is too long or too deep. Make several of it.",
    Why.BRACES: "There are more than {most} pairs of braces. Leave some out.",
    Why.NESTING: "More than {most} if and for stand one in the other. Use elif, or leave some out.",
    Why.STATEMENT: "“{word}” is not for templates of messages. Use only if and for.",
    Why.CALL: "Nothing can be called. Use a filter, such as {{{{ title|upper }}}}.",
    Why.ARITHMETIC: "There is no arithmetic. To join texts write ~, such as {{{{ title ~ author }}}}.",
    Why.PLACE: "Nothing is taken by a place in brackets. Use the filters first and last, or for.",
    Why.STRANGE: "“{word}” is not for templates of messages. Use fields and texts alone.",
    Why.FIELD: "There is no field “{word}”. Fields are {known}.",
    Why.FIELD_IN_FOR: "The field {word} cannot stand in a for. Write it before or after.",
    Why.QUOTED: "A text in quotes has more than {most} letters. Write it outside.",
    Why.NUMBER: "This number is of no use. Use whole numbers up to {most}.",
    Why.DOT: (
        "There is no “.{word}” here. A dot may follow only the variable of a for over hits "
        "(.name, .query, .words) and loop (.first, .last, .index)."
    ),
    Why.JOINED: "The field {word} cannot be joined by ~. Write {{{{ {word} }}}} beside it.",
    Why.NO_TEXT: "This is no text: {word}. Write ({word}|{known}) in its place.",
    Why.FOR_IN_FOR: "There is a for within a for. Use the filter join for the inner list.",
    Why.NO_LIST: "This is no list. A for goes through one of {known}.",
    Why.CONDITION: "A for takes no condition. Put an if within it.",
    Why.VARIABLE: "A for needs one variable with a name of its own. Call it “tag” or “hit”.",
    Why.VARIABLE_TAKEN: "“{word}” means something else. Call it “tag” or “hit”.",
    Why.FILTER: "There is no filter “{word}”. Filters are {known}.",
    Why.ARGUMENTS: "The filter {word} takes no such arguments. Give it plain values.",
    Why.DEFAULT: 'The filter default needs one value. Write it like {{{{ author|default("unknown") }}}}.',
    Why.VALUES: "The filter {word} takes other values, or none. Write it like {{{{ {known} }}}}.",
    Why.RANGE: "The number of {word} goes from 1 to {most}. Write it like {{{{ {known} }}}}.",
    Why.REPLACED: "The filter replace needs a text to look for. Write it like {{{{ {known} }}}}.",
    Why.DATE: "The filter date does not know “{word}”. It knows {known}.",
    Why.TEST: "There is no test “{word}”. Tests are “is defined” and “is none”.",
    Why.CAME_OUT_EMPTY: (
        "It comes out empty for this item. Give it something that every item has, such as "
        "{{{{ title or link }}}}."
    ),
    Why.UNFIT: (
        "It does not fit this item. Compare only texts with texts and numbers with numbers, and put an if "
        "around what may be missing."
    ),
}
_ZH: Mapping[Why, str] = {
    Why.TOO_LONG: "太长了：{word} 字，最多 {most} 字。请删去一些。",
    Why.NOTHING: "内容是空的。请写上消息要包含的内容，例如 {{{{ title }}}}。",
    Why.UNREADABLE: (
        "这里无法识别。请检查每个 {{{{ 是否有 }}}}、每个 {{% 是否有 %}}、每个 if 是否有 endif、"
        "每个 for 是否有 endfor。"
    ),
    Why.TOO_DEEP: "嵌套太深。请写得简单些。",
    Why.FILTERS: "过滤器太多，最多 {most} 个。请删去一些。",
    Why.UNUSABLE: "无法这样使用。请写得简单些。",
    Why.EXPRESSION: "一个表达式太长或太深。请分成几个。",
    Why.BRACES: "括号超过 {most} 对。请删去一些。",
    Why.NESTING: "if 和 for 嵌套超过 {most} 层。请用 elif，或删去一些。",
    Why.STATEMENT: "消息模板里不能用“{word}”。只能用 if 和 for。",
    Why.CALL: "不能调用。请用过滤器，例如 {{{{ title|upper }}}}。",
    Why.ARITHMETIC: "不能做运算。连接文字请用 ~，例如 {{{{ title ~ author }}}}。",
    Why.PLACE: "不能用方括号取值。请用过滤器 first、last，或用 for。",
    Why.STRANGE: "消息模板里不能用“{word}”。只能用字段和文字。",
    Why.FIELD: "没有字段“{word}”。可用的字段：{known}。",
    Why.FIELD_IN_FOR: "字段 {word} 不能放在 for 里。请写在前面或后面。",
    Why.QUOTED: "引号里的文字超过 {most} 字。请写在外面。",
    Why.NUMBER: "不能用这个数。请用不超过 {most} 的整数。",
    Why.DOT: (
        "这里没有“.{word}”。点号只能用在遍历 hits 的变量（.name、.query、.words）和 "
        "loop（.first、.last、.index）后面。"
    ),
    Why.JOINED: "字段 {word} 不能用 ~ 连接。请在旁边写 {{{{ {word} }}}}。",
    Why.NO_TEXT: "{word} 不是文字。请改写成 ({word}|{known})。",
    Why.FOR_IN_FOR: "for 里面不能再有 for。里面的列表请用过滤器 join。",
    Why.NO_LIST: "这不是列表。for 可以遍历：{known}。",
    Why.CONDITION: "for 不能带条件。请在里面用 if。",
    Why.VARIABLE: "for 需要一个变量，名称不能与字段相同。例如“tag”或“hit”。",
    Why.VARIABLE_TAKEN: "“{word}”另有含义。请改用“tag”或“hit”。",
    Why.FILTER: "没有过滤器“{word}”。可用的过滤器：{known}。",
    Why.ARGUMENTS: "过滤器 {word} 不能带这样的参数。请给普通的值。",
    Why.DEFAULT: '过滤器 default 需要一个值。请写成 {{{{ author|default("unknown") }}}}。',
    Why.VALUES: "过滤器 {word} 要用别的值，或不带值。请写成 {{{{ {known} }}}}。",
    Why.RANGE: "{word} 的数字应在 1 到 {most} 之间。请写成 {{{{ {known} }}}}。",
    Why.REPLACED: "过滤器 replace 需要要查找的文字。请写成 {{{{ {known} }}}}。",
    Why.DATE: "过滤器 date 不支持“{word}”。可用的有 {known}。",
    Why.TEST: "没有测试“{word}”。可用的有“is defined”和“is none”。",
    Why.CAME_OUT_EMPTY: "用在这条内容上是空的。请加上每条内容都有的部分，例如 {{{{ title or link }}}}。",
    Why.UNFIT: "不适用于这条内容。文字只能与文字比较，数字只能与数字比较；可能没有的部分请放在 if 里。",
}
_LANGUAGES = {"en": ("Line {line}: ", _EN), "zh": ("第 {line} 行：", _ZH)}
