import pytest

from thoth_ai.importing.personal import is_personal


@pytest.mark.parametrize(
    ("table", "column", "description"),
    [
        ("member", "first_name", ""),
        ("Customer", "LastName", ""),
        ("member", "email", ""),
        ("schools", "AdmEmail1", ""),
        ("schools", "AdmFName1", "administrator's first name"),
        ("customers", "Phone", ""),
        ("Employee", "Address", ""),
        ("contacts", "name", ""),
        ("orders", "customer_name", ""),
        ("orders", "phone", "telephone number of the customer"),
        ("users", "DisplayName", ""),
        ("people", "e-mail", ""),
        ("drivers", "surname", ""),
        ("superhero", "full_name", ""),
    ],
)
def test_what_identifies_a_person_is_marked(table: str, column: str, description: str) -> None:
    assert is_personal(table, column, description)


@pytest.mark.parametrize(
    ("table", "column", "description"),
    [
        ("schools", "Phone", "Telephone number of the school"),
        ("schools", "School", "Name of the school"),
        ("schools", "County Name", ""),
        ("schools", "Street", "Street address of the school"),
        ("schools", "MailStreet", "Address for letters"),
        ("event", "event_name", ""),
        ("Artist", "Name", ""),
        ("publisher", "publisher_name", "the name of the publisher"),
        ("customers", "CustomerID", ""),
        ("customers", "Segment", ""),
        ("users", "email_id", ""),
        ("member", "zip", ""),
        ("member", "position", ""),
    ],
)
def test_what_does_not_is_left_alone(table: str, column: str, description: str) -> None:
    assert not is_personal(table, column, description)
