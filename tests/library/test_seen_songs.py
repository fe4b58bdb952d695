import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vibelux.library.seen_songs import SeenSongs

IDS = st.integers(1, 9) | st.sampled_from([65_535, 65_536, 65_537, (1 << 63) - 1])


@given(st.lists(st.tuples(st.booleans(), st.lists(IDS, max_size=5)), max_size=8))
def test_songs_are_seen_as_in_a_set(steps):
    seen, expected = SeenSongs(), set()
    asked = np.array([*range(1, 10), 65_535, 65_536, 65_537, 99_999, (1 << 63) - 1])
    for added, ids in steps:
        if added:
            seen.add(np.array(ids, np.int64))
            expected |= {*ids}
        else:
            for song_id in ids:
                seen.remove(song_id)
            expected -= {*ids}
        assert asked[seen.among(asked)].tolist() == sorted(expected)
