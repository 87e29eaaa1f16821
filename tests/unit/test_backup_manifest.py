"""The manifest: plain values out and in, as the schema in the package says."""

import json
from pathlib import Path

import jsonschema
import pytest
from backup_samples import HEAD, manifest_of, part
from hypothesis import given
from hypothesis import strategies as st

import thothctl
from thothctl.model.backup import Part, PartKind, new_id, time_of
from thothctl.model.backup_plain import (
    head_from_plain,
    head_to_plain,
    manifest_from_plain,
    manifest_to_plain,
)

SCHEMA = json.loads(
    (Path(thothctl.__file__).parent / "model/backup_manifest.schema.json").read_text()
)
PLAIN = json.loads(json.dumps(manifest_to_plain(manifest_of(part("data.tar"), part("a/b.dump")))))


def test_it_is_the_same_after_a_journey_through_json() -> None:
    manifest = manifest_of(part("data.tar"), part("a/b.dump"))

    assert manifest_from_plain(json.loads(json.dumps(manifest_to_plain(manifest)))) == manifest
    assert head_from_plain(json.loads(json.dumps(head_to_plain(HEAD)))) == HEAD


def test_it_keeps_to_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(PLAIN, SCHEMA)
    assert set(SCHEMA["properties"]) == set(PLAIN)


def test_what_a_later_program_adds_is_passed_over() -> None:
    assert manifest_from_plain({**PLAIN, "colour": "blue"}) == manifest_from_plain(PLAIN)


@given(
    st.sampled_from(sorted(PLAIN)),
    st.one_of(st.none(), st.integers(), st.text(), st.lists(st.none())),
)
def test_nonsense_is_refused_or_is_the_same_kind_of_thing(key: str, value: object) -> None:
    try:
        manifest = manifest_from_plain({**PLAIN, key: value})
    except (ValueError, TypeError, KeyError):
        return
    jsonschema.validate(json.loads(json.dumps(manifest_to_plain(manifest))), SCHEMA)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../b", "a/b/c", "", ".hidden", "a b"])
def test_no_part_leads_out_of_the_archive(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        Part(name, "s", PartKind.TAR, 1, "", 1, "")


def test_an_id_tells_time_and_install() -> None:
    moment = time_of(HEAD.id)

    assert new_id(moment, "default", "abcd") == HEAD.id
    with pytest.raises(ValueError, match="no id"):
        time_of("yesterday")
