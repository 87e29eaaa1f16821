"""Questions that one table and one thought answer."""

from thoth_ai.demo.example import Example


def _simple(question: str, sql: str, evidence: str = "") -> Example:
    return Example(question, sql, evidence, "simple")


EXAMPLES = (
    _simple(
        "How many charter schools are there in Alameda County?",
        "SELECT COUNT(*) FROM schools WHERE County = 'Alameda' AND Charter = 1",
        "Charter = 1 means a charter school.",
    ),
    _simple(
        "List the names of all counties in alphabetical order.",
        "SELECT DISTINCT County FROM schools ORDER BY County",
    ),
    _simple(
        "What is the largest K-12 enrollment of any school?",
        'SELECT MAX("Enrollment (K-12)") FROM frpm',
    ),
    _simple(
        "Which five schools had the most SAT test takers?",
        "SELECT sname, NumTstTakr FROM satscores WHERE rtype = 'S' "
        "ORDER BY NumTstTakr DESC, cds LIMIT 5",
        "rtype = 'S' means the row is about one school.",
    ),
    _simple(
        "Give me the postal codes of magnet schools in San Diego.",
        "SELECT DISTINCT Zip FROM schools "
        "WHERE County = 'San Diego' AND Magnet = 1 AND Zip IS NOT NULL ORDER BY Zip",
        "Magnet = 1 means a magnet school.",
    ),
    _simple(
        "Show how many entries carry each status type.",
        "SELECT StatusType, COUNT(*) AS entries FROM schools "
        "GROUP BY StatusType ORDER BY entries DESC, StatusType",
    ),
    _simple(
        "What was the mean reading score across individual schools?",
        "SELECT ROUND(AVG(AvgScrRead), 1) FROM satscores WHERE rtype = 'S'",
        "rtype = 'S' means the row is about one school.",
    ),
    _simple(
        "Name the institutions whose teaching happens exclusively online.",
        "SELECT School, City FROM schools WHERE Virtual = 'F' ORDER BY School, CDSCode",
        "Virtual = 'F' means exclusively virtual.",
    ),
    _simple(
        "Which school closed most recently, and on what day?",
        "SELECT School, ClosedDate FROM schools WHERE ClosedDate IS NOT NULL "
        "ORDER BY ClosedDate DESC, CDSCode LIMIT 1",
    ),
    _simple(
        "How many pupils can eat lunch free of charge in Fresno County altogether?",
        'SELECT SUM("Free Meal Count (K-12)") FROM frpm WHERE "County Name" = \'Fresno\'',
    ),
    _simple(
        "Find every juvenile court school that is still running, with its telephone number.",
        "SELECT School, Phone FROM schools "
        "WHERE EdOpsCode = 'JUV' AND StatusType = 'Active' ORDER BY School, CDSCode",
        "EdOpsCode = 'JUV' means a juvenile court school.",
    ),
    _simple(
        "What is the northernmost location among all sites, by latitude?",
        "SELECT COALESCE(School, District) AS place, County, Latitude FROM schools "
        "WHERE Latitude IS NOT NULL ORDER BY Latitude DESC, CDSCode LIMIT 1",
    ),
    _simple(
        "Count the different ways in which charters are funded.",
        "SELECT COUNT(DISTINCT FundingType) FROM schools",
        "FundingType is empty for schools that are not charters.",
    ),
)
