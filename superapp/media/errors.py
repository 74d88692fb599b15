"""Errors of media, each with its code on the wire."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind, Unavailable


class MediaNotFound(DomainError):
    """No such medium exists, or it is another person's; the error does not tell which."""

    code = "media.not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This photo is no longer here.")


class MediaKindUnknown(DomainError):
    """``Upload-Metadata`` has no ``kind``, or one that cannot be uploaded."""

    code = "media.kind_unknown"
    kind = ErrorKind.INVALID
    message = _("This kind of file cannot be sent.")


class MetadataInvalid(DomainError):
    """``Upload-Metadata`` is too long, or malformed."""

    code = "media.metadata_invalid"
    kind = ErrorKind.INVALID
    message = _("The description of this file cannot be read.")


class UploadLengthInvalid(DomainError):
    """``Upload-Length`` is missing, no number, or 0."""

    code = "media.length_invalid"
    kind = ErrorKind.INVALID
    message = _("This file is empty.")


class MediaTooLarge(DomainError):
    """The file has more bytes than one of its kind may have."""

    code = "media.too_large"
    kind = ErrorKind.TOO_LARGE
    message = _("This photo is too large: it can have up to {megabytes_max} MB.")


class QuotaExceeded(DomainError):
    """The person's files would take more room than each person has."""

    code = "media.quota_exceeded"
    kind = ErrorKind.TOO_LARGE
    message = _("Your photos have used up their {megabytes_max} MB. Delete some to send new ones.")


class TooManyUploads(DomainError):
    """The person has too many files that no message shows yet."""

    code = "media.too_many_uploads"
    kind = ErrorKind.LIMITED
    message = _("Too many photos are waiting to be sent. Send or cancel some first.")


class TusVersionUnsupported(DomainError):
    """``Tus-Resumable`` is missing, or names a version other than 1.0.0."""

    code = "media.tus_version"
    kind = ErrorKind.INVALID
    message = _("This app is out of date. Please reload it.")


class ChunkTypeInvalid(DomainError):
    """The chunk's ``Content-Type`` is not ``application/offset+octet-stream``."""

    code = "media.chunk_type"
    kind = ErrorKind.INVALID
    message = _("This upload cannot be read.")


class ChunkLengthMissing(DomainError):
    """The chunk has no ``Content-Length``, or ended before it."""

    code = "media.chunk_length"
    kind = ErrorKind.INVALID
    message = _("The upload broke off. Please try again.")


class ChunkTooLarge(DomainError):
    """The chunk has more bytes than one request may carry."""

    code = "media.chunk_too_large"
    kind = ErrorKind.TOO_LARGE
    message = _("One part of an upload can have up to {bytes_max} bytes.")


class OffsetInvalid(DomainError):
    """``Upload-Offset`` is missing or no number."""

    code = "media.offset_invalid"
    kind = ErrorKind.INVALID
    message = _("This upload cannot be continued here.")


class OffsetConflict(DomainError):
    """The chunk does not begin where the stored part ends, at ``offset``."""

    code = "media.offset_conflict"
    kind = ErrorKind.CONFLICT
    message = _("This upload has already got further.")


class TooManyChunks(DomainError):
    """The upload has as many chunks as one may have; larger chunks are needed."""

    code = "media.too_many_chunks"
    kind = ErrorKind.TOO_LARGE
    message = _("This photo came in too many small pieces. Send it again.")


class UploadOverrun(DomainError):
    """The chunk ends beyond the length that was declared."""

    code = "media.upload_overrun"
    kind = ErrorKind.INVALID
    message = _("This file is longer than announced.")


class UploadExpired(DomainError):
    """The upload was not finished in time."""

    code = "media.upload_expired"
    kind = ErrorKind.NOT_FOUND
    message = _("This upload took too long. Please start again.")


class ChecksumUnsupported(DomainError):
    """``Upload-Checksum`` is malformed, or its algorithm is not offered."""

    code = "media.checksum_unsupported"
    kind = ErrorKind.INVALID
    message = _("This upload cannot be checked.")


class ChecksumMismatch(DomainError):
    """The chunk was damaged on its way; nothing of it was stored."""

    code = "media.checksum_mismatch"
    kind = ErrorKind.INVALID
    message = _("A part of the upload arrived damaged. Please try again.")


class StorageFull(Unavailable):
    """The storage of media is full; nothing was stored."""

    code = "media.storage_full"
    message = _("There is no room for photos right now. Please try again later.")


class StorageUnavailable(Unavailable):
    """The storage of media cannot be reached; the same request may be sent again."""

    code = "media.storage_unavailable"
    message = _("Photo storage has a problem right now. Please try again in a moment.")


class UploadUnavailable(StorageUnavailable):
    """The storage of media cannot take the chunk now; the same chunk may be sent again."""

    code = "media.upload_unavailable"
    message = _("This photo could not be sent yet. It will be tried again.")


class MediaUnreadable(DomainError):
    """The file is no JPEG, PNG, WebP or GIF by its content, or it is damaged."""

    code = "media.unreadable"
    kind = ErrorKind.INVALID
    message = _("This file is not a photo we can read. Use JPEG, PNG, WebP or GIF.")


class TooManyPixels(DomainError):
    """The photo has more pixels than one may have."""

    code = "media.too_many_pixels"
    kind = ErrorKind.INVALID
    message = _("This photo has too many pixels: up to {megapixels_max} megapixels are possible.")


class EncodingFailed(DomainError):
    """The photo could not be prepared, several times in a row."""

    code = "media.encoding_failed"
    kind = ErrorKind.INVALID
    message = _("This photo could not be prepared. Please send it again.")


class MediaNotReady(DomainError):
    """The medium is still being uploaded or prepared, or was refused; ``GET media/<id>`` says which."""

    code = "media.not_ready"
    kind = ErrorKind.CONFLICT
    message = _("This photo is not ready yet.")


class MediaInUse(DomainError):
    """The medium is shown by another message already."""

    code = "media.in_use"
    kind = ErrorKind.CONFLICT
    message = _("This photo has already been sent.")
