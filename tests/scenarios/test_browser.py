"""The page of phones in a real browser, with the real program behind it."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.sandbox.demo import people
from bot.sandbox.harness import Sandbox

CHROMIUM = next(
    filter(None, (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: sudo apt-get install chromium fonts-noto-core"
)
OUTPUT = Path(__file__).parents[1] / "output"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, HAND, SMALL, NARROW = (1400, 900), (390, 844), (360, 740), (320, 600)
PATIENCE_MS = 15_000


class PhoneOnPage:
    """One phone of the page, in somebody's hands."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    async def says(self, text: str) -> None:
        """Type and press Enter."""
        await self.root.locator("textarea").fill(text)
        await self.root.locator("textarea").press("Enter")

    async def taps(self, label: str) -> None:
        """Press the newest button with this label, or choose it from the newest list; wait for the answer."""
        answers = self.root.locator(".row.theirs")
        button = self.root.locator(".key, .tap").filter(has_text=re.compile(f"^{re.escape(label)}$")).last
        await button.or_(self.opener).last.wait_for()
        before = await answers.count()
        if await button.count():
            await button.click()
        else:
            await self.opener.click()
            await self.picks(label)
        await expect(answers).not_to_have_count(before)

    @property
    def opener(self) -> Locator:
        """What opens the newest list."""
        return self.root.locator(".tap:has(.icon-list)").last

    async def picks(self, label: str) -> None:
        """Choose a row of the open list, and send it."""
        await self.root.locator(".sheet-row").filter(has_text=label).first.click()
        await self.root.locator(".sheet-send").click()

    async def sees(self, part: str) -> None:
        """Wait until a message of the bot holds this."""
        await expect(self.root.locator(".row.theirs .text").filter(has_text=part).last).to_be_visible()


