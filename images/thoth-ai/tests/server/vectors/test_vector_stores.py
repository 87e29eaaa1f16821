"""What every vector store must do, against real servers where they can be had."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connections

from tests.server.vectors.benches import (
    KIND,
    MODEL,
    Bench,
    axis,
    new_key,
    points,
    random_vectors,
)
from thoth_ai.vectorstores.types import TOLERANCE, Failure, Nearness, Point, VectorStoreError

NAMES = (
    "zoo",
    "Zoo",
    "tiere-äöü-🦒",
    "a' OR 1=1; DROP TABLE x--",
    "../../etc",
    "x" * 500,
    '%_{}"\n',
)
PATIENCE = 30.0


@pytest.mark.parametrize("dimensions", [64, 384])
def test_what_is_found_is_what_an_exact_search_finds(bench: Bench, dimensions: int) -> None:
    vectors = random_vectors(1000, dimensions)
    put = points(vectors)
    zoo = bench.workspace("zoo")
    bench.put(zoo, put)

    for query in random_vectors(20, dimensions, seed=2):
        exact = np.argsort(-(vectors @ query), kind="stable")[:20]
        hits = bench.nearest(query, 20, zoo)

        assert [hit.key for hit in hits] == [put[row].key for row in exact]
        found = np.array([hit.similarity for hit in hits])
        assert np.allclose(found, (vectors @ query)[exact], rtol=0, atol=TOLERANCE)


def test_equal_vectors_are_found_by_their_keys_and_opposite_ones_last(bench: Bench) -> None:
    zoo = bench.workspace("zoo")
    equal = points(np.stack([axis(0)] * 5))
    bench.put(zoo, [*equal, Point(new_key(), KIND, -axis(0)), Point(new_key(), KIND, axis(1))])

    hits = bench.nearest(axis(0), 10, zoo)

    assert [hit.key for hit in hits[:5]] == sorted(point.key for point in equal)
    assert [round(hit.similarity, 4) for hit in hits] == [1, 1, 1, 1, 1, 0, -1]


def test_a_text_without_words_has_nothing_in_common_with_any(bench: Bench) -> None:
    zoo = bench.workspace("zoo")
    bench.put(zoo, points(np.stack([np.zeros(64, dtype=np.float32), axis(3)])))

    assert [hit.similarity for hit in bench.nearest(np.zeros(64, dtype=np.float32), 5, zoo)] == [
        0,
        0,
    ]
    assert [round(hit.similarity, 4) for hit in bench.nearest(axis(3), 5, zoo)] == [1, 0]


def test_a_point_put_in_again_takes_its_own_place(bench: Bench) -> None:
    zoo = bench.workspace("zoo")
    (old,) = points(axis(0)[np.newaxis])
    bench.put(zoo, [old])
    bench.put(zoo, [Point(old.key, KIND, axis(1)), Point(old.key, "evidence", axis(1))])

    assert bench.store.count(MODEL) == 1
    assert bench.nearest(axis(1), 5, zoo) == []
    (hit,) = bench.nearest(axis(1), 5, zoo, "evidence")
    assert (hit.key, round(hit.similarity, 4)) == (old.key, 1)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(bench: Bench) -> None:
    zoo, farm = bench.workspace("zoo"), bench.workspace("farm")
    first, second = points(np.stack([axis(0), axis(1)]))
    bench.put(zoo, [first, second])

    bench.store.delete(MODEL, farm, [first.key])
    assert bench.store.count(MODEL) == 2, "it is another workspace's"
    for _ in range(2):
        bench.store.delete(MODEL, zoo, [first.key, new_key()])

    assert [hit.key for hit in bench.nearest(axis(0), 5, zoo)] == [second.key]
    assert list(bench.store.contents(MODEL)) == [(zoo, second.key)]


def test_an_empty_store_finds_nothing_and_minds_nothing(bench: Bench) -> None:
    zoo = bench.workspace("zoo")

    assert bench.nearest(axis(0), 5, zoo) == bench.nearest(axis(0), 5, None) == []
    assert bench.store.count(MODEL) == 0
    assert list(bench.store.contents(MODEL)) == []
    bench.store.upsert(MODEL, zoo, [])
    bench.store.delete(MODEL, zoo, [new_key()])
    bench.store.drop_workspace(zoo)
    bench.store.drop_others(MODEL)
    bench.store.tune(MODEL)
    bench.put(zoo, points(axis(0)[np.newaxis]))
    assert bench.nearest(axis(0), 0, zoo) == []


def test_vectors_of_another_length_are_refused(bench: Bench) -> None:
    zoo = bench.workspace("zoo")
    bench.put(zoo, points(axis(0)[np.newaxis]))
    short = axis(0, 32)
    refused = (
        lambda: bench.store.ensure(MODEL, 32),
        lambda: bench.put(zoo, [Point(new_key(), KIND, short)]),
        lambda: bench.put(zoo, [Point(new_key(), KIND, short), Point(new_key(), KIND, axis(0))]),
        lambda: bench.nearest(short, 5, zoo),
        lambda: bench.nearest(short, 5, None),
    )
    bench.store.ensure(MODEL, 64)

    for attempt in refused:
        with pytest.raises(VectorStoreError) as error:
            attempt()
        assert error.value.failure is Failure.WRONG_DIMENSIONS
        assert "EMBEDDING_MODEL" in error.value.hint
    assert bench.store.count(MODEL) == 1


def test_workspaces_of_any_name_are_never_mixed(bench: Bench) -> None:
    labels = {name: bench.workspace(name) for name in NAMES}
    put = {name: points(random_vectors(3, 64, seed)) for seed, name in enumerate(NAMES)}
    for name, label in labels.items():
        bench.put(label, put[name])

    for name, label in labels.items():
        found = {hit.key for hit in bench.nearest(axis(0), 100, label)}
        assert found == {point.key for point in put[name]}
    everywhere = {hit.key for hit in bench.nearest(axis(0), 100, None)}
    assert everywhere == {point.key for one in put.values() for point in one}
    assert set(bench.store.contents(MODEL)) == {
        (labels[name], point.key) for name in NAMES for point in put[name]
    }


def test_a_dropped_workspace_leaves_the_others_as_they_were(bench: Bench) -> None:
    labels = [bench.workspace(name) for name in NAMES]
    for label in labels:
        bench.put(label, points(random_vectors(3, 64)))

    bench.store.drop_workspace(labels[0])

    assert bench.nearest(axis(0), 5, labels[0]) == []
    assert {label for label, _ in bench.store.contents(MODEL)} == set(labels[1:])
    bench.put(labels[0], points(random_vectors(2, 64)))
    assert len(bench.nearest(axis(0), 5, labels[0])) == 2


def test_vectors_of_two_models_lie_apart_and_one_can_be_dropped(bench: Bench) -> None:
    zoo = bench.workspace("zoo")
    bench.put(zoo, points(random_vectors(3, 32)), "maker/model/32")
    (kept,) = points(axis(0)[np.newaxis])
    bench.put(zoo, [kept])

    assert [hit.key for hit in bench.nearest(axis(0), 5, zoo)] == [kept.key]
    assert bench.store.count("maker/model/32") == 3
    bench.store.drop_others(MODEL)

    assert bench.store.count("maker/model/32") == 0
    assert [hit.key for hit in bench.nearest(axis(0), 5, zoo)] == [kept.key]


def test_ten_thousand_points_arrive_in_batches(bench: Bench) -> None:
    zoo = bench.workspace("zoo")
    vectors = random_vectors(10_000, 64)
    put = points(vectors)
    for start in range(0, len(put), 256):
        bench.put(zoo, put[start : start + 256])

    assert bench.store.count(MODEL) == 10_000
    assert {key for _, key in bench.store.contents(MODEL)} == {point.key for point in put}
    query = random_vectors(1, 64, seed=3)[0]
    best = int(np.argmax(vectors @ query))
    assert bench.nearest(query, 5, zoo)[0].key == put[best].key


def test_threads_that_write_the_first_points_and_search_do_not_disturb_each_other(
    bench: Bench,
) -> None:
    labels = [bench.workspace(name) for name in ("zoo", "farm")]
    barrier = threading.Barrier(8)

    def work(number: int) -> int:
        barrier.wait(PATIENCE)
        label = labels[number % 2]
        try:
            bench.put(label, points(random_vectors(20, 64, number)))
            return len(bench.nearest(axis(0), 5, label))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [5] * 8
    assert bench.store.count(MODEL) == 160


def test_a_server_killed_and_started_again_has_what_it_had(bench: Bench) -> None:
    if bench.server is None:
        pytest.skip("there is no server of the tests' own to kill")
    zoo = bench.workspace("zoo")
    before = points(random_vectors(300, 64))
    bench.put(zoo, before)
    bench.server.kill()
    try:
        with pytest.raises(VectorStoreError) as error:
            bench.nearest(axis(0), 5, zoo)
        assert error.value.failure is Failure.UNREACHABLE
        assert "thothctl logs" in error.value.hint
    finally:
        bench.server.start()

    assert {key for _, key in bench.store.contents(MODEL)} == {point.key for point in before}
    bench.put(zoo, before[:10])
    assert bench.store.count(MODEL) == 300


def test_a_server_killed_in_the_middle_of_writing_takes_the_rest_when_it_is_back(
    bench: Bench,
) -> None:
    if bench.server is None:
        pytest.skip("there is no server of the tests' own to kill")
    zoo = bench.workspace("zoo")
    put = points(random_vectors(3000, 64))
    batches = [put[start : start + 100] for start in range(0, len(put), 100)]
    under_way = threading.Event()

    def write() -> int:
        for number, batch in enumerate(batches):
            try:
                bench.put(zoo, batch)
            except VectorStoreError:
                return number
            finally:
                connections.close_all()
            if number == 3:
                under_way.set()
        return len(batches)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert under_way.wait(PATIENCE)
        bench.server.kill()
        stopped = writing.result(PATIENCE)
    bench.server.start()
    for batch in batches[max(0, stopped - 1) :]:
        bench.put(zoo, batch)

    assert bench.store.count(MODEL) == len(put)


def test_health_names_what_answers(bench: Bench) -> None:
    assert bench.store.health()
    assert bench.store.address
    if bench.store.nearness is Nearness.SERVER:
        started = time.monotonic()
        bench.store.health()
        assert time.monotonic() - started < PATIENCE
