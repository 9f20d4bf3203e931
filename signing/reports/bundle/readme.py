"""The text that goes with a bundle: what is in it, and how to verify it step by step with tools that everybody has."""

from __future__ import annotations

from typing import Any

MANIFEST = "tagmanifest-sha512.txt"
SEAL, CHAIN, TOKEN = f"signature/{MANIFEST}.p7s", "signature/certificates.pem", f"signature/{MANIFEST}.tst"

SEALED = {
    "vi": "Bảng kê của gói (" + MANIFEST + ") được ký bằng khóa con dấu của kho.",
    "en": "The bundle's manifest (" + MANIFEST + ") is signed with the archive's seal.",
}
NOT_SEALED = {
    "vi": "GÓI NÀY KHÔNG ĐƯỢC KÝ: kho chưa có khóa con dấu. Các mã băm chỉ cho biết gói còn nguyên như lúc nhận, không cho biết ai đã lập gói.",
    "en": "THIS BUNDLE IS NOT SIGNED: the archive has no key for its seal. The digests tell only that the bundle is as it was when you "
    "received it, not who made it.",
}
STAMPED = {
    "vi": "Bảng kê có dấu thời gian (RFC 3161).",
    "en": "The manifest has a time-stamp (RFC 3161).",
}
NOT_STAMPED = {
    "vi": "Bảng kê không có dấu thời gian riêng.",
    "en": "The manifest has no time-stamp of its own.",
}

VI = """GÓI BẰNG CHỨNG CHỮ KÝ SỐ

Gói có {documents} văn bản, lập lúc {made_at}. {sealed} {stamped}

Trong gói
  bundle.json                     danh sách máy đọc được: văn bản, lần kiểm tra, chứng cứ, những gì không có
  data/0001/original/             tệp gốc, đúng từng byte
  data/0001/report/               báo cáo: PDF/A (vi, en), JSON, XML theo ETSI TS 119 102-2
  data/0001/signatures/           từng chữ ký (CMS) lấy ra từ tệp, và commands.txt
  data/0001/proof.json            bằng chứng tệp đã có từ khi nào, nếu có
  data/evidence/                  chứng thư, danh sách và trả lời thu hồi, dấu thời gian
  data/trust/                     chứng thư gốc mà lần kiểm tra đã tin
  data/policy/                    chính sách kiểm tra, JSON chuẩn tắc (RFC 8785)
  manifest-*.txt, tagmanifest-*.txt   mã băm của mọi tệp (BagIt, RFC 8493)
  signature/                      chữ ký của kho trên bảng kê

Kiểm tra không cần mạng, trong thư mục này
  1. Gói còn nguyên:
       {sums}
  2. Ai lập gói:
       {seal}
     Gốc tin cậy: hãy lấy chứng thư gốc của cơ quan lưu trữ từ nguồn khác, không lấy từ gói này.
  3. Dấu thời gian của bảng kê:
       {stamp}
  4. Từng chữ ký trên văn bản: chạy các lệnh trong data/0001/signatures/commands.txt. "CMS Verification successful"
     nghĩa là byte đúng là byte đã ký; chưa nói gì về người ký.
  5. Xem chứng cứ:
       openssl x509 -inform DER -in data/evidence/certificates/TÊN.cer -noout -text
       openssl crl -inform DER -in data/evidence/crls/TÊN.crl -noout -text
       openssl ocsp -respin data/evidence/ocsp/TÊN.ors -noverify -resp_text
       openssl ts -reply -token_in -in data/evidence/timestamps/TÊN.tst -text
  6. Chính sách: mã SHA-256 của tệp trong data/policy phải bằng "policy.sha256" trong báo cáo.
  7. Toàn bộ, bằng phần mềm của kho, không cần mạng và không cần cơ sở dữ liệu:
       manage.py verify --bundle GÓI.zip --trust GỐC.pem

Gói nói điều một lần kiểm tra đã thấy, theo chính sách, chứng thư gốc và chứng cứ của lần ấy. "Chưa xác định" không có nghĩa là giả.
"""

EN = """EVIDENCE BUNDLE FOR ELECTRONIC SIGNATURES

The bundle holds {documents} document(s) and was made at {made_at}. {sealed} {stamped}

In the bundle
  bundle.json                     a list for machines: documents, runs, evidence, what is left out
  data/0001/original/             the original file, byte for byte
  data/0001/report/               reports: PDF/A (vi, en), JSON, XML by ETSI TS 119 102-2
  data/0001/signatures/           each signature (CMS) as it stands in the file, and commands.txt
  data/0001/proof.json            proof since when the file existed, where there is one
  data/evidence/                  certificates, revocation lists and answers, time-stamps
  data/trust/                     the root certificates that the run trusted
  data/policy/                    the validation policy as canonical JSON (RFC 8785)
  manifest-*.txt, tagmanifest-*.txt   digests of every file (BagIt, RFC 8493)
  signature/                      the archive's signature over the manifest

To verify without a network, in this folder
  1. The bundle is whole:
       {sums}
  2. Who made it:
       {seal}
     Take the archive's root certificate from another source than this bundle.
  3. The manifest's time-stamp:
       {stamp}
  4. Each signature on a document: run the commands in data/0001/signatures/commands.txt. "CMS Verification successful"
     means that the bytes are those that were signed; it says nothing about the signer.
  5. To look at the evidence:
       openssl x509 -inform DER -in data/evidence/certificates/NAME.cer -noout -text
       openssl crl -inform DER -in data/evidence/crls/NAME.crl -noout -text
       openssl ocsp -respin data/evidence/ocsp/NAME.ors -noverify -resp_text
       openssl ts -reply -token_in -in data/evidence/timestamps/NAME.tst -text
  6. Policy: the SHA-256 of the file in data/policy must be "policy.sha256" of the report.
  7. All of it, with the archive's software, without a network and without a database:
       manage.py verify --bundle BUNDLE.zip --trust ROOT.pem

The bundle says what one run found by its policy, roots and evidence. "Not determined" does not mean forged.
"""

SUMS = "sha512sum -c --quiet manifest-sha512.txt && sha512sum -c --quiet tagmanifest-sha512.txt"
SEAL_COMMAND = f"openssl cms -verify -binary -inform DER -in {SEAL} -content {MANIFEST} -CAfile ROOT.pem -purpose any -out /dev/null"
STAMP_COMMAND = f"openssl ts -verify -data {MANIFEST} -token_in -in {TOKEN} -CAfile ROOT.pem"


def readme(*, documents: int, made_at: str, sealed: bool, stamped: bool) -> dict[str, bytes]:
    """Both languages, as files of the bag."""
    found: dict[str, bytes] = {}
    for language, name, text in (("vi", "DOC-TRUOC.txt", VI), ("en", "README.txt", EN)):
        nothing: dict[str, Any] = {"vi": "(không có)", "en": "(none)"}
        found[name] = text.format(
            documents=documents,
            made_at=made_at,
            sealed=(SEALED if sealed else NOT_SEALED)[language],
            stamped=(STAMPED if stamped else NOT_STAMPED)[language],
            sums=SUMS,
            seal=SEAL_COMMAND if sealed else nothing[language],
            stamp=STAMP_COMMAND if stamped else nothing[language],
        ).encode()
    return found
