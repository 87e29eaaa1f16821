"""The order of versions, and the ways between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thothctl.errors import ExitCode, IncompatibleError
from thothctl.model.version import Offer, Published, Version, reach, way

ORDERED = (
    "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11",
    "1.0.0-nightly.20261120", "1.0.0-nightly.20261121", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0",
    "1.10.0", "2.0.0-1", "2.0.0",
)  # fmt: skip
PARTS = st.one_of(
    st.integers(0, 30).map(str), st.sampled_from(("alpha", "beta", "nightly", "rc", "x-y"))
)
VERSIONS = st.builds(
    Version,
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    st.lists(PARTS, max_size=3).map(tuple),
)


def version(text: str) -> Version:
    found = Version.read(text)
    assert found is not None
    return found


def offer(*known: Published) -> Offer:
    by_version = {one.version: one for one in known}
    return Offer(tuple(by_version), by_version.__getitem__)


def published(text: str, **labels: object) -> Published:
    return Published(version(text), **labels)  # type: ignore[arg-type]  # a test's shorthand


OWN = version("9.0.0")


def test_versions_are_ordered_as_semantic_versioning_says() -> None:
    versions = [version(text) for text in ORDERED]

    assert sorted(set(versions)) == versions
    assert [str(one) for one in versions] == list(ORDERED)


@pytest.mark.parametrize(
    ("text", "read"),
    [("v1.2.0", "1.2.0"), ("1.2", "1.2.0"), ("1.2.0+build.5", "1.2.0"), ("1.2.0rc1", "1.2.0-rc.1"),
     ("0.2.0.dev3", "0.2.0-dev.3"), (" 1.0.0 ", "1.0.0"), ("1.0.0-nightly.007", "1.0.0-nightly.7")],
)  # fmt: skip
def test_a_version_is_read_however_a_tag_or_a_wheel_writes_it(text: str, read: str) -> None:
    assert str(version(text)) == read


@pytest.mark.parametrize("text", ["", "latest", "stable", "1", "1.2.x", "1.2.3.4", "1.2.0-", "v"])
def test_a_tag_that_is_no_version_is_none(text: str) -> None:
    assert Version.read(text) is None


@given(VERSIONS)
def test_what_a_version_writes_it_reads(one: Version) -> None:
    assert Version.read(str(one)) == one
    assert Version.read(f"v{one}") == one


@given(VERSIONS, VERSIONS, VERSIONS)
def test_the_order_is_a_total_one(a: Version, b: Version, c: Version) -> None:
    assert (a < b) + (b < a) + (a == b) == 1
    assert not (a < b < c) or a < c


@given(VERSIONS)
def test_a_pre_release_comes_before_what_it_prepares(one: Version) -> None:
    if one.before:
        assert one < Version(one.numbers)


@given(st.text(max_size=30))
def test_any_text_is_a_version_or_none(text: str) -> None:
    assert Version.read(text) is None or str(Version.read(text))


@st.composite
def offers(draw: st.DrawFn) -> tuple[Offer, Version]:
    known = sorted(draw(st.sets(VERSIONS, min_size=2, max_size=9)))
    maybe = st.one_of(st.none(), st.sampled_from(known))
    told = [
        Published(one, draw(maybe), draw(st.sampled_from((None, OWN, version("9.9.9")))),
                  draw(st.sampled_from(("", "", "loses data"))))
        for one in known
    ]  # fmt: skip
    return offer(*told), draw(st.sampled_from(known))


@given(offers(), st.data())
def test_a_way_only_rises_stops_where_it_must_and_passes_nothing_withdrawn(
    drawn: tuple[Offer, Version], data: st.DataObject
) -> None:
    offered, current = drawn
    target = data.draw(st.sampled_from(list(offered.versions)))
    try:
        hops = way(current, target, offered, OWN)
    except IncompatibleError:
        return
    assert hops == () if target == current else hops[-1] == target
    for before, after in zip((current, *hops), hops, strict=False):
        seen = offered.look(after)
        assert before < after
        assert not seen.yanked
        assert seen.upgrade_from is None or before >= seen.upgrade_from
        assert seen.requires is None or seen.requires <= OWN


@given(VERSIONS, VERSIONS)
def test_without_stops_every_newer_version_is_one_step_away(a: Version, b: Version) -> None:
    low, high = sorted((a, b))
    offered = offer(Published(low), Published(high))

    assert way(low, high, offered, OWN) == (() if a == b else (high,))


def test_a_mandatory_stop_is_made_on_the_way() -> None:
    offered = offer(
        published("1.0.0"), published("1.1.0"), published("1.2.0", upgrade_from=version("1.1.0")),
        published("2.0.0", upgrade_from=version("1.2.0")),
    )  # fmt: skip

    hops = way(version("1.0.0"), version("2.0.0"), offered, OWN)

    assert [str(hop) for hop in hops] == ["1.1.0", "1.2.0", "2.0.0"]


@pytest.mark.parametrize(
    ("target", "said"),
    [("3.0.0", "there is no version 3.0.0"), ("0.9.0", "is older than 1.0.0"),
     ("1.1.0", "was withdrawn: loses rows"), ("1.2.0", "needs thothctl 10.0.0"),
     ("2.0.0", "takes upgrades from 1.5.0 on")],
)  # fmt: skip
def test_what_cannot_be_gone_to_is_refused_with_the_reason(target: str, said: str) -> None:
    offered = offer(
        published("0.9.0"), published("1.0.0"), published("1.1.0", yanked="loses rows"),
        published("1.2.0", requires=version("10.0.0")),
        published("2.0.0", upgrade_from=version("1.5.0")),
    )  # fmt: skip

    with pytest.raises(IncompatibleError, match=said) as caught:
        way(version("1.0.0"), version(target), offered, OWN)

    assert caught.value.hint
    assert caught.value.exit_code == ExitCode.INCOMPATIBLE


def test_the_newest_version_passes_over_pre_releases_and_what_was_withdrawn() -> None:
    offered = offer(
        published("1.0.0"), published("1.1.0"), published("1.2.0", yanked="no"),
        published("1.3.0-nightly.5"),
    )  # fmt: skip

    assert [str(one) for one in offered.falling(stable=True)] == ["1.1.0", "1.0.0"]
    assert str(next(offered.falling(stable=False))) == "1.3.0-nightly.5"


def test_what_cannot_be_gone_to_does_not_hide_what_can() -> None:
    offered = offer(
        published("1.0.0"), published("1.1.0"), published("1.2.0", upgrade_from=version("1.1.0")),
        published("2.0.0", upgrade_from=version("1.9.0")),
        published("3.0.0", requires=version("10.0.0")),
    )  # fmt: skip

    found = reach(version("1.0.0"), offered.falling(stable=True), offered, OWN)

    assert [str(one) for one in found.hops] == ["1.1.0", "1.2.0"]
    assert found.blocked is not None
    assert found.blocked.message == "3.0.0 needs thothctl 10.0.0 or newer, this is 9.0.0"


def test_a_newer_version_that_is_not_for_this_machine_does_not_hide_an_older_one() -> None:
    offered = offer(published("1.0.0"), published("1.1.0"), published("1.2.0"))

    def look(wanted: Version) -> Published:
        if wanted == version("1.2.0"):
            raise IncompatibleError("1.2.0 is not offered for riscv", hint="take another")
        return offered.look(wanted)

    for_some = Offer(offered.versions, look)
    found = reach(version("1.0.0"), for_some.falling(stable=True), for_some, OWN)

    assert str(found.target) == "1.1.0"
    assert found.blocked is not None
    assert found.blocked.message == "1.2.0 is not offered for riscv"


def test_where_nothing_newer_can_be_gone_to_what_is_installed_stays() -> None:
    offered = offer(published("1.0.0"), published("3.0.0", requires=version("10.0.0")))

    found = reach(version("1.0.0"), offered.falling(stable=True), offered, OWN)

    assert (str(found.target), found.hops) == ("1.0.0", ())
    assert found.blocked is not None


def test_nobody_is_told_of_an_older_version_that_could_not_be_gone_to() -> None:
    offered = offer(published("1.0.0", requires=version("10.0.0")), published("1.1.0"))

    assert reach(version("1.1.0"), offered.falling(stable=True), offered, OWN).blocked is None
