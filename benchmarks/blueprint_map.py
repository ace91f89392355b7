"""How fast the map of a blueprint of 300 components is laid out, and how smoothly it is dragged, in headless Chromium.

The reference of the dragging is the same page with the same drawing moved by the browser's own scrolling.
"""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, WorkNotDone, figure

ROOT = Path(__file__).parent.parent
COMPONENTS, LINKS = 300, 500
LAYERS = ("channels", "engagement", "profile", "connectors", "back_office")
SECONDS = 3
LAYOUT_SECONDS = 3.0  # until the map is there, at most
LEAST_FRAMES = 30  # a second, which the map must keep
_PAGE = """<!doctype html><html><head><meta charset="utf-8">
<link rel="stylesheet" href="/static/css/tokens.css"><link rel="stylesheet" href="/static/css/components.css">
<script type="importmap">{"imports": {"dagre": "/node_modules/@dagrejs/dagre/dist/dagre.esm.js"}}</script></head><body>
<script id="blueprint-drawing" type="application/json">DRAWING</script>
<blueprint-map id="map" style="display: block; inline-size: 1200px"></blueprint-map>
<script type="module">
const began = performance.now();
await import("/static/js/blueprint-map.js");
await new Promise(requestAnimationFrame);
window.laidOut = performance.now() - began;
</script></body></html>"""
_COUNT = """(move) => new Promise((resolve) => {
  const began = performance.now();
  let frames = 0;
  const step = (now) => {
    frames += 1;
    if (move === "scroll") scrollTo(0, (frames * 7) % 600);
    if (now - began < SECONDS * 1000) requestAnimationFrame(step);
    else resolve(frames / ((now - began) / 1000));
  };
  requestAnimationFrame(step);
})""".replace("SECONDS", str(SECONDS))


def drawing() -> dict[str, Any]:
    """A blueprint whose links go from each component to a few others, always the same."""
    nodes = [
        {
            "id": f"n{number}",
            "name": f"System {number}",
            "detail": "SaaS tool",
            "layer": LAYERS[number % len(LAYERS)],
            "department": f"Department {number % 11}",
            "state": ("healthy", "planned", "failing", "unmonitored")[number % 4],
            "stateLabel": "Healthy",
            "problem": "",
            "url": "#",
        }
        for number in range(COMPONENTS)
    ]
    edges = [
        {
            "id": f"e{number}",
            "origin": f"n{number % COMPONENTS}",
            "target": f"n{(number * 7 + 1) % COMPONENTS}",
            "flow": "messages",
            "bothWays": number % 9 == 0,
            "state": ("healthy", "planned", "failing")[number % 3],
            "stateLabel": "Healthy",
            "problem": "",
        }
        for number in range(LINKS)
    ]
    return {"layers": [{"id": layer, "label": layer} for layer in LAYERS], "nodes": nodes, "edges": edges}


def run() -> Iterator[Figure]:
    """Lay out, then drag for some seconds; afterwards scroll the same page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise WorkNotDone("Chromium is not installed.")
    if not (ROOT / "node_modules" / "@dagrejs").is_dir():
        raise WorkNotDone("The browser packages are not installed. Run npm ci.")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        for name in ("static", "node_modules"):
            (place / name).symlink_to(ROOT / name)
        (place / "index.html").write_text(_PAGE.replace("DRAWING", json.dumps(drawing())), encoding="utf-8")
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        page.wait_for_function("window.laidOut !== undefined", timeout=60_000)
        nodes, edges = page.locator("a.node").count(), page.locator(".edge").count()
        if (nodes, edges) != (COMPONENTS, LINKS):
            raise WorkNotDone(f"{nodes} components and {edges} links were drawn instead of {COMPONENTS} and {LINKS}.")
        laid_out = page.evaluate("window.laidOut") / 1000
        yield figure(
            "laid out and drawn", laid_out, "s", reference=LAYOUT_SECONDS, work=f"{nodes} components, {edges} links"
        )
        page.mouse.move(600, 400)
        page.mouse.down()
        counting = page.evaluate_handle("({ done: (" + _COUNT + ")('drag') })")
        for step in range(200):
            page.mouse.move(600 + (step * 3) % 300, 400 + (step * 2) % 200)
        dragged = page.evaluate("async (held) => await held.done", counting)
        page.mouse.up()
        scrolled = page.evaluate("(" + _COUNT + ")('scroll')")
        yield figure("dragged", dragged, "frames/s", reference=LEAST_FRAMES, work=f"{SECONDS} s of dragging")
        yield figure("dragged beside scrolled", dragged, "frames/s", reference=scrolled, work="the same page")
        browser.close()
        server.shutdown()
