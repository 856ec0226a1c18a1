// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IReplaceable} from "../interfaces/IReplaceable.sol";

/// @dev A part of the protocol that can be replaced, and what shall replace it. Two slots.
/// `changes` counts how often it was set; `since` is when that happened last (Unix seconds).
struct Pointer {
    address current;
    uint48 since;
    uint32 changes;
    address proposed;
    uint48 effectiveAt;
}

using PointerLib for Pointer global;

/// @title Pointer to a replaceable part
/// @notice Nothing is upgraded in place: a successor is proposed, and anyone may put it in force after a delay.
library PointerLib {
    /// @dev Sets it at once: for the first part, which replaces nothing.
    function appoint(Pointer storage self, address first) internal {
        require(first != address(0), IReplaceable.ZeroAddress());
        _set(self, first);
    }

    /// @dev A new proposal takes the place of the one before and waits for the whole delay again.
    function propose(Pointer storage self, address next, uint48 delaySeconds)
        internal
        returns (uint48 effectiveAt)
    {
        require(next != address(0), IReplaceable.ZeroAddress());
        effectiveAt = uint48(block.timestamp) + delaySeconds;
        self.proposed = next;
        self.effectiveAt = effectiveAt;
    }

    /// @dev Puts what was proposed in force.
    function change(Pointer storage self) internal returns (address previous, address current) {
        current = self.proposed;
        uint48 effectiveAt = self.effectiveAt;
        require(current != address(0), IReplaceable.NothingProposed());
        require(block.timestamp >= effectiveAt, IReplaceable.ChangeTooEarly(effectiveAt));
        previous = self.current;
        delete self.proposed;
        delete self.effectiveAt;
        _set(self, current);
    }

    function _set(Pointer storage self, address current) private {
        self.current = current;
        self.since = uint48(block.timestamp);
        ++self.changes;
    }
}
