"""The plan of the demonstration authority, in certomancer's terms: who is certified by whom, from when until when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from demo.world import World

AUTHORITIES = ("root", "ca")
_NO_VALUE = "demo - không có giá trị pháp lý"
# Signers' certificates hold for five years, as such certificates do; the second was issued before the first ended.
GENERATIONS = (
    ("", "2023-06-01T00:00:00+0700", "2028-06-01T00:00:00+0700"),
    ("-first", "2018-07-01T00:00:00+0700", "2023-07-01T00:00:00+0700"),
)
SECOND_FROM = datetime(2023, 6, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
# The root's list holds as long as the root: it speaks of the authority and of the time-stamp service, which stand.
_UPDATES = {"root": "P10950D", "ca": "P1D"}


def certificates(world: World) -> list[str]:
    """Labels of all certificates: those of the subjects, and the earlier ones of people and seals."""
    return [*subjects(world), *(f"{label}-first" for label in _signers(world))]


def _signers(world: World) -> list[str]:
    return [*(person.key for person in world.people), *(agency.key for agency in world.agencies)]


def subjects(world: World) -> list[str]:
    """Labels of everything that has a key: authorities, services, people, agencies' seals, the two odd ones."""
    return [*AUTHORITIES, "tsa", "ocsp", *_signers(world), "expired", "revoked"]


def architecture(world: World, *, expired: datetime, revoked: datetime) -> dict[str, Any]:
    """The architecture named `demo` of a certomancer configuration."""
    certs: dict[str, Any] = {
        "root": _authority("root", "2015-01-01T00:00:00+0700", "2045-01-01T00:00:00+0700"),
        "ca": _authority("root", "2016-01-01T00:00:00+0700", "2044-01-01T00:00:00+0700", _crl("root")),
        "tsa": _service("root", "time_stamping", [_crl("root")]),
        "ocsp": _service("ca", "ocsp_signing", [{"id": "ocsp_no_check"}]),
        "expired": _signer("2018-07-01T00:00:00+0700", expired.isoformat()),
        "revoked": _signer() | {"revocation": {"revoked-since": revoked.isoformat(), "reason": "key_compromise"}},
    }
    for label in _signers(world):
        for suffix, since, until in GENERATIONS:
            certs[label + suffix] = {"subject": label, "subject-key": label} | _signer(since, until)
    return {
        "keyset": "demo",
        "entity-defaults": {"country-name": "VN"},
        "entities": _entities(world),
        "certs": certs,
        "services": {
            "ocsp": {"ca": {"for-issuer": "ca", "responder-cert": "ocsp", "signing-key": "ocsp"}},
            "crl-repo": {
                label: {"for-issuer": label, "signing-key": label, "simulated-update-schedule": _UPDATES[label]}
                for label in AUTHORITIES
            },
            "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
        },
    }


def _entities(world: World) -> dict[str, dict[str, str]]:
    agency = world.agency_by_key
    demo = {
        "root": "Co quan chung thuc so DEMO (RootCA)",
        "ca": "Co quan chung thuc so (demo)",
        "tsa": "Dich vu dau thoi gian (demo)",
        "ocsp": "Tra loi trang thai chung thu (demo)",
    }
    found = {label: {"organization-name": _NO_VALUE, "common-name": name} for label, name in demo.items()}
    for person in world.people:
        found[person.key] = {"organization-name": agency[person.agency].name, "common-name": person.name}
    for body in world.agencies:
        found[body.key] = {"organization-name": body.name, "common-name": body.name}
    head = world.signers["sxd"][1]
    for label in ("expired", "revoked"):
        found[label] = {"organization-name": agency[head.agency].name, "common-name": head.name}
    return found


def _usage(*words: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(words)}}


def _crl(repository: str) -> dict[str, Any]:
    return {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": [repository]}},
    }


def _authority(issuer: str, since: str, until: str, *more: dict[str, Any]) -> dict[str, Any]:
    extensions = [
        {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
        _usage("key_cert_sign", "crl_sign"),
        *more,
    ]
    return {"issuer": issuer, "validity": {"valid-from": since, "valid-to": until}, "extensions": extensions}


def _service(issuer: str, purpose: str, more: list[dict[str, Any]]) -> dict[str, Any]:
    extensions = [
        _usage("digital_signature"),
        {"id": "extended_key_usage", "critical": True, "value": [purpose]},
        *more,
    ]
    validity = {"valid-from": "2018-07-01T00:00:00+0700", "valid-to": "2044-07-01T00:00:00+0700"}
    return {"issuer": issuer, "validity": validity, "extensions": extensions}


def _signer(since: str = GENERATIONS[0][1], until: str = GENERATIONS[0][2]) -> dict[str, Any]:
    ocsp = {
        "id": "authority_information_access",
        "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": ["ca"]}},
    }
    extensions = [_usage("digital_signature", "non_repudiation"), _crl("ca"), ocsp]
    return {"issuer": "ca", "validity": {"valid-from": since, "valid-to": until}, "extensions": extensions}
