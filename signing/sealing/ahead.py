"""What a signature at B-LT needs, fetched before anybody signs: a request asks no address but the time-stamp server's.

A job reads the chain of the key's certificate and of the time-stamp server's, and asks the allowed addresses for what the cache does not
hold of them. The page says before the PIN is asked for what is still missing.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from pyhanko.sign.signers import Signer

from repository.actors import SYSTEM, Actor
from repository.clock import now
from repository.jobs.engine import UNFINISHED, enqueue, progress
from repository.jobs.outcomes import Again, Save
from repository.models import Job
from signing.anchors import trusted
from signing.codes import KeyKind, Level
from signing.evidence import bytes_of, keep_evidence
from signing.models import EvidenceKind, KnownChain, RevocationItem, SigningKey
from signing.revocation.gather import Gatherer
from signing.revocation.reading import UNREADABLE, Unfit, certificate, certificate_item, issued, name_key
from signing.revocation.shelf import Shelf
from signing.sealing.errors import SigningFailed, TimestampFailed
from signing.sealing.keys import Place, Secret, kept_secret, opened
from signing.sealing.stamps import timestamp_token
from signing.validation.verdicts import WantedKind

log = logging.getLogger(__name__)
KIND = "signing-ahead"
LONG_TERM = (Level.LT, Level.LTA)
LONGEST = 8  # certificates of a chain


@dataclass(frozen=True)
class Standing:
    """`missing`: subjects whose revocation nobody here knows. `unasked`: nobody has looked yet. Ready where neither."""

    missing: tuple[str, ...] = ()
    unasked: bool = False

    @property
    def ready(self) -> bool:
        return not self.missing and not self.unasked


def of_key(key: SigningKey) -> str:
    return f"key:{key.pk}"


def of_stamps() -> str:
    return "stamps:" + hashlib.sha256((settings.TIMESTAMP_SERVER or "").encode()).hexdigest()


def standing(key: SigningKey, level: str) -> Standing:
    """Whether the cache has what a signature of this key needs. A chain that could not be read beforehand stands in nobody's way."""
    if level not in LONG_TERM:
        return Standing()
    rows = {row.of: row.certificates for row in KnownChain.objects.filter(of__in=(of_key(key), of_stamps()))}
    kept = bytes_of([digest for digests in rows.values() for digest in digests])
    missing: dict[str, None] = {}
    for digests in rows.values():
        given = [certificate(kept[one]) for one in digests if one in kept]
        for one in _open_ones(_chain(given)):
            missing.setdefault(one.subject.rfc4514_string())
    return Standing(tuple(missing), len(rows) < 2)


def _chain(given: list[x509.Certificate]) -> list[x509.Certificate]:
    """From the first certificate upwards by what came with it, the anchors and the cache; without the anchor itself."""
    if not given:
        return []
    anchors = [x509.load_pem_x509_certificate(one.pem.encode()) for one in trusted()]
    known = {one.public_bytes(Encoding.DER) for one in anchors}
    shelf = Shelf()
    found = [given[0]]
    while len(found) < LONGEST:
        last = found[-1]
        if last.public_bytes(Encoding.DER) in known or last.issuer == last.subject:
            return found[:-1]
        cached = shelf.find([(EvidenceKind.CERTIFICATE.value, name_key(last.issuer), "")])
        pool = [*anchors, *given[1:], *(certificate(der) for der in shelf.bytes_of(cached)[1])]
        above = next((one for one in pool if issued(last, one)), None)
        if above is None:
            return found
        found.append(above)
    return found


