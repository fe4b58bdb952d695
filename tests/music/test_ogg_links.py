import io

import pytest

from vibelux.music.ogg_links import MOST_LINKS, links


def page(body: bytes = b"\0" * 300, *, first: bool = False, serial: int = 1) -> bytes:
    segments = [255] * (len(body) // 255) + [len(body) % 255]
    head = b"OggS\0" + bytes([2 if first else 0]) + bytes(8) + serial.to_bytes(4, "little")
    return head + bytes(8) + bytes([len(segments), *segments]) + body


VORBIS, OPUS, VIDEO = b"\x01vorbis" + bytes(23), b"OpusHead" + bytes(11), b"\x80theora" + bytes(35)


def found(data: bytes) -> list[tuple[int, int]]:
    return [(link.start, link.end) for link in links(io.BytesIO(data))]


def test_one_stream_is_one_link() -> None:
    data = page(VORBIS, first=True) + page() * 5
    assert found(data) == [(0, len(data))]


def test_each_new_beginning_is_a_link() -> None:
    one, two = page(VORBIS, first=True) + page() * 3, page(OPUS, first=True, serial=2) + page() * 2
    assert found(one + two + one) == [
        (0, len(one)),
        (len(one), len(one + two)),
        (len(one + two), len(one + two + one)),
    ]


def test_streams_that_begin_together_are_one_link() -> None:
    group = page(VIDEO, first=True, serial=1) + page(VORBIS, first=True, serial=2) + page() * 3
    assert found(group) == [(0, len(group))]
    assert found(group * 2) == [(0, len(group)), (len(group), 2 * len(group))]


@pytest.mark.parametrize("size", [0, 300, 70_000])
def test_a_tag_before_the_first_page_belongs_to_its_link(size: int) -> None:
    synchsafe = bytes(size >> 7 * place & 0x7F for place in (3, 2, 1, 0))
    one = b"ID3\4\0\0" + synchsafe + bytes(size) + page(VORBIS, first=True) + page()
    two = page(OPUS, first=True, serial=2) + page()
    assert found(one + two) == [(0, len(one)), (len(one), len(one + two))]
    assert found(one[:-1]) == [(0, len(one) - 1)]
    assert found(one[:12]) == [(0, 12)]


def test_a_flag_alone_begins_nothing() -> None:
    data = page(VORBIS, first=True) + page() * 3 + page(first=True) + page() * 3
    assert found(data) == [(0, len(data))]


@pytest.mark.parametrize("rubbish", [b"x", b"Ogg", bytes(200_000), b"OggS", b"OggS" * 30])
def test_damage_between_pages_is_passed_over(rubbish: bytes) -> None:
    one, two = page(VORBIS, first=True) + page(), page(OPUS, first=True) + page()
    data = one + rubbish + two
    assert found(data) == [(0, len(one + rubbish)), (len(one + rubbish), len(data))]


@pytest.mark.parametrize("data", [b"", b"O", b"OggS", b"ID3" + bytes(100), b"OggS" + bytes(22)])
def test_anything_else_is_one_link(data: bytes) -> None:
    assert found(data) == [(0, len(data))]


def test_links_are_bounded() -> None:
    data = (page(VORBIS, first=True) + page(b"x")) * (MOST_LINKS + 100)
    assert len(found(data)) == MOST_LINKS
    assert found(data)[-1][1] == len(data)
