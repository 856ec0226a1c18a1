// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Offence} from "../Types.sol";

/// @dev What a provider was charged with lately, in one slot. From the lowest bit: five `uint32` times (Unix seconds)
/// of the last charge by subjective offence, the `uint32` number of the newest bucket, six buckets of 10 bits each
/// with the penalties of that bucket in 1/10,000, the newest first.
type PenaltyHistory is uint256;

using PenaltyHistoryLib for PenaltyHistory global;

/// @title Penalty history
/// @notice A sliding sum over a window in constant space: six buckets of a fifth of the window always cover the whole
/// window, so that the sum is never too small and the cap never exceeded.
/// @dev Unchecked: time only moves on, so that no bucket is newer than the present one; a window is never empty; what
/// is taken back was added; and the sum of all buckets is at most `MAX_BPS`, which fits into each.
library PenaltyHistoryLib {
    uint256 internal constant MAX_BPS = 1_000;

    uint256 private constant BUCKETS = 6;
    uint256 private constant BUCKET_BITS = 10;
    uint256 private constant BUCKET_MASK = (1 << BUCKET_BITS) - 1;
    uint256 private constant ALL_BUCKETS_MASK = (1 << (BUCKETS * BUCKET_BITS)) - 1;
    uint256 private constant NEWEST_OFFSET = 160;
    uint256 private constant BUCKETS_OFFSET = 192;
    uint256 private constant TIME_MASK = type(uint32).max;

    /// @return Unix seconds of the last charge; 0 if never.
    function lastOf(PenaltyHistory self, Offence offence) internal pure returns (uint32) {
        return uint32(PenaltyHistory.unwrap(self) >> _offset(offence));
    }

    /// @return Sum of the penalties that count at `time`.
    function sum(PenaltyHistory self, uint256 time, uint256 windowSeconds) internal pure returns (uint256) {
        return _sum(_bucketsAt(self, _bucketOf(time, windowSeconds)));
    }

    /// @dev Adds a charge. The sum must stay within `MAX_BPS`, so that no bucket overflows.
    function add(PenaltyHistory self, Offence offence, uint256 bps, uint256 time, uint256 windowSeconds)
        internal
        pure
        returns (PenaltyHistory)
    {
        uint256 bucket = _bucketOf(time, windowSeconds);
        uint256 marks = PenaltyHistory.unwrap(self) & ((1 << NEWEST_OFFSET) - 1);
        marks = _withMark(marks, offence, time);
        uint256 buckets = _bucketsAt(self, bucket);
        unchecked {
            buckets += bps;
        }
        return PenaltyHistory.wrap(marks | bucket << NEWEST_OFFSET | buckets << BUCKETS_OFFSET);
    }

    /// @dev Takes the charge of `time` back. A later charge for the same offence keeps its mark.
    function undo(
        PenaltyHistory self,
        Offence offence,
        uint256 bps,
        uint256 time,
        uint256 previousMark,
        uint256 windowSeconds
    ) internal pure returns (PenaltyHistory) {
        uint256 word = PenaltyHistory.unwrap(self);
        if (lastOf(self, offence) == uint32(time)) word = _withMark(word, offence, previousMark);
        unchecked {
            uint256 age = _newest(self) - _bucketOf(time, windowSeconds);
            if (age < BUCKETS) word -= bps << (BUCKETS_OFFSET + age * BUCKET_BITS);
        }
        return PenaltyHistory.wrap(word);
    }

    function _bucketsAt(PenaltyHistory self, uint256 bucket) private pure returns (uint256) {
        unchecked {
            uint256 age = bucket - _newest(self);
            if (age >= BUCKETS) return 0;
            return ((PenaltyHistory.unwrap(self) >> BUCKETS_OFFSET) << (age * BUCKET_BITS)) & ALL_BUCKETS_MASK;
        }
    }

    function _sum(uint256 buckets) private pure returns (uint256 total) {
        for (; buckets != 0; buckets >>= BUCKET_BITS) {
            unchecked {
                total += buckets & BUCKET_MASK;
            }
        }
    }

    function _withMark(uint256 word, Offence offence, uint256 time) private pure returns (uint256) {
        uint256 offset = _offset(offence);
        return (word & ~(TIME_MASK << offset)) | (time & TIME_MASK) << offset;
    }

    function _newest(PenaltyHistory self) private pure returns (uint256) {
        return uint32(PenaltyHistory.unwrap(self) >> NEWEST_OFFSET);
    }

    function _bucketOf(uint256 time, uint256 windowSeconds) private pure returns (uint256) {
        unchecked {
            // Rounded up: five buckets must not be shorter than the window.
            return time / ((windowSeconds + 4) / 5);
        }
    }

    function _offset(Offence offence) private pure returns (uint256) {
        return uint256(offence) << 5;
    }
}
