"""Addresses of databases, and that nobody is shown a password."""

from pathlib import Path

import pytest

from vibelux.database_url import DatabaseUrl

SHOWN = {
    "postgresql://me:s3cret@db.example:5433/music": "postgresql://me@db.example:5433/music",
    "postgresql://me:s3%40cret@/music?host=/run/db": "postgresql://me@/music?host=/run/db",
    "postgres://db/music?user=me&password=s3cret": "postgres://db/music?user=me",
    "postgresql:///music?sslpassword=s3cret&options=-csearch_path%3Da": (
        "postgresql:///music?options=-csearch_path=a"
    ),
    "postgresql://one:5432,[::1]:5433/music": "postgresql://one:5432,[::1]:5433/music",
    "postgresql://me:@db/music": "postgresql://me@db/music",
}


@pytest.mark.parametrize("full", SHOWN)
def test_an_address_is_shown_without_its_password(full: str) -> None:
    url = DatabaseUrl.of(full)
    assert str(url) == SHOWN[full]
    assert url.full == full
    assert "cret" not in repr(url)


def test_what_others_say_is_shown_without_it_too() -> None:
    url = DatabaseUrl.of("postgresql://me:a%40b@db/music")
    assert url.without_password("no a@b, and no a%40b") == "no …, and no …"
    assert url.database == "music"


def test_files_beside_it_do_not_depend_on_the_password() -> None:
    one, other = (DatabaseUrl.of(f"postgresql://me:{word}@db/music") for word in ("a", "b"))
    assert one.beside(Path("home")) == other.beside(Path("home"))
    assert one.beside(Path("home")) != DatabaseUrl.of("postgresql:///else").beside(Path("home"))
