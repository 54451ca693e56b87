"""Names of businesses as in reality: mostly plain, some in other scripts. On request, some that attack careless programs."""

from random import Random
from typing import NamedTuple


class Named(NamedTuple):
    """A business's name and the country (ISO 3166) it is in."""

    name: str
    country: str


_LONG = (
    "The Trustees for the Time Being of the North Riding and District Agricultural, Horticultural and Allied Trades "
    "Benevolent Association incorporating the Widows' and Orphans' Relief Fund (Registered Charity, Scotland and the Isles) Limited"
)

# Real but unusual names, by place. All are within the first forty, so that small worlds have them.
UNUSUAL: dict[int, Named] = {
    3: Named("Smith [Holdings] Ltd", "GB"),
    9: Named("株式会社さくら会計サービス", "JP"),
    11: Named("شركة النور للتجارة العامة ذ.م.م", "AE"),
    13: Named("ТОВ «Ромашка та Ко»", "UA"),
    15: Named("Café Ørsted & Søns Pâtisserie", "IE"),
    29: Named("Family Care, 北京 & Zürich", "HK"),
    37: Named("מאפיית השכונה בע״מ", "IL"),
}  # fmt: skip

# Names that attack the programs that show them, by place. Only in a hostile world.
HOSTILE: dict[int, Named] = {
    5: Named("[red]x[/]", "GB"),
    7: Named(_LONG, "GB"),
    15: Named("Café Ørsted & Søns 🍰 Pâtisserie", "IE"),
    17: Named("Clip\x1b]52;c;aGVsbG8=\x07board \x1b[2J\x1b[31mBakery Ltd", "AU"),
    19: Named(("Five Hundred Characters of Plumbing, Heating and Drainage " * 9)[:500], "GB"),
    21: Named("  Blank & Sons Ltd  ", "NZ"),
    23: Named('<b>Bold</b> & "Quoted" <script>alert(1)</script> Ltd', "US"),
    25: Named("=HYPERLINK(\"http://127.0.0.1/\",\"Click\") Ltd", "GB"),
    27: Named("Abbey \u202edtL yrekaB\u202c Road\u200b", "GB"),
    29: Named("👩‍👩‍👧 Family Care, 北京 & Zürich", "HK"),
    31: Named("E\u0301mile & E\u0301lise Ve\u0301randas", "BE"),
    33: Named("O'Brien; DROP TABLE clients;-- Ltd", "IE"),
    35: Named(_LONG + " (No. 2 Account)", "NZ"),
}  # fmt: skip

# These two share a name: the second has the name of the first.
EQUAL = {39: 2}

_OWNERS = (
    "Abbey Road", "Harbour", "Ivy Lane", "Northgate", "Bakewell", "Kestrel", "Old Mill", "Riverside", "Hillcrest", "Blackthorn",
    "Copper Beech", "Daughters of", "Fernleigh", "Gable End", "Hawthorn", "Juniper", "Kowhai", "Lantern", "Merino", "Nightingale",
    "Orchard", "Penrose", "Quayside", "Rosella", "Southern Cross", "Tūī", "Umber", "Valley", "Wattle", "Yarrow", "Zephyr", "Bramble",
    "Patel", "Nguyen", "MacDonald", "O'Sullivan", "Kaur", "García", "Müller", "Novak", "Okafor", "Tanaka", "Walker", "Davies",
)  # fmt: skip
_TRADES = (
    "Bakery", "Fish Bar", "Florists", "Plumbing", "Electrical", "Dental Care", "Physiotherapy", "Joinery", "Motors", "Logistics",
    "Consulting", "Design Studio", "Brewing Co", "Farms", "Landscapes", "Property", "Investments", "Veterinary Clinic", "Roofing",
    "Catering", "Software", "Builders", "Cleaning", "Nursery", "Opticians", "Pharmacy", "Books", "Textiles", "Marine", "Coffee Roasters",
)  # fmt: skip
_HOMES = (("GB", "Ltd"), ("GB", "Limited"), ("GB", "LLP"), ("NZ", "Limited"), ("NZ", "Ltd"), ("AU", "Pty Ltd"), ("AU", "Pty Limited"),
          ("US", "LLC"), ("US", "Inc."), ("IE", "Ltd"), ("IE", "Limited"), ("SG", "Pte. Ltd."), ("ZA", "(Pty) Ltd"), ("CA", "Inc."))  # fmt: skip
