"""What tests do and see where one listens."""

from playwright.sync_api import Page


def mix(page: Page, **shares: int) -> None:
    """Set sliders of the mood."""
    unfold(page, "Fine-tune")
    for emotion, share in shares.items():
        slider = page.get_by_role("slider", name=emotion)
        slider.fill(str(share))


def unfold(page: Page, name: str) -> None:
    """Show what lies folded behind a button."""
    button = page.get_by_role("button", name=name)
    if button.get_attribute("aria-expanded") == "false":
        button.click()


def titles(page: Page) -> list[str]:
    """Return what the queue shows, the next song first."""
    return page.locator(".queue .queue-title").all_text_contents()
