// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Role} from "../Types.sol";
import {IReplaceable} from "../interfaces/IReplaceable.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev What the vault holds for two courts at once. The courts are plain accounts here: the vault trusts none of them
/// further than this.
contract CourtChangeTest is DinTest {
    address private immutable ALICE = makeAddress("alice");
    address private immutable NEXT = makeAddress("next court");
    address private immutable THIRD = makeAddress("third court");
    address private first;

    function setUp() public {
        deployAll();
        first = address(court);
        fundAndStake(Role.Provider, ALICE, 10 ether);
    }

    function test_firstCourtIsThereAtOnce() public view {
        equal(vault.court(), first);
        equal(vault.courtSince(), START);
        equal(vault.inOfficeSince(first), START);
        equal(vault.inOfficeSince(NEXT), 0);
        (address retired, uint48 until) = vault.retiredCourt();
        equal(retired, address(0));
        equal(until, 0);
    }

    function test_changeIsToldBeforeAndWhenItHappens() public {
        VM.expectEmit(address(vault));
        emit IStakeVault.CourtProposed(NEXT, uint48(START + COURT_CHANGE));
        propose(NEXT);
        (address proposed, uint48 effectiveAt) = vault.pendingCourt();
        equal(proposed, NEXT);
        equal(effectiveAt, START + COURT_CHANGE);
        VM.warp(effectiveAt);
        VM.expectEmit(address(vault));
        emit IStakeVault.CourtChanged(NEXT, first, effectiveAt + THAW);
        VM.prank(STRANGER);
        vault.applyCourt();
        equal(vault.courtSince(), effectiveAt);
        equal(vault.inOfficeSince(NEXT), effectiveAt);
        equal(vault.inOfficeSince(first), 0);
        (proposed, effectiveAt) = vault.pendingCourt();
        equal(proposed, address(0));
        equal(effectiveAt, 0);
    }

    function test_courtThatServedNeverComesBack() public {
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidParameter.selector, "court"));
        propose(first);
        change(NEXT);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidParameter.selector, "court"));
        propose(first);
    }

    /// @dev Neither court touches what the other one holds.
    function testFuzz_eachCourtSettlesItsOwnLocks(uint96 old, uint96 fresh) public {
        old = uint96(bound(old, 1, 5 ether));
        fresh = uint96(bound(fresh, 1, 5 ether));
        lock(first, old);
        change(NEXT);
        equal(account().retiredLocked, old);
        lock(NEXT, fresh);
        equal(account().locked, uint256(old) + fresh);
        equal(account().retiredLocked, old);
        refuseToSettle(NEXT, fresh, uint256(fresh) + 1);
        refuseToSettle(first, old, uint256(old) + 1);
        VM.expectEmit(address(vault));
        emit IStakeVault.Released(Role.Provider, ALICE, fresh, old, old);
        VM.prank(NEXT);
        vault.release(Role.Provider, ALICE, fresh);
        refuseToSettle(NEXT, 0, 1);
        VM.expectEmit(address(vault));
        emit IStakeVault.Slashed(
            Role.Provider, ALICE, address(0), old, 0, 10 ether - old, 0, 0, 0
        );
        VM.prank(first);
        vault.slash(Role.Provider, ALICE, old, address(0), 0);
        equal(account().locked, 0);
        equal(account().retiredLocked, 0);
        equal(token.balanceOf(TREASURY), old);
    }

    function test_retiredCourtLocksNothingMore() public {
        change(NEXT);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotCourt.selector, first));
        lock(first, 1);
    }

    function test_retiredCourtHasOneThaw() public {
        lock(first, 4 ether);
        change(NEXT);
        (, uint48 until) = vault.retiredCourt();
        VM.warp(until - 1);
        VM.prank(first);
        vault.release(Role.Provider, ALICE, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.CourtNotRetired.selector, until));
        vault.releaseRetired(Role.Provider, ALICE);
        VM.warp(until);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotCourt.selector, first));
        VM.prank(first);
        vault.slash(Role.Provider, ALICE, 1, address(0), 0);
        VM.expectEmit(address(vault));
        emit IStakeVault.Released(Role.Provider, ALICE, 3 ether, 0, 0);
        VM.prank(STRANGER);
        equal(vault.releaseRetired(Role.Provider, ALICE), 3 ether);
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.releaseRetired(Role.Provider, ALICE);
    }

    /// @dev What the present court holds stays when the retired one's locks are freed.
    function test_freedLocksAreOnlyThoseOfTheRetiredCourt() public {
        lock(first, 4 ether);
        change(NEXT);
        lock(NEXT, 2 ether);
        VM.warp(block.timestamp + THAW);
        vault.releaseRetired(Role.Provider, ALICE);
        equal(account().locked, 2 ether);
        equal(account().retiredLocked, 0);
        VM.prank(NEXT);
        vault.slash(Role.Provider, ALICE, 2 ether, address(0), 0);
        equal(account().tokens, 8 ether);
    }

    /// @dev A third court comes: the second settles its own, and what was left of the first one is not lost either.
    function test_locksOfSeveralCourtsAreToldApart() public {
        lock(first, 1 ether);
        change(NEXT);
        lock(NEXT, 2 ether);
        change(THIRD);
        equal(account().locked, 3 ether);
        equal(account().retiredLocked, 3 ether);
        lock(THIRD, 3 ether);
        equal(account().retiredLocked, 3 ether);
        refuseToSettle(THIRD, 3 ether, 4 ether);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotCourt.selector, first));
        VM.prank(first);
        vault.release(Role.Provider, ALICE, 1 ether);
        VM.prank(NEXT);
        vault.release(Role.Provider, ALICE, 2 ether);
        VM.warp(block.timestamp + THAW);
        equal(vault.releaseRetired(Role.Provider, ALICE), 1 ether);
        equal(account().locked, 3 ether);
    }

    /// @dev Accounts that nobody touched between two changes are right all the same.
    function test_accountThatSleptThroughTwoChangesIsFreed() public {
        lock(first, 1 ether);
        change(NEXT);
        change(THIRD);
        equal(account().retiredLocked, 1 ether);
        VM.warp(block.timestamp + THAW);
        equal(vault.releaseRetired(Role.Provider, ALICE), 1 ether);
        equal(account().locked, 0);
    }

    function test_lockedStakeStaysThroughAChange() public {
        lock(first, 10 ether);
        change(NEXT);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, 0, 1));
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 1);
        (uint256 tokens, uint256 unlocked) = vault.unlockedOf(Role.Provider, ALICE);
        equal(tokens, 10 ether);
        equal(unlocked, 0);
    }

    function test_nothingProposedNothingApplied() public {
        VM.expectRevert(IReplaceable.NothingProposed.selector);
        vault.applyCourt();
    }

    /* STEPS */

    function propose(address next) private {
        VM.prank(GOVERNOR);
        vault.proposeCourt(next);
    }

    function change(address next) private {
        propose(next);
        VM.warp(block.timestamp + COURT_CHANGE);
        vault.applyCourt();
    }

    function lock(address by, uint256 amount) private {
        VM.prank(by);
        vault.lock(Role.Provider, ALICE, amount);
    }

    function refuseToSettle(address by, uint256 held, uint256 amount) private {
        bytes memory refusal = abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, held, amount);
        VM.expectRevert(refusal);
        VM.prank(by);
        vault.release(Role.Provider, ALICE, amount);
        VM.expectRevert(refusal);
        VM.prank(by);
        vault.slash(Role.Provider, ALICE, amount, address(0), 0);
    }

    function account() private view returns (IStakeVault.Account memory) {
        return vault.accountOf(Role.Provider, ALICE);
    }
}
