"""Certificates that were tampered with by someone who knows how: words and digest are made to fit."""

from dataclasses import replace
from typing import Any

from branches.proofs import schema
from branches.proofs.certificate import Certificate


def forged(certificate: Certificate, **changes: Any) -> Certificate:
    """Return the certificate with fields changed (where a dict is given, its entries) and the words rewritten."""
    for name, value in changes.items():
        old = getattr(certificate, name)
        certificate = replace(certificate, **{name: {**old, **value} if isinstance(value, dict) else value})
    words = schema.sentence(certificate.kind, certificate.potential, certificate.given, certificate.proved)
    return replace(certificate, statement=words)


def refused(certificate: Certificate, *words: str) -> bool:
    """Say whether the checker refuses, with all the words in its reason."""
    result = certificate.check()
    return not result.ok and all(word in result.reason for word in words)
