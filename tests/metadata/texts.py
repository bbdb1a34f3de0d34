"""Texts in the charsets that files come in."""

from __future__ import annotations

SIMPLIFIED = (
    "本报告是第三季度的销售情况。由于市场变化，我们在上海、北京和杭州的业务都有了新的进展，请大家查看附件中的数据。\n"
)
TABLE = "编号,姓名,城市,备注\r\n0001,王小明,杭州,“常用字”，没问题。\r\n"
TRADITIONAL = (
    "本報告是第三季度的銷售情況。由於市場變化，我們在台北、香港和高雄的業務都有了新的進展，請大家查看附件中的資料。\n"
)
JAPANESE = (
    "これは第三四半期の売上報告書です。市場の変化により、東京と大阪の業務に新しい進展がありました。カタカナも。\n"
)
KOREAN = "이것은 삼분기 매출 보고서입니다. 시장 변화로 인해 서울과 부산의 업무에 새로운 진전이 있었습니다.\n"
FRENCH = "Voilà l'été: déjà vu, garçon, français, où, naïve café — Noël, hôtel, forêt, élève, après\n"
GERMAN = "Größe: 5 µm, Zürich, schöne Grüße, für, über, Straße, Maß, König, Äpfel, Öl, Übung, heißen müssen\n"
RUSSIAN = "Это отчёт о продажах за третий квартал. Рынок изменился, и у нас есть новые результаты в Москве.\n"
POLISH = "Zażółć gęślą jaźń, świętość, dół, łąka, ćma, źródło, żółw, następny miesiąc\n"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, děkuji, že jste přišli včera večer\n"
TURKISH = "Işığı söndürmeyi unutmuş, çünkü şoför güneşli gün için gözlük arıyormuş\n"
GREEK = "Αυτή είναι η έκθεση πωλήσεων για το τρίτο τρίμηνο του έτους\n"
HEBREW = "זהו דוח המכירות לרבעון השלישי של השנה\n"
ARABIC = "هذا هو تقرير المبيعات للربع الثالث من السنة\n"
THAI = "นี่คือรายงานยอดขายไตรมาสที่สาม ตลาดมีการเปลี่ยนแปลง\n"
