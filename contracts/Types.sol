// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Key of a served network: `keccak256(bytes(caip2))`, e.g. of "eip155:59144".
type NetworkId is bytes32;

/// @dev Key of one alleged offence: `keccak256(abi.encode(epoch, provider, network, offence))`. Names no reporter,
/// so that one offence has one tally and one penalty whoever brings it.
type OffenceId is bytes32;

/// @dev Key of a case in one court: `keccak256(abi.encode(chainid, court, offenceId))`.
type CaseId is bytes32;

/// @dev Whose bond it is.
enum Role {
    Provider,
    Watcher
}

/// @dev What a provider can be punished for. All but `Equivocation` are subjective: known by the watchers' quorum.
enum Offence {
    Downtime,
    Latency,
    Stale,
    InvalidData,
    Outage,
    Equivocation
}

function equals(NetworkId a, NetworkId b) pure returns (bool) {
    return NetworkId.unwrap(a) == NetworkId.unwrap(b);
}

using {equals as ==} for NetworkId global;

/// @return id `keccak256(abi.encode(epoch, provider, network, offence))`, without leaving memory behind: reveals
/// compute it once for each breach.
function toOffenceId(uint64 epoch, address provider, NetworkId network, Offence offence) pure returns (OffenceId id) {
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        let encoding := mload(0x40)
        mstore(encoding, and(epoch, 0xffffffffffffffff))
        mstore(add(encoding, 0x20), shr(96, shl(96, provider)))
        mstore(add(encoding, 0x40), network)
        mstore(add(encoding, 0x60), and(offence, 0xff))
        id := keccak256(encoding, 0x80)
    }
}
