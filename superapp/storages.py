"""Django's settings for the storage of uploads: this machine's disk, or a store that speaks S3."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Every S3 call ends in time, so that a store which is away holds no thread for long.
CONNECT_SECONDS = 3
READ_SECONDS = 10
ATTEMPTS = 2


def describe_storage(*, bucket: str, endpoint: str, region: str, key: str, secret: str) -> dict[str, Any]:
    """
    Return Django's settings for the storage; without a bucket it is the disk.

    :raises ImproperlyConfigured: if a bucket is named without its address or its keys: the client would look for them
        at hosts that the operator has not named
    """
    if not bucket:
        return {"BACKEND": "superapp.media.adapters.storage.DiskStorage"}
    if not endpoint.startswith(("https://", "http://")) or not key or not secret:
        raise ImproperlyConfigured(
            "MEDIA_S3_BUCKET needs MEDIA_S3_ENDPOINT (https://…), MEDIA_S3_KEY and MEDIA_S3_SECRET"
        )
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint,
            "region_name": region,
            "access_key": key,
            "secret_key": secret,
            "default_acl": None,
            "querystring_auth": False,
            "file_overwrite": True,
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS},
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                # Stores other than Amazon's know no checksums in trailers.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }
