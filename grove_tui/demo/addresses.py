"""Pod addresses from the nodes' pod networks.

Promises: no two living pods have the same address; a pod keeps its own for life; the first pod of a
node gets the network's address 0, as on a KWOK node; an address that became free is handed out
again only after all others of its node have been.
"""

import ipaddress


class Addresses:
    """Hands out addresses; `pod` is anything that identifies a pod for life, such as its uid."""

    def __init__(self) -> None:
        self._networks: dict[str, ipaddress.IPv4Network] = {}
        self._next: dict[ipaddress.IPv4Network, int] = {}
        self._used: dict[int, str] = {}
        self._held: dict[str, int] = {}

    def describe(self, node: str, pod_cidr: str) -> None:
        """Take over a node's pod network; one that is malformed is ignored."""
        try:
            self._networks[node] = ipaddress.IPv4Network(pod_cidr, strict=False)
        except ValueError:
            self._networks.pop(node, None)

    def observe(self, pod: str, node: str, address: str) -> None:
        """Take over an address that a pod already has."""
        if pod in self._held or not address:
            return
        try:
            number = int(ipaddress.IPv4Address(address))
        except ValueError:
            return
        self._hold(pod, number)
        network = self._networks.get(node)
        if network is not None and ipaddress.IPv4Address(number) in network:
            after = number - int(network.network_address) + 1
            self._next[network] = max(self._next.get(network, 0), after)

    def of(self, pod: str, node: str) -> str:
        """Return the pod's address, a new one the first time; empty when the node has none left."""
        number = self._held.get(pod)
        if number is None:
            number = self._free(node)
            if number is None:
                return ""
            self._hold(pod, number)
        return str(ipaddress.IPv4Address(number))

    def release(self, pod: str) -> None:
        """Take a pod's address back."""
        number = self._held.pop(pod, None)
        if number is not None:
            self._used.pop(number, None)

    def _free(self, node: str) -> int | None:
        network = self._networks.get(node)
        if network is None:
            return None
        size, first = network.num_addresses, int(network.network_address)
        start = self._next.get(network, 0)
        for offset in range(start, start + size):
            number = first + offset % size
            if number not in self._used:
                self._next[network] = offset % size + 1
                return number
        return None

    def _hold(self, pod: str, number: int) -> None:
        self._held[pod] = number
        self._used[number] = pod
