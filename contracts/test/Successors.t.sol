// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IReplaceable} from "../interfaces/IReplaceable.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev The parts that the registry names: clients find them there and follow them.
contract SuccessorsTest is DinTest {
    address private immutable FIRST = makeAddress("first");
    address private immutable SECOND = makeAddress("second");

    function setUp() public {
        deployAll();
    }

    function test_firstEscrowIsThereAtOnceAndTheNextAfterTheDelay() public {
        equal(registry.escrow(), address(0));
        VM.prank(GOVERNOR);
        registry.proposeEscrow(FIRST);
        equal(registry.escrow(), FIRST);
        VM.prank(GOVERNOR);
        registry.proposeEscrow(SECOND);
        (address proposed, uint48 effectiveAt) = registry.pendingEscrow();
        equal(proposed, SECOND);
        equal(effectiveAt, START + COURT_CHANGE);
        VM.warp(effectiveAt - 1);
        VM.expectRevert(abi.encodeWithSelector(IReplaceable.ChangeTooEarly.selector, effectiveAt));
        registry.applyEscrow();
        VM.warp(effectiveAt);
        VM.prank(STRANGER);
        registry.applyEscrow();
        equal(registry.escrow(), SECOND);
        (proposed,) = registry.pendingEscrow();
        equal(proposed, address(0));
    }

    function test_evenTheFirstSuccessorWaits() public {
        VM.prank(GOVERNOR);
        registry.proposeSuccessor(FIRST);
        equal(registry.successor(), address(0));
        (address proposed, uint48 effectiveAt) = registry.pendingSuccessor();
        equal(proposed, FIRST);
        VM.expectRevert(abi.encodeWithSelector(IReplaceable.ChangeTooEarly.selector, effectiveAt));
        registry.applySuccessor();
        VM.warp(effectiveAt);
        registry.applySuccessor();
        equal(registry.successor(), FIRST);
    }

    /// @dev Clients would go round in a circle.
    function test_registryIsNotItsOwnSuccessor() public {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidParameter.selector, "successor"));
        VM.prank(GOVERNOR);
        registry.proposeSuccessor(address(registry));
    }

    function test_laterProposalWaitsForTheWholeDelayAgain() public {
        VM.prank(GOVERNOR);
        registry.proposeCourt(FIRST);
        VM.warp(START + COURT_CHANGE - 1);
        VM.prank(GOVERNOR);
        registry.proposeCourt(SECOND);
        (address proposed, uint48 effectiveAt) = registry.pendingCourt();
        equal(proposed, SECOND);
        VM.warp(START + COURT_CHANGE);
        VM.expectRevert(abi.encodeWithSelector(IReplaceable.ChangeTooEarly.selector, effectiveAt));
        registry.applyCourt();
        VM.warp(effectiveAt);
        registry.applyCourt();
        equal(registry.court(), SECOND);
    }

    function test_formerCourtJailsForOneThawMore() public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.prank(GOVERNOR);
        registry.proposeCourt(SECOND);
        VM.warp(START + COURT_CHANGE);
        registry.applyCourt();
        (address retired, uint48 until) = registry.retiredCourt();
        equal(retired, address(court));
        equal(until, block.timestamp + THAW);
        VM.warp(until - 1);
        VM.prank(address(court));
        registry.jail(provider, until + 1 days);
        equal(registry.providerOf(provider).jailedUntil, until + 1 days);
        VM.warp(until);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotCourt.selector, address(court)));
        VM.prank(address(court));
        registry.jail(provider, until + 2 days);
    }

    function test_nothingIsAppliedThatWasNotProposed() public {
        VM.expectRevert(IReplaceable.NothingProposed.selector);
        registry.applyEscrow();
        VM.expectRevert(IReplaceable.NothingProposed.selector);
        registry.applySuccessor();
        VM.expectRevert(IReplaceable.NothingProposed.selector);
        registry.applyCourt();
    }

    function test_partsAreNeverZero() public {
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        VM.prank(GOVERNOR);
        registry.proposeEscrow(address(0));
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        VM.prank(GOVERNOR);
        registry.proposeSuccessor(address(0));
    }

    function testFuzz_onlyTheGovernorProposes(address caller) public {
        VM.assume(caller != GOVERNOR && caller != address(0));
        bytes memory refused =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        VM.expectRevert(refused);
        VM.prank(caller);
        registry.proposeEscrow(FIRST);
        VM.expectRevert(refused);
        VM.prank(caller);
        registry.proposeSuccessor(FIRST);
    }
}
