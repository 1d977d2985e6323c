"""Which addresses a pull may speak to: only the configured host, and nothing inside the house unless allowed."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from qa.core.errors import InvalidInputError

Resolve = Callable[[str, int], Iterable[str]]


class RefusedAddressError(InvalidInputError):
    """An address that a pull does not speak to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where a help desk's API begins."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme]
        return f"{self.scheme}://{self.host}{'' if self.port == usual else f':{self.port}'}{self.path}"


def base_of(url: str, allowed_private: frozenset[str]) -> Base:
    """The base of a source from what an admin typed: https, a host, no user, no query.

    Plain http is accepted only for a host that the installation allows by name.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise RefusedAddressError("This is no address such as https://example.zendesk.com.") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.query or parts.fragment:
        raise RefusedAddressError("Write the address as https://example.zendesk.com, without anything behind it.")
    if parts.scheme == "http" and host not in allowed_private:
        raise RefusedAddressError("The address must begin with https: credentials are sent to it.")
    return Base(
        scheme=parts.scheme,
        host=host,
        port=port or (443 if parts.scheme == "https" else 80),
        path=parts.path.rstrip("/"),
    )


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def address_for(base: Base, allowed_private: frozenset[str], resolve: Resolve = resolved) -> str:
    """The address to connect to, looked up now and used for this connection, so that it cannot change in between.

    A host with any address of a private, local or reserved range is refused as a whole, unless it is allowed by name.
    """
    try:
        found = list(resolve(base.host, base.port))
    except OSError as error:
        raise RefusedAddressError(f"The host {base.host} is not known.") from error
    if not found:
        raise RefusedAddressError(f"The host {base.host} has no address.")
    if base.host not in allowed_private:
        for address in found:
            if not is_public(address):
                raise RefusedAddressError(
                    f"The host {base.host} has an address inside the house. "
                    "If that is meant, name the host in PULL_PRIVATE_HOSTS."
                )
    return found[0]


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet at large (RFC 6890's registries, mapped IPv4 looked at as such)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return ip.is_global and not ip.is_multicast
