"""The tables of the demo: columns in their public order, keys and references."""

from dataclasses import dataclass

Value = str | int | float | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column is its key; every other key refers to the schools."""

    name: str
    columns: tuple[tuple[str, str], ...]
    required: frozenset[str] = frozenset()
    refers: bool = False

    def create(self) -> str:
        """Return the statement that creates the table."""
        key = self.columns[0][0]
        lines = [self._column(name, kind) for name, kind in self.columns]
        lines.append(f'PRIMARY KEY ("{key}")')
        if self.refers:
            lines.append(f'FOREIGN KEY ("{key}") REFERENCES "schools" ("CDSCode")')
        body = ",\n  ".join(lines)
        return f'CREATE TABLE "{self.name}" (\n  {body}\n)'

    def insert(self) -> str:
        """Return the statement that stores one row."""
        marks = ", ".join("?" for _ in self.columns)
        return f'INSERT INTO "{self.name}" VALUES ({marks})'  # noqa: S608 - names of ours

    def values(self, row: Row) -> tuple[Value, ...]:
        """Return a row's values in the order of the columns, none missing, none too many."""
        if row.keys() != {name for name, _ in self.columns}:
            odd = row.keys() ^ {name for name, _ in self.columns}
            raise ValueError(f"{self.name}: a row does not fit: {sorted(odd)}")
        return tuple(row[name] for name, _ in self.columns)

    def _column(self, name: str, kind: str) -> str:
        rule = " NOT NULL" if name in self.required else ""
        return f'"{name}" {kind}{rule}'


def _typed(kind: str, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name in names)


SCHOOLS = Table(
    "schools",
    (
        *_typed("TEXT", "CDSCode", "NCESDist", "NCESSchool", "StatusType", "County", "District"),
        *_typed("TEXT", "School", "Street", "StreetAbr", "City", "Zip", "State"),
        *_typed("TEXT", "MailStreet", "MailStrAbr", "MailCity", "MailZip", "MailState"),
        *_typed("TEXT", "Phone", "Ext", "Website"),
        *_typed("DATE", "OpenDate", "ClosedDate"),
        ("Charter", "INTEGER"),
        *_typed("TEXT", "CharterNum", "FundingType", "DOC", "DOCType", "SOC", "SOCType"),
        *_typed("TEXT", "EdOpsCode", "EdOpsName", "EILCode", "EILName"),
        *_typed("TEXT", "GSoffered", "GSserved", "Virtual"),
        ("Magnet", "INTEGER"),
        *_typed("REAL", "Latitude", "Longitude"),
        *_typed("TEXT", "AdmFName1", "AdmLName1", "AdmEmail1"),
        *_typed("TEXT", "AdmFName2", "AdmLName2", "AdmEmail2"),
        *_typed("TEXT", "AdmFName3", "AdmLName3", "AdmEmail3"),
        ("LastUpdate", "DATE"),
    ),
    required=frozenset(
        {"CDSCode", "StatusType", "County", "District", "DOC", "DOCType", "LastUpdate"}
    ),
)

FRPM = Table(
    "frpm",
    (
        *_typed("TEXT", "CDSCode", "Academic Year", "County Code"),
        ("District Code", "INTEGER"),
        *_typed("TEXT", "School Code", "County Name", "District Name", "School Name"),
        *_typed("TEXT", "District Type", "School Type", "Educational Option Type"),
        ("NSLP Provision Status", "TEXT"),
        ("Charter School (Y/N)", "INTEGER"),
        *_typed("TEXT", "Charter School Number", "Charter Funding Type"),
        ("IRC", "INTEGER"),
        *_typed("TEXT", "Low Grade", "High Grade"),
        *_typed("REAL", "Enrollment (K-12)", "Free Meal Count (K-12)"),
        *_typed("REAL", "Percent (%) Eligible Free (K-12)", "FRPM Count (K-12)"),
        *_typed("REAL", "Percent (%) Eligible FRPM (K-12)", "Enrollment (Ages 5-17)"),
        *_typed("REAL", "Free Meal Count (Ages 5-17)", "Percent (%) Eligible Free (Ages 5-17)"),
        *_typed("REAL", "FRPM Count (Ages 5-17)", "Percent (%) Eligible FRPM (Ages 5-17)"),
        ("2013-14 CALPADS Fall 1 Certification Status", "INTEGER"),
    ),
    required=frozenset({"CDSCode"}),
    refers=True,
)

SATSCORES = Table(
    "satscores",
    (
        *_typed("TEXT", "cds", "rtype", "sname", "dname", "cname"),
        *_typed("INTEGER", "enroll12", "NumTstTakr", "AvgScrRead", "AvgScrMath", "AvgScrWrite"),
        ("NumGE1500", "INTEGER"),
    ),
    required=frozenset({"cds", "rtype", "enroll12", "NumTstTakr"}),
    refers=True,
)

TABLES = (SCHOOLS, FRPM, SATSCORES)
