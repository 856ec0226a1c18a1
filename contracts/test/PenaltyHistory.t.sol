// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Offence} from "../Types.sol";
import {PenaltyHistory} from "../libraries/PenaltyHistory.sol";

contract PenaltyHistoryTest {
    uint256 private constant WINDOW = 28 days;
    uint256 private constant NOW = 1_760_000_000;

    error Unequal(uint256 actual, uint256 expected);

    function test_chargeCountsForTheWholeWindowAndAFifthLongerAtMost() public pure {
        PenaltyHistory history = empty().add(Offence.Outage, 200, NOW, WINDOW);
        equal(history.sum(NOW + WINDOW, WINDOW), 200);
        equal(history.sum(NOW + WINDOW * 6 / 5 + 1, WINDOW), 0);
    }

    function test_undoneChargeLeavesNoTrace() public pure {
        PenaltyHistory before = empty().add(Offence.Stale, 10, NOW - 1 days, WINDOW);
        PenaltyHistory undone =
            before.add(Offence.Outage, 200, NOW, WINDOW).undo(Offence.Outage, 200, NOW, 0, WINDOW);
        equal(undone.sum(NOW, WINDOW), 10);
        equal(undone.lastOf(Offence.Outage), 0);
        equal(undone.lastOf(Offence.Stale), NOW - 1 days);
    }

    /// @dev The charge has left the window by then: there is no bucket to take it from.
    function test_undoOfAChargeThatNoLongerCountsTakesNothing() public pure {
        PenaltyHistory history = empty().add(Offence.Outage, 200, NOW, WINDOW);
        uint256 later = NOW + 2 * WINDOW;
        history = history.add(Offence.Stale, 10, later, WINDOW).undo(Offence.Outage, 200, NOW, 0, WINDOW);
        equal(history.sum(later, WINDOW), 10);
        equal(history.lastOf(Offence.Outage), 0);
    }

    function test_undoKeepsTheMarkOfALaterCharge() public pure {
        PenaltyHistory history = empty().add(Offence.Outage, 200, NOW, WINDOW);
        history = history.add(Offence.Outage, 300, NOW + 1, WINDOW).undo(Offence.Outage, 200, NOW, 0, WINDOW);
        equal(history.sum(NOW + 1, WINDOW), 300);
        equal(history.lastOf(Offence.Outage), NOW + 1);
    }

    function empty() private pure returns (PenaltyHistory) {
        return PenaltyHistory.wrap(0);
    }

    function equal(uint256 actual, uint256 expected) private pure {
        require(actual == expected, Unequal(actual, expected));
    }
}
