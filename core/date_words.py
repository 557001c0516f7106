"""What months and zones are called where people write dates: one table for all who read them.

`og.reader.dates` looks for these words among others, so that each stands here in full; `networks._dates` takes what
begins like one. Names of months are as in Unicode CLDR 46, of zones as in RFC 5322 §4.3 and at
https://www.timeanddate.com/time/zones/ (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

# A line or two a month, in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Swedish,
# Russian, Turkish; and, set in, Danish, Norwegian, Finnish, Hungarian, Romanian, Slovak, Slovenian, Catalan, Greek,
# Ukrainian, Bulgarian, Indonesian, Arabic, Hebrew. Left out are words that prose has otherwise (Norwegian des) and
# that another language has for another month (Croatian listopad).
_MONTHS = """
january jan januar jänner janvier enero ene gennaio gen janeiro januari styczeń stycznia ledna leden января ocak
    tammikuuta tammikuu január januára ianuarie ian gener ιανουαρίου ιανουάριος ιαν січня януари يناير ינואר
    בינואר
february feb februar février févr fév fevrier febrero febbraio fevereiro februari luty lutego února февраля şubat
    helmikuuta helmikuu február februára febr februarie febrer φεβρουαρίου φεβρουάριος φεβ лютого февруари
    فبراير פברואר בפברואר
march mar märz mär maerz mars marzo março marco maart mrt marzec marca března březen марта mart
    mrz marts maaliskuuta maaliskuu március márc martie marec maret μαρτίου μάρτιος μαρ березня مارس מרץ במרץ
april apr avril avr abril abr aprile kwiecień kwietnia dubna duben апреля nisan
    huhtikuuta huhtikuu április ápr apríla aprilie απριλίου απρίλιος απρ квітня أبريل ابريل إبريل אפריל באפריל
may mai mayo maggio mag maio mei maj maja května květen мая mayıs
    toukokuuta toukokuu május máj mája maig μαΐου μαϊου μάιος травня май مايو מאי במאי
june jun juni juin junio giugno giu junho czerwiec czerwca června červen июня haziran
    kesäkuuta kesäkuu június jún júna iunie junij juny ιουνίου ιούνιος ιουν червня юни يونيو יוני ביוני
july jul juli juillet juil julio luglio lug julho lipiec lipca července červenec июля temmuz
    heinäkuuta heinäkuu július júl júla iulie julij juliol ιουλίου ιούλιος ιουλ липня юли يوليو יולי ביולי
august aug août aout agosto ago augustus augusti sierpień sierpnia srpna srpen августа ağustos
    elokuuta elokuu augusztus augusta avgust agost agustus αυγούστου αύγουστος αυγ серпня أغسطس اغسطس אוגוסט
    באוגוסט
september sep sept septembre septiembre settembre set setembro wrzesień września září сентября eylül
    syyskuuta syyskuu szeptember szept septembra septembrie wrz σεπτεμβρίου σεπτέμβριος σεπ вересня септември
    سبتمبر ספטמבר בספטמבר
october oct oktober okt octobre octubre ottobre ott outubro out październik października října říjen октября ekim
    lokakuuta lokakuu október októbra octombrie paź οκτωβρίου οκτώβριος οκτ жовтня октомври أكتوبر اكتوبر
    אוקטובר באוקטובר
november nov novembre noviembre novembro listopad listopada listopadu ноября kasım
    marraskuuta marraskuu novembra noiembrie νοεμβρίου νοέμβριος νοε листопада ноември نوفمبر נובמבר בנובמבר
december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro grudzień prosince декабря aralık
    joulukuuta joulukuu decembra decembrie desember desembre gru δεκεμβρίου δεκέμβριος δεκ грудня декември
    ديسمبر דצמבר בדצמבר
"""
# Minutes east of Greenwich. Names that stand for one offset only (RFC 5322 §4.3, and Europe's and Japan's).
ZONES: Mapping[str, int] = MappingProxyType(
    {
        "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
        "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "bst": 60,
        "eet": 120, "eest": 180, "msk": 180, "jst": 540, "kst": 540, "aest": 600, "aedt": 660,
    }
)  # fmt: skip
# Names that are rarer, or that places share: the offset is that of the one that more people live in.
OTHER_ZONES: Mapping[str, int] = MappingProxyType(
    {
        "met": 60, "west": 60, "wat": 60, "mest": 120, "sast": 120, "cat": 120, "trt": 180, "eat": 180, "idt": 180,
        "gst": 240, "msd": 240, "pkt": 300, "ist": 330, "npt": 345, "ict": 420, "wib": 420, "sgt": 480, "hkt": 480,
        "awst": 480, "pht": 480, "acst": 570, "acdt": 630, "nzst": 720, "nzdt": 780, "ndt": -150, "nst": -210,
        "art": -180, "brt": -180, "clst": -180, "adt": -180, "ast": -240, "clt": -240, "et": -300, "ct": -360,
        "mt": -420, "pt": -480, "akdt": -480, "akst": -540, "hst": -600,
    }
)  # fmt: skip


@cache
def months() -> Mapping[str, int]:
    """Return the month, 1 to 12, of each name, in lower case."""
    lines = _MONTHS.replace("\n    ", " ").strip().splitlines()
    return MappingProxyType({word: number for number, line in enumerate(lines, 1) for word in line.split()})
