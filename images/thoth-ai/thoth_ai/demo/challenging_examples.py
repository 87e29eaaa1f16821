"""Questions that need several tables, several steps or a window."""

from thoth_ai.demo.example import Example


def _challenging(question: str, sql: str, evidence: str = "") -> Example:
    return Example(question, sql, evidence, "challenging")


EXAMPLES = (
    _challenging(
        "For each county with results, name the school with the best total SAT score.",
        "WITH ranked AS (SELECT cname, sname, AvgScrRead + AvgScrMath + AvgScrWrite AS total, "
        "RANK() OVER (PARTITION BY cname ORDER BY AvgScrRead + AvgScrMath + AvgScrWrite DESC) "
        "AS place FROM satscores WHERE rtype = 'S' AND AvgScrMath IS NOT NULL) "
        "SELECT cname, sname, total FROM ranked WHERE place = 1 ORDER BY cname, sname",
        "Total SAT score = AvgScrRead + AvgScrMath + AvgScrWrite.",
    ),
    _challenging(
        "Among schools where over 80 percent qualify for free or reduced price meals, which ten "
        "write best, and who leads them?",
        "SELECT s.School, s.AdmFName1, s.AdmLName1, t.AvgScrWrite FROM schools AS s "
        "JOIN frpm AS f ON f.CDSCode = s.CDSCode JOIN satscores AS t ON t.cds = s.CDSCode "
        'WHERE f."Percent (%) Eligible FRPM (K-12)" > 0.8 AND t.AvgScrWrite IS NOT NULL '
        "ORDER BY t.AvgScrWrite DESC, s.CDSCode LIMIT 10",
        "Percent columns are shares, so 80 percent is 0.8; AdmFName1 and AdmLName1 lead.",
    ),
    _challenging(
        "Divide schools into four equal groups by poverty and tell the average math result "
        "of each group.",
        "WITH grouped AS (SELECT t.AvgScrMath, NTILE(4) OVER "
        '(ORDER BY f."Percent (%) Eligible FRPM (K-12)", f.CDSCode) AS quarter '
        "FROM frpm AS f JOIN satscores AS t ON t.cds = f.CDSCode "
        "WHERE t.AvgScrMath IS NOT NULL) "
        "SELECT quarter, ROUND(AVG(AvgScrMath), 1) AS mathematics, COUNT(*) AS schools "
        "FROM grouped GROUP BY quarter ORDER BY quarter",
        "Poverty is measured by the share of pupils eligible for free or reduced price meals.",
    ),
    _challenging(
        "How did the cumulative number of charter openings grow year by year from 2005 on?",
        "WITH yearly AS (SELECT STRFTIME('%Y', OpenDate) AS year, COUNT(*) AS opened "
        "FROM schools WHERE Charter = 1 AND OpenDate >= '2005-01-01' GROUP BY year) "
        "SELECT year, opened, SUM(opened) OVER (ORDER BY year) AS so_far "
        "FROM yearly ORDER BY year",
        "Charter = 1 means a charter school.",
    ),
    _challenging(
        "Which schools enroll more than twice the average of their own district?",
        'SELECT f."School Name", f."District Name", f."Enrollment (K-12)" FROM frpm AS f '
        'WHERE f."Enrollment (K-12)" > 2 * (SELECT AVG(g."Enrollment (K-12)") FROM frpm AS g '
        'WHERE g."District Code" = f."District Code") '
        'ORDER BY f."Enrollment (K-12)" DESC, f.CDSCode',
    ),
    _challenging(
        "What is the gap in excellence rate between magnet and ordinary high schools, "
        "in percentage points?",
        "WITH rates AS (SELECT s.Magnet, "
        "100 * CAST(SUM(t.NumGE1500) AS REAL) / SUM(t.NumTstTakr) AS rate "
        "FROM satscores AS t JOIN schools AS s ON s.CDSCode = t.cds "
        "WHERE t.rtype = 'S' AND t.NumGE1500 IS NOT NULL AND s.SOC = '66' "
        "AND s.Magnet IS NOT NULL GROUP BY s.Magnet) "
        "SELECT ROUND(MAX(CASE Magnet WHEN 1 THEN rate END) - "
        "MAX(CASE Magnet WHEN 0 THEN rate END), 2) AS gap FROM rates",
        "Excellence rate = NumGE1500 / NumTstTakr; SOC = '66' means high schools.",
    ),
    _challenging(
        "List administrators responsible for more than one active site within the same district.",
        "SELECT District, AdmFName1, AdmLName1, COUNT(*) AS sites, "
        "MIN(School) AS first_site, MAX(School) AS last_site FROM schools "
        "WHERE StatusType = 'Active' AND School IS NOT NULL AND AdmLName1 IS NOT NULL "
        "GROUP BY District, AdmFName1, AdmLName1 HAVING COUNT(*) > 1 "
        "ORDER BY sites DESC, District, AdmLName1",
        "AdmFName1 and AdmLName1 name the first administrator.",
    ),
    _challenging(
        "Rank the ten most populous counties by pupils and add each one's share of the state "
        "total.",
        'WITH county AS (SELECT "County Name" AS name, SUM("Enrollment (K-12)") AS pupils '
        'FROM frpm GROUP BY "County Name") SELECT DENSE_RANK() OVER (ORDER BY pupils DESC) '
        "AS place, name, pupils, ROUND(100 * pupils / SUM(pupils) OVER (), 2) AS percent "
        "FROM county ORDER BY place, name LIMIT 10",
    ),
    _challenging(
        "Show for Orange and Riverside the yearly closures and the change from the preceding "
        "year with closures.",
        "WITH yearly AS (SELECT County, STRFTIME('%Y', ClosedDate) AS year, COUNT(*) AS closures "
        "FROM schools WHERE County IN ('Orange', 'Riverside') AND ClosedDate IS NOT NULL "
        "GROUP BY County, year) SELECT County, year, closures, closures - "
        "LAG(closures) OVER (PARTITION BY County ORDER BY year) AS change "
        "FROM yearly ORDER BY County, year",
    ),
    _challenging(
        "Which counties beat the statewide mean in reading, writing and mathematics alike?",
        "WITH state AS (SELECT AVG(AvgScrRead) AS r, AVG(AvgScrMath) AS m, AVG(AvgScrWrite) AS w "
        "FROM satscores WHERE rtype = 'S') SELECT t.cname, ROUND(AVG(t.AvgScrRead), 1) AS reading, "
        "ROUND(AVG(t.AvgScrMath), 1) AS mathematics, ROUND(AVG(t.AvgScrWrite), 1) AS writing "
        "FROM satscores AS t CROSS JOIN state WHERE t.rtype = 'S' GROUP BY t.cname "
        "HAVING AVG(t.AvgScrRead) > MAX(state.r) AND AVG(t.AvgScrMath) > MAX(state.m) "
        "AND AVG(t.AvgScrWrite) > MAX(state.w) ORDER BY t.cname",
        "rtype = 'S' means the row is about one school.",
    ),
    _challenging(
        "Find elementary districts having no charter at all but at least one school beyond 600 "
        "children.",
        "SELECT DISTINCT s.District, s.County FROM schools AS s "
        "JOIN frpm AS f ON f.CDSCode = s.CDSCode WHERE s.DOC = '52' "
        'AND f."Enrollment (K-12)" > 600 AND NOT EXISTS (SELECT 1 FROM schools AS c '
        "WHERE c.NCESDist = s.NCESDist AND c.Charter = 1) ORDER BY s.District",
        "DOC = '52' means an elementary school district.",
    ),
    _challenging(
        "By educational option, weigh average enrollment, meal eligibility and SAT turnout "
        "against each other.",
        'SELECT s.EdOpsName, COUNT(*) AS schools, ROUND(AVG(f."Enrollment (K-12)")) AS pupils, '
        'ROUND(100 * SUM(f."FRPM Count (K-12)") / SUM(f."Enrollment (K-12)"), 1) AS eligible, '
        "ROUND(100 * CAST(SUM(t.NumTstTakr) AS REAL) / SUM(t.enroll12), 1) AS turnout "
        "FROM schools AS s JOIN frpm AS f ON f.CDSCode = s.CDSCode "
        "JOIN satscores AS t ON t.cds = s.CDSCode "
        "GROUP BY s.EdOpsName ORDER BY schools DESC, s.EdOpsName",
        "EdOpsName is the educational option; eligible and turnout are percentages.",
    ),
)
