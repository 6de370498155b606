"""Head sampling before a span exists: a request that is not sampled costs one random number.

The arithmetic is that of the SDK's samplers (OpenTelemetry, Trace SDK, "TraceIdRatioBased" and "ParentBased").
"""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from blog.http.request import Decision, Parent
from blog.machine.token_bucket import TokenBucket
from blog.settings import Sampler
from blog.telemetry.tracing.ids import random_bits

# W3C Trace Context, section 3.2.2: version 00 has exactly these fields, a later one may have more behind them.
_TRACEPARENT = re.compile(rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_LOWER_64_BITS = (1 << 64) - 1
_UNTRUSTED_PER_SECOND, _UNTRUSTED_BURST = 1.0, 10.0


def parse_traceparent(value: bytes) -> Parent | None:
    """The parent that a traceparent field names; None if the field is invalid.

    >>> parse_traceparent(b"00-" + b"0" * 31 + b"1-" + b"0" * 15 + b"2-01")
    Parent(trace_id=1, span_id=2, sampled=True)
    >>> parse_traceparent(b"00-nonsense") is None
    True
    """
    found = _TRACEPARENT.fullmatch(value) if len(value) < 256 else None  # noqa: PLR2004 -- longer than any valid one
    if found is None or (found[1] == b"00" and found[5]):
        return None
    return Parent(int(found[2], 16), int(found[3], 16), bool(int(found[4], 16) & 1))


class HeadSampler:
    """The head sampler. It honours traceparent from FORWARDED_ALLOW_IPS, and rate-limits it from other peers."""

    def __init__(self, sampler: Sampler, ratio: float, trusted: str, untrusted: TokenBucket | None = None) -> None:
        self._follows_parents = sampler.startswith("parentbased_")
        share = {"always_on": 1.0, "always_off": 0.0}.get(sampler.removeprefix("parentbased_"), ratio)
        self._bound = round(share * (1 << 64))
        self._never = self._bound == 0 and not self._follows_parents
        self.trusts = trust(trusted)
        self.reads_parents = True
        self._untrusted = untrusted or TokenBucket(_UNTRUSTED_PER_SECOND, _UNTRUSTED_BURST)

    @property
    def records_nothing(self) -> bool:
        """Whether the operator has switched recording off (always_off)."""
        return self._never

    def decide(self, traceparent: bytes | None, peer: str | None) -> Decision | None:
        """The decision for one request; None if it is not sampled and has no parent, like most requests."""
        if traceparent is None or not self.reads_parents:
            lower = random_bits(64)
            return Decision(True, random_bits(64) << 64 | lower or 1) if lower < self._bound else None  # noqa: FBT003
        parent = parse_traceparent(traceparent)
        if parent is None:
            return self.decide(None, peer)
        return self._decide_with_parent(parent, peer)

    def _decide_with_parent(self, parent: Parent, peer: str | None) -> Decision | None:
        if not self.trusts(peer) and self._samples(parent) and not self._untrusted.take():
            # The peer chose that trace id and could choose ids that always pass, so this request starts a trace of its own.
            return self.decide(None, peer)
        return Decision(self._samples(parent), parent.trace_id, parent)

    def _samples(self, parent: Parent) -> bool:
        return parent.sampled if self._follows_parents else parent.trace_id & _LOWER_64_BITS < self._bound


def trust(allowed: str) -> Callable[[str | None], bool]:
    """A function that returns whether a peer is trusted. ``allowed`` has the format of uvicorn's forwarded-allow-ips.

    >>> trusts = trust("127.0.0.1, 10.0.0.0/8")
    >>> trusts("10.1.2.3"), trusts("192.0.2.1"), trusts(None), trust("*")("192.0.2.1")
    (True, False, False, True)
    """
    names = [name.strip() for name in allowed.split(",") if name.strip()]
    networks = [ipaddress.ip_network(name, strict=False) for name in names if name != "*"]

    @lru_cache(maxsize=1024)
    def trusts(peer: str | None) -> bool:
        if "*" in names:
            return True
        try:
            address = ipaddress.ip_address(peer or "")
            # A dual-stack socket reports IPv4 peers as IPv4-mapped IPv6 addresses.
            address = getattr(address, "ipv4_mapped", None) or address
        except ValueError:
            return False
        return any(address in network for network in networks)

    return trusts
