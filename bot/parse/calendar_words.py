"""The names of months and zones as feeds in many languages write them. Pure data.

A name two languages give to different months belongs to the one listed first.
"""

import unicodedata

_TWELVE = (
    # English, German, Dutch, Scandinavian
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "jaen feber maerz apr mai jun jul aug sept okt nov dez",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "jan feb mrt apr mei jun jul aug sep okt nov des",
    # French, Italian, Spanish, Portuguese, Romanian, Catalan
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "ian feb mar apr mai iun iul aug sept oct noi dec",
    "gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre",
    # Polish, Czech, Slovak, Hungarian, Croatian, Finnish, Turkish, Vietnamese has numbers only
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
    "sty lut mar kwi maj cze lip sie wrz paz lis gru",
    "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopad prosince",
    "januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra",
    "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december",
    "jan febr marc apr maj jun jul aug szept okt nov dec",
    (
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta "
        "heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta"
    ),
    "ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık",
    "oca sub mar nis mayis haz tem agu eyl eki kas ara",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    # Russian, Ukrainian, Bulgarian, Greek
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "январь февраль март апрель маи июнь июль август сентябрь октябрь ноябрь декабрь",
    "сiчня лютого березня квiтня травня червня липня серпня вересня жовтня листопада грудня",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "януари февруари март април маи юни юли август септември октомври ноември декември",
    "ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    (
        "ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου "
        "ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου"
    ),
    # Hebrew, Arabic (two calendars of names), Persian writing of Gregorian months, Hindi, Thai
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
)


def key(word: str) -> str:
    """Return ``word`` as :data:`MONTHS` spells it: small, without accents."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _months() -> dict[str, int]:
    months: dict[str, int] = {}
    for names in _TWELVE:
        for number, name in enumerate(names.split(), start=1):
            months.setdefault(key(name), number)
    return months | {"sept": 9}


MONTHS = _months()
"""Month numbers by name."""

ZONES = {
    "Z": 0.0,
    "UT": 0.0,
    "UTC": 0.0,
    "GMT": 0.0,
    "WET": 0.0,
    "BST": 1.0,
    "CET": 1.0,
    "MET": 1.0,
    "MEZ": 1.0,
    "WEST": 1.0,
    "CEST": 2.0,
    "MEST": 2.0,
    "MESZ": 2.0,
    "EET": 2.0,
    "SAST": 2.0,
    "EEST": 3.0,
    "MSK": 3.0,
    "TRT": 3.0,
    "IST": 5.5,
    "PKT": 5.0,
    "ICT": 7.0,
    "WIB": 7.0,
    "HKT": 8.0,
    "SGT": 8.0,
    "PHT": 8.0,
    "AWST": 8.0,
    "JST": 9.0,
    "KST": 9.0,
    "ACST": 9.5,
    "AEST": 10.0,
    "ACDT": 10.5,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
    "BRT": -3.0,
    "ART": -3.0,
    "NST": -3.5,
    "NDT": -2.5,
    "AST": -4.0,
    "ADT": -3.0,
    "EST": -5.0,
    "EDT": -4.0,
    "ET": -5.0,
    "CST": -6.0,
    "CDT": -5.0,
    "CT": -6.0,
    "MST": -7.0,
    "MDT": -6.0,
    "MT": -7.0,
    "PST": -8.0,
    "PDT": -7.0,
    "PT": -8.0,
    "AKST": -9.0,
    "AKDT": -8.0,
    "HST": -10.0,
}
"""Hours ahead of UTC by abbreviation; where one is ambiguous, as RFC 822 or most feeds mean it."""
