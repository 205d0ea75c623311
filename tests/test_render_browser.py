"""The page in a real browser: no violation that axe-core knows, keys, places that open, filters; skipped without one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compliance.render import render
from compliance.road import examine
from tests.browser import Page, open_page, why_not
from tests.places import FIXTURES
from tests.sample_report import sample

NO_BROWSER, NO_AXE = why_not(), why_not(axe=True)


FEW = "document.querySelectorAll('tbody > tr:nth-child(n + 4), #place-shown li').forEach(row => row.remove())"
"""Of rows that are alike three stand for all: axe-core takes half a minute for a page of twenty thousand elements."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, received = examine(
        FIXTURES / "cases" / "eleven-audit-findings", profile=str(FIXTURES / "profiles" / "cases.yaml"),
        as_of="2024-03-31", keep=True,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("page") / "real.html"
    path.write_bytes(render(made, "html", dossier=received.data))
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "odd.html"
    path.write_bytes(render(sample(), "html"))
    return path


@pytest.fixture
def page(real: Path) -> Iterator[Page]:
    with open_page(real) as shown:
        yield shown


@pytest.mark.skipif(NO_AXE is not None, reason=NO_AXE or "")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(real: Path, odd: Path, width: int, dark: bool) -> None:
    found: list[tuple[str, Any]] = []
    with open_page(odd, width, 900, dark) as shown:
        found.append(("odd", shown.axe()))
        assert shown.run("document.documentElement.scrollWidth") == width
    with open_page(real, width, 900, dark) as shown:
        assert shown.run("document.documentElement.scrollWidth") == width
        shown.run(FEW)
        found.append(("as it opens", shown.axe()))
        shown.run("document.getElementById('keys').click()")
        found.append(("keys", shown.axe()))
        shown.run("document.querySelector('dialog[open]').close(); document.querySelector('.findings .at').click()")
        found.append(("place", shown.axe()))
        shown.run("document.querySelector('dialog[open]').close(); document.querySelector('[data-set=en]').click()")
        found.append(("English", shown.axe()))
    assert [(where, each) for where, each in found if each] == []


pytestmark = pytest.mark.skipif(NO_BROWSER is not None, reason=NO_BROWSER or "")


def press(page: Page, keys: str) -> Any:
    for key in keys:
        page.key(key)
    return page.run(
        "new Promise(done => setTimeout(() => done((document.activeElement.closest('details') || {}).id), 100))"
    )


def test_nothing_is_refused_by_the_policy_and_nothing_is_loaded(page: Page) -> None:
    assert page.said == []
    assert page.run("performance.getEntriesByType('resource').length") == 0


def test_keys_walk_fold_and_filter(page: Page) -> None:
    failing = page.run("[...document.querySelectorAll('details.item.fail')].map(i => i.id)")
    assert [press(page, "f") for _ in failing] == failing
    where = press(page, "")
    assert press(page, "jk") == where
    assert page.run(f"document.getElementById('{where}').open")
    press(page, "x")
    assert not page.run(f"document.getElementById('{where}').open")
    press(page, "134")
    assert page.run("document.querySelectorAll('details.item:not([hidden])').length") == page.run(
        "document.querySelectorAll('details.item[data-has~=fail]').length"
    )
    assert not page.run("document.getElementById('filtered').hidden")
    press(page, "l")
    assert page.run("document.documentElement.lang") == "en"
    press(page, "t")
    assert page.run("document.documentElement.dataset.theme") == "light"
    press(page, "?")
    assert page.run("document.querySelector('dialog[open]').id") == "help"
    page.key("Escape")
    assert page.run("document.querySelector('dialog[open]')") is None


def test_single_keys_can_be_turned_off_and_are_not_taken_from_the_search(page: Page) -> None:
    page.run("document.getElementById('q').focus()")
    press(page, "l")
    assert page.run("[document.documentElement.lang, document.getElementById('q').value]") == ["zh", "l"]
    page.run("document.getElementById('q').blur(); document.getElementById('keys-on').checked = false")
    press(page, "l")
    assert page.run("document.documentElement.lang") == "zh"


def test_a_place_opens_in_the_dossier_with_its_field_marked(page: Page) -> None:
    marks = page.run("""[...document.querySelectorAll('.findings .at')].slice(0, 60).map(button => {
        button.click();
        const dialog = document.querySelector('dialog[open]');
        const marked = dialog.querySelector('#place-shown mark .name');
        const said = [button.dataset.at ?? button.textContent, document.getElementById('place-at').textContent,
            marked && marked.textContent, document.getElementById('place-absent').hidden];
        dialog.close();
        return said;
    })""")
    assert len(marks) > 20
    for pointer, shown, marked, _ in marks:
        assert shown == pointer
        last = pointer.rsplit("/", 1)[-1]
        if pointer.count("/") > 2:
            assert marked == (f"[{last}]" if last.isdigit() else last)
    assert sum(there for *_, there in marks) > len(marks) / 2


def test_search_leaves_what_has_the_word_and_a_link_brings_the_rest_back(page: Page) -> None:
    hidden = "document.querySelectorAll('details.item[hidden]').length"
    page.run("document.getElementById('q').value = 'B9.3'; document.querySelector('.filter').requestSubmit()")
    assert page.run(hidden) > 30
    page.run("location.hash = '#B1.1'")
    assert page.run(f"new Promise(done => setTimeout(() => done({hidden}), 100))") == 0


def test_without_its_script_all_is_there(real: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(real.read_text("utf-8").replace("sha256-", "sha256-no", 2), "utf-8")
    with open_page(bare) as shown:
        assert shown.run("document.documentElement.className") == ""
        assert shown.run("document.querySelectorAll('details.item').length") > 40
