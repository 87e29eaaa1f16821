"""Short hints on what words of a question mean in this database."""

EVIDENCE = (
    "Charter = 1 means a charter school; Charter = 0 a school that is not one.",
    "Magnet = 1 means a magnet school or a school with a magnet program.",
    "Rows of schools with an empty School stand for a district; leave them out to count schools.",
    "Active schools have StatusType = 'Active'; the other values are Closed, Merged and Pending.",
    'The eligible free rate is "Free Meal Count (K-12)" / "Enrollment (K-12)".',
    'The eligible FRPM rate is "FRPM Count (K-12)" / "Enrollment (K-12)".',
    "The percent columns of frpm hold shares from 0 to 1; multiply by 100 to show percent.",
    "satscores.rtype is 'S' for a school and 'D' for a district; do not add the two up.",
    "The total SAT score is AvgScrRead + AvgScrMath + AvgScrWrite.",
    "The SAT excellence rate is CAST(NumGE1500 AS REAL) / NumTstTakr.",
    "The SAT participation rate is CAST(NumTstTakr AS REAL) / enroll12.",
    "SAT averages are empty for schools with fewer than 15 test takers.",
    "frpm.CDSCode and satscores.cds both refer to schools.CDSCode.",
    "Exclusively virtual schools have Virtual = 'F'; N means no online teaching.",
    "The year a school opened is STRFTIME('%Y', OpenDate); dates are written YYYY-MM-DD.",
    "Continuation schools have EdOpsCode = 'CON', juvenile court schools 'JUV'.",
    "Unified districts have DOC = '54', high school districts '56', elementary districts '52'.",
    "Low Grade and High Grade are text: K is kindergarten and P is preschool.",
)
