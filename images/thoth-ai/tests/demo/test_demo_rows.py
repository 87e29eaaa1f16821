"""The invented rows fit together as real ones would."""

import sqlite3

import pytest

from thoth_ai.demo.counties import COUNTIES

BROKEN = {
    "a free share is the count by the enrollment": """SELECT * FROM frpm WHERE
        "Percent (%) Eligible Free (K-12)" <> "Free Meal Count (K-12)" / "Enrollment (K-12)" OR
        "Percent (%) Eligible FRPM (K-12)" <> "FRPM Count (K-12)" / "Enrollment (K-12)" """,
    "so it is by age": """SELECT * FROM frpm WHERE "Percent (%) Eligible Free (Ages 5-17)" <>
        "Free Meal Count (Ages 5-17)" / "Enrollment (Ages 5-17)" OR
        "Percent (%) Eligible FRPM (Ages 5-17)" <>
        "FRPM Count (Ages 5-17)" / "Enrollment (Ages 5-17)" """,
    "nobody eats free who is not entitled": """SELECT * FROM frpm WHERE
        "Free Meal Count (K-12)" > "FRPM Count (K-12)" OR
        "FRPM Count (K-12)" > "Enrollment (K-12)" OR
        "FRPM Count (Ages 5-17)" > "Enrollment (Ages 5-17)" """,
    "no age group is larger than the school": """SELECT * FROM frpm WHERE
        "Enrollment (Ages 5-17)" > "Enrollment (K-12)" OR "Enrollment (Ages 5-17)" < 1 OR
        "Free Meal Count (Ages 5-17)" > "Free Meal Count (K-12)" OR
        "FRPM Count (Ages 5-17)" > "FRPM Count (K-12)" """,
    "a count and its share are known together": """SELECT * FROM frpm WHERE
        ("Free Meal Count (K-12)" IS NULL) <> ("Percent (%) Eligible Free (K-12)" IS NULL)""",
    "meals repeat what the school says of itself": """SELECT * FROM frpm JOIN schools
        USING (CDSCode) WHERE "County Name" <> County OR "District Name" <> District OR
        "School Name" <> School OR "District Type" <> DOCType OR "School Type" <> SOCType OR
        "Educational Option Type" IS NOT EdOpsName OR "Charter School (Y/N)" <> Charter OR
        "Charter School Number" IS NOT CharterNum OR "Charter Funding Type" IS NOT FundingType""",
    "the code is made of its parts": """SELECT * FROM frpm WHERE
        CDSCode <> "County Code" || PRINTF('%05d', "District Code") || "School Code" """,
    "the grades are the span served": """SELECT * FROM frpm JOIN schools USING (CDSCode)
        WHERE GSserved IS NOT NULL AND GSserved <> "Low Grade" || '-' || "High Grade" """,
    "scores repeat what the school says of itself": """SELECT * FROM satscores JOIN schools
        ON cds = CDSCode WHERE sname IS NOT School OR dname <> District OR cname <> County OR
        (rtype = 'S') <> (School IS NOT NULL) OR rtype NOT IN ('S', 'D')""",
    "no more take the test than there are": """SELECT * FROM satscores WHERE
        NumTstTakr > enroll12 OR NumGE1500 > NumTstTakr OR NumTstTakr < 0 OR enroll12 < 1""",
    "scores lie on the scale": """SELECT * FROM satscores WHERE
        MIN(AvgScrRead, AvgScrMath, AvgScrWrite) < 200 OR
        MAX(AvgScrRead, AvgScrMath, AvgScrWrite) > 800""",
    "scores are secret exactly when few took the test": """SELECT * FROM satscores WHERE
        (NumTstTakr < 15) <> (AvgScrRead IS NULL) OR (AvgScrRead IS NULL) <> (AvgScrMath IS NULL)
        OR (AvgScrRead IS NULL) <> (AvgScrWrite IS NULL) OR
        (AvgScrRead IS NULL) <> (NumGE1500 IS NULL)""",
    "a district adds up its schools": """SELECT d.cds FROM satscores d JOIN satscores s ON
        SUBSTR(s.cds, 1, 7) = SUBSTR(d.cds, 1, 7) AND s.rtype = 'S' WHERE d.rtype = 'D'
        GROUP BY d.cds HAVING SUM(s.NumTstTakr) <> d.NumTstTakr OR SUM(s.enroll12) <> d.enroll12""",
    "only charters have number and funding": """SELECT * FROM schools WHERE
        (Charter IS 1) <> (CharterNum IS NOT NULL) OR (Charter IS 1) <> (FundingType IS NOT NULL)
        OR (School IS NULL) <> (Charter IS NULL)""",
    "a name with Charter in it is a charter's": """SELECT * FROM schools WHERE
        INSTR(School, 'Charter') AND Charter <> 1""",
    "no charter opened before there were any": """SELECT * FROM schools WHERE
        Charter = 1 AND OpenDate < '1993-01-01'""",
    "who closed has a day for it": """SELECT * FROM schools WHERE
        (StatusType IN ('Closed', 'Merged')) <> (ClosedDate IS NOT NULL) OR ClosedDate < OpenDate
        OR StatusType NOT IN ('Active', 'Closed', 'Merged', 'Pending')""",
    "who is pending has not opened": """SELECT * FROM schools WHERE
        School IS NOT NULL AND (StatusType = 'Pending') <> (OpenDate IS NULL)""",
    "a day is a day": """SELECT * FROM schools WHERE OpenDate <> DATE(OpenDate) OR
        ClosedDate <> DATE(ClosedDate) OR LastUpdate <> DATE(LastUpdate) OR
        LastUpdate < COALESCE(ClosedDate, OpenDate)""",
    "only who is open names administrators": """SELECT * FROM schools WHERE
        AdmLName1 IS NOT NULL AND StatusType NOT IN ('Active', 'Pending') OR
        AdmLName2 IS NOT NULL AND AdmLName1 IS NULL OR
        AdmLName3 IS NOT NULL AND AdmLName2 IS NULL""",
    "telephone numbers ring nowhere": """SELECT * FROM schools WHERE
        Phone NOT GLOB '([0-9][0-9][0-9]) 555-01[0-9][0-9]'""",
    "sites and addresses belong to nobody": """SELECT * FROM schools WHERE
        Website NOT LIKE 'https://www.%.example.org' OR AdmEmail1 NOT LIKE '%@%.example.org' OR
        AdmEmail2 NOT LIKE '%@%.example.org' OR AdmEmail3 NOT LIKE '%@%.example.org'""",
    "the codes are digits": """SELECT * FROM schools WHERE LENGTH(CDSCode) <> 14 OR
        CDSCode GLOB '*[^0-9]*' OR LENGTH(NCESDist) <> 7 OR LENGTH(NCESSchool) <> 5 OR
        LENGTH(CharterNum) <> 4""",
    "the option follows from the kind": """SELECT * FROM schools WHERE
        (EdOpsCode = 'CON') <> (SOC = '68') OR (EdOpsCode = 'JUV') <> (SOC = '14') OR
        (EdOpsCode = 'COMMDAY') <> (SOC = '69') OR (EdOpsCode = 'ALTSOC') <> (SOC = '63') OR
        (EdOpsCode = 'TRAD') <> (SOC IN ('60', '62', '64', '65', '66')) OR
        (EdOpsCode IS NULL) <> (SOC IS NULL OR SOC IN ('08', '70')) OR
        (EdOpsCode IS NULL) <> (EdOpsName IS NULL)""",
    "a site is where its county is": """SELECT * FROM schools WHERE
        (Latitude IS NULL) <> (Longitude IS NULL) OR Latitude NOT BETWEEN 32.4 AND 42.1 OR
        Longitude NOT BETWEEN -124.5 AND -114.1""",
    "the state is California": "SELECT * FROM schools WHERE State <> 'CA' OR MailState <> 'CA'",
}
SINGLE = {  # a code stands for one label
    "DOC": "DOCType",
    "SOC": "SOCType",
    "EdOpsCode": "EdOpsName",
    "EILCode": "EILName",
}


