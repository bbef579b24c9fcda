"""TLS for associations (PS3.15 B.12): contexts for both sides, and failures in a trainee's words.

The defaults follow BCP 195: TLS 1.2 or newer, forward secrecy, authenticated encryption, and the
peer's certificate is checked. A handshake fails in two directions, which are never merged: *we*
do not trust the peer (it names no alert), or *the peer* does not trust us (it sends an alert).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import HandshakeError, LocalError, NetworkError, NoAnswerError

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL"  # of TLS 1.2; 1.3 has only good ones
Contexts = Callable[[], ssl.SSLContext | None]
VERSIONS = ("1.2", "1.3")


@dataclass(frozen=True, kw_only=True)
class Tls:
    """What a node needs for TLS: whom it trusts, its own certificate, and what it checks."""

    trusted: Path  # certificates of the authorities we trust (PEM)
    certificate: Path | None = None  # our own; only mutual TLS needs one of a client
    key: Path | None = None
    check_host: bool = True  # whether the server's certificate must name its address
    verify: bool = True  # off: encrypted, but nobody knows with whom

    @classmethod
    def of(cls, folder: Path, **options: bool) -> Tls:
        """Return the files a node has in its folder, as `pacslab tls issue` writes them."""
        return cls(
            trusted=folder / "trusted.pem",
            certificate=folder / "certificate.pem",
            key=folder / "key.pem",
            **options,
        )


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a handshake failed: who objects (we, the peer, nobody), to what, and what helps."""

    who: str
    what: str
    remedy: str


def client_context(tls: Tls) -> ssl.SSLContext:
    """Return the context of a node that calls; raises LocalError where a file is of no use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context)
    context.check_hostname = tls.check_host and tls.verify
    context.verify_mode = ssl.CERT_REQUIRED if tls.verify else ssl.CERT_NONE
    if tls.verify:
        _trust(context, tls.trusted)
    if tls.certificate is not None and tls.certificate.exists():
        _identify(context, tls)
    return context


def server_context(tls: Tls, *, mutual: bool = False, least: str = "1.2") -> ssl.SSLContext:
    """Return the context of a node that listens; `mutual` asks every caller for a certificate.

    `least` is the oldest TLS version that is taken: one of VERSIONS.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context)
    if least == "1.3":
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    _identify(context, tls)
    # Where the connection was shut for reading, OpenSSL could not write any more (cutting.py).
    context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
    if mutual:
        _trust(context, tls.trusted)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Renewed:
    """Keeps a context as long as its files stay the same: a renewed certificate is used at once."""

    def __init__(
        self,
        make: Callable[[], ssl.SSLContext],
        tls: Tls,
        beside: Callable[[], object] = lambda: None,
    ) -> None:
        """Call `make` anew whenever a file of `tls` has changed, or what `beside` returns."""
        self._make, self._tls, self._beside = make, tls, beside
        self._kept: tuple[object, ssl.SSLContext] | None = None

    def __call__(self) -> ssl.SSLContext:
        """Return the present context."""
        files = (self._tls.trusted, self._tls.certificate, self._tls.key)
        stamp = (self._beside(), *map(_stamp, files))
        if self._kept is None or self._kept[0] != stamp:
            self._kept = (stamp, self._make())
        return self._kept[1]


