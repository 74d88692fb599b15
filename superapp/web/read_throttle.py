"""Looking is bounded by person, too: how much in a while, and how many pages at the same moment."""

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
# Sixty pages at once, ten a second.
PAGE_COST = 5
MEDIA_COST = 1
# Of eight threads of a process. A page with its twenty pictures asks for one page: pictures are not counted here.
CONCURRENT_MAX = 4
WAITING_MAX = 2
WAIT_SECONDS_MAX = 5


class ConcurrentPageLimit:
    """The pages that each person has under way in this process: a few run, a few wait, and then no more."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._people: dict[int, tuple[FairSemaphore, int]] = {}

    def begin(self, user_id: int) -> None:
        """
        Wait for a turn of this person's.

        :raises RateLimited: if others of theirs wait already, or none came in time
        """
        with self._guard:
            turns, users = self._people.get(user_id, (FairSemaphore(CONCURRENT_MAX, waiting_max=WAITING_MAX), 0))
            self._people[user_id] = (turns, users + 1)
        if not turns.acquire(WAIT_SECONDS_MAX):
            self._leave(user_id)
            raise RateLimited(retry_after=1)

    def end(self, user_id: int) -> None:
        """Hand the turn on."""
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
    Middleware: take what a page or a picture costs from the person who looks, before its view is asked, and let no
    person have all threads. Strangers are bounded by the proxy.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if request.method not in READS or not user.is_authenticated:
            return get_response(request)
        user_id = int(user.pk)
        is_media = request.path.startswith(MEDIA)
        try:
            # Commands of the API take theirs by themselves.
            if not request.path.startswith(API):
                read_throttle.take(user_id, MEDIA_COST if is_media else PAGE_COST)
            if not is_media:
                concurrent_pages.begin(user_id)
        except RateLimited as refusal:
            return _too_many_requests(request, refusal)
        try:
            return get_response(request)
        finally:
            if not is_media:
                concurrent_pages.end(user_id)

    return answer


def _too_many_requests(request: HttpRequest, refusal: RateLimited) -> HttpResponse:
    """Say so in a sentence: a page with a picture would cost what is to be spared."""
    answer: HttpResponse
    if request.path.startswith(API):
        answer = JsonResponse(refusal.body(), status=int(refusal.kind))
    else:
        sentence = _("You opened very many pages in a short time. Wait a moment, then reload this one.")
        answer = HttpResponse(sentence, status=int(refusal.kind), content_type="text/plain; charset=utf-8")
        # Tabs that a browser opens anew all at once come again by themselves.
        answer.headers["Refresh"] = str(refusal.retry_after)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    answer.headers["Cache-Control"] = "no-store"
    return answer
