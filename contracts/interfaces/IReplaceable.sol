// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Replaceable parts
/// @notice Refusals of every contract that names parts which can be replaced.
interface IReplaceable {
    error ZeroAddress();
    /// @notice Nothing was proposed for this part.
    error NothingProposed();
    error ChangeTooEarly(uint48 effectiveAt);
}
