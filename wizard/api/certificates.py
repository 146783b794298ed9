"""What the TLS libraries of the three systems mean when they reject a certificate.

The numbers are OpenSSL's X509_V_ERR_*, Windows' CERT_E_* and CRYPT_E_*, and macOS' errSec*, as
truststore passes them on.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.book.network import (
    TLS_NOT_YET_VALID,
    TLS_OTHER_HOST,
    TLS_OUT_OF_DATE,
    TLS_UNFIT,
    TLS_UNTRUSTED,
    TLS_WEAK_KEY,
)
from wizard.domain.problems import Problem

_OPENSSL: Final = {
    # 5 is what older versions of macOS say instead: they give no number.
    **dict.fromkeys((2, 5, 18, 19, 20, 21, 27), TLS_UNTRUSTED),
    9: TLS_NOT_YET_VALID,
    10: TLS_OUT_OF_DATE,
    # A host, an email address, an IP address.
    **dict.fromkeys((62, 63, 64), TLS_OTHER_HOST),
    # The key of the server, the key of the CA, the hash of the CA's signature.
    **dict.fromkeys((66, 67, 68), TLS_WEAK_KEY),
}
_WINDOWS: Final = {
    0x800B0101: TLS_OUT_OF_DATE,
    0x800B0102: TLS_OUT_OF_DATE,
    0x800B0109: TLS_UNTRUSTED,
    0x800B010A: TLS_UNTRUSTED,
    0x800B010D: TLS_UNTRUSTED,
    0x800B0112: TLS_UNTRUSTED,
    0x800B010F: TLS_OTHER_HOST,
    0x800B0114: TLS_OTHER_HOST,
}
_MACOS: Final = {
    -67818: TLS_OUT_OF_DATE,
    -67819: TLS_NOT_YET_VALID,
    -67602: TLS_OTHER_HOST,
    -67843: TLS_UNTRUSTED,
    -25318: TLS_UNTRUSTED,
}
_BY_CODE: Final = _OPENSSL | _WINDOWS | _MACOS


def certificate_problem(code: int) -> Problem:
    """Return what the number of a rejection means; its {host} and {reason} are still to be filled.

    A number that isn't known is told with the library's own words. Trusting a CA is advised only
    where that can help.
    """
    # Windows' numbers may come as signed ones.
    return _BY_CODE.get(code) or _BY_CODE.get(code & 0xFFFFFFFF) or TLS_UNFIT
