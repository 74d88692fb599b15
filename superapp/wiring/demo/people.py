"""The people of the demo world, all invented."""

from __future__ import annotations

from superapp.wiring.demo.script_files import Written, read_list


class DemoPerson(Written, frozen=True, kw_only=True):
    """A person of the demo world; scripts name them by ``key``."""

    key: str
    number: str
    name: str
    handle: str
    time_zone: str = "Asia/Jakarta"
    language: str = "id"


DEMO_PEOPLE = read_list("people", DemoPerson)
PERSON_BY_KEY = {person.key: person for person in DEMO_PEOPLE}
# The person to log in as, and others that the world or its tests name.
SEKAR, DAUD, JOKO, DIMAS = (PERSON_BY_KEY[key] for key in ("sekar", "daud", "joko", "dimas"))
