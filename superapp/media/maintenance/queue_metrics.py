"""The queue of encodings as a metric: a person's media wait one behind another, and only the first has a job."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from superapp.core import metrics
from superapp.media.domain.enums import MediaState
from superapp.media.models import Media


@metrics.database_metric
def count_processing() -> Iterator[Metric]:
    """Count the media that were uploaded and are not ready yet."""
    yield GaugeMetricFamily(
        "nusa_media_processing",
        "Uploaded pictures that wait to be prepared, or are being prepared.",
        value=Media.objects.filter(state=MediaState.PROCESSING).count(),
    )
