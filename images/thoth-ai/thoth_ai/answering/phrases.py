"""English ways of asking: what a phrase means, and which words mean nothing by themselves."""

import re
from collections.abc import Mapping

# The longest phrase of several that begin alike comes first.
PHRASES: Mapping[str, str] = {
    # politeness and frames
    r"(?:can|could|would|will) you(?: please)?": "",
    r"(?:i|we) (?:want|need|would like|wish) to (?:know|see|find out)": "",
    r"(?:i|we) d like to (?:know|see)": "",
    r"(?:do|does) (?:you|anyone) know": "",
    r"let me know": "",
    r"(?:tell|show|give) (?:me|us)": "",
    r"(?:in total|altogether)": "",
    # how much of it
    r"how many|(?:the )?(?:(?:total )?number|count) of|count the": "#count",
    r"how much": "#amount",
    r"(?:in )?percent(?:ages?)?(?: of)?": "#percent",
    r"(?:on )?average(?: of)?|mean(?= )": "#average",
    r"sum of|total": "#total",
    # comparisons
    r"(?:no|not) more than|at most|up to|maximum of": "#at-most",
    r"(?:no|not) (?:less|fewer) than|at least|minimum of": "#at-least",
    r"(?:more|greater|higher|larger|bigger) than|above|over|exceed(?:s|ing)?": "#above",
    r"(?:less|fewer|lower|smaller) than|below|under": "#below",
    r"most recent|latest|newest": "#latest",
    r"earliest|oldest": "#earliest",
    r"most|highest|largest|greatest|biggest|maximum|max|top": "#highest",
    r"least|lowest|smallest|fewest|minimum|min|bottom": "#lowest",
    # what is left out, kept apart, or taken together
    r"(?:isn|aren|wasn|weren|don|doesn|didn|hasn|haven|hadn|can|couldn|shouldn|won) t": "#not",
    r"cannot|not|no|non|never|without|except|excluding|neither|nor|none of": "#not",
    r"distinct|different|unique": "#distinct",
    r"for each|for every|each|every|per|by": "#each",
}

# Dropped wherever they stand: they tie words together and choose nothing.
FILLERS = frozenset(
    """a an the of in at on for within inside this these that those there its their and with
    having whose which who what is are was were be been being do does did has have had please all
    any some exactly just also located situated exist exists called named""".split()
)

# Dropped as the first word only: later they may be what is asked about.
COMMANDS = frozenset(
    "list show display find get give return provide state name identify tell fetch print".split()
)

SAME = {"pupil": "student", "pupils": "students", "telephone": "phone", "telephones": "phones"}

SYMBOLS = {
    ">=": "#at-least", "≥": "#at-least", "<=": "#at-most", "≤": "#at-most", ">": "#above",
    "<": "#below", "!=": "#not", "<>": "#not", "≠": "#not", "%": "#percent", "&": "and", "=": "",
}  # fmt: skip

# "county of Alameda" is "Alameda county".
PLACE_OF = re.compile(
    r"(?<![^ ])(county|city|town|state|province|university) of "
    r"((?:(?:new|san|santa|los|las|el|la|saint|st|north|south|east|west) )?[^ ]+)"
)

NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty""".split()
    )
} | {"hundred": "100", "thousand": "1000", "first": "1st", "second": "2nd", "third": "3rd"}

# "In Alameda, how many …" is "How many … in Alameda".
FRONTED = re.compile(
    r"((?:in|at|for|within|among|during|of|on|across) .*?) "
    r"((?:how|what|which|who|where|when|list|show|find|give|count|name|tell) .*)"
)
