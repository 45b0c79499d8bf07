"""Which change of an item is a correction that its readers should see, and which is only unrest.

Pure. A correction changes what title or lead *say*. How that is written (case, width, white space,
punctuation, markup) is no part of it, and neither are counters and clocks; a number that is news is.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from bot.items import Edit, Item
from bot.links import canonical_link
from bot.render.lead import READ_LIMIT, lead
from bot.render.markup import read_html
from bot.render.rich import plain_text
from bot.render.tails import is_teaser
from bot.render.title import TITLE_LIMIT

_TITLE_READ = 4 * TITLE_LIMIT
"""How much of a title is compared: no message shows as much."""


def correction(old: Item, new: Item) -> Edit:
    """Return what ``new`` corrects of ``old``, the same item as its feed told it before.

    Nothing, where a title is gone, a lead is gone or shortened, or one that the feed itself had
    broken off is now whole: none of these says anything else than what was read. Takes up to a
    millisecond or two, where leads must be read.
    """
    if not (_is_retitled(old, new) or _is_retold(old, new)):
        return Edit.NONE
    return Edit.MEDIA if _is_other_picture(old, new) else Edit.TEXT


def said(text: str) -> str:
    """Return what ``text`` says: letters and numbers in one spelling, without counters and clocks."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if _DIGIT.search(text) or any(hint in text for hint in _ONE_AGO):
        for unrest in _unrest():
            text = unrest.sub("|", text)
        text = _MINUS.sub(_SIGN, _POINTS.sub(_POINT, _THOUSANDS.sub("", text)))
    return _GAPS.sub("", " ".join(text.translate(_LETTERS).split()))


def _title(item: Item) -> str:
    return said(plain_text(item.title[:_TITLE_READ]).text)


def _lead(item: Item) -> str:
    return said(lead(item, plain_text(item.title[:_TITLE_READ]).text).text)


def _is_retitled(old: Item, new: Item) -> bool:
    before, after = _title(old), _title(new)
    if not after or after == before:
        return False
    if not before:
        return _lead(old) != after + _lead(new)  # it may have stood in the lead
    cut = is_teaser(new.title) and before.startswith(after)
    completed = is_teaser(old.title) and after.startswith(before)
    return not (cut or completed)


def _is_retold(old: Item, new: Item) -> bool:
    if (old.summary_html, old.content_html) == (new.summary_html, new.content_html):
        return False
    before, after = _lead(old), _lead(new)
    if not after or any(told.startswith(after) for told in _tellings(old, before)):
        return False
    if _title(new) + after == _title(old) + before:
        return False  # a text moved between the two
    return not (before and after.startswith(before) and _goes_on(old, after))


def _tellings(item: Item, known: str) -> Iterator[str]:
    """Yield the leads that ``item`` has: feeds now give a summary, now the content, now both."""
    yield known
    if item.summary_html and item.content_html:
        yield _lead(replace(item, content_html=""))
        yield _lead(replace(item, summary_html=""))


def _goes_on(item: Item, longer: str) -> bool:
    """Tell whether ``item`` went on beyond its lead: with ``longer``, or unsaid, with a "…" of the feed's."""
    told = (html for html in (item.summary_html, item.content_html) if html)
    texts = [read_html(html, None, READ_LIMIT, captions=False).text for html in told]
    return all(map(is_teaser, texts)) or any(longer in said(text) for text in texts)


def _is_other_picture(old: Item, new: Item) -> bool:
    """Tell whether ``new`` has a picture, and ``old`` had not that one."""
    picture = _picture(new)
    return bool(picture) and picture != _picture(old)


def _picture(item: Item) -> str:
    """Return the address of the picture, without the parameters: they sign it, or say its size."""
    return re.split("[?#]", canonical_link(item.images[0].url))[0] if item.images else ""


# How things are told apart in texts. All of it is matched in folded text: NFKC, then lower case.

_DIGIT = re.compile(r"\d")
_ONE_AGO = (" ago", "vor ein", "il y a un", "hace un", "há um", " fa", "geleden")
"""Without these, a text without digits holds neither counter nor clock."""

_N = (
    r"\+?(?>\d{1,3}(?:[.,'’ ]\d{3})+(?!\d)|\d{1,12}(?:[.,]\d{1,3})?(?!\d))"
    r"(?:\s?(?:k|m|mio|mln|tsd|tys|тыс|млн)\b\.?|[万萬千億亿만천])?\+?"
)
"""A number as counters have it: 5,001 or 1.2k or 3万."""


def _any(words: str) -> str:
    """Return a pattern for any of ``words``, longest first; each a pattern itself, ``_`` for a space."""
    return "|".join(one.replace("_", r"\s") for one in sorted(words.split(), key=len, reverse=True))


