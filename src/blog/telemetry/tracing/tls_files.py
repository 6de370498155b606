"""The TLS files for the collector: the authorities that it is checked against, and the certificate that the blog shows to it."""

import ssl
from pathlib import Path

from blog.settings import Settings, variable
from blog.settings.readers import refuse

ClientCertificate = str | tuple[str, str] | None


def tls_files(settings: Settings) -> tuple[str | None, ClientCertificate]:
    """The authorities, and the client certificate with its key, as requests takes them. They are loaded once.

    Without that, a wrong file would be noticed with the first spans only.

    Raises:
        SettingsError: a file cannot be read, is not in PEM format, or is not the key of the certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _authorities(settings, context), _client_certificate(settings, context)


def _authorities(settings: Settings, context: ssl.SSLContext) -> str | None:
    name, path = _chosen(settings, "certificate")
    if path is None:
        return None
    try:
        context.load_verify_locations(path)
    except OSError as problem:
        allowed = f"give a file with certificates in PEM format ({_reason(problem)})"
        raise refuse(name, str(path), allowed) from None
    return str(path)


def _client_certificate(settings: Settings, context: ssl.SSLContext) -> ClientCertificate:
    name, path = _chosen(settings, "client_certificate")
    name_of_key, key = _chosen(settings, "client_key")
    if path is None:
        if key:
            raise refuse(name_of_key, str(key), f"give its certificate in {name} too")
        return None
    try:
        # Without a password here, OpenSSL would ask on the terminal for that of an encrypted key.
        context.load_cert_chain(path, key, password="")
    except OSError as problem:
        allowed = f"give a certificate in PEM format, and its key without a password there or in {name_of_key} ({_reason(problem)})"
        raise refuse(name, str(path), allowed) from None
    return (str(path), str(key)) if key else str(path)


def _chosen(settings: Settings, name: str) -> tuple[str, Path | None]:
    """A file and its variable; the one for spans alone takes precedence."""
    alone = f"otlp_traces_{name}"
    field = alone if getattr(settings, alone) else f"otlp_{name}"
    return variable(field), getattr(settings, field)


def _reason(problem: OSError) -> str:
    """Why OpenSSL could not load a file, such as NO_CERTIFICATE_OR_CRL_FOUND or "No such file or directory"."""
    return (problem.reason if isinstance(problem, ssl.SSLError) else problem.strerror) or str(problem)
