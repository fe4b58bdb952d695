"""What a scan takes for done at a first look is what a second look takes for done."""

import os
from itertools import product

import numpy as np
import pytest
from sqlalchemy import insert, select

from vibelux.library import scan_ledger
from vibelux.library.scan_files import Found
from vibelux.library.scan_ledger import Ledger
from vibelux.library.scan_tables import pending_files
from vibelux.library.scan_verdicts import Terms
from vibelux.library.schema import songs
from vibelux.library.schema_blobs import REVISION, vector_blob

GOOD = vector_blob(np.full(7, 1 / 7, np.float32))

KINDS = {
    "mood": [GOOD, None, b"\0" * 28, vector_blob(np.full(7, np.nan, np.float32))],
    "state": ["ok", "failed", "missing"],
    "reason": [(None, None), ("damaged", "the file cannot be read: 5"), ("silence", "nothing")],
    "model": ["one", "another", None],
    "revision": [REVISION, REVISION - 1, None],
    "names": [("A", "B"), (None, "B"), (None, None)],
    "changed": [False, True],
}


@pytest.fixture
def found(catalogue):
    """Songs of all kinds, and a file that is none."""
    rows, files = [], [Found(b"/m/new.mp3", 5, 7)]
    for number, kind in enumerate(product(*KINDS.values())):
        mood, state, (code, reason), model, revision, (artist, album), changed = kind
        if (state == "failed") > (code is not None) or (state == "ok") > (mood is not None):
            continue  # the catalogue refuses it
        path = f"/m/{number}.mp3".encode()
        files.append(Found(path, 5, 8 if changed else 7))
        row = {"path": path, "size": 5, "mtime_ns": 7, "mood": mood, "state": state}
        row |= {"reason_code": code, "reason": reason, "model": model, "revision": revision}
        rows.append(row | {"artist": artist, "album": album, "title": "C"})
    with catalogue.writing() as connection:
        connection.execute(insert(songs), rows)
    return files


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("retry", [False, True])
def test_nothing_is_done_otherwise_for_being_seen_at_a_first_look(
    catalogue, found, monkeypatch, retry, again
):
    said = []
    with catalogue.session() as connection:
        for query in (scan_ledger._SETTLED, f"{scan_ledger._SETTLED} AND 1 = 0"):
            monkeypatch.setattr(scan_ledger, "_SETTLED", query)
            terms = Terms("one", retry=retry, again=again)
            ledger = Ledger(connection, terms, [], catalogue.statistics.songs)
            counts = [ledger.enter(found[n : n + 300]) for n in range(0, len(found), 300)]
            with connection.begin():
                left = connection.execute(select(pending_files)).all()
                states = connection.execute(select(songs.c.id, songs.c.state)).all()
                pending_files.drop(connection)
            everything = np.arange(1, len(states) + 1)
            said.append((np.sum(counts, axis=0).tolist(), left, states))
            assert ledger._seen.among(everything).all()
    (first, *rest), (second, *others) = said
    assert rest == others
    assert first[0] == second[0] == len(found) - len(rest[0])
    assert again or 0 < first[0] < len(found) / 4
    assert os.fsdecode(rest[0][0].path) == "/m/new.mp3"
