"""The words that generated feeds are written in: own lists, made into paragraphs of HTML."""

import html
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

SEED = 20261126
PARAGRAPHS = 400
"""Different ones in each language: what a document repeats of them, no reader makes use of."""

_WORDS = {
    "en": """
        the a of and to in on for with from by at is was are will has council city harbour bridge vote
        budget minister market price report river storm winter season train line station school hospital
        court judge appeal law reform union strike worker wage factory plant energy grid wind solar gas
        pipeline export tariff trade deal talks border island coast ferry port fishing farm harvest water
        drought flood fire forest park museum theatre festival film singer album novel author prize match
        final goal coach league record runner doctor vaccine study researcher telescope orbit launch
        engine battery chip network software update release security patch browser server data privacy
        regulator fine merger bank rate inflation loan housing rent tenant builder permit early late old
        new local national open closed second third last next quiet long short against between after
        before during under over while although because said told asked warned agreed refused expects
        plans opened closed raised cut found lost won moved began ended returned delayed approved
        published announced""",
    "de": """
        der die das und in mit von zu auf für ist war wird hat im am bei nach über unter Stadtrat Brücke
        Hafen Haushalt Gericht Urteil Verfahren Schule Bahnhof Strecke Verspätung Winter Sturm Hochwasser
        Ernte Gewerkschaft Streik Lohn Werk Strom Netz Windkraft Leitung Handel Zoll Grenze Insel Küste
        Fähre Wald Museum Bühne Preis Spiel Tor Trainer Liga Forscher Studie Messung Rakete Batterie
        Rechner Aktualisierung Lücke Behörde Miete Bank Zins öffnet schließt warnt fordert plant beginnt
        endet steigt sinkt bleibt prüft meldet neue alte große kleine späte""",
    "ru": """
        в на и с по из для о не что как город мост порт совет бюджет суд решение школа вокзал поезд линия
        зима буря река паводок урожай завод забастовка зарплата энергия сеть ветер газ экспорт пошлина
        переговоры граница остров берег паром лес музей театр фильм приз матч гол тренер лига учёный
        исследование запуск спутник батарея обновление сервер банк ставка жильё аренда открыл закрыл
        сообщил предупредил решил вырос упал начал завершил""",
    "zh": """
        市政府 港口 大桥 预算 法院 判决 学校 车站 列车 线路 冬季 风暴 洪水 收成 工会 罢工 工资 工厂 电网
        风电 天然气 出口 关税 谈判 边境 岛屿 海岸 渡轮 森林 博物馆 剧院 电影 歌手 小说 奖项 决赛 教练 联赛
        研究人员 望远镜 轨道 发射 电池 芯片 网络 软件 更新 发布 漏洞 浏览器 数据 隐私 监管 罚款 合并 银行
        利率 通胀 住房 租金 表示 宣布 警告 同意 拒绝 预计 计划 开放 关闭 提高 下调 发现 获得 开始 结束
        恢复 推迟 批准 今天 昨天 本周 去年 首次 再次 目前 记者 当地 居民""",
}
LANGUAGES = tuple(_WORDS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph of HTML as it stands in CDATA, as text of XML, and within a string of JSON."""

    raw: bytes
    escaped: bytes
    quoted: bytes


def phrase(dice: random.Random, language: str, least: int, most: int) -> str:
    """Return so many words."""
    words = _lists()[language]
    gap = "" if language == "zh" else " "
    return gap.join(words[int(dice.random() * len(words))] for _ in range(dice.randint(least, most)))


def title(dice: random.Random, language: str) -> str:
    """Return a headline; one in ten holds what has to be escaped."""
    text = phrase(dice, language, 5, 12)
    return f"{text[:1].upper()}{text[1:]}" + (" & more" if dice.random() < 0.1 else "")


@cache
def pieces(language: str) -> Sequence[Piece]:
    """Return the paragraphs of a language."""
    dice = random.Random(f"{SEED} {language}")
    return [_piece(_block(dice, language)) for _ in range(PARAGRAPHS)]


@cache
def _lists() -> dict[str, list[str]]:
    return {language: words.split() for language, words in _WORDS.items()}


def _piece(text: str) -> Piece:
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return Piece(text.encode(), html.escape(text, quote=False).encode(), quoted.encode())


def _block(dice: random.Random, language: str) -> str:
    """Return a paragraph, or one time in four something else that stands among paragraphs."""
    kind = dice.random()
    number = dice.randrange(10**6)
    if kind < 0.08:
        text = phrase(dice, language, 4, 9)
        picture = f"https://cdn.example/wp-content/uploads/2026/11/{number}"
        return (
            f'<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" '
            f'height="683" src="{picture}-1024x683.jpg" '
            f'srcset="{picture}-1024x683.jpg 1024w, {picture}-300x200.jpg 300w" '
            f'alt="{text}"/><figcaption>{text}</figcaption></figure>\n'
        )
    if kind < 0.14:
        return f'<h2 id="h-{number}">{phrase(dice, language, 3, 7)}</h2>\n'
    if kind < 0.19:
        rows = "".join(f"<li>{phrase(dice, language, 4, 12)}</li>" for _ in range(dice.randint(2, 6)))
        return f"<ul>{rows}</ul>\n"
    if kind < 0.25:
        return f'<blockquote class="quote"><p>{phrase(dice, language, 12, 30)}</p></blockquote>\n'
    stop = "。" if language == "zh" else ". "
    first, second, third = (phrase(dice, language, 8, 26) for _ in range(3))
    words = phrase(dice, language, 2, 4)
    link = f'<a href="https://news.example/{number}" target="_blank" rel="noopener">{words}</a>'
    return f"<p>{first}{stop}{second} {link}&nbsp;&#8211; <strong>{third}</strong>{stop}</p>\n"
