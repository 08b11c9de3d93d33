"""What is measured on a page: accessibility by axe, sizes to press, and whether it fits."""

from typing import Any

from playwright.async_api import Page

from tests.databases import ROOT

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

# Of axe's rules those that ask where and in what colours something is drawn. All others read the
# document, in which another width may only hide something.
DRAWN = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]

# What of a page any measure can tell apart: the document with what of it is to be seen, where
# everything is, and in what colours.
STATE = """() => {
    const all = [...document.querySelectorAll('*')]
    const colours = ['color', 'backgroundColor', 'backgroundImage', 'opacity', 'textShadow',
        'fontSize', 'fontWeight', 'textDecorationLine', 'borderBottomColor', 'outlineColor']
    const style = new Map(all.map(e => [e, getComputedStyle(e)]))
    return [
        [document.documentElement.outerHTML, ...all.map(e => [
            style.get(e).display, style.get(e).visibility, e.getClientRects().length > 0].join())],
        all.map(e => {
            const {x, y, width, height} = e.getBoundingClientRect()
            return [x, y, width, height, e.scrollWidth, e.clientWidth, e.scrollHeight].join()
        }),
        all.map(e => colours.map(name => style.get(e)[name]).join()),
    ].map(each => each.join(' '))
}"""

RUN = """async ([type, values]) => (await axe.run(document, {
    runOnly: {type, values}, resultTypes: ['violations'], preload: false,
})).violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) =>
    `${id}: ${html.slice(0, 160)} ${failureSummary.split('\\n').slice(1).join(' ')}`))"""

# A link inside a sentence has the height of its line. What is not drawn is not pressed: a radio
# button inside a label is pressed by its label.
SMALL = """least => [...document.querySelectorAll(
    'a, button, input, select, textarea, summary, [role=button], label.choice, label.day')]
    .map(element => element.matches('label *') ? element.closest('label') : element)
    .filter((element, index, all) => all.indexOf(element) === index && element.checkVisibility())
    .filter(element => !(element.localName === 'a' && getComputedStyle(element).display === 'inline'
        && element.parentElement.textContent.trim() !== element.textContent.trim()))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, {width, height}]) => width > 0 && (width < least || height < least))
    .map(([element, {width, height}]) =>
        `${width.toFixed(1)}x${height.toFixed(1)} ${element.outerHTML.slice(0, 120)}`)"""

# The page itself must not scroll sideways, nor anything in it, nor may anything be cut off.
WIDE = """() => {
    const wide = []
    if (document.scrollingElement.scrollWidth > innerWidth) wide.push('the page itself')
    for (const element of document.querySelectorAll('body *')) {
        if (!element.checkVisibility() || element.closest('svg')) continue
        const {left, right, width} = element.getBoundingClientRect()
        if (width > 1 && (right > innerWidth + 1 || left < -1))
            wide.push(`${left.toFixed(0)}…${right.toFixed(0)} ${element.outerHTML.slice(0, 120)}`)
        const inner = element.scrollWidth > element.clientWidth + 1
        if (inner && width > 1 && element.clientWidth > 1
                && ['DIV', 'MAIN', 'SECTION', 'NAV', 'ARTICLE', 'FIELDSET', 'BUTTON', 'A', 'LABEL',
                    'P', 'H1', 'H2', 'LI'].includes(element.tagName)
                && getComputedStyle(element).display !== 'inline')
            wide.push(`${element.scrollWidth} in ${element.clientWidth} `
                + element.outerHTML.slice(0, 120))
    }
    return wide
}"""


async def violations(page: Page, *, only_drawn: bool = False) -> list[str]:
    """What axe finds wrong. It is evaluated, not added as a script, so that the CSP may stay."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(AXE.read_text())
    found: list[str] = await page.evaluate(RUN, ["rule", DRAWN] if only_drawn else ["tag", TAGS])
    return found


async def state(page: Page) -> tuple[str, str, str]:
    """The document, where everything is, and its colours, to be compared in another way of seeing
    it: what is measured depends on nothing else."""
    document, places, colours = await page.evaluate(STATE)
    return document, places, colours


async def too_small(page: Page, least: int = 44) -> list[str]:
    """Everything to press that is smaller than a thumb, in CSS pixels."""
    found: list[str] = await page.evaluate(SMALL, least)
    return found


async def too_wide(page: Page) -> list[str]:
    """Everything that does not fit into the width of the screen."""
    found: list[str] = await page.evaluate(WIDE)
    return found


async def text_size(page: Page, percent: int) -> None:
    """Set the size of text as somebody with weak eyes does in their browser."""
    await page.evaluate(f"void (document.documentElement.style.fontSize = '{percent}%')")


def complaints(**found: Any) -> str:
    """What was found, by where it was found; empty when nothing was."""
    return "\n".join(f"{where}:\n  " + "\n  ".join(what) for where, what in found.items() if what)
