// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymentEscrow} from "../PaymentEscrow.sol";
import {SlashingCourt} from "../SlashingCourt.sol";
import {StakeVault} from "../StakeVault.sol";
import {CaseId, Offence, Role} from "../Types.sol";
import {IGuardianPause} from "../interfaces/IGuardianPause.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IReplaceable} from "../interfaces/IReplaceable.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev Attacks on cases: to dodge one, to be punished twice, to bend the rules in the middle of one.
contract AttackCourtTest is AttackTest {
    /* DODGE */

    function test_attack_registerAndDeregisterToDodgeACase() public {
        attest(watchers, 1, only(outage(provider)));
        VM.prank(provider);
        registry.removeService(NETWORK);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.AlreadyRegistered.selector, provider));
        VM.prank(provider);
        registry.register(provider, "fresh", 0, "");
        VM.prank(provider);
        registry.addService(NETWORK, URL, FULL);
        VM.warp(block.timestamp + VETO);
        court.execute(outageKey(1));
        equal(account().tokens, STAKE * 98 / 100);
        isTrue(!registry.isActive(provider, NETWORK), "the returning service is jailed");
    }

    /// @dev A service removed before the reveal is still accused; one paused, too.
    function test_attack_removeTheServiceBeforeTheReveal() public {
        toCommitWindow(1);
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        for (uint256 i = 0; i < watchers.length; ++i) {
            commitTo(watchers[i], 1, single(breaches));
        }
        VM.prank(provider);
        registry.removeService(NETWORK);
        toRevealWindow(1);
        for (uint256 i = 0; i < watchers.length; ++i) {
            VM.prank(watchers[i]);
            hub.reveal(1, "salt", single(breaches), "", breaches);
        }
        court.openCase(1, provider, NETWORK, Offence.Outage);
        equal(account().locked, STAKE * 2 / 100);
    }

    function test_attack_rotateTheSignerToDodgeEvidence() public {
        bytes memory consent = consentOf(keyOf("fresh"), provider, block.timestamp);
        VM.prank(provider);
        registry.rotateSigner(makeAddress("fresh"), block.timestamp, consent);
        VM.prank(provider);
        registry.removeService(NETWORK);
        proveEquivocation();
        equal(account().tokens, STAKE / 2);
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
    }

    /// @dev A key cannot be handed to another, whose stake it would then be.
    function test_attack_giveTheSignerAwayToDodgeEvidence() public {
        address accomplice = newProvider("accomplice", MIN_STAKE);
        bytes memory fresh = consentOf(keyOf("fresh"), provider, block.timestamp);
        VM.prank(provider);
        registry.rotateSigner(makeAddress("fresh"), block.timestamp, fresh);
        bytes memory consent = consentOf(keyOf("provider"), accomplice, block.timestamp);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.SignerTaken.selector, provider, provider));
        VM.prank(accomplice);
        registry.rotateSigner(provider, block.timestamp, consent);
    }

    /// @dev An appeal gives one more window, once.
    function test_attack_appealForEver() public {
        CaseId caseId = openOutage(1);
        VM.warp(block.timestamp + VETO - 1);
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.Appealed
            )
        );
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.warp(block.timestamp + APPEAL);
        court.execute(outageKey(1));
        equal(token.balanceOf(TREASURY), STAKE * 2 / 100 + APPEAL_BOND);
    }

    /// @dev Someone else's appeal would lock the provider's stake.
    function test_attack_appealForAnother() public {
        openOutage(1);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NotProvider.selector, STRANGER, provider));
        VM.prank(STRANGER);
        court.appeal(outageKey(1));
    }

    /* DOUBLE PUNISHMENT */

    function test_attack_openTheSameCaseTwice() public {
        CaseId caseId = openOutage(1);
        bytes memory exists = abi.encodeWithSelector(ISlashingCourt.CaseExists.selector, caseId);
        VM.expectRevert(exists);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.prank(GUARDIAN);
        court.veto(outageKey(1));
        VM.expectRevert(exists);
        court.openCase(1, provider, NETWORK, Offence.Outage);
    }

    function test_attack_executeTwice() public {
        CaseId caseId = openOutage(1);
        VM.warp(block.timestamp + VETO);
        court.execute(outageKey(1));
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.Executed
            )
        );
        court.execute(outageKey(1));
    }

    /// @dev A signer may have contradicted itself at many heights: it is the end once.
    function test_attack_proveOneEquivocationAfterAnother() public {
        proveEquivocation();
        bytes memory a = statementSignature(keyOf("provider"), statement(8, "a"));
        bytes memory b = statementSignature(keyOf("provider"), statement(8, "b"));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.AlreadyCondemned.selector, provider));
        court.proveEquivocation(statement(8, "a"), a, statement(8, "b"), b);
        equal(account().tokens, STAKE / 2);
    }

    /// @dev However many offences the watchers agree on: a tenth in 28 days.
    function test_attack_watchersTogetherTakeMoreThanATenth() public {
        for (uint64 epoch = 1; epoch < 20; ++epoch) {
            openOutage(epoch);
        }
        equal(account().locked, STAKE / 10);
        equal(court.countedBps(provider), 1_000);
    }

    /* COURTS */

    /// @dev The case goes on where it was opened, and nowhere else; the former court begins nothing new.
    function test_attack_courtSwappedInTheMiddleOfACase() public {
        SlashingCourt next = swapCourt();
        uint64 epoch = hub.currentEpoch() - 2;
        VM.expectRevert(ISlashingCourt.NotInOffice.selector);
        court.openCase(epoch, provider, NETWORK, Offence.Latency);
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.BeforeThisCourt.selector, epoch, vault.courtSince())
        );
        next.openCase(epoch, provider, NETWORK, Offence.Outage);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotCourt.selector, address(court)));
        VM.prank(address(court));
        vault.lock(Role.Provider, provider, 1);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, 0, 1));
        VM.prank(address(next));
        vault.slash(Role.Provider, provider, 1, address(0), 0);
        VM.warp(block.timestamp + VETO);
        court.execute(outageKey(epoch));
        equal(token.balanceOf(TREASURY), STAKE * 2 / 100);
        isTrue(registry.providerOf(provider).jailedUntil > block.timestamp, "jailed by the former court");
    }

    /// @dev What the former court left is freed, for ever out of its reach, and of that of any other court.
    function test_attack_formerCourtHoldsALockForEver() public {
        swapCourt();
        uint64 epoch = hub.currentEpoch() - 2;
        (, uint48 until) = vault.retiredCourt();
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.CourtNotRetired.selector, until));
        vault.releaseRetired(Role.Provider, provider);
        VM.warp(until);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotCourt.selector, address(court)));
        court.execute(outageKey(epoch));
        VM.prank(STRANGER);
        equal(vault.releaseRetired(Role.Provider, provider), STAKE * 2 / 100);
        equal(account().locked, 0);
    }

    /// @dev Only once everyone who disagrees could have left.
    function test_attack_governorAppointsItselfAsCourt() public {
        VM.prank(GOVERNOR);
        vault.proposeCourt(GOVERNOR);
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotCourt.selector, GOVERNOR));
        VM.prank(GOVERNOR);
        vault.lock(Role.Provider, provider, STAKE);
        VM.warp(START + THAW);
        VM.expectRevert(
            abi.encodeWithSelector(IReplaceable.ChangeTooEarly.selector, START + COURT_CHANGE)
        );
        vault.applyCourt();
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), STAKE);
    }

    /* GOVERNANCE */

    function test_attack_governanceTriesToExceedItsCaps() public {
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.PenaltyAboveCap.selector, Offence.Outage, 1_001, 1_000)
        );
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Outage, ISlashingCourt.Penalty(0, 1_001, 1));
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.PenaltyAboveCap.selector, Offence.Equivocation, 5_001, 5_000
            )
        );
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Equivocation, ISlashingCourt.Penalty(5_001, 0, type(uint32).max));
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RewardAboveCap.selector, MAX_REWARD + 1, MAX_REWARD)
        );
        VM.prank(GOVERNOR);
        hub.setReward(MAX_REWARD + 1);
        PaymentEscrow escrow = new PaymentEscrow(address(token), TREASURY, address(access), 30 days, PAUSE, 1_000);
        grant(address(escrow), IPaymentEscrow.setFee.selector, GOVERNOR_ROLE);
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.FeeAboveCap.selector, 1_001, 1_000));
        VM.prank(GOVERNOR);
        escrow.setFee(1_001);
        VM.expectRevert(
            abi.encodeWithSelector(IGuardianPause.InvalidPauseSeconds.selector, 14 days + 1, 14 days)
        );
        new StakeVault(address(token), TREASURY, address(access), THAW, COURT_CHANGE, 14 days + 1);
    }

    /// @dev A harder penalty or SLA reaches no case that is open.
    function test_attack_governanceChangesThePenaltyOfAnOpenCase() public {
        openOutage(1);
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Outage, ISlashingCourt.Penalty(1_000, 1_000, 300 days));
        VM.warp(block.timestamp + VETO);
        court.execute(outageKey(1));
        equal(account().tokens, STAKE * 98 / 100);
        equal(registry.providerOf(provider).jailedUntil, block.timestamp + 72 hours);
    }

    /* TIME */

    /// @dev Whoever fills all blocks for hours wins nothing: each window is days long, its last second counts, and
    /// the stake stays locked until someone gets through.
    function test_attack_blockStuffingOfAWindow() public {
        attest(watchers, 1, only(outage(provider)));
        VM.warp(hub.epochStart(2) + COMMIT + REVEAL + EVIDENCE - 1);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        uint256 rest = account().tokens - account().locked;
        VM.prank(provider);
        vault.thaw(Role.Provider, rest);
        VM.warp(block.timestamp + 365 days);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        equal(account().tokens, STAKE * 2 / 100);
        court.execute(outageKey(1));
        equal(account().tokens, 0);
    }

    /// @dev Stuffed commit windows silence the watchers: nobody is punished and nobody is paid on a minority's word.
    function test_attack_blockStuffingOfTheCommitWindow() public {
        fundRewards(10 ether);
        address[] memory lucky = new address[](1);
        lucky[0] = watchers[0];
        attest(lucky, 1, only(outage(provider)));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NoQuorum.selector, MIN_BOND, 3 * MIN_BOND));
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(block.timestamp + REVEAL);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.ReportDissents.selector, watchers[0], 1));
        hub.claimReward(watchers[0], 1);
    }

    /// @dev Swaps to a new court, with an outage of two epochs earlier as open case.
    function swapCourt() private returns (SlashingCourt next) {
        next = newCourt(hub);
        VM.prank(GOVERNOR);
        vault.proposeCourt(address(next));
        VM.prank(GOVERNOR);
        registry.proposeCourt(address(next));
        VM.warp(START + COURT_CHANGE);
        openOutage(hub.currentEpoch() - 2);
        VM.warp(START + COURT_CHANGE);
        vault.applyCourt();
        registry.applyCourt();
    }
}
