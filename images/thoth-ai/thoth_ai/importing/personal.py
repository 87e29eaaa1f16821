"""Which columns hold what identifies a person: a careful guess by name, words and values.

Names of people and e-mail addresses are told by the column alone; a telephone number or an address
counts only where the table, the column or its description speaks of people.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from thoth_ai.answering.words import fold, singular
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.profiles.personal_values import SURE, Look

PEOPLE = frozenset(
    """administrator applicant author candidate citizen client contact coach customer director
    donor driver employee guest guardian holder inhabitant member owner parent passenger patient
    people person player pupil referee resident staff student subscriber superintendent supplier
    teacher tenant user visitor voter worker""".split()
)
NAMES = frozenset(
    """birthname familyname firstname forename fullname givenname lastname maidenname middlename
    surname""".split()
)
KINDS_OF_NAME = frozenset("birth display family first full given last maiden middle nick".split())
MAIL = frozenset(["email", "mail"])
REACHED_BY = frozenset("address cellphone fax mobile phone street telephone".split())
_NOT_A_VALUE = frozenset(["count", "flag", "id", "type"])
_ABBREVIATED = re.compile(r"(?:^|_|[a-z])(?:[FLM]Name|[fl]_?name)\d*\Z")


Looks = Mapping[tuple[str, str], Look]


def marked(knowledge: Knowledge, tables: Sequence[TableSchema], looks: Looks) -> Knowledge:
    """Return the knowledge with the columns marked that identify people, unless somebody did."""
    texts = dict(knowledge.tables)
    for table in tables:
        text = knowledge.about(table.name)
        found = {
            column.name
            for column in table.columns
            if column.name not in text.judged
            and _is_personal(table.name, column.name, text, looks.get((table.name, column.name)))
        }
        here = {column.name for column in table.columns}
        texts[table.name] = replace(text, personal=(text.personal & here) | found)
    return replace(knowledge, tables=texts)


def _is_personal(table: str, column: str, text: TableText, look: Look | None) -> bool:
    description = text.columns.get(column, "")
    if look in SURE or is_personal(table, column, description):
        return True
    people = (_words(table) | _words(column) | _words(description)) & PEOPLE
    return look is not None and bool(people)


def is_personal(table: str, column: str, description: str) -> bool:
    """Say whether the values of a column identify people."""
    words = _words(column)
    if words & _NOT_A_VALUE:
        return False
    about = _words(description)
    people = (words | _words(table) | about) & PEOPLE
    if words & NAMES or (words & KINDS_OF_NAME and "name" in words):
        return True
    if words & MAIL and ("email" in words or people):
        return True
    if words == {"name"} and _words(table) & PEOPLE:
        return True
    if "name" in words or _ABBREVIATED.search(column):
        return bool(words & PEOPLE or about & NAMES or _speaks_of_names(description))
    return bool(words & REACHED_BY and people)


def _speaks_of_names(description: str) -> bool:
    kinds = "|".join(sorted(KINDS_OF_NAME))
    return bool(re.search(rf"\b(?:{kinds})[ -]names?\b", description, re.IGNORECASE))


def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)", " ", text)
    joined = re.sub(r"\be[ _-]mail", "email", spaced, flags=re.IGNORECASE)
    return frozenset(singular(word) for word in re.split(r"[\W_]+", fold(joined)) if word)