def _harden(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION


def _trust(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        raise LocalError(
            f"The trusted certificates {path} cannot be used: {_reason(error)}.",
            "Make or copy them with 'pacslab tls init' or 'pacslab tls trust'.",
        ) from error


def _identify(context: ssl.SSLContext, tls: Tls) -> None:
    try:
        context.load_cert_chain(str(tls.certificate), tls.key)
    except (OSError, ssl.SSLError) as error:
        raise LocalError(
            f"The certificate {tls.certificate} cannot be used: {_reason(error)}.",
            "Make one with 'pacslab tls issue', and see that its key belongs to it.",
        ) from error


def _stamp(path: Path | None) -> object:
    try:
        return None if path is None else (path.stat().st_mtime_ns, path.stat().st_size)
    except OSError:
        return None


def _reason(error: OSError) -> str:
    text = getattr(error, "reason", "") or error.strerror or str(error)
    return str(text).lower().replace("_", " ")


# --- failures ---------------------------------------------------------------------------------

# Codes of X.509 verification (X509_V_ERR_*): what is wrong, and what helps.
_VERIFY = {
    9: ("is not valid yet", "Compare the clocks, or have it issued anew."),
    10: ("has expired", "Have that node's certificate renewed: 'pacslab tls renew'."),
    18: ("is signed by itself, by no authority we trust", "Add it to our trusted certificates."),
    19: ("comes from an authority we do not trust", "Add that authority to our trusted ones."),
    20: ("comes from an authority we do not trust", "Add that authority to our trusted ones."),
    21: ("comes from an authority we do not trust", "Add that authority to our trusted ones."),
    62: ("is made out to another name", "Call the node by a name in its certificate."),
    64: ("is made out to another address", "Call the node by an address in its certificate."),
}
# Alerts a peer sends (RFC 8446 6.2), as OpenSSL names them: what it says, and what helps.
_ALERTS = {
    "CERTIFICATE_REQUIRED": ("it wants a certificate of ours", "Give us one: mutual TLS is on."),
    "HANDSHAKE_FAILURE": (
        "we have no protocol in common, or it wants a certificate of ours",
        "Compare TLS versions and ciphers; is mutual TLS on there?",
    ),
    "UNKNOWN_CA": ("it does not trust our authority", "Add our authority to its trusted ones."),
    "CERTIFICATE_EXPIRED": ("our certificate has expired", "Renew it: 'pacslab tls renew'."),
    "CERTIFICATE_UNKNOWN": ("it does not accept our certificate", "Its own log says why."),
    "BAD_CERTIFICATE": ("it does not accept our certificate", "Its own log says why."),
    "CERTIFICATE_REVOKED": ("our certificate was revoked", "Have a new one issued."),
    "PROTOCOL_VERSION": ("it speaks another TLS version", "Allow TLS 1.2 or newer there."),
    "DECRYPT_ERROR": ("our certificate and our key do not agree", "Issue both anew."),
    "INTERNAL_ERROR": ("it has a fault of its own", "Look into its log: has it a certificate?"),
}
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG",
            "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE")  # fmt: skip


def trouble(error: BaseException) -> Trouble:
    """Say why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        what, remedy = _VERIFY.get(error.verify_code, (error.verify_message, "Look at it."))
        return Trouble(who="we", what=f"the peer's certificate {what}", remedy=remedy)
    reason = str(getattr(error, "reason", "") or "")
    if "DID_NOT_RETURN_A_CERTIFICATE" in reason:
        return Trouble(
            who="we",
            what="the peer showed no certificate, and mutual TLS asks for one",
            remedy="Give that node a certificate and key.",
        )
    if "ALERT" in reason:
        for name, (what, remedy) in _ALERTS.items():
            if reason.endswith(name):
                return Trouble(who="the peer", what=what, remedy=remedy)
        return Trouble(who="the peer", what=_reason_words(reason), remedy="Its own log says why.")
    if reason in _NOT_TLS:
        what = "the peer does not speak TLS"
        return Trouble(who="nobody", what=what, remedy="Is that a TLS port? Match both settings.")
    if reason in ("NO_SHARED_CIPHER", "UNSUPPORTED_PROTOCOL"):
        what = f"we have nothing in common with the peer ({_reason_words(reason)})"
        return Trouble(who="we", what=what, remedy="Allow TLS 1.2 or newer on both sides.")
    return _silence(error, reason)


def _silence(error: BaseException, reason: str) -> Trouble:
    what = "the peer closed the connection"
    if isinstance(error, TimeoutError):
        what = "the peer did not answer in time"
    elif reason and "EOF" not in reason:
        what = _reason_words(reason)
    return Trouble(
        who="nobody",
        what=f"{what} in the middle of the handshake",
        remedy="Is that a TLS port? Its own log may say more.",
    )


def _reason_words(reason: str) -> str:
    return reason.lower().replace("_", " ")


def failure(peer: object, error: BaseException) -> NetworkError:
    """Return the error a caller raises for a failed handshake, by who objects."""
    found = trouble(error)
    if found.who == "we":
        return LocalError(
            f"We broke off the TLS handshake with {peer}: {found.what}.", found.remedy
        )
    if found.who == "the peer":
        return HandshakeError(f"{peer} refused the TLS handshake: {found.what}.", found.remedy)
    return NoAnswerError(f"No TLS handshake with {peer}: {found.what}.", found.remedy)


def late_failure(peer: object, error: BaseException) -> NetworkError:
    """Return the error for an end right after our handshake: TLS 1.3 looks at ours only then."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError) and "ALERT" in str(cause.reason):
        return failure(peer, cause)
    return NoAnswerError(
        f"{peer} shook hands by TLS, but did not answer the association request: {error}.",
        "If mutual TLS is on there, it wants a certificate of ours that it trusts; see its log.",
    )
