"""Which addresses are on the open internet, and which a host has."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# "IETF protocol assignments"; Python called parts of them global until 3.11.10.
_ASSIGNMENTS = IPv4Network("192.0.0.0/24")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, by IANA's special-purpose registries.

    An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is as public as that one.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and ip not in _ASSIGNMENTS
    if (inside := _ipv4_inside(ip)) is not None:
        return is_public(str(inside))
    return ip in _GLOBAL_UNICAST and ip.is_global


def _ipv4_inside(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


async def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the system's order of preference. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
