"""What one revocation list or OCSP response says of one certificate, each judged alone: RFC 5280, 6.3; RFC 6960, 3.2.

pyHanko asks whether a certificate can be used at a moment, and stops at the first answer that suffices. Here every answer at hand is
read, so that a later one that speaks of an earlier revocation is never passed over. Whether an answer's signature, issuer and scope are
in order is asked at the time at which it says it was made; whether it can have been made later, `past_path` asks.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from asn1crypto import x509
from pyhanko_certvalidator._state import ValProcState
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationContext, ValidationDataHandlers
from pyhanko_certvalidator.errors import RevokedError, ValidationError
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo, ValidationTimingParams
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms, CertRevTrustPolicy
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
from pyhanko_certvalidator.revinfo.constants import VALID_REVOCATION_REASONS
from pyhanko_certvalidator.revinfo.validate_crl import _CRLErrs, _handle_single_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import _handle_single_ocsp_resp, _OCSPErrs
from pyhanko_certvalidator.util import ConsList

from signing.validation.exact import issuer_of, responder_of

TOLERANCE = timedelta(seconds=1)  # of clocks, as pyHanko's
WITHOUT_NEXT_UPDATE = timedelta(minutes=30)  # how long an answer that names no next update is taken to be of use
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, NotImplementedError)


@dataclass(frozen=True)
class Said:
    """An authentic answer. `revoked_at` None: not revoked by `made`. `until`: when a newer one was promised.

    `container`: the answer itself; `signer`: whose key signed it. `on_hold`: revoked only for the time being
    (certificateHold, RFC 5280, 5.3.1), which a later answer may take back.
    """

    container: CRLContainer | OCSPContainer
    made: datetime
    until: datetime
    revoked_at: datetime | None
    signer: x509.Certificate
    on_hold: bool = False

    def covers(self, moment: datetime) -> bool:
        """Whether it says that the certificate was good at this moment: made later, or the newest of its kind then."""
        if self.revoked_at is not None:
            return self.revoked_at > moment
        return self.made >= moment - TOLERANCE or moment <= self.until + TOLERANCE


@dataclass
class Answers:
    """Reads the revocation data at hand for the certificates of paths, under one certificate policy."""

    policy: CertValidationPolicySpec
    handlers: ValidationDataHandlers
    _read: dict[tuple[bytes, bytes], list[Said]] = field(default_factory=dict)

    async def about(self, path: ValidationPath) -> list[Said]:
        """Every authentic answer about the last certificate of the path; those above it are taken to be good."""
        certificate = path.last
        issuer = path.find_issuing_authority(certificate)
        key = certificate.sha256, issuer.public_key.sha256
        if key not in self._read:
            revocations = self.handlers.revinfo_manager
            containers: list[CRLContainer | OCSPContainer] = [
                *revocations.currently_available_crls(),
                *await revocations.async_retrieve_ocsps(certificate, issuer),
            ]
            found = [await self._read_one(container, certificate, path) for container in containers]
            self._read[key] = [one for one in found if one is not None]
        return self._read[key]

    async def _read_one(
        self, container: CRLContainer | OCSPContainer, certificate: x509.Certificate, path: ValidationPath
    ) -> Said | None:
        try:
            return await self._judged(container, certificate, path)
        except (ValidationError, *UNREADABLE):  # what cannot be read or does not hold says nothing
            return None

    async def _judged(
        self, container: CRLContainer | OCSPContainer, certificate: x509.Certificate, path: ValidationPath
    ) -> Said | None:
        made = container.issuance_date
        if made is None:
            return None
        context = self._context(made, path)
        state = ValProcState(cert_path_stack=ConsList.sing(path))
        judge = self._crl if isinstance(container, CRLContainer) else self._response
        signer = await judge(container, certificate, path, context, state)  # type: ignore[arg-type]
        if signer is None:
            return None
        return Said(
            container=container,
            made=_aware(made),
            until=_aware(_next_update(container) or made + WITHOUT_NEXT_UPDATE),
            revoked_at=None if signer.revoked_at is None else _aware(signer.revoked_at),
            signer=signer.certificate,
            on_hold=signer.on_hold,
        )

    async def _crl(
        self,
        container: CRLContainer,
        certificate: x509.Certificate,
        path: ValidationPath,
        context: ValidationContext,
        state: ValProcState,
    ) -> "_Signer | None":
        issuer, revoked_at, on_hold, reasons = path.find_issuing_authority(certificate), None, False, None
        try:
            reasons = await _handle_single_crl(
                cert=certificate,
                cert_issuer_auth=issuer,
                certificate_list_cont=container,
                path=path,
                validation_context=context,
                delta_lists_by_issuer={},
                use_deltas=False,
                errs=_CRLErrs(),
                proc_state=state,
            )
        except RevokedError as error:
            if error.is_side_validation:
                return None
            revoked_at, on_hold = error.revocation_dt, _on_hold(error)
        whole = reasons is not None and reasons >= VALID_REVOCATION_REASONS - {"unused"}
        if revoked_at is None and (not whole or container.crl_data.delta_crl_indicator_value is not None):
            return None  # a part of a list clears nobody
        signer = issuer_of(context.revinfo_manager, container.crl_data)
        return None if signer is None else _Signer(signer, revoked_at, on_hold)

    async def _response(
        self,
        container: OCSPContainer,
        certificate: x509.Certificate,
        path: ValidationPath,
        context: ValidationContext,
        state: ValProcState,
    ) -> "_Signer | None":
        issuer = path.find_issuing_authority(certificate)
        responder = responder_of(
            cert=certificate,
            issuer=issuer,
            ocsp_response=container,
            cert_store=self.handlers.cert_registry,
            errs=_OCSPErrs(),
        )
        if responder is None:
            return None
        try:
            good = await _handle_single_ocsp_resp(
                cert=certificate,
                issuer=issuer,
                path=path,
                ocsp_response=container,
                validation_context=context,
                errs=_OCSPErrs(),
                proc_state=state,
            )
        except RevokedError as error:
            if error.is_side_validation:
                return None
            return _Signer(responder, error.revocation_dt, _on_hold(error))
        return _Signer(responder, None) if good else None

    def _context(self, moment: datetime, path: ValidationPath) -> ValidationContext:
        """At the time when an answer was made. A responder's own status may have been told later."""
        checking = self.policy.revinfo_policy.revocation_checking_policy
        policy = replace(
            self.policy,
            revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=checking, retroactive_revinfo=True),
            algorithm_usage_policy=AcceptAllAlgorithms(),
        )
        # Not "point in time": the answer is to tell every revocation that it knows; the times are compared afterwards.
        # A context made for a moment takes itself for one, whatever the timing says.
        timing = ValidationTimingInfo(moment, moment, point_in_time_validation=False)
        context = policy.build_validation_context(timing_info=timing, handlers=self.handlers)
        context.timing_params = ValidationTimingParams(timing, policy.time_tolerance)
        above = path
        while above.pkix_len > 1:
            above = above.copy_and_drop_leaf()
            context.record_validation(above.last, above)
        return context


@dataclass(frozen=True)
class _Signer:
    certificate: x509.Certificate
    revoked_at: datetime | None
    on_hold: bool = False


def _on_hold(error: RevokedError) -> bool:
    return bool(error.reason.native == "certificate_hold")


def _next_update(container: CRLContainer | OCSPContainer) -> datetime | None:
    if isinstance(container, CRLContainer):
        moment: datetime | None = container.crl_data["tbs_cert_list"]["next_update"].native
    else:
        single = container.extract_single_response()
        moment = None if single is None else single["next_update"].native
    return moment


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
