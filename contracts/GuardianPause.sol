// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IGuardianPause} from "./interfaces/IGuardianPause.sol";

/// @title Guardian's pause
abstract contract GuardianPause is IGuardianPause, AccessManaged {
    uint48 private constant MAX_PAUSE_SECONDS = 14 days;

    /// @inheritdoc IGuardianPause
    uint48 public immutable pauseSeconds;

    /// @inheritdoc IGuardianPause
    uint48 public pausedUntil;

    constructor(uint48 pauseSeconds_) {
        require(
            pauseSeconds_ > 0 && pauseSeconds_ <= MAX_PAUSE_SECONDS,
            InvalidPauseSeconds(pauseSeconds_, MAX_PAUSE_SECONDS)
        );
        pauseSeconds = pauseSeconds_;
    }

    modifier whenNotPaused() {
        _requireNotPaused();
        _;
    }

    /// @inheritdoc IGuardianPause
    function pause() external restricted {
        uint48 last = pausedUntil;
        uint256 pausableAt = last == 0 ? 0 : uint256(last) + pauseSeconds;
        require(block.timestamp >= pausableAt, PausedTooRecently(uint48(pausableAt)));
        uint48 until = uint48(block.timestamp) + pauseSeconds;
        pausedUntil = until;
        emit Paused(until);
    }

    /// @inheritdoc IGuardianPause
    function unpause() external restricted {
        require(block.timestamp < pausedUntil, NotPaused());
        // From now on: the time that it must run begins here.
        pausedUntil = uint48(block.timestamp);
        emit Unpaused(uint48(block.timestamp));
    }

    function _requireNotPaused() internal view {
        require(block.timestamp >= pausedUntil, IsPaused(pausedUntil));
    }
}
