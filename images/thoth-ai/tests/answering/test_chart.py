import pytest

from thoth_ai.answering.chart import NONE, Chart, suited


@pytest.mark.parametrize(
    ("columns", "rows", "chart"),
    [
        (("county", "schools"), (("Alameda", 3), ("Fresno", 5)), Chart("bar", 0, (1,))),
        (("schools", "county"), ((3, "Alameda"), (5, "Fresno")), Chart("bar", 1, (0,))),
        (("year", "schools"), ((2001, 3), (2002, 5)), Chart("line", 0, (1,))),
        (("OpenDate", "n"), (("2001-01", 3), ("2001-02", None)), Chart("line", 0, (1,))),
        (("day", "n"), (("2001-02-03", 3), ("2001-01-01", 4)), Chart("bar", 0, (1,))),
        (("county", "read", "math"), (("A", 1.5, 2), ("B", 2, 3)), Chart("bar", 0, (1, 2))),
    ],
)
def test_the_shape_decides_on_the_chart(
    columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...], chart: Chart
) -> None:
    assert suited(columns, rows) == chart


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ((), ()),
        (("n",), ((1,),)),
        (("n",), ((1,), (2,))),
        (("county", "n"), (("Alameda", 3),)),
        (("county", "n"), (("Alameda", 3), ("Alameda", 4))),
        (("county", "n"), ((None, 3), ("Alameda", 4))),
        (("county", "town"), (("A", "x"), ("B", "y"))),
        (("county", "School Code"), (("A", 1), ("B", 2))),
        (("name", "schoolId"), (("A", 1), ("B", 2))),
        (("name", "n"), tuple((str(n), n) for n in range(41))),
        (("name", "a", "b", "c", "d", "e"), (("A", 1, 1, 1, 1, 1), ("B", 1, 1, 1, 1, 1))),
    ],
)
def test_no_chart_where_a_table_says_it_better(
    columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]
) -> None:
    assert suited(columns, rows) == NONE