def _open_ones(chain: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Those of which neither a list nor a response that is not over yet is in the cache."""
    found = []
    for one in chain:
        key = name_key(one.issuer)
        about = Q(kind=EvidenceKind.CRL, name_key=key) | Q(
            kind=EvidenceKind.OCSP, name_key=key, serial=f"{one.serial_number:x}"
        )
        fresh = Q(next_update__isnull=True) | Q(next_update__gt=now())
        if not RevocationItem.objects.filter(about, fresh).exists():
            found.append(one)
    return found


# ── what is known of a chain ──
@asynccontextmanager
async def noted(key: AbstractAsyncContextManager[Signer], seen: list[bytes]) -> Any:
    """The key as it is opened; its certificate and those that came with it are put into `seen`."""
    async with key as signer:
        seen += _certificates_of(signer)
        yield signer


def _certificates_of(signer: Signer) -> list[bytes]:
    if signer.signing_cert is None:
        return []
    first: bytes = signer.signing_cert.dump()
    return list(dict.fromkeys([first, *(one.dump() for one in signer.cert_registry)]))


@transaction.atomic
def remember(of: str, certificates: list[bytes]) -> list[x509.Certificate]:
    """Keep what a chain is made of, the signer's own first; returns what can be read of it."""
    found = []
    for der in certificates:
        try:
            found.append(certificate(der))
        except Unfit:
            continue
    pieces = [(EvidenceKind.CERTIFICATE, one.public_bytes(Encoding.DER)) for one in found]
    digests = keep_evidence(pieces, now())
    if found or not KnownChain.objects.filter(of=of).exclude(certificates=[]).exists():
        KnownChain.objects.update_or_create(of=of, defaults={"certificates": digests, "asked_at": now()})
    return found


# ── the job ──
def start_fetching(keys: Iterable[SigningKey], *, actor: Actor) -> None:
    """In the caller's transaction: a job for these keys."""
    names = [str(one.pk) for one in keys]
    if names:
        enqueue(KIND, None if actor is SYSTEM else actor.id, params={"keys": names})


def fetching(key: SigningKey) -> bool:
    """Whether a job for this key, or for all of them, has still to end."""
    running = Job.objects.filter(kind=KIND, state__in=UNFINISHED).values_list("params", flat=True)
    return any(str(key.pk) in params.get("keys", [str(key.pk)]) for params in running)


def work_ahead(job: Job) -> Save:
    """`params`: {"keys": identities}; each night all that sign. What could not be read or fetched is tried again the next night."""
    keys = SigningKey.objects.filter(withdrawn_at__isnull=True).defer("picture").order_by("pk")
    if "keys" in job.params:
        keys = keys.filter(pk__in=job.params["keys"])
    found = list(keys)
    if not found:
        return lambda: {"keys": 0}
    progress(job, total=len(found) + 1, done=0)
    gatherer = Gatherer(online=True)
    _fetch(gatherer, of_stamps(), _stamp_chain())
    for done, key in enumerate(found, start=1):
        progress(job, done=done)
        _fetch(gatherer, of_key(key), _key_chain(key))
    progress(job, done=len(found) + 1)
    return lambda: {"keys": len(found), "asked": gatherer.asked}


def _key_chain(key: SigningKey) -> list[bytes]:
    """Read without a PIN: of a seal that works unattended, or from the signing service. Otherwise known once the key has been used."""
    if not (key.unattended or key.kind == KeyKind.REMOTE):
        return []
    seen: list[bytes] = []

    async def read() -> None:
        secret = kept_secret(key.name) if key.unattended else Secret()
        async with noted(opened(Place(KeyKind(key.kind), key.name, key.key), secret), seen):
            return

    try:
        asyncio.run(read())
    except SigningFailed as error:
        log.warning("chain of key %s: %s", key.pk, error.detail)
    return seen


def _stamp_chain() -> list[bytes]:
    """Who makes the server's time-stamps is known from one of them; nothing of ours is in it."""
    if not settings.TIMESTAMP_SERVER:
        return []
    try:
        token = cms.ContentInfo.load(timestamp_token(hashlib.sha256(b"").digest()))
    except TimestampFailed as error:
        raise Again(
            "timestamp-server", _("The time-stamp server did not answer. This is tried again by itself.")
        ) from error
    signed = token["content"]
    serial = signed["signer_infos"][0]["sid"].native.get("serial_number")
    given = [one.chosen.dump() for one in signed["certificates"] if one.name == "certificate"]
    return sorted(given, key=lambda der: certificate(der).serial_number != serial)


def _fetch(gatherer: Gatherer, of: str, read: list[bytes]) -> None:
    """Keep the chain, and ask for what is missing of it: first the issuers, then what each says of the next."""
    given = remember(of, read)
    if not given:
        kept = KnownChain.objects.filter(of=of).values_list("certificates", flat=True).first() or []
        given = [certificate(der) for der in bytes_of(kept).values()] if len(kept) == 1 else given
    gatherer.shelf.put(certificate_item(one) for one in given[1:])
    for _round in range(LONGEST):
        chain = _chain(given)
        if not chain or not gatherer.ask_about(chain[-1], None, _addresses(chain[-1], issuers=True)):
            break
    chain = _chain(given)
    above = {one.subject: one for one in [*chain, *_anchors()]}
    for one in _open_ones(chain):
        gatherer.ask_about(one, above.get(one.issuer), _addresses(one))


def _anchors() -> list[x509.Certificate]:
    return [x509.load_pem_x509_certificate(one.pem.encode()) for one in trusted()]


def _addresses(of: x509.Certificate, *, issuers: bool = False) -> Iterator[tuple[WantedKind, str]]:
    """What the certificate says where its issuer (RFC 5280, 4.2.2.1), or its status, is to be had: responders before lists."""
    try:
        for one in of.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value:
            wanted = AuthorityInformationAccessOID.CA_ISSUERS if issuers else AuthorityInformationAccessOID.OCSP
            if one.access_method == wanted and isinstance(one.access_location, x509.UniformResourceIdentifier):
                yield WantedKind.ISSUER if issuers else WantedKind.OCSP, one.access_location.value
    except (x509.ExtensionNotFound, *UNREADABLE):
        pass
    if issuers:
        return
    try:
        for point in of.extensions.get_extension_for_class(x509.CRLDistributionPoints).value:
            for name in point.full_name or ():
                if isinstance(name, x509.UniformResourceIdentifier):
                    yield WantedKind.CRL, name.value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return
