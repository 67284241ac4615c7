"""report.html as a person has it: light, dark, on a telephone, on paper, by mouse and by keyboard, without a network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import AXE

from graphcancel.__main__ import main
from graphcancel.anchors import case_anchor
from graphcancel.runfile import read_run

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NAMES = ("green", "replay", "faults", "merged")
LOOKS = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "color_scheme": "light"},
    "narrow and dark": {"viewport": NARROW, "color_scheme": "dark"},
}


@pytest.fixture(scope="session")
def files(reports, tmp_path_factory) -> dict[str, Path]:
    """The report of each run, and that of two merged, of which one is told to be of another target."""
    out = tmp_path_factory.mktemp("merged")
    header, *lines = (reports["replay"] / "run.jsonl").read_text("utf-8").splitlines()
    other = out / "other"
    other.mkdir()
    named = json.dumps(json.loads(header) | {"target": "fabrikam"})
    (other / "run.jsonl").write_text("\n".join([named, *lines, ""]), "utf-8")
    assert main(["merge", "--partial", str(reports["faults"]), str(other), "--out", str(out / "both")]) == 1
    return {name: folder / "report.html" for name, folder in reports.items()} | {
        "merged": next(out.rglob("both/**/report.html"))
    }


class Opened:
    """A report in a browser, with what the browser complained about and asked for."""

    def __init__(self, browser, file: Path, fragment: str = "", **options) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri() + fragment)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def axe(self) -> list[str]:
        """What axe finds wrong with what is shown, by rule."""
        # Our own policy lets no script in but one; the browser's owner may still look.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run({resultTypes: ['violations']}).then((found) => found.violations)")
        return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def until(self, expression: str) -> object:
        """The value of *expression* once it is neither 0 nor false, or what it is after ten seconds."""
        # Playwright's own waiting evaluates text in the page, which the page's policy forbids.
        for _ in range(40):
            if value := self.page.evaluate(expression):
                break
            self.page.wait_for_timeout(250)
        return value

    def unfolded(self, fragment: str) -> bool:
        """Whether the case at *fragment* is opened, at once or soon."""
        return bool(self.until(f"document.getElementById({json.dumps(fragment)}).closest('details').open"))

    def open(self, fragment: str) -> bool:
        """Whether the case at *fragment* is open and can be seen."""
        return self.page.locator(f"[id='{fragment}']").is_visible()


@pytest.fixture
def show(browser, files):
    """Open a report by name."""
    opened: list[Opened] = []

    def shown(name: str, fragment: str = "", **options) -> Opened:
        opened.append(Opened(browser, files[name], fragment, **options))
        return opened[-1]

    yield shown
    for one in opened:
        one.context.close()


def a_failed_case(files, name: str = "faults") -> str:
    run = read_run(files[name].with_name("run.jsonl"))
    return next(line["id"] for line in run.parts[0].cases if line["verdict"] == "fail")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_for_nothing_complains_and_axe_finds_nothing(name, look, show):
    told = show(name, **LOOKS[look])
    # A case of each verdict is looked at open as well.
    told.page.evaluate(
        "new Map([...document.querySelectorAll('details')].map((one) => [one.className, one]))"
        ".forEach((one) => { one.open = true })"
    )

    assert told.axe() == []
    assert [url for url in told.asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in told.asked if url.startswith("file:")]) == 1
    assert told.complaints == []


@pytest.mark.parametrize("name", NAMES)
def test_a_telephone_need_not_scroll_sideways(name, show):
    page = show(name, viewport=NARROW).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_no_word_of_a_table_s_head_is_broken(show):
    """A cell whose words are all whole is no higher than its words, one below the other, make it."""
    page = show("faults", viewport=WIDE).page
    broken = page.evaluate(
        """() => [...document.querySelectorAll('thead th')].filter((cell) => {
            const words = cell.textContent.trim().split(/\\s+/).length;
            const range = document.createRange();
            range.selectNodeContents(cell);
            return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > words;
        }).map((cell) => cell.textContent)"""
    )

    assert broken == []


def test_a_click_leads_from_the_matrix_to_the_evidence(files, show):
    told = show("faults", viewport=WIDE)
    cell = told.page.locator(".grid td.failed a").first
    fragment = cell.get_attribute("href").removeprefix("#")
    assert not told.open(fragment)

    cell.click()

    assert told.unfolded(fragment)
    assert told.open(fragment)
    evidence = told.page.locator(f"[id='{fragment}']")
    assert "failed" in evidence.inner_text()
    assert "POST /v1.0" in evidence.inner_text()
    assert "curl -i" in evidence.inner_text()
    assert told.complaints == []


def test_the_keyboard_alone_leads_there_too(show):
    told = show("faults", viewport=WIDE)
    page = told.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    for _ in range(600):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.grid td.failed a')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    fragment = page.evaluate("document.activeElement.hash.slice(1)")
    page.keyboard.press("Enter")

    assert told.unfolded(fragment)
    # What is read next is the case itself.
    assert page.evaluate("document.activeElement.closest('details')?.querySelector('[id]').id") == fragment


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_a_link_from_elsewhere_opens_its_case(javascript, files, show):
    fragment = case_anchor(a_failed_case(files))
    told = show("faults", f"#{fragment}", java_script_enabled=javascript)

    assert told.open(fragment)


def test_without_scripts_everything_is_there(files, show):
    page = show("faults", java_script_enabled=False).page
    case = a_failed_case(files)
    page.locator(f"summary:has-text('{case}')").first.click()

    assert page.locator(f"[id='{case_anchor(case)}']").is_visible()
    assert page.locator(".tools").first.is_hidden()


def test_cases_are_found_by_word_and_by_verdict(show):
    page = show("faults").page
    every = page.locator("details").count()
    page.get_by_label(re.compile("contain")).fill("groups")
    shown = page.locator("details:visible").count()
    assert 0 < shown < every
    assert f"{shown} of {every} cases shown" in page.locator(".tools output").inner_text()
    page.get_by_label(re.compile("contain")).fill("")
    page.get_by_label("✓ pass", exact=True).uncheck()
    assert page.locator("details.held:visible").count() == 0


def test_on_paper_what_did_not_pass_is_open(files, show):
    told = show("faults", viewport=WIDE)
    told.page.emulate_media(media="print")
    # It takes a frame or two until the style for paper holds for all of them.
    assert told.until(
        "[...document.querySelectorAll('details:not(.held) pre')].every((one) => "
        "one.checkVisibility({contentVisibilityAuto: true}) && one.getBoundingClientRect().height > 0)"
    )
    assert told.page.locator("details:not(.held) pre").count() > 0
    assert told.page.locator(".paper").first.is_visible()
    assert told.page.pdf().startswith(b"%PDF")


def test_a_whole_run_with_faults_is_small_enough_and_without_a_complaint(files, show):
    told = show("whole", viewport=WIDE)

    assert files["whole"].stat().st_size <= 2_000_000
    assert told.page.locator("details").count() == 613
    assert told.axe() == []
    assert told.complaints == []


def test_where_it_was_answered_is_read_at_once(show):
    for name, word in (("green", "mock"), ("replay", "recording")):
        page = show(name, viewport=NARROW).page
        box = page.locator(".origin").first
        assert word in box.inner_text().lower()
        assert box.bounding_box()["y"] < 2 * NARROW["height"]


def test_what_moved_stands_before_what_does_not_hold(files, show):
    page = show("faults").page
    run = json.loads(files["faults"].with_name("run.jsonl").read_text("utf-8").splitlines()[-1])
    assert run["compared"]["moved"]
    changed, broken = (page.locator(f"#{name}").bounding_box()["y"] for name in ("changed", "findings"))

    assert changed < broken
    assert "Moved off pass" in page.inner_text("main")