_COUNTED = _any(
    r"comments? replies reply views? likes? retweets? reposts? upvotes? downvotes? reactions? favou?rites?"
    r" bookmarks? min(?:ute)?s?\.?_read"
    r" kommentare?n? aufrufe? gefällt_mir commentaires? j'aime comentarios? visualizaciones me_gusta"
    r" comentários? visualizações curtidas? gostos commenti? commento visualizzazioni mi_piace"
    r" reacties weergaven keer_bekeken komentarz[ey]? komentarzy wyświetle(?:nia|ń) odsłony? komentář[ůei]?"
    r" komentár(?:e|ov)? zobrazení kommentarer visning(?:ar|er) kommenttia yorum görüntülenme beğeni"
    r" комментари(?:й|я|ев) просмотр(?:а|ов|ы)? лайк(?:а|ов|и)? репост(?:а|ов|ы)? коментар(?:і|ів|я)?"
    r" перегляд(?:и|ів|у)? تعليق تعليقات مشاهدة مشاهدات إعجاب תגובות צפיות"
    r" bình_luận lượt_xem"
)
"""What is counted below an item and hardly ever in its news, where words stand apart."""

_COUNTED_CJK = _any(
    "阅读 閱讀 评论 評論 浏览 瀏覽 点赞 點讚 转发 轉發 回复 回覆 回復 跟帖 收藏 播放 观看 觀看 赞 讚"
    " コメント 閲覧 いいね リツイート 回表示 댓글 조회 좋아요"
)
_COUNTED_APART = _any(
    r"points? votes? shares? score reads? answers? hits plays downloads? stars? followers?"
    r" subscribers? members?"
    r" punkte? stimmen? antworten? vues? lectures? partages? réponses? votos? puntos? pontos? respuestas?"
    r" vistas? visitas? compartidos? respostas? leituras? punti voti risposte letture stemmen punten"
    r" głosy głosów ответ(?:а|ов|ы)? голос(?:а|ов)? очк(?:о|а|ов) прочтени(?:е|я|й) подписчик(?:а|ов)?"
    r" 分享 票 热度 熱度 공유 추천"
)
"""What is counted in news as well ("lost by 20 votes"): a counter only where it stands by itself."""

_SECONDS_TO_WEEKS = _any(
    r"s(?:ec(?:ond)?s?)? m(?:in(?:ute)?s?)? h(?:(?:ou)?rs?)? d(?:ays?)? w(?:eeks?)? mo(?:nths?)?"
)
_AGO = (
    rf"\b(?:\d{{1,4}}|an?|one|about\san)\s?(?:{_SECONDS_TO_WEEKS})\.?(?:,?\s\d{{1,4}}\s?(?:{_SECONDS_TO_WEEKS})\.?)?\sago\b",
    r"\bvor\s(?:\d{1,4}|einer|einem)\s(?:sekunde|minute|stunde|tag|woche)(?:n|en)?\b",
    r"\bil\sy\sa\s(?:\d{1,4}|une?)\s(?:secondes?|minutes?|min|heures?|h|jours?|semaines?)\b",
    r"\b(?:hace|há)\s(?:\d{1,4}|una?|uma?)\s(?:segundos?|minutos?|min|horas?|h|d[ií]as?|semanas?)\b",
    r"\b(?:\d{1,4}|un[ao']?)\s?(?:second[oi]|minut[oi]|or[ae]|giorn[oi]|settiman[ae])\sfa\b",
    r"\b(?:\d{1,4}|een)\s(?:seconden?|minu(?:ut|ten)|uur|uren|dag(?:en)?|we(?:ek|ken))\sgeleden\b",
    r"\b(?:for\s)?\d{1,4}\s(?:sekund\w*|minut\w*|tim\w+|dag\w*|uk\w+|uger?|veck\w+)\s(?:siden|sedan)\b",
    r"\b\d{1,4}\s(?:sekund\w?|minut\w?|godzin\w?|dni|dzień)\stemu\b",
    r"\bpřed\s\d{1,4}\s(?:sekund\w*|minut\w*|hodin\w*|dny|dnem)\b",
    r"\b\d{1,4}\s(?:saniye|dakika|saat|gün|hafta)\sönce\b",
    r"\b\d{1,4}\s(?:секунд\w?|минут\w?|мин|час(?:а|ов)?|дн(?:я|ей)|день|хвилин\w?|годин\w?)\.?\s(?:назад|тому)\b",
    r"\d{1,4}\s?(?:秒|分钟|分鐘|小时|小時|天|周)(?:之?前)",
    r"\d{1,4}\s?(?:秒|分|時間|日|週間)前",
    r"\d{1,4}\s?(?:초|분|시간|일|주)\s?전",
    r"منذ\s\d{1,4}\s\w+",
    r"\d{1,4}\s(?:phút|giờ|ngày)\strước\b",
    r"\b\d{1,4}\s(?:menit|jam|hari)\s(?:yang\s)?lalu\b",
)
_MOMENT = (
    r"(?:\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|[^\W\d_]{3,9}\.?\s\d{1,2},?\s\d{4}|\d{1,2}\.?\s[^\W\d_]{3,9}\.?\s\d{4}"
    r"|\d{1,2}\s?[:.h時时]\s?\d{2}(?::\d{2})?分?|\d{1,2}\s?(?:[ap]\.?m\b\.?|uhr\b))"
    r"(?:\s?(?:[ap]\.?m\b\.?|uhr\b|gmt|utc|[cew]es?t\b|[ecmp][sd]?t\b))?"
)
_UPDATED = (
    r"(?:\b(?:last\s)?update[d]?|\bmodified|\baktualisiert|\bstand|\bmise?\sà\sjour|\bactualizad[oa]|\batualizad[oa]"
    r"|\baggiornat[oa]|\bbijgewerkt|\buppdaterad|\boppdatert|\bopdateret|\bzaktualizowano|\bобновлено|\bоновлено"
    r"|更新(?:时间|時間|于|於|日時?)?|수정)"
    rf"[\s:|(\[]{{0,3}}(?:(?:at|on|am|um|le|à|el|em|às|il|alle|op|om|kl\.?|в|о)\s)?{_MOMENT}"
    rf"(?:[\s,|-]{{1,3}}(?:(?:at|um|à|a|às|alle|om|kl\.?|в|о)\s)?{_MOMENT})?"
)
_LEFT = r"(?:^|[\n|·•()\[\]!?。…;/、，]|(?<!\d)[.,]|\s[-–—])\s*"
_RIGHT = r"(?=\s*(?:\Z|[\n|·•()\[\]!?。…;/、，]|[.,](?!\d)|\s[-–—]\s|\s(?:by|von|par|por|от)\s\S))"
_BRACKETED = rf"[(\[]\s?(?!(?:19|20)\d\d\s?[)\]]){_N}\s?[)\]]"

