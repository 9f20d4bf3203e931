"""The archive's own seal under data that it gives out: a detached CMS signature (CAdES, ETSI EN 319 122-1)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from asn1crypto import cms, core
from django.conf import settings
from pyhanko.sign.attributes import CMSAttributeProvider
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_cms import CAdESSignedAttributeProviderSpec, PdfCMSSignedAttributes

from repository.clock import now
from signing.sealing.keys import archive_seal, certificate_of
from signing.sealing.stamps import stamper

# id-aa-contentHint and id-data (RFC 5652, RFC 2634 2.9): what the signed data are, in words.
CONTENT_HINTS, DATA = "1.2.840.113549.1.9.16.2.4", "1.2.840.113549.1.7.1"


class ContentHints(core.Sequence):
    _fields = [("content_description", core.UTF8String), ("content_type", core.ObjectIdentifier)]


class _Purpose(CMSAttributeProvider):
    attribute_type = CONTENT_HINTS

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    async def build_attr_value(self, dry_run: bool = False) -> ContentHints:
        return ContentHints({"content_description": self.purpose, "content_type": DATA})


class _SealedFor(CAdESSignedAttributeProviderSpec):
    """The attributes of CAdES, and the purpose among those that are signed: a seal made for one thing does not pass for another."""

    def __init__(self, signer: Signer, purpose: str) -> None:
        attributes = PdfCMSSignedAttributes(signing_time=now())
        super().__init__(attributes, certificate_of(signer), is_pades=False, timestamper=None)
        self.purpose = purpose

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[CMSAttributeProvider]:
        yield from super().signed_attr_providers(data_digest, digest_algorithm)
        yield _Purpose(self.purpose)


def sign_bytes(data: bytes, purpose: str) -> bytes:
    """A detached signature (DER of a ContentInfo) over `data` by the archive's seal.

    `purpose` is signed with it as a content hint, for instance "evidence bundle". With a time-stamp server set up, the signature carries its
    time-stamp. Raises NoSealKey where no key is set up; KeyUnavailable, KeyRefused or TimestampFailed where one is and cannot be used (all are
    SigningFailed).
    """
    if not purpose:
        raise ValueError("a seal names its purpose")
    signature: bytes = asyncio.run(_sign(data, purpose)).dump()
    return signature


async def _sign(data: bytes, purpose: str) -> cms.ContentInfo:
    async with archive_seal() as signer:
        signer.signed_attr_prov_spec = _SealedFor(signer, purpose)
        stamps = stamper() if settings.TIMESTAMP_SERVER else None
        return await signer.async_sign_general_data(data, "sha256", detached=True, use_cades=True, timestamper=stamps)


def purpose_of(signature: bytes) -> str | None:
    """What a seal says it was made for; None where it says nothing. The caller has verified the signature."""
    signer = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    for attribute in signer["signed_attrs"]:
        if attribute["type"].dotted == CONTENT_HINTS:
            hints = ContentHints.load(attribute["values"][0].dump())
            return str(hints["content_description"].native)
    return None
