"""The kinds of districts and schools, with the codes the state publishes for them."""

from dataclasses import dataclass

GRADES = ("P", "K", *(str(grade) for grade in range(1, 13)))
TRADITIONAL = ("TRAD", "Traditional")
LEVELS = {
    "A": "Adult",
    "ELEM": "Elementary",
    "ELEMHIGH": "Elementary-High Combination",
    "HS": "High School",
    "INTMIDJR": "Intermediate/Middle/Junior High",
    "PS": "Preschool",
    "UG": "Ungraded",
}


@dataclass(frozen=True, slots=True)
class SchoolKind:
    """What a school is: its codes, its grades, the words in its name, its size."""

    ownership: tuple[str, str]
    option: tuple[str, str] | None
    level: str
    spans: tuple[str, ...]
    words: tuple[str, ...]
    size: tuple[int, int]
    prefix: str = "01"
    may_charter: bool = False
    hardship: int = 0

    @property
    def serves_meals(self) -> bool:
        """Tell whether its pupils are counted for school meals."""
        return self.spans[0] != "Adult" and self.level != "PS" and self.ownership[0] != "98"

    @property
    def has_seniors(self) -> bool:
        """Tell whether somebody of the twelfth grade may take the test."""
        return self.serves_meals and self.spans[0].endswith("-12")


@dataclass(frozen=True, slots=True)
class DistrictKind:
    """What a district is: its code, how it is called, how many schools of which kinds."""

    ownership: tuple[str, str]
    words: tuple[str, ...]
    schools: tuple[int, int]
    mix: tuple[tuple[SchoolKind, int], ...]


ELEMENTARY = SchoolKind(
    ("60", "Elementary Schools (Public)"),
    TRADITIONAL,
    "ELEM",
    ("K-5", "K-6", "K-8"),
    ("Elementary", "Elementary", "Elementary School"),
    (160, 780),
    prefix="60",
    may_charter=True,
)
MIDDLE = SchoolKind(
    ("62", "Intermediate/Middle Schools (Public)"),
    TRADITIONAL,
    "INTMIDJR",
    ("6-8", "7-8"),
    ("Middle", "Intermediate", "Middle School"),
    (240, 1100),
    prefix="60",
    may_charter=True,
)
JUNIOR = SchoolKind(
    ("64", "Junior High Schools (Public)"),
    TRADITIONAL,
    "INTMIDJR",
    ("7-9", "7-8"),
    ("Junior High",),
    (260, 900),
    prefix="60",
)
WHOLE = SchoolKind(
    ("65", "K-12 Schools (Public)"),
    TRADITIONAL,
    "ELEMHIGH",
    ("K-12",),
    ("Academy", "School", "Preparatory"),
    (180, 1500),
    may_charter=True,
)
HIGH = SchoolKind(
    ("66", "High Schools (Public)"),
    TRADITIONAL,
    "HS",
    ("9-12",),
    ("High", "High", "Senior High"),
    (380, 2900),
    may_charter=True,
)
ALTERNATIVE = SchoolKind(
    ("63", "Alternative Schools of Choice"),
    ("ALTSOC", "Alternative School of Choice"),
    "ELEMHIGH",
    ("K-12",),
    ("Independent Study", "Open School"),
    (80, 620),
    may_charter=True,
    hardship=60,
)
CONTINUATION = SchoolKind(
    ("68", "Continuation High Schools"),
    ("CON", "Continuation School"),
    "HS",
    ("9-12", "10-12"),
    ("Continuation High", "Continuation"),
    (60, 420),
    hardship=160,
)
COMMUNITY_DAY = SchoolKind(
    ("69", "District Community Day Schools"),
    ("COMMDAY", "Community Day School"),
    "HS",
    ("7-12",),
    ("Community Day",),
    (6, 70),
    hardship=200,
)
OPPORTUNITY = SchoolKind(
    ("13", "Opportunity Schools"),
    ("OPP", "Opportunity School"),
    "HS",
    ("9-12", "7-12"),
    ("Opportunity",),
    (10, 120),
    hardship=180,
)
COUNTY_COMMUNITY = SchoolKind(
    ("10", "County Community"),
    ("COMM", "County Community School"),
    "ELEMHIGH",
    ("K-12", "7-12"),
    ("County Community",),
    (20, 260),
    hardship=260,
)
COURT = SchoolKind(
    ("14", "Juvenile Court Schools"),
    ("JUV", "Juvenile Court School"),
    "ELEMHIGH",
    ("7-12",),
    ("Juvenile Hall", "Court School"),
    (15, 160),
    hardship=400,
)
SPECIAL = SchoolKind(
    ("09", "Special Education Schools (Public)"),
    ("SPEC", "Special Education School"),
    "UG",
    ("K-12",),
    ("Special Education", "Learning Center"),
    (20, 240),
    hardship=120,
)
PRESCHOOL = SchoolKind(
    ("08", "Preschool"), None, "PS", ("P-P",), ("Preschool", "Early Learning Center"), (20, 90)
)
ADULT = SchoolKind(
    ("70", "Adult Education Centers"), None, "A", ("Adult",), ("Adult", "Adult School"), (80, 900)
)
OCCUPATIONAL = SchoolKind(
    ("98", "Regional Occupational Center/Program (ROC/P)"),
    ("ROP", "Regional Occupational Program"),
    "HS",
    ("9-12",),
    ("ROP", "Career Center"),
    (60, 600),
)

COUNTY_OFFICE = DistrictKind(
    ("00", "County Office of Education (COE)"),
    ("Office of Education",),
    (3, 6),
    ((COUNTY_COMMUNITY, 32), (COURT, 28), (SPECIAL, 26), (WHOLE, 10), (OPPORTUNITY, 4)),
)
ELEMENTARY_DISTRICT = DistrictKind(
    ("52", "Elementary School District"),
    ("Elementary", "Union Elementary"),
    (4, 10),
    ((ELEMENTARY, 68), (MIDDLE, 22), (PRESCHOOL, 4), (JUNIOR, 6)),
)
UNIFIED_DISTRICT = DistrictKind(
    ("54", "Unified School District"),
    ("Unified", "Joint Unified"),
    (10, 19),
    (
        *((ELEMENTARY, 32), (MIDDLE, 9), (JUNIOR, 3), (WHOLE, 7), (HIGH, 27), (ALTERNATIVE, 6)),
        *((CONTINUATION, 9), (COMMUNITY_DAY, 4), (OPPORTUNITY, 1), (PRESCHOOL, 1), (ADULT, 3)),
    ),
)
HIGH_DISTRICT = DistrictKind(
    ("56", "High School District"),
    ("Union High", "Joint Union High"),
    (5, 9),
    ((HIGH, 64), (CONTINUATION, 20), (ALTERNATIVE, 6), (OPPORTUNITY, 4), (ADULT, 6)),
)
OCCUPATIONAL_DISTRICT = DistrictKind(
    ("98", "Regional Occupational Center/Program (ROC/P)"),
    ("ROP",),
    (1, 3),
    ((OCCUPATIONAL, 1),),
)
EXTRA = (COUNTY_OFFICE, ELEMENTARY_DISTRICT, HIGH_DISTRICT, UNIFIED_DISTRICT, ELEMENTARY_DISTRICT)
