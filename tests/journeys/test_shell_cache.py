"""The shell that a browser keeps: no style sheet twice, and said to be there only when it is."""

from __future__ import annotations

import pytest

from superapp.web import assets
from tests.harness.servers import wait_until

# The shell means the same on both databases, and says nothing of a person.
pytestmark = pytest.mark.embedded_only

PAGES_KEPT = """async () => {
  const kept = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const answer = await cache.match(request, { ignoreVary: true })
      if (answer.headers.get("Content-Type")?.startsWith("text/html")) kept.push(await answer.text())
    }
  }
  return kept
}"""
# What the device says to the server, and the version of the worker that answers its pages.
SAID_AND_ACTIVE = """async () => {
  const { active } = await navigator.serviceWorker.ready
  const said = document.cookie.match(/shell=(\\w+)/)?.[1] ?? ""
  return [said, new URL(active.scriptURL).searchParams.get("v")]
}"""
GO_BACK = """async () => {
  const { serviceWorker } = navigator
  const taken = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }))
  await serviceWorker.register("/sw.js?v=before&l=id", { scope: "/" })
  await taken
  document.cookie = "shell=before; path=/"
}"""


def test_cached_pages_have_no_inline_styles_once_the_new_worker_is_active(make_site, browser):
    page = browser.person("ana", make_site().url)
    now = [assets.version()] * 2
    page.goto("/masuk/")
    wait_until(lambda: page.evaluate(SAID_AND_ACTIVE) == now, "the shell to be kept")
    kept = page.evaluate(PAGES_KEPT)
    page.evaluate(GO_BACK)
    before = page.evaluate(SAID_AND_ACTIVE)

    page.goto("/masuk/")

    assert len(kept) > 3
    assert not [text for text in kept if "<style" in text]
    assert all('rel="stylesheet"' in text for text in kept)
    assert before == ["before", "before"]
    wait_until(lambda: page.evaluate(SAID_AND_ACTIVE) == now, "the new shell to be kept")