@pytest.mark.parametrize("rule", BROKEN)
def test_no_row_breaks_the_rule_that(demo: sqlite3.Connection, rule: str) -> None:
    assert demo.execute(BROKEN[rule]).fetchall() == []


@pytest.mark.parametrize("code", SINGLE)
def test_a_code_has_one_label_and_a_label_one_code(demo: sqlite3.Connection, code: str) -> None:
    pairs = demo.execute(
        f"SELECT DISTINCT {code}, {SINGLE[code]} FROM schools WHERE {code} IS NOT NULL"
    ).fetchall()

    assert len({one for one, _ in pairs}) == len(pairs) == len({label for _, label in pairs})


def test_every_county_has_schools_and_its_own_code(demo: sqlite3.Connection) -> None:
    found = demo.execute(
        "SELECT DISTINCT County, SUBSTR(CDSCode, 1, 2) FROM schools WHERE School IS NOT NULL "
        "ORDER BY County"
    ).fetchall()

    assert found == [(county.name, f"{county.code:02d}") for county in COUNTIES]
    assert len(found) == 58
    assert [name for name, _ in found] == sorted(name for name, _ in found)


def test_schools_lie_near_the_middle_of_their_county(demo: sqlite3.Connection) -> None:
    middles = {county.name: county for county in COUNTIES}
    query = "SELECT County, Latitude, Longitude FROM schools WHERE Latitude IS NOT NULL"
    for name, latitude, longitude in demo.execute(query):
        reach = middles[name].reach / 10000 + 0.03
        assert abs(latitude - middles[name].latitude) < reach
        assert abs(longitude - middles[name].longitude) < reach