_ELSEWHERE = (
    ("JP", "株式会社{}商事", ("山田", "鈴木", "高橋", "田中", "渡辺")),
    ("CN", "上海{}贸易有限公司", ("东方", "长江", "明珠", "华美", "金山")),
    ("AE", "مؤسسة {} للمقاولات", ("الخليج", "الواحة", "الصحراء", "النخيل")),
    ("UA", "ТОВ «{}»", ("Калина", "Дніпро", "Світанок", "Мрія")),
    ("GR", "{} και Υιοί Α.Ε.", ("Παπαδόπουλος", "Νικολάου", "Γεωργίου")),
    ("DE", "{} Bäckerei GmbH & Co. KG", ("Schröder", "Weiß", "Günther")),
    ("FR", "Société Générale d'Équipement {} SARL", ("Lefèvre", "François", "Noël")),
    ("TH", "บริษัท {} จำกัด", ("สยาม", "ไทยเจริญ", "บางกอก")),
)


_TOWNS = (
    "Ashford", "Aylesbury", "Banbury", "Bath", "Bedford", "Berwick", "Boston", "Brighton", "Bristol", "Camden", "Cambridge", "Canterbury",
    "Carlisle", "Chelmsford", "Cheltenham", "Chester", "Clifton", "Colchester", "Corby", "Coventry", "Croydon", "Derby", "Doncaster",
    "Dorchester", "Dover", "Dundee", "Durham", "Ealing", "Ely", "Epsom", "Exeter", "Falkirk", "Farnham", "Gloucester", "Grafton",
    "Guildford", "Halifax", "Hamilton", "Harlow", "Hastings", "Hereford", "Hexham", "Ipswich", "Kendal", "Kingston", "Lancaster",
    "Leeds", "Leicester", "Lewes", "Lincoln", "Ludlow", "Malvern", "Melton", "Morpeth", "Nelson", "Newcastle", "Newport", "Norwich",
    "Oxford", "Perth", "Preston", "Reading", "Richmond", "Ripon", "Rugby", "Salisbury", "Stamford", "Stirling", "Taunton", "Torquay",
    "Truro", "Wells", "Windsor", "Worcester", "Yarm", "York",
)  # fmt: skip
_PAIRS = len(_OWNERS) * len(_TRADES)
_STRIDE = 467
"""Has no common factor with the number of pairs, so every pair comes once before any repeats."""


def shift(draw: Random) -> int:
    """Where the names of an app's additional businesses start."""
    return draw.randrange(_PAIRS)


def named(draw: Random, index: int, hostile: bool, shift: int) -> Named:
    """The name of the business at `index`, drawn from `draw`. `hostile`: some names attack. `shift`: from `shift`."""
    if unusual := (hostile and HOSTILE.get(index)) or UNUSUAL.get(index):
        return unusual
    chance = draw.random()
    if chance < 0.06:
        country, pattern, words = draw.choice(_ELSEWHERE)
        return Named(f"{pattern.format(draw.choice(words))} {index}", country)
    country, form = draw.choice(_HOMES)
    owner, trade = draw.choice(_OWNERS), draw.choice(_TRADES)
    if hostile and chance < 0.07:
        return Named(f"{owner} {trade} ({_LONG}) {form}", country)
    if index < 40:
        return Named(f"{owner} {trade} {form}", country)
    # Towns distinguish equal names, and no town has a name twice. Plain repeats are in EQUAL.
    turn, town = divmod(index, len(_TOWNS))
    pair = ((turn + 613 * town) * _STRIDE + shift) % _PAIRS
    owner, trade = _OWNERS[pair // len(_TRADES)], _TRADES[pair % len(_TRADES)]
    return Named(f"{owner} {trade} ({_TOWNS[town]}) {form}", country)
