// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {PaymentEscrow} from "../PaymentEscrow.sol";
import {StakeVault} from "../StakeVault.sol";
import {Offence, Role} from "../Types.sol";
import {IGuardianPause} from "../interfaces/IGuardianPause.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";
import {HostileToken} from "./lib/HostileToken.t.sol";

/// @dev Attacks on bonds: to take them away in time, to keep others from theirs, to take others'.
contract AttackStakeTest is AttackTest {
    /* ESCAPE */

    /// @dev The whole stake begins to thaw as the offence begins, at the latest moment that every window allows.
    function test_attack_withdrawBeforeSlash() public {
        VM.warp(hub.epochStart(1));
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        attest(watchers, 1, only(outage(provider)));
        VM.warp(hub.epochStart(2) + COMMIT + REVEAL + EVIDENCE - 1);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(block.timestamp + VETO - 1);
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.warp(block.timestamp + APPEAL);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.StillThawing.selector, hub.epochStart(1) + THAW));
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        court.execute(outageKey(1));
        equal(account().tokens, STAKE * 98 / 100 - APPEAL_BOND);
    }

    function test_attack_thawDuringACase() public {
        openOutage(1);
        uint256 locked = STAKE * 2 / 100;
        VM.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, STAKE - locked, STAKE)
        );
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE - locked);
        VM.warp(block.timestamp + THAW);
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), STAKE - locked);
        VM.expectRevert(IStakeVault.NothingThawing.selector);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        court.execute(outageKey(1));
        equal(token.balanceOf(TREASURY), locked);
    }

    /// @dev To thaw early and go on serving: thawing stake does not count, so the service is not active.
    function test_attack_serveWithStakeThatIsAboutToLeave() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE - MIN_STAKE + 1);
        isTrue(!registry.isActive(provider, NETWORK), "thawing stake stands for no service");
    }

    /// @dev Stake whose thaw ended during a pause must not outrun a proof that the pause held back.
    function test_attack_outrunAProofWhenAPauseEnds() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.warp(START + 10 days);
        VM.prank(GUARDIAN);
        vault.pause();
        VM.warp(START + 20 days);
        proveEquivocation();
        VM.warp(vault.pausedUntil());
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        equal(token.balanceOf(provider), STAKE / 2);
        court.execute(caseKey(7, provider, Offence.Equivocation));
        equal(token.balanceOf(TREASURY) + token.balanceOf(STRANGER), STAKE / 2);
    }

    /* GRIEF */

    /// @dev Nobody but the owner moves its timer: neither a thaw of others nor stake added for it.
    function test_attack_griefTheThawTimer() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, 1_000 ether);
        VM.warp(START + THAW - 1);
        fundAndStake(Role.Provider, STRANGER, 1 ether);
        token.mint(STRANGER, 1);
        VM.prank(STRANGER);
        token.approve(address(vault), 1);
        VM.prank(STRANGER);
        vault.stake(Role.Provider, provider, 1);
        VM.prank(STRANGER);
        vault.thaw(Role.Provider, 1 ether);
        VM.expectRevert(IStakeVault.NothingThawing.selector);
        VM.prank(STRANGER);
        vault.cancelThaw(Role.Watcher);
        equal(account().thawEnd, START + THAW);
        VM.warp(START + THAW);
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), 1_000 ether);
    }

    /// @dev A bond of dust is locked, slashed and released like any other; a share below one unit is none.
    function test_attack_dust() public {
        VM.prank(provider);
        registry.removeService(NETWORK);
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE - 49);
        VM.warp(START + THAW);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        uint64 epoch = hub.currentEpoch();
        openOutage(epoch);
        equal(account().locked, 0);
        VM.warp(block.timestamp + VETO);
        court.execute(outageKey(epoch));
        equal(account().tokens, 49);
        isTrue(registry.providerOf(provider).jailedUntil > block.timestamp, "dust is jailed, too");
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        VM.prank(STRANGER);
        vault.stake(Role.Provider, provider, 0);
    }

    /* PAUSE */

    function test_attack_pauseThatNeverEnds() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.warp(START + THAW);
        VM.prank(GUARDIAN);
        vault.pause();
        uint256 end = block.timestamp + PAUSE;
        bytes memory tooRecent = abi.encodeWithSelector(IGuardianPause.PausedTooRecently.selector, end + PAUSE);
        VM.expectRevert(tooRecent);
        VM.prank(GUARDIAN);
        vault.pause();
        VM.warp(end - 1);
        VM.expectRevert(abi.encodeWithSelector(IGuardianPause.IsPaused.selector, end));
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        VM.warp(end);
        VM.expectRevert(tooRecent);
        VM.prank(GUARDIAN);
        vault.pause();
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), STAKE);
    }

    /* TOKENS */

    function test_attack_feeOnTransferToken() public {
        HostileToken bad = new HostileToken();
        StakeVault itsVault =
            new StakeVault(address(bad), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        PaymentEscrow escrow = new PaymentEscrow(address(bad), TREASURY, address(access), 30 days, PAUSE, 500);
        bad.mint(address(this), 100);
        bad.approve(address(itsVault), 100);
        bad.approve(address(escrow), 100);
        bad.setFee(1_000);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.TransferMismatch.selector, 100, 90));
        itsVault.stake(Role.Provider, address(this), 100);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.TransferMismatch.selector, 100, 90));
        itsVault.fundRewards(100);
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.TransferMismatch.selector, 100, 90));
        escrow.deposit(address(this), 100);
    }

    /// @dev In the middle of a deposit, a second one would be counted twice; of a withdrawal, paid twice.
    function test_attack_reentrantToken() public {
        HostileToken bad = new HostileToken();
        StakeVault itsVault =
            new StakeVault(address(bad), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        bad.mint(address(this), 100);
        bad.mint(address(bad), 100);
        bad.approve(address(itsVault), 100);
        VM.prank(address(bad));
        bad.approve(address(itsVault), 100);
        bytes memory again = abi.encodeCall(IStakeVault.stake, (Role.Provider, address(this), 50));
        bad.callInTransfer(address(itsVault), again);
        itsVault.stake(Role.Provider, address(this), 50);
        refusedReentry(bad);
        equal(itsVault.accountOf(Role.Provider, address(this)).tokens, 50);
        itsVault.stake(Role.Provider, address(bad), 50);
        VM.prank(address(bad));
        itsVault.thaw(Role.Provider, 50);
        VM.warp(block.timestamp + THAW);
        bad.callInTransfer(
            address(itsVault), abi.encodeCall(IStakeVault.withdraw, (Role.Provider, address(bad)))
        );
        VM.prank(address(bad));
        itsVault.withdraw(Role.Provider, address(bad));
        refusedReentry(bad);
        equal(bad.balanceOf(address(itsVault)), 50);
    }

    /// @dev The escrow, while it pays: a second withdrawal of the same balance.
    function test_attack_reentrantTokenInTheEscrow() public {
        HostileToken bad = new HostileToken();
        PaymentEscrow escrow = new PaymentEscrow(address(bad), TREASURY, address(access), 30 days, PAUSE, 500);
        bad.mint(address(this), 100);
        bad.approve(address(escrow), 100);
        escrow.deposit(address(bad), 50);
        escrow.deposit(address(this), 50);
        VM.prank(address(bad));
        escrow.thaw(50);
        VM.warp(block.timestamp + 30 days);
        bad.callInTransfer(address(escrow), abi.encodeCall(IPaymentEscrow.withdraw, (address(bad))));
        VM.prank(address(bad));
        escrow.withdraw(address(bad));
        refusedReentry(bad);
        equal(bad.balanceOf(address(escrow)), 50);
    }

    function refusedReentry(HostileToken bad) private view {
        isTrue(!bad.callSucceeded(), "a call in the middle of a transfer succeeded");
        bytes4 reason = bytes4(bad.callResult());
        isTrue(
            reason == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "refused for another reason"
        );
    }
}