_UNREST = (
    "|".join(_AGO),
    _UPDATED,
    r"\bupdate\s\d{1,2}\s?[-–](?=\D)",  # how agencies count the versions of a report
    rf"(?<![\w.,])#?\s?(?:{_COUNTED})\s?[:(\[]\s?{_N}[)\]]?",
    rf"(?<![\w.,]){_N}[\s-]?(?:{_COUNTED})(?!\w)",
    rf"{_LEFT}#?(?:{_COUNTED})\s{_N}{_RIGHT}",
    rf"(?:{_COUNTED_CJK})(?:量|数|數|次数|次數|수)?\s?[:(\[]?\s?{_N}[次条條人个個件회건개]?[)\]]?(?!\w)",
    rf"(?<!\w){_N}\s?[次条條人个個件회건개]?の?\s?(?:{_COUNTED_CJK})(?:量|数|數)?",
    rf"(?:^\s*{_BRACKETED}|{_BRACKETED}(?=\s*(?:\Z|[\n|·•])))",  # elsewhere: an age, a footnote
    rf"{_LEFT}#?(?:{_COUNTED_APART})\s?[:(\[]?\s?{_N}[)\]]?{_RIGHT}",
    rf"{_LEFT}{_N}\s?(?:{_COUNTED_APART}){_RIGHT}",
)
"""Counters and clocks, those that delimit others first."""


@cache
def _unrest() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _UNREST))  # in 10 ms, and most looks compare nothing


_THOUSANDS = re.compile(r"(?<=\d)[.,'’ ](?=\d{3}(?!\d))")
_POINTS = re.compile(r"(?<=\d)[.,](?=\d)")
_MINUS = re.compile(r"(?<![^\s(])[-−–](?=\d)")
_POINT, _SIGN = "\ue000", "\ue001"
"""What stands for the marks of a number while all others are dropped."""

_GAPS = re.compile(r"(?<!\d) | (?!\d)")
"""Spaces but for those between two numbers."""

_KEPT = {"Sc", "Mn", "Mc", "Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No"}


class _Letters(dict[int, int | str | None]):
    """What :meth:`str.translate` makes of each character, decided when it is first met."""

    def __missing__(self, code: int) -> int | str | None:
        letter = chr(code)
        kind = unicodedata.category(letter)
        kept: int | str | None = " "
        if letter in {_POINT, _SIGN, "%", "‰"} or (kind in _KEPT and not "\ufe00" <= letter <= "\ufe0f"):
            kept = code
        elif kind in {"Cf", "Me"} or kind == "Mn":
            kept = None
        self[code] = kept
        return kept


_LETTERS = _Letters()
