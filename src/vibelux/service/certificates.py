"""Certificates for one's own network, so that a phone's browser lets the page use its camera.

Browsers offer the camera only to pages that come over TLS or from the machine itself. An authority
is made once and kept; phones are told once to trust it. It signs a certificate for the addresses of
this machine, which is made anew when these change. The authority's own certificate permits nothing
but names and addresses of private networks (RFC 5280, 4.2.1.10), so that nobody who steals its key
can pass for a bank.

Needs the ``home`` extra.
"""

import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vibelux.atomic_file import atomic_file
from vibelux.errors import VibeluxError
from vibelux.private_files import private_folder

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NETWORKS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "192.0.2.0/24",  # for documentation (RFC 5737); virtual machines use them
        "198.51.100.0/24",
        "203.0.113.0/24",
        "100.64.0.0/10",  # shared by providers (RFC 6598); also what Tailscale gives
        "::1/128",
        "fe80::/10",
        "fc00::/7",
    )
)
"""Networks whose addresses lead nowhere on the internet."""

DOMAINS = ("localhost", "local", "lan", "home", "home.arpa", "internal")
"""Ends of names that mean a machine of one's own network."""

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 365
"""Apple refuses certificates for servers that are valid for more than 825 days."""

_LEFT_DAYS = 30
"""Days of validity below which a certificate is made anew."""

_NO_CERTIFICATE = (
    OSError,
    ValueError,
    TypeError,
    VibeluxError,
    InvalidSignature,
    x509.ExtensionNotFound,
)

_EARLIER = timedelta(days=1)
"""Clocks of phones may be slow."""


class Authority:
    """Signs certificates of servers of one's own network.

    Attributes:
        certificate: which phones are told to trust.

    """

    def __init__(self, folder: Path, key: ec.EllipticCurvePrivateKey, own: x509.Certificate):
        self._folder = folder
        self._key = key
        self.certificate = own

    @classmethod
    def at(cls, folder: Path) -> "Authority":
        """Return the authority of a folder, made when there is none or it ends soon.

        Raises:
            VibeluxError: the folder cannot be read or written, or what it holds is damaged.

        """
        path = folder / "authority.pem"
        try:
            private_folder(folder)
            kept = path.read_bytes() if path.exists() else None
        except OSError as error:
            raise _unusable(path, error) from error
        if kept is not None:
            key, own = _read(path, kept)
            if _is_valid(own):
                return cls(folder, key, own)
        key = ec.generate_private_key(ec.SECP256R1())
        own = _signed(key)
        _write(path, key, own)
        return cls(folder, key, own)

    @property
    def pem(self) -> bytes:
        """The certificate as phones take it."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate as systems show it: ``AB:CD:…``."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def server_file(self, names: Sequence[str]) -> Path:
        """Return a file with a key and a certificate for names and addresses of this machine.

        The file of the last time is used while it is valid and has all of them.

        Args:
            names: of hosts, or IP addresses; those that `permitted` refuses are left out.

        Raises:
            VibeluxError: the file cannot be written.

        """
        wanted = sorted(filter(permitted, dict.fromkeys(names)))
        path = self._folder / "server.pem"
        if not self._is_for(path, wanted):
            key = ec.generate_private_key(ec.SECP256R1())
            _write(path, key, self._signed(key, wanted))
        return path

    def _is_for(self, path: Path, wanted: Sequence[str]) -> bool:
        try:
            _, kept = _read(path, path.read_bytes())
            kept.verify_directly_issued_by(self.certificate)
            found = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except _NO_CERTIFICATE:
            return False  # it can be made anew
        named = {*found.get_values_for_type(x509.DNSName)}
        named |= {str(ip) for ip in found.get_values_for_type(x509.IPAddress)}
        return named >= set(wanted) and _is_valid(kept)

    def _signed(self, key: ec.EllipticCurvePrivateKey, names: Sequence[str]) -> x509.Certificate:
        """Return a certificate for a server."""
        alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        return (
            _begun(key, subject=_name("VibeluX"), issuer=self.certificate.subject)
            .not_valid_after(
                min(_now() + timedelta(days=_SERVER_DAYS), self.certificate.not_valid_after_utc)
            )
            .add_extension(alternatives, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(known, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def tls_context(path: Path) -> ssl.SSLContext:
    """Return what a server needs for TLS.

    Args:
        path: file with a key and a certificate, as of `Authority.server_file`.

    Raises:
        VibeluxError: the file cannot be used.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        raise _unusable(path, error) from error
    return context


def permitted(name: str) -> bool:
    """Return whether the authority may sign for a name or an address."""
    try:
        ip = ipaddress.ip_address(name)
    except ValueError:
        return any(name == end or name.endswith(f".{end}") for end in DOMAINS)
    return any(ip in network for network in NETWORKS)


def _signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return the authority's own certificate."""
    name = _name(f"VibeluX at home, {datetime.now(UTC):%Y-%m-%d}")
    permits = x509.NameConstraints(
        permitted_subtrees=[
            *map(x509.DNSName, DOMAINS),
            *map(x509.IPAddress, NETWORKS),
        ],
        excluded_subtrees=None,
    )
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _begun(key, subject=name, issuer=name)
        .not_valid_after(_now() + timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(permits, critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )


def _begun(
    key: ec.EllipticCurvePrivateKey, *, subject: x509.Name, issuer: x509.Name
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - _EARLIER)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _now() -> datetime:
    return datetime.now(UTC)


def _is_valid(certificate: x509.Certificate) -> bool:
    left = certificate.not_valid_after_utc - _now()
    return certificate.not_valid_before_utc <= _now() and left >= timedelta(days=_LEFT_DAYS)


def _read(path: Path, kept: bytes) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    try:
        key = load_pem_private_key(kept, password=None)
        certificate = x509.load_pem_x509_certificate(kept)
    except (ValueError, TypeError) as error:
        raise _damaged(path) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != (
        certificate.public_key()
    ):
        raise _damaged(path)
    return key, certificate


def _write(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with atomic_file(path, private=True) as part:
            part.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    except OSError as error:
        raise _unusable(path, error) from error


def _damaged(path: Path) -> VibeluxError:
    return VibeluxError(
        f"{path} does not hold a key with its certificate; delete it, and a new one is made, which "
        "your devices have to trust anew"
    )


def _unusable(path: Path, error: OSError) -> VibeluxError:
    return VibeluxError(
        f"cannot use {path}: {error.strerror or error}; make its folder writable, or set "
        "VIBELUX_HOME to another one"
    )