class PageOfPhones:
    """The page, its tools and its phones."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.errors.append(request.url) if "127.0.0.1" not in request.url else None)

    def phone(self, name: str) -> PhoneOnPage:
        """Return the phone of a person."""
        return PhoneOnPage(self.page.locator(".person", has=self.page.locator(".who", has_text=name)))

    async def adds(self, *, app: str, country: str, language: str, name: str) -> PhoneOnPage:
        """Fill in the dialog that adds a phone."""
        await self.page.locator("#add").click()
        dialog = self.page.locator("#add-dialog")
        await dialog.locator(f".app-card.{app}").click()
        await dialog.locator("[name=country]").select_option(country)
        await dialog.locator("[name=language]").select_option(language)
        await dialog.locator("[name=name]").fill(name)
        await dialog.locator("[value=ok]").click()
        phone = self.phone(name)
        await phone.root.wait_for()
        return phone

    async def picture(self, name: str) -> None:
        """Keep a picture in tests/output."""
        OUTPUT.mkdir(exist_ok=True)
        await self.page.wait_for_timeout(400)  # the movements of the page end
        await self.page.screenshot(path=OUTPUT / f"{name}.png")


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The demo, with its three people."""
    async with Sandbox(tmp_path, page=True, thinking=0) as sandbox:
        await people(sandbox)
        yield sandbox


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def opened(browser: Browser, sandbox: Sandbox, *, language: str, size: tuple[int, int] = DESKTOP) -> PageOfPhones:
    """Return the page, opened in a window of this size by somebody with this language."""
    context = await browser.new_context(locale=language, viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(PATIENCE_MS)
    page = PageOfPhones(await context.new_page())
    await page.page.goto(sandbox.url)
    await page.page.locator("body[data-ready]").wait_for()
    return page


async def test_main_job_by_hand(sandbox: Sandbox, browser: Browser):
    """On the page alone: a newcomer joins by asking, is let in, shares; both apps and both sides take part."""
    page = await opened(browser, sandbox, language="fr")
    await expect(page.page.locator(".person")).to_have_count(3)
    issa, amel, fatou = (page.phone(name) for name in ("Issa Moussa", "أمل بن صالح", "Fatou Diop"))
    await issa.sees("Que souhaitez-vous faire")
    await fatou.sees("Que souhaitez-vous faire")
    await amel.sees("ماذا تودون أن تفعلوا")
    await page.picture("phones-fr")

    awa = await page.adds(app="telegram", country="ML", language="fr", name="Awa")
    await awa.root.locator(".wide").click()
    for label in ("Français", "Suite", "Suite", "J’accepte", "Mali", "Société civile", "Association"):
        await awa.taps(label)
    await awa.sees("Quel nom")
    await awa.says("Awa")
    await awa.sees("La coordination a reçu votre demande")

    await issa.sees("Awa demande à rejoindre")
    await fatou.taps("Décider")
    await fatou.taps("J’accepte")
    await awa.sees("Bonne nouvelle")

    await awa.says("partager")
    await awa.sees("souhaitez-vous partager")
    await awa.says("1")
    await awa.sees("titre court")
    await awa.says("La patrouille à pied écoute le marché")
    await awa.sees("Quel était le problème")
    await awa.says("Les commerçantes n’osaient pas parler aux agents.")
    await awa.sees("Qu’est-ce qui a été fait")
    await awa.says("Deux agents à pied, chaque jour, aux mêmes heures.")
    for label in ("Confiance & dialogue", "Confiance & dialogue", "Non, c’est tout", "Mali"):
        await awa.taps(label)
    await awa.sees("Voici ce que les autres verront")
    await page.picture("share-fr")
    await awa.taps("Oui, la transmettre")
    await issa.sees("Une pratique attend votre décision")

    assert page.errors == []
    assert sandbox.refused() == []


async def test_list_sheet(sandbox: Sandbox, browser: Browser):
    """WhatsApp's list opens as a sheet, sends nothing before a row is chosen, and closes by Escape."""
    page = await opened(browser, sandbox, language="en", size=HAND)
    issa = page.phone("Issa Moussa")
    await issa.opener.click()
    sheet = issa.root.locator(".sheet")
    await expect(sheet.locator(".sheet-send")).to_be_disabled()
    await page.picture("list-fr-phone")
    await sheet.press("Escape")
    await expect(sheet).to_have_count(0)
    await issa.opener.click()
    await issa.picks("Chercher des pratiques")
    await expect(issa.root.locator(".row.mine .text").last).to_have_text("Chercher des pratiques")
    await expect(issa.root.locator(".row.theirs")).to_have_count(2)
    assert page.errors == []


async def test_right_to_left(sandbox: Sandbox, browser: Browser):
    """Arabic stands at the right in its bubble, also on a page in French; hostile text shows as typed."""
    page = await opened(browser, sandbox, language="fr")
    amel = page.phone("أمل بن صالح")
    text = amel.root.locator(".row.theirs .text").last
    await expect(text).to_have_js_property("dir", "auto")
    assert await text.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert await text.evaluate(LAST_LINE_AT_RIGHT)
    await amel.says("<b onclick=alert(1)>مرحبا</b> Jisr")
    await expect(amel.root.locator(".row.mine .text").last).to_have_text("<b onclick=alert(1)>مرحبا</b> Jisr")
    await page.page.locator("[data-language=ar]").click()
    await expect(page.page.locator("html")).to_have_attribute("dir", "rtl")
    await page.picture("phones-ar")
    assert page.errors == []


LAST_LINE_AT_RIGHT = """node => {
  const range = document.createRange();
  range.selectNodeContents(node);
  const pieces = [...range.getClientRects()].filter((piece) => piece.width > 0);
  const last = pieces.filter((piece) => piece.bottom > Math.max(...pieces.map((each) => each.bottom)) - 2);
  const box = node.getBoundingClientRect();
  return box.right - Math.max(...last.map((piece) => piece.right)) < 4 && last[0].left - box.left > 40;
}"""


async def test_a_narrow_screen_shows_all_of_it(sandbox: Sandbox, browser: Browser):
    """On the narrowest phones nothing is cut off: the page fits its window, the tabs their words."""
    for language, size in (("ar", NARROW), ("fr", NARROW), ("ar", SMALL), ("fr", SMALL)):
        page = await opened(browser, sandbox, language=language, size=size)
        assert await page.page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert (
            await page.page.evaluate("(tabs => tabs.scrollHeight - tabs.clientHeight)(document.querySelector('.tabs'))")
            <= 0
        )
        assert page.errors == []


async def test_tools(sandbox: Sandbox, browser: Browser):
    """The clock moves for everyone, a fault strikes until it is switched off, a phone changes its language."""
    page = await opened(browser, sandbox, language="ar", size=HAND)
    before = sandbox.clock.now()
    shown = await page.page.locator("#clock").text_content()
    await page.page.locator("[data-ahead='86400']").click()
    await expect(page.page.locator("#clock")).not_to_have_text(shown or "")
    assert (sandbox.clock.now() - before).days == 1
    await page.page.locator("#faults").click()
    switch = page.page.locator(".fault").first
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    assert [fault.kind for fault in sandbox.faults.laid] == ["rate"]
    await page.picture("tools-ar-phone")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    fatou = page.phone("Fatou Diop")
    await fatou.root.locator(".pick select").last.select_option("ar")
    await expect(fatou.root.locator(".screen")).to_have_attribute("dir", "rtl")
    assert page.errors == []
