"""What a database holds, in a form that two servers of different versions tell alike."""

from collections.abc import Iterator, Mapping

SURVEY = (
    "SET timezone TO 'UTC'; SET datestyle TO 'ISO, YMD'; SET intervalstyle TO 'postgres';"
    " SET bytea_output TO 'hex'; SET extra_float_digits TO 1;"
    " SELECT json_build_object('tables', (SELECT coalesce(json_object_agg("
    "format('%I.%I', n.nspname, c.relname), (xpath('/row/c/text()', query_to_xml(format("
    "'SELECT count(*) || '' '' || coalesce(sum((''x'' || left(md5(thoth_row::text), 16))"
    "::bit(64)::bigint::numeric), 0) AS c FROM ONLY %I.%I AS thoth_row', n.nspname, c.relname),"
    " false, true, '')))[1]::text), '{}') FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
    " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'),"
    " 'sequences', (SELECT coalesce(json_object_agg(format('%I.%I', schemaname, sequencename),"
    " last_value), '{}') FROM pg_sequences),"
    " 'extensions', (SELECT coalesce(json_object_agg(extname, 'there'), '{}') FROM pg_extension),"
    " 'roles', (SELECT json_object_agg(rolname, 'there') FROM pg_roles WHERE rolname !~ '^pg_'),"
    " 'owner', (SELECT json_build_object('owner', pg_get_userbyid(datdba)) FROM pg_database"
    " WHERE datname = current_database()),"
    " 'sorted', (SELECT concat_ws(' ', datcollate, datcollversion) FROM pg_database"
    " WHERE datname = current_database()));"
)
"""One line of JSON. A table is told by its rows and a sum over the checksums of all of them."""
COMPARED = ("tables", "sequences", "extensions", "roles", "owner")


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """What was there and is not there as it was; what is there besides does not matter."""
    return tuple(name for kind in COMPARED for name in _lost(before.get(kind), after.get(kind)))


def _lost(before: object, after: object) -> Iterator[str]:
    assert isinstance(before, Mapping)  # noqa: S101 - what SURVEY answers
    there = after if isinstance(after, Mapping) else {}
    for name, told in before.items():
        if name not in there or there[name] != told:
            yield f"{name} ({told}, then {there.get(name, 'nothing')})"
