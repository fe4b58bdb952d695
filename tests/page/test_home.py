"""`vibelux serve --home`: one browser shows the square, another one comes over TLS and is read."""

import shutil
import subprocess

import pytest

from vibelux.service.certificates import permitted
from vibelux.service.server import shown_host

from . import songs
from .axe import violations
from .sent import assert_only_moods_left
from .serving import served
from .watched import watched

ADDRESS = shown_host("0.0.0.0")

pytestmark = pytest.mark.skipif(
    ADDRESS == "127.0.0.1" or not permitted(ADDRESS),
    reason="this machine is in no private network",
)


@pytest.fixture
def home(page_folder, samples, tmp_path):
    folder = tmp_path / "home"
    songs.catalogue_samples(folder, samples)
    with served(folder, samples[0].parent, "--home") as service:
        yield service


def link(service, start):
    token = (service.home / "home-network" / "token").read_text()
    return f"{start}:{service.port}/?token={token}"


def test_the_computer_shows_a_square_and_the_phone_reads_a_face(browser, camera_browser, home):
    local = link(home, "http://localhost")
    with watched(browser, local) as computer:
        computer.page.get_by_role("link", name="Settings").click()
        square = computer.page.get_by_role("img", name="The link as a square")
        square.wait_for()
        shown = computer.page.get_by_role("link", name=f"https://{ADDRESS}")
        address = shown.get_attribute("href")
        assert address == link(home, f"https://{ADDRESS}")
        assert decoded(square.screenshot()) in (None, address)
        assert violations(computer.page) == []
        with watched(
            camera_browser, address, camera=True, phone=True, ignore_https_errors=True
        ) as phone:
            assert phone.page.evaluate("isSecureContext")
            assert "token" not in phone.page.url
            phone.page.get_by_role("button", name="Start the camera").click()
            phone.page.get_by_text("Reading your expression.").wait_for()
            phone.page.locator("main").get_by_role("listitem").first.wait_for()
            assert_only_moods_left(phone, f"https://{ADDRESS}:{home.port}/")
            assert phone.unexpected() == []
        assert computer.unexpected() == []


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_that_explains_the_certificate_can_be_used_by_everyone(browser, home, dark):
    with watched(
        browser, f"http://{ADDRESS}:{home.port}/trust", phone=True, dark=dark, camera=None
    ) as seen:
        page = seen.page
        page.get_by_role("heading", name="Let this phone trust your computer").wait_for()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the certificate").click()
        assert "BEGIN CERTIFICATE" in download.value.path().read_text()
        # Browsers ignore one of the headers where there is no TLS, and say so.
        seen.expected.append("Cross-Origin-Opener-Policy header has been ignored")
        assert seen.unexpected() == []


def test_a_service_for_this_machine_alone_says_how_a_phone_could_be_used(open_page):
    page = open_page().page
    page.get_by_role("link", name="Settings").click()
    page.get_by_text("vibelux serve --home").wait_for()


def decoded(picture):
    """Return what a program for QR codes reads in a picture; None without one."""
    if shutil.which("zbarimg") is None:
        return None
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-"], input=picture, stdout=subprocess.PIPE, check=True
    )
    return done.stdout.decode().strip()
