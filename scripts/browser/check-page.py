#!/usr/bin/env python3
"""Looks at the status page in a headless Chromium: light, dark and narrow, and while the address changes.

usage: check-page.py URL ADDRESS_FILE OLD NEW [DIRECTORY]

The server at URL shows the IPv4 address that it finds in ADDRESS_FILE: OLD at first. This program writes NEW there, and
expects to see it arrive without a reload. Screenshots go to DIRECTORY where one is named. Says everything that is wrong,
and fails then.
"""

import base64
import pathlib
import sys

from devtools import Browser

LOOK = (pathlib.Path(__file__).parent / "look.js").read_text()
VIEWS = {
    "light": ("light", 1280, 1000, False),
    "dark": ("dark", 1280, 1000, False),
    "narrow": ("light", 360, 740, True),
    "narrow-dark": ("dark", 360, 740, True),
}


def main(url, address_file, old, new, directory=None):
    problems = []

    def expect(condition, text):
        if not condition:
            problems.append(text)

    def screenshot(browser, name):
        if directory:
            picture = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
            (pathlib.Path(directory) / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))

    def show(browser, scheme, width, height, mobile):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile
        )

    with Browser() as browser:
        browser.call("Page.navigate", url=url)
        browser.wait_for('document.readyState === "complete" && document.querySelector("[data-address]") !== null')
        # A reload would lose this.
        browser.evaluate("window.loadedOnce = true")
        backgrounds = {}
        for name, view in VIEWS.items():
            show(browser, *view)
            look = browser.evaluate(LOOK)
            backgrounds[name] = look["background"]
            expect(look["addresses"][0] == old, f"{name}: shows {look['addresses']}, not {old}")
            expect(not look["faintTexts"], f"{name}: text without contrast: {look['faintTexts']}")
            expect(not look["faintShapes"], f"{name}: shapes without contrast: {look['faintShapes']}")
            expect(look["smallTexts"] == 0, f"{name}: {look['smallTexts']} texts are smaller than 12 pixels")
            expect(look["injected"] == 0, f"{name}: markup from outside became elements")
            expect(
                look["width"] == view[1] and look["contentWidth"] <= look["width"],
                f"{name}: {look['contentWidth']} wide on a screen of {look['width']}",
            )
            screenshot(browser, name)
        expect(backgrounds["light"] != backgrounds["dark"], "light and dark are the same")
        expect(browser.evaluate("window.injected") is None, "a script from outside ran")

        # What assistive technology is told.
        nodes = [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in browser.call("Accessibility.getFullAXTree")["nodes"]
            if not node["ignored"]
        ]
        for role, least in {"heading": 4, "table": 4, "columnheader": 15, "main": 1, "status": 1}.items():
            count = sum(1 for found, _ in nodes if found == role)
            expect(count >= least, f"{count} of role {role}, not {least}")
        pictures = [text for role, text in nodes if role in ("image", "img")]
        expect(
            len(pictures) == 2 and all("the table below lists them" in text for text in pictures),
            f"pictures without words: {pictures}",
        )
        expect(all(text for role, text in nodes if role in ("table", "link", "heading")), "something has no name")

        bars = browser.evaluate(LOOK)["bars"]
        pathlib.Path(address_file).write_text(new)
        seconds = browser.wait_for(f'document.querySelector("[data-address]").textContent === "{new}"')
        print(f"the change arrived after {seconds:.1f} s")
        expect(seconds < 10, f"the change took {seconds:.1f} s")
        expect(browser.evaluate("window.loadedOnce") is True, "the page was loaded again")
        expect(browser.evaluate("document.title").startswith(new), "the title is the old one")
        expect(new in browser.evaluate('document.getElementById("news").textContent'), "the change is not announced")
        expect(browser.evaluate(LOOK)["bars"] == bars + 1, "the picture does not show the change")
        expect(
            browser.evaluate('document.querySelector("table.changes td").textContent') == new,
            "the table does not show the change",
        )
        screenshot(browser, "changed")

        foreign = [address for address in browser.requests if not address.startswith((url, "data:", "about:"))]
        expect(not foreign, f"asks for {foreign}")
        expect(not browser.complaints, f"the browser complains: {browser.complaints}")

    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