@pytest.mark.parametrize(
    "column",
    [
        "NCESSchool",
        "Phone",
        "Ext",
        "Website",
        "Street",
        "GSserved",
        "Magnet",
        "AdmLName3",
        "School",
    ],
)
def test_what_is_not_always_known_is_sometimes_empty(demo: sqlite3.Connection, column: str) -> None:
    known, all_ = demo.execute(f"SELECT COUNT({column}), COUNT(*) FROM schools").fetchone()

    assert 0 < known < all_


def test_some_meal_counts_and_many_averages_are_unknown(demo: sqlite3.Connection) -> None:
    meals = demo.execute('SELECT COUNT(*), COUNT("Free Meal Count (K-12)") FROM frpm').fetchone()
    scores = demo.execute("SELECT COUNT(*), COUNT(AvgScrMath) FROM satscores").fetchone()

    assert 0.9 < meals[1] / meals[0] < 1
    assert 0.5 < scores[1] / scores[0] < 0.95


def test_poorer_schools_score_lower_as_they_do_in_life(demo: sqlite3.Connection) -> None:
    rich, poor = (
        demo.execute(
            "SELECT AVG(AvgScrMath) FROM satscores JOIN frpm ON cds = CDSCode "
            'WHERE "Percent (%) Eligible FRPM (K-12)" BETWEEN ? AND ?',
            bounds,
        ).fetchone()[0]
        for bounds in ((0, 0.3), (0.8, 1))
    )

    assert rich - poor > 50


def test_charters_are_a_minority_in_every_kind_of_funding(demo: sqlite3.Connection) -> None:
    charters, all_ = demo.execute("SELECT SUM(Charter), COUNT(Charter) FROM schools").fetchone()
    kinds = demo.execute("SELECT COUNT(DISTINCT FundingType) FROM schools").fetchone()

    assert 0.05 < charters / all_ < 0.25
    assert kinds == (3,)
    assert demo.execute(
        "SELECT COUNT(*) - COUNT(DISTINCT CharterNum) FROM schools WHERE Charter = 1"
    ).fetchone() == (0,)
