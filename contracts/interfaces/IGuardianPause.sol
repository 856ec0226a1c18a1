// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Guardian's pause
/// @notice Stops value from leaving a contract for a bounded time, and nothing else: locks, thaws, evidence and cases
/// go on, so that nobody escapes by it.
/// @dev Ends by itself. Between the end of one pause and the next the contract runs for at least as long as a pause
/// lasts: a guardian alone can never hold funds for good.
interface IGuardianPause {
    /// @notice `until` in Unix seconds.
    event Paused(uint48 until);
    /// @notice `since` is the new value of `pausedUntil`.
    event Unpaused(uint48 since);

    error IsPaused(uint48 until);
    error NotPaused();
    /// @notice The contract must run for a while before it may be paused again.
    error PausedTooRecently(uint48 pausableAt);
    error InvalidPauseSeconds(uint48 pauseSeconds, uint48 maxSeconds);

    /// @notice Guardian: stops outflows for `pauseSeconds`. Warning: holds back everybody's withdrawals meanwhile.
    function pause() external;

    /// @notice Governor: ends a pause early. Warning: the guardian may pause again only after as long as a pause lasts.
    function unpause() external;

    /// @return Unix seconds at which the last pause ends or ended; 0 if there was none.
    function pausedUntil() external view returns (uint48);

    /// @return Length of a pause, at most 14 days.
    function pauseSeconds() external view returns (uint48);
}
