"""Rate limit and concurrency limit of the pages and pictures that a person loads."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from superapp.core.errors import RateLimited
from superapp.core.fair_semaphore import FairSemaphore
from superapp.realtime.rate_limits import read_throttle

GetResponse = Callable[[HttpRequest], HttpResponseBase]
READS = ("GET", "HEAD")
API, MEDIA = "/api/", "/media/"
# At most sixty pages at once, then ten a second.
PAGE_COST = 5
MEDIA_COST = 1
# Of eight threads of a process. Pictures are not counted, so that a page with twenty pictures counts once.
CONCURRENT_MAX = 4
WAITING_MAX = 2
WAIT_SECONDS_MAX = 5


class ConcurrentPageLimit:
    """A limit of each person's concurrent page requests in this process: a few run, a few wait, others are refused."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._people: dict[int, tuple[FairSemaphore, int]] = {}

    def begin(self, user_id: int) -> None:
        """
        Wait until this person may load another page.

        :raises RateLimited: if too many of their requests wait already, or the wait was too long
        """
        with self._guard:
            turns, users = self._people.get(user_id, (FairSemaphore(CONCURRENT_MAX, waiting_max=WAITING_MAX), 0))
            self._people[user_id] = (turns, users + 1)
        if not turns.acquire(WAIT_SECONDS_MAX):
            self._leave(user_id)
            raise RateLimited(retry_after=1)

    def end(self, user_id: int) -> None:
        """End a page request, so that the next one may begin."""
        self._leave(user_id).release()

    def _leave(self, user_id: int) -> FairSemaphore:
        with self._guard:
            turns, users = self._people.pop(user_id)
            if users > 1:
                self._people[user_id] = (turns, users - 1)
        return turns


concurrent_pages = ConcurrentPageLimit()


def throttle_reads(get_response: GetResponse) -> GetResponse:
    """
    Take the cost of a page or picture in a middleware before its view is called, and limit each person's threads.

    People who are not logged in are limited by the proxy, and in what they search by ``accounts.take_guest_tokens``.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if request.method not in READS or not user.is_authenticated:
            return get_response(request)
        user_id = int(user.pk)
        is_media = request.path.startswith(MEDIA)
        try:
            # Commands of the API take their own cost.
            if not request.path.startswith(API):
                read_throttle.take(user_id, MEDIA_COST if is_media else PAGE_COST)
            if not is_media:
                concurrent_pages.begin(user_id)
        except RateLimited as refusal:
            return too_many_requests(request, refusal)
        try:
            return get_response(request)
        finally:
            if not is_media:
                concurrent_pages.end(user_id)

    return answer


def too_many_requests(request: HttpRequest, refusal: RateLimited) -> HttpResponse:
    """Return the refusal in plain text, since a page with pictures would cause more load."""
    answer: HttpResponse
    if request.path.startswith(API):
        answer = JsonResponse(refusal.body(), status=int(refusal.kind))
    else:
        sentence = _("You opened very many pages in a short time. Wait a moment, then reload this one.")
        answer = HttpResponse(sentence, status=int(refusal.kind), content_type="text/plain; charset=utf-8")
        # The browser reloads tabs that it restored all at once.
        answer.headers["Refresh"] = str(refusal.retry_after)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    answer.headers["Cache-Control"] = "no-store"
    return answer
