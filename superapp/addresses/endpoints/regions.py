"""The public endpoint of the regions, for whoever types where something is to be sent."""

from __future__ import annotations

from django.http import HttpRequest

from superapp.accounts import api as accounts
from superapp.addresses.contracts import RegionsResponse
from superapp.addresses.endpoints.schemas import RegionsRequest
from superapp.addresses.queries.regions import (
    fetch_dataset_version,
    list_regions_within,
    search_regions,
    serialize_region,
)
from superapp.realtime import openapi
from superapp.realtime.json_views import json_view, read_query
from superapp.realtime.rate_limits import command_throttle

COST = 2


@json_view("GET")
def regions(request: HttpRequest) -> RegionsResponse:
    """Find regions by words, else list those directly within one by its code; the provinces without either."""
    if request.user.is_authenticated:
        command_throttle.take(int(request.user.pk), COST)
    else:
        accounts.take_guest_tokens("regions", request, COST)
    asked = read_query(request, RegionsRequest)
    found = search_regions(asked.search) if asked.search else list_regions_within(asked.within)
    return {"dataset": fetch_dataset_version(), "rows": [serialize_region(one) for one in found]}


openapi.register_endpoint("GET regions", "addresses.regions", regions, query=RegionsRequest, response=RegionsResponse)
