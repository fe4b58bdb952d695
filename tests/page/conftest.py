"""The built page, served by the real command, in a real browser."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

from tests.shared_samples import shared_samples  # noqa: E402

from . import camera_files, chromium, songs  # noqa: E402
from .serving import Served, served  # noqa: E402
from .watched import Watched, watched  # noqa: E402

WEB = Path(__file__).resolve().parents[2] / "web"

Open = Callable[..., Watched]


@pytest.fixture(scope="package")
def page_folder() -> Path:
    """The folder of the built page, which is that of the sources."""
    sys.path.insert(0, str(WEB))
    try:
        import built_page
    finally:
        sys.path.remove(str(WEB))
    if built_page.is_unwanted():
        pytest.skip("VIBELUX_NO_PAGE is set")
    if not built_page.is_current():
        try:
            built_page.install()
        except built_page.NotBuilt as error:
            pytest.skip(str(error))
        built_page.build()
    return built_page.PAGE


@pytest.fixture(scope="package")
def playwright() -> Iterator["sync_api.Playwright"]:
    if chromium.found() is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(playwright) -> Iterator["sync_api.Browser"]:
    """A browser without a camera."""
    browser = chromium.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def face_file(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """What the camera shows: a person of the research data, else a drawn face."""
    path = tmp_path_factory.mktemp("camera") / "face.y4m"
    try:
        media = request.getfixturevalue("shared_data") / "media"
    except pytest.skip.Exception:
        return camera_files.drawn(path)
    return camera_files.clip(path, media / "yes.mkv")


@pytest.fixture(scope="package")
def camera_browser(playwright, face_file: Path) -> Iterator["sync_api.Browser"]:
    """A browser whose camera shows a face."""
    browser = chromium.launch(playwright, camera=face_file)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Songs of every emotion, short, as files."""
    return shared_samples(tmp_path_factory, "page-samples", songs.SHORT)


@pytest.fixture(scope="package")
def sample_pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample pieces, short."""
    return shared_samples(tmp_path_factory, "page-pieces", songs.SAMPLES)[0].parent


@pytest.fixture(scope="package")
def service(
    page_folder: Path, samples: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A service with the sample catalogue; what tests change in it they change for all."""
    home = tmp_path_factory.mktemp("home")
    songs.catalogue_samples(home, samples)
    with served(home, samples[0].parent) as service:
        yield service


@pytest.fixture
def own_service(page_folder: Path, samples: list[Path], tmp_path: Path) -> Iterator[Served]:
    """A service of the test's own with the sample catalogue."""
    home = tmp_path / "home"
    songs.catalogue_samples(home, samples)
    with served(home, samples[0].parent) as service:
        yield service


@pytest.fixture
def new_service(page_folder: Path, sample_pieces: Path, tmp_path: Path) -> Iterator[Served]:
    """A service as a new person has it: nothing in the catalogue yet.

    The samples lie where it would render them, which takes a minute.
    """
    home = tmp_path / "home"
    shutil.copytree(sample_pieces, home / "samples")
    music = tmp_path / "Music"
    music.mkdir()
    with served(home, tmp_path) as service:
        yield service


@pytest.fixture
def open_page(browser, service: Served) -> Iterator[Open]:
    """Opens the page as `watched` does; the test fails when the page complained."""
    with ExitStack() as stack:
        pages: list[Watched] = []

        def open_(url: str = service.url, *, within=browser, **options: object) -> Watched:
            page = stack.enter_context(watched(within, url, **options))
            pages.append(page)
            return page

        yield open_
        assert [text for page in pages for text in page.unexpected()] == [], service.said
