"""Invented names: of towns, districts, schools, streets and people."""

from thoth_ai.demo.dice import Dice

FIRST_HALVES = tuple(
    """Amber Aspen Bracken Briar Copper Dapple Elder Ember Fallow Fern Gander Garnet Hazel Heron
    Juniper Lantern Larch Linnet Maple Marl Nettle Otter Pepper Quill Rowan Saffron Sedge Silver
    Tansy Thistle Timber Willet Wren Yarrow""".split()
)
SECOND_HALVES = tuple(
    """brook combe crest dale fall field ford gate ham hollow mead mere moor mount reach ridge
    side stow vale wick wood worth""".split()
)
MOODS = tuple(
    """Amber Brave Bright Bronze Calm Clear Copper Crimson Early Evergreen Gentle Golden Hidden
    High Indigo Ivory Jade Little Lively Lofty Merry New Noble Old Olive Pearl Quiet Rising Scarlet
    Silent Silver Steady Sunny Twin Velvet Violet Wandering White Wild Winding""".split()
)
THINGS = tuple(
    """Acorn Anchor Arbor Bear Beacon Bridge Brook Cactus Canyon Cedar Cliff Comet Condor Coyote
    Creek Crane Dune Eagle Falcon Fig Finch Fox Grove Harbor Hare Harvest Hawk Heron Hill Island
    Lagoon Lark Laurel Lemon Lighthouse Lupine Manzanita Meadow Mesa Mill Oak Orchard Osprey Otter
    Owl Palm Pelican Pine Pond Poppy Quail Ranch Raven Redwood Reef Sage Sequoia Shore Sparrow
    Spring Star Stone Summit Swallow Sycamore Tide Trail Valley Vineyard Walnut Willow""".split()
)
STREETS = (
    *(("Street", "St."), ("Avenue", "Ave."), ("Road", "Rd."), ("Boulevard", "Blvd.")),
    *(("Drive", "Dr."), ("Lane", "Ln."), ("Way", "Way"), ("Court", "Ct.")),
)
GIVEN = tuple(
    """Adela Alva Amos Anika Ansel Beatriz Bram Calla Cyrus Dario Delia Edda Elio Esme Farid Fenna
    Gideon Greta Hana Hollis Ilse Imani Ivo Jorah Juno Kaito Keira Leif Linh Lucia Mabel Mateo Mei
    Nadia Niko Odessa Omar Orla Paz Petra Quentin Rafa Ravi Rhea Sanna Silas Soren Tamsin Thea Uma
    Viggo Wanda Xenia Yara Yusuf Zadie Zora""".split()
)
FAMILY = tuple(
    """Abernook Ashgrove Bellweather Birchall Brightwater Cantrella Castlemoor Corvane Dellacourt
    Dunmarrow Eastlake Elmendro Fairweather Fenwright Galloway-Reed Goldfinch Hallorand Hartsong
    Ironside Jessamyn Kestrel Kirkbride Lanternwood Larkspur Marchbank Merriwell Montalbo
    Nightingale Northcote Oakhurst Okonward Palmeiro Penhallow Quillfeather Ravenscroft
    Rosalindo Sandoval-Pike Silverton Sorrelby Tanakawa Thornbury Underhill Valdemora Vanterpool
    Westerling Windrow Wynterbourne Yellowley Zephyrine""".split()
)


def place(number: int) -> str:
    """Return the town name of this number; different numbers give different names."""
    rounds, first = divmod(number, len(FIRST_HALVES))
    second = SECOND_HALVES[(rounds * 5 + first * 3) % len(SECOND_HALVES)]
    return FIRST_HALVES[first] + second


def school(dice: Dice) -> str:
    """Return what a school is called, without its kind."""
    if dice.hit(30):
        return f"{dice.pick(GIVEN)} {dice.pick(FAMILY)}"
    return f"{dice.pick(MOODS)} {dice.pick(THINGS)}"


def street(dice: Dice) -> tuple[str, str]:
    """Return an address in full and abbreviated."""
    number = dice.between(10, 9899)
    name = f"{dice.pick(MOODS)} {dice.pick(THINGS)}" if dice.hit(40) else dice.pick(THINGS)
    kind, short = dice.pick(STREETS)
    return f"{number} {name} {kind}", f"{number} {name} {short}"


def person(dice: Dice, domain: str) -> tuple[str, str, str]:
    """Return given name, family name and mail address of somebody who does not exist."""
    given, family = dice.pick(GIVEN), dice.pick(FAMILY)
    return given, family, f"{given[0]}{family.replace('-', '')}@{domain}".lower()
