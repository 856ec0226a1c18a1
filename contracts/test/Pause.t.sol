// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {CaseId, Offence, Role} from "../Types.sol";
import {IGuardianPause} from "../interfaces/IGuardianPause.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev What a pause of the vault stops, and what goes on so that nobody escapes by it.
contract PauseTest is AttackTest {
    function test_pauseStopsWithdrawalsAndExecutionsUntilItEnds() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, 1 ether);
        VM.warp(START + THAW - 6 days);
        openOutage(hub.currentEpoch());
        uint64 epoch = hub.currentEpoch() - 1;
        uint48 until = pause();
        VM.warp(until - 1);
        bytes memory paused = abi.encodeWithSelector(IGuardianPause.IsPaused.selector, until);
        VM.expectRevert(paused);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        VM.expectRevert(paused);
        court.execute(outageKey(epoch));
        VM.warp(until);
        court.execute(outageKey(epoch));
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), 1 ether);
    }

    function test_everythingElseGoesOn() public {
        pause();
        fundAndStake(Role.Provider, provider, 1 ether);
        VM.prank(provider);
        vault.thaw(Role.Provider, 2 ether);
        VM.prank(provider);
        vault.cancelThaw(Role.Provider);
        CaseId caseId = openOutage(1);
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.prank(GOVERNOR);
        court.resolveAppeal(outageKey(1), true);
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Overturned));
        caseId = openOutage(2);
        VM.prank(GUARDIAN);
        court.veto(outageKey(2));
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Vetoed));
        fundRewards(10 ether);
        VM.warp(block.timestamp + REVEAL);
        hub.claimReward(watchers[0], 2);
        equal(vault.accountOf(Role.Watcher, watchers[0]).tokens, MIN_BOND + REWARD);
    }

    function test_pauseAndItsEarlyEndAreTold() public {
        VM.expectEmit(address(vault));
        emit IGuardianPause.Paused(uint48(START) + PAUSE);
        pause();
        VM.warp(START + 1 days);
        VM.expectEmit(address(vault));
        emit IGuardianPause.Unpaused(uint48(START + 1 days));
        VM.prank(GOVERNOR);
        vault.unpause();
        equal(vault.pausedUntil(), START + 1 days);
        VM.expectRevert(IGuardianPause.NotPaused.selector);
        VM.prank(GOVERNOR);
        vault.unpause();
        VM.warp(START + 1 days + PAUSE - 1);
        VM.expectRevert(
            abi.encodeWithSelector(IGuardianPause.PausedTooRecently.selector, START + 1 days + PAUSE)
        );
        pause();
        VM.warp(START + 1 days + PAUSE);
        equal(pause(), block.timestamp + PAUSE);
    }

    function testFuzz_onlyTheGuardianPausesAndOnlyTheGovernorEndsIt(address caller) public {
        bytes memory refusal =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        if (caller != GUARDIAN) {
            VM.expectRevert(refusal);
            VM.prank(caller);
            vault.pause();
        }
        pause();
        if (caller == GOVERNOR) return;
        VM.expectRevert(refusal);
        VM.prank(caller);
        vault.unpause();
    }

    /* PROOFS DURING A PAUSE */

    function test_provenDuringAPauseIsHeldJailedAndSlashedAfterwards() public {
        uint48 until = pause();
        proveEquivocation();
        ISlashingCourt.CaseKey memory key = caseKey(7, provider, Offence.Equivocation);
        CaseId caseId = court.caseIdOf(7, provider, NETWORK, Offence.Equivocation);
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Open));
        equal(account().locked, STAKE / 2);
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
        bytes memory closed =
            abi.encodeWithSelector(ISlashingCourt.VetoWindowClosed.selector, caseId, block.timestamp);
        VM.expectRevert(closed);
        VM.prank(GUARDIAN);
        court.veto(key);
        VM.expectRevert(closed);
        VM.prank(provider);
        court.appeal(key);
        VM.expectRevert(abi.encodeWithSelector(IGuardianPause.IsPaused.selector, until));
        court.execute(key);
        VM.warp(until);
        VM.expectEmit(address(court));
        emit ISlashingCourt.CaseExecuted(caseId, provider, uint96(STAKE / 2), type(uint48).max);
        court.execute(key);
        equal(account().tokens, STAKE / 2);
        equal(account().locked, 0);
        equal(token.balanceOf(STRANGER), STAKE / 20);
        equal(token.balanceOf(TREASURY), STAKE * 45 / 100);
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.Executed
            )
        );
        court.execute(key);
    }

    function test_provenWithoutStakeDuringAPauseIsDoneAtOnce() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.warp(START + THAW);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        pause();
        proveEquivocation();
        CaseId caseId = court.caseIdOf(7, provider, NETWORK, Offence.Equivocation);
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Executed));
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
    }

    function pause() private returns (uint48) {
        VM.prank(GUARDIAN);
        vault.pause();
        return vault.pausedUntil();
    }
}
