"""Evidence records by RFC 4998: made as DER, and verified without this archive, from the file and the record alone."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, x509

from signing.provable.tree import ALGORITHM, Reduced, root_from
from signing.validation.chains import holds_signature
from signing.validation.facts import name_of
from signing.validation.integrity import check_signer, signer_certificate
from signing.validation.policy import ARCHIVE

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


class PartialHashtree(core.SequenceOf):
    _child_spec = core.OctetString


class PartialHashtrees(core.SequenceOf):
    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):
    _fields = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", PartialHashtrees, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):
    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):
    _child_spec = ArchiveTimeStampChain


class Unread(core.SequenceOf):
    _child_spec = core.Any


class EvidenceRecord(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", cms.DigestAlgorithms),
        ("crypto_infos", Unread, {"implicit": 0, "optional": True}),
        ("encryption_info", Unread, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]


class StandsForOther(ValueError):
    """The token is about another digest."""


@dataclass(frozen=True)
class Link:
    """One time-stamp of a chain: the part of its tree that leads from what it stands for to its root, and the token (DER)."""

    parts: Reduced
    token: bytes


@dataclass(frozen=True)
class TokenFacts:
    """A token over a root, as it names itself. `ends_at`: the first end of a certificate of its enclosed chain, or of an
    algorithm by the archive's policy."""

    at: datetime
    authority: str
    ends_at: datetime


@dataclass(frozen=True)
class Checked:
    """What a proof shows. `proven`: the time at which the bytes existed at the latest, None where nothing is shown.

    `ends_at`: until when the last token can be believed. `trusted`: whether each authority leads to a given anchor; None
    where none was given. `problem`: why nothing is shown, in a word.
    """

    proven: datetime | None
    ends_at: datetime | None = None
    tokens: int = 0
    authority: str = ""
    trusted: bool | None = None
    problem: str = ""


def write_record(links: Sequence[Link]) -> bytes:
    """One chain, the oldest time-stamp first (RFC 4998, 5.1)."""
    algorithm = {"algorithm": ALGORITHM}
    chain = []
    for link in links:
        stamp: dict[str, Any] = {"digest_algorithm": algorithm, "time_stamp": cms.ContentInfo.load(link.token)}
        if link.parts:
            stamp["reduced_hashtree"] = [list(part) for part in link.parts]
        chain.append(stamp)
    record = {"version": 1, "digest_algorithms": [algorithm], "archive_time_stamp_sequence": [chain]}
    der: bytes = EvidenceRecord(record).dump()
    return der


def read_record(der: bytes) -> list[Link]:
    """The links of a record with one chain over SHA-512, as this archive writes them. Raises ValueError."""
    try:
        record = EvidenceRecord.load(der, strict=True)
        [chain] = record["archive_time_stamp_sequence"]
        if any(stamp["digest_algorithm"]["algorithm"].native != ALGORITHM for stamp in chain):
            raise ValueError("another digest than SHA-512")
        return [
            Link(
                tuple(tuple(part.native) for part in stamp["reduced_hashtree"]) if stamp["reduced_hashtree"] else (),
                stamp["time_stamp"].dump(),
            )
            for stamp in chain
        ]
    except UNREADABLE as error:
        raise ValueError(f"no evidence record that is understood here: {error}") from None


def token_facts(token: bytes, digest: bytes) -> TokenFacts:
    """What a token says of this digest. Raises ValueError where it speaks of another, or its signature does not hold."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        content = signed["encap_content_info"]["content"]
        imprint = content.parsed["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != ALGORITHM or imprint["hashed_message"].native != digest:
            raise StandsForOther("the token stands for something else")
        [signer] = signed["signer_infos"]
        over = hashlib.new(signer["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
        if not check_signer(signed, signer, over).intact:
            raise ValueError("the token's signature does not hold")
        certificate = signer_certificate(signed)
        if certificate is None:
            raise ValueError("the token does not name its certificate")
        ends = [one.not_valid_after for one in _path(certificate, signed)]
        for name, bits in (
            (certificate.public_key.algorithm, certificate.public_key.bit_size),
            (signer["digest_algorithm"]["algorithm"].native, None),
        ):
            end = ARCHIVE.end_of(str(name), bits)
            ends += [end.moment] if end else []
        at = content.parsed["gen_time"].native
        return TokenFacts(at.astimezone(UTC), name_of(certificate.subject), min(ends).astimezone(UTC))
    except ValueError:
        raise
    except UNREADABLE as error:
        raise ValueError(f"the token cannot be read: {error}") from None


def check(sha512: str, links: Sequence[Link], *, now: datetime, anchors: Sequence[bytes] = ()) -> Checked:
    """Hold a file's SHA-512 against its chain of time-stamps (RFC 4998, 5.3): each token made while the one before it held."""
    if not links:
        return Checked(None, problem="no-token")
    leaf = bytes.fromhex(sha512)
    found: list[TokenFacts] = []
    for link in links:
        root = root_from(leaf, link.parts)
        if root is None:
            return Checked(None, problem="not-in-tree")
        try:
            facts = token_facts(link.token, root)
        except StandsForOther:
            return Checked(None, problem="not-in-tree")
        except ValueError:
            return Checked(None, problem="token-broken")
        if found and facts.at > found[-1].ends_at:
            return Checked(None, problem="renewed-too-late")
        if found and facts.at < found[-1].at:
            return Checked(None, problem="out-of-order")
        found.append(facts)
        leaf = hashlib.sha512(link.token).digest()
    last = found[-1]
    if now > last.ends_at:
        return Checked(None, last.ends_at, len(found), last.authority, problem="ended")
    trusted = _trusted(links, found, anchors) if anchors else None
    return Checked(found[0].at, last.ends_at, len(found), last.authority, trusted)


def check_plain(sha512: str, record: bytes, now: str, anchors: Sequence[bytes]) -> dict[str, Any]:
    """`check` on a record from outside, for a worker process: times in ISO 8601."""
    try:
        checked = check(sha512, read_record(record), now=datetime.fromisoformat(now), anchors=anchors)
    except ValueError:
        checked = Checked(None, problem="unreadable")
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(checked).items()
    }


def _trusted(links: Sequence[Link], found: Sequence[TokenFacts], anchors: Sequence[bytes]) -> bool:
    """Whether each authority's chain leads to an anchor at the time of its token; revocation is not asked."""
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathError, ValidationError

    from signing.validation.anchors import TIMESTAMPS, manager, read_qualified

    trusted = manager(read_qualified(anchors), TIMESTAMPS)
    for link, facts in zip(links, found, strict=True):
        signed = cms.ContentInfo.load(link.token)["content"]
        certificate = signer_certificate(signed)
        others = [choice.chosen for choice in signed["certificates"] if choice.name == "certificate"]
        context = ValidationContext(
            trust_manager=trusted,
            moment=facts.at,
            allow_fetching=False,
            revocation_mode="soft-fail",
            other_certs=others,
        )
        validator = CertificateValidator(certificate, validation_context=context)
        try:
            asyncio.run(validator.async_validate_usage(set(), {"time_stamping"}))
        except (PathError, ValidationError):
            return False
    return True


def _path(certificate: x509.Certificate, signed: cms.SignedData) -> list[x509.Certificate]:
    """The authority's certificate and those enclosed above it, each of which made the signature of the one below."""
    others = {choice.chosen.sha256: choice.chosen for choice in signed["certificates"] if choice.name == "certificate"}
    path = [certificate]
    while above := next((one for one in others.values() if one not in path and _issued(path[-1], one)), None):
        path.append(above)
    return path


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    return issuer.subject == certificate.issuer and holds_signature(certificate, issuer)
