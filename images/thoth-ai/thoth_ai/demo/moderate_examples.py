"""Questions that need a join, a rate, a grouping or a date."""

from thoth_ai.demo.example import Example


def _moderate(question: str, sql: str, evidence: str = "") -> Example:
    return Example(question, sql, evidence, "moderate")


EXAMPLES = (
    _moderate(
        "Which three schools have the highest eligible free rate for grades K-12, "
        "and in which town are they?",
        'SELECT s.School, s.City, ROUND(f."Free Meal Count (K-12)" / f."Enrollment (K-12)", 4) '
        "AS rate FROM frpm AS f JOIN schools AS s ON s.CDSCode = f.CDSCode "
        'WHERE f."Free Meal Count (K-12)" IS NOT NULL ORDER BY rate DESC, s.CDSCode LIMIT 3',
        "Eligible free rate = Free Meal Count / Enrollment.",
    ),
    _moderate(
        "In which counties do more than five active charters operate?",
        "SELECT County, COUNT(*) AS charters FROM schools "
        "WHERE Charter = 1 AND StatusType = 'Active' "
        "GROUP BY County HAVING COUNT(*) > 5 ORDER BY charters DESC, County",
        "Charter = 1 means a charter school.",
    ),
    _moderate(
        "What percentage of active campuses are magnets?",
        "SELECT ROUND(100 * CAST(SUM(IIF(Magnet = 1, 1, 0)) AS REAL) / COUNT(*), 2) "
        "FROM schools WHERE School IS NOT NULL AND StatusType = 'Active'",
        "Magnet = 1 means a magnet school; a row without School stands for a district.",
    ),
    _moderate(
        "Give the web address of each school whose math average is above 600.",
        "SELECT s.School, s.Website, t.AvgScrMath FROM satscores AS t "
        "JOIN schools AS s ON s.CDSCode = t.cds WHERE t.rtype = 'S' AND t.AvgScrMath > 600 "
        "AND s.Website IS NOT NULL ORDER BY t.AvgScrMath DESC, s.CDSCode",
    ),
    _moderate(
        "How many schools opened in each decade since 1980?",
        "SELECT CAST(STRFTIME('%Y', OpenDate) AS INTEGER) / 10 * 10 AS decade, "
        "COUNT(*) AS openings FROM schools WHERE OpenDate >= '1980-01-01' "
        "GROUP BY decade ORDER BY decade",
        "The year of a date is STRFTIME('%Y', OpenDate).",
    ),
    _moderate(
        "On average, for how many years did schools stay open before they shut down?",
        "SELECT ROUND(AVG((JULIANDAY(ClosedDate) - JULIANDAY(OpenDate)) / 365.25), 1) "
        "FROM schools WHERE StatusType = 'Closed' AND OpenDate IS NOT NULL",
        "The time open is ClosedDate minus OpenDate.",
    ),
    _moderate(
        "Compare the typical FRPM share of charter and non-charter schools.",
        "SELECT CASE \"Charter School (Y/N)\" WHEN 1 THEN 'charter' ELSE 'other' END AS kind, "
        'ROUND(AVG("Percent (%) Eligible FRPM (K-12)"), 3) AS share FROM frpm '
        "GROUP BY kind ORDER BY kind",
        'The FRPM share is "Percent (%) Eligible FRPM (K-12)", from 0 to 1.',
    ),
    _moderate(
        "Which district sent the largest fraction of its twelfth graders to the SAT?",
        "SELECT dname, ROUND(CAST(NumTstTakr AS REAL) / enroll12, 3) AS participation "
        "FROM satscores WHERE rtype = 'D' AND enroll12 >= 100 "
        "ORDER BY participation DESC, cds LIMIT 1",
        "rtype = 'D' means a whole district; only districts with 100 seniors or more count.",
    ),
    _moderate(
        "Who is the principal of the biggest continuation school by enrollment?",
        "SELECT s.AdmFName1, s.AdmLName1, s.School FROM schools AS s "
        "JOIN frpm AS f ON f.CDSCode = s.CDSCode "
        "WHERE s.EdOpsCode = 'CON' AND s.AdmLName1 IS NOT NULL "
        'ORDER BY f."Enrollment (K-12)" DESC, s.CDSCode LIMIT 1',
        "EdOpsCode = 'CON' means a continuation school; AdmFName1 and AdmLName1 lead it.",
    ),
    _moderate(
        "Return unified districts that run at least twelve sites serving breakfast or lunch, "
        "together with total pupils.",
        'SELECT "District Name", COUNT(*) AS sites, SUM("Enrollment (K-12)") AS pupils FROM frpm '
        "WHERE \"District Type\" = 'Unified School District' "
        'GROUP BY "District Code", "District Name" HAVING COUNT(*) >= 12 '
        'ORDER BY pupils DESC, "District Name"',
    ),
    _moderate(
        "Which schools have a name containing the word Owl, and what grades do they offer?",
        "SELECT School, COALESCE(GSoffered, 'unknown') AS grades FROM schools "
        "WHERE INSTR(School, 'Owl') > 0 ORDER BY School, CDSCode",
    ),
    _moderate(
        "Where do students under Provision 2 attend school, counted per county?",
        'SELECT "County Name", COUNT(*) AS schools, SUM("Enrollment (Ages 5-17)") AS pupils '
        "FROM frpm WHERE \"NSLP Provision Status\" = 'Provision 2' "
        'GROUP BY "County Name" ORDER BY schools DESC, "County Name"',
        "NSLP Provision Status names the lunch program's special rule.",
    ),
    _moderate(
        "Are there seniors at directly funded charters who reached 1500 points, and how many?",
        "SELECT SUM(t.NumGE1500) FROM satscores AS t JOIN schools AS s ON s.CDSCode = t.cds "
        "WHERE t.rtype = 'S' AND s.FundingType = 'Directly funded'",
        "NumGE1500 counts test takers with at least 1500 points.",
    ),
)
