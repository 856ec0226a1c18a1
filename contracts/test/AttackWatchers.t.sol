// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Offence, OffenceId, Role} from "../Types.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev Attacks on the vote: to count more than once or without a bond, to copy, to come late, to leave in time.
contract AttackWatchersTest is AttackTest {
    /* COUNT TWICE */

    function test_attack_doubleCountingInOneReveal() public {
        IWatcherHub.Breach[] memory twice = new IWatcherHub.Breach[](2);
        (twice[0], twice[1]) = (outage(provider), outage(provider));
        // Other figures, same offence.
        twice[1].samples = 20;
        OffenceId id = hub.offenceIdOf(1, provider, NETWORK, Offence.Outage);
        toCommitWindow(1);
        commitTo(watchers[0], 1, single(twice));
        toRevealWindow(1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.BreachesNotSorted.selector, id, id));
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", single(twice), "", twice);
    }

    function test_attack_duplicateBreachesOverTwoChunks() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = new bytes32[](2);
        (chunks[0], chunks[1]) = (chunkHash("", breaches), chunkHash("", breaches));
        OffenceId id = hub.offenceIdOf(1, provider, NETWORK, Offence.Outage);
        toCommitWindow(1);
        commitTo(watchers[0], 1, chunks);
        toRevealWindow(1);
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", chunks, "", breaches);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.BreachesNotSorted.selector, id, id));
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", chunks, "", breaches);
        equal(hub.tallyOf(id), MIN_BOND);
    }

    function test_attack_revealTwice() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        attest(watchers, 1, breaches);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.AlreadyRevealed.selector, watchers[0], 1));
        VM.prank(watchers[0]);
        hub.reveal(1, 0, single(breaches), "", breaches);
    }

    /// @dev One bond counts once: moved to a second watcher, it counts from the next epoch, and no more here.
    function test_attack_oneBondForTwoWatchers() public {
        VM.warp(hub.epochStart(1));
        VM.prank(watchers[0]);
        vault.thaw(Role.Watcher, MIN_BOND);
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        toCommitWindow(1);
        commitTo(watchers[0], 1, single(breaches));
        toRevealWindow(1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NoWeight.selector, watchers[0], 1));
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", single(breaches), "", breaches);
    }

    /// @dev A bond above the cap counts no more than the cap.
    function test_attack_oneRichWatcherIsTheQuorum() public {
        address rich = newWatcher("rich", 1_000_000 ether);
        equal(hub.weightAt(rich, 1), MAX_WEIGHT);
    }

    /* COPY */

    function test_attack_copyingACommitment() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32 seen = commitmentOf(watchers[0], 1, "salt", single(breaches));
        toCommitWindow(1);
        VM.prank(watchers[0]);
        hub.commit(1, seen);
        VM.prank(watchers[1]);
        hub.commit(1, seen);
        toRevealWindow(1);
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", single(breaches), "", breaches);
        bytes32 itsOwn = commitmentOf(watchers[1], 1, "salt", single(breaches));
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.CommitmentMismatch.selector, seen, itsOwn));
        VM.prank(watchers[1]);
        hub.reveal(1, "salt", single(breaches), "", breaches);
    }

    /// @dev Who has seen the reveals can no longer commit to the same.
    function test_attack_commitAfterSeeingTheReveals() public {
        address[] memory early = new address[](1);
        early[0] = watchers[0];
        attest(early, 1, only(outage(provider)));
        bytes32 copy = commitmentOf(watchers[1], 1, "salt", single(only(outage(provider))));
        uint256 closedAt = hub.epochStart(2) + COMMIT;
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.CommitWindowClosed.selector, 1, closedAt));
        VM.prank(watchers[1]);
        hub.commit(1, copy);
    }

    /* TIME */

    function test_attack_lateCommit() public {
        toCommitWindow(1);
        VM.warp(block.timestamp + COMMIT);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.CommitWindowClosed.selector, 1, block.timestamp)
        );
        VM.prank(watchers[0]);
        hub.commit(1, "late");
    }

    function test_attack_lateReveal() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        toCommitWindow(1);
        commitTo(watchers[0], 1, single(breaches));
        toRevealWindow(1);
        VM.warp(block.timestamp + REVEAL);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RevealWindowClosed.selector, 1, block.timestamp)
        );
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", single(breaches), "", breaches);
    }

    /// @dev A reveal before all commitments are made would show what to copy.
    function test_attack_earlyReveal() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        toCommitWindow(1);
        commitTo(watchers[0], 1, single(breaches));
        VM.expectRevert(
            abi.encodeWithSelector(
                IWatcherHub.RevealWindowNotOpen.selector, 1, block.timestamp + COMMIT
            )
        );
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", single(breaches), "", breaches);
    }

    function test_attack_joiningAfterTheEpochBegan() public {
        VM.warp(hub.epochStart(1));
        address late = newWatcher("late", MAX_WEIGHT);
        equal(hub.weightAt(late, 1), 0);
        equal(hub.totalWeightAt(1), 3 * MIN_BOND);
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        toCommitWindow(1);
        commitTo(late, 1, single(breaches));
        toRevealWindow(1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NoWeight.selector, late, 1));
        VM.prank(late);
        hub.reveal(1, "salt", single(breaches), "", breaches);
    }

    /// @dev More bond in the middle of an epoch is no more weight in it.
    function test_attack_buyingWeightAfterTheEpochBegan() public {
        VM.warp(hub.epochStart(1));
        fundAndStake(Role.Watcher, watchers[0], MAX_WEIGHT);
        hub.syncWeight(watchers[0]);
        equal(hub.weightAt(watchers[0], 1), MIN_BOND);
        equal(hub.weightAt(watchers[0], 2), MAX_WEIGHT);
    }

    /* RESPONSIBILITY */

    /// @dev Who attested what is later overturned has left at once, and pays none the less.
    function test_attack_watcherLeavesBeforeItsFaultIsJudged() public {
        attest(watchers, 1, only(outage(provider)));
        for (uint256 i = 0; i < watchers.length; ++i) {
            VM.prank(watchers[i]);
            hub.leave();
            VM.prank(watchers[i]);
            vault.thaw(Role.Watcher, MIN_BOND);
        }
        VM.warp(hub.epochStart(2) + COMMIT + REVEAL + EVIDENCE - 1);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(block.timestamp + VETO - 1);
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.warp(block.timestamp + APPEAL - 1);
        VM.prank(GOVERNOR);
        court.resolveAppeal(outageKey(1), true);
        IWatcherHub.AttestationProof memory proof = proofOf(0, only(outage(provider)));
        court.chargeWatcher(outageKey(1), watchers[0], proof);
        equal(token.balanceOf(provider), uint256(APPEAL_BOND) / 3);
        VM.warp(block.timestamp + THAW);
        VM.prank(watchers[0]);
        equal(vault.withdraw(Role.Watcher, watchers[0]), MIN_BOND - uint256(APPEAL_BOND) / 3);
    }

    function test_attack_chargeAWatcherTwiceOrForAnother() public {
        address innocent = newWatcher("innocent", MIN_BOND);
        attest(watchers, 1, only(outage(provider)));
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.prank(GOVERNOR);
        court.resolveAppeal(outageKey(1), true);
        IWatcherHub.AttestationProof memory proof = proofOf(0, only(outage(provider)));
        court.chargeWatcher(outageKey(1), watchers[0], proof);
        bytes32 caseId = keccak256(
            abi.encode(block.chainid, court, hub.offenceIdOf(1, provider, NETWORK, Offence.Outage))
        );
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.AlreadyCharged.selector, caseId, watchers[0]));
        court.chargeWatcher(outageKey(1), watchers[0], proof);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NotAttested.selector, caseId, innocent));
        court.chargeWatcher(outageKey(1), innocent, proof);
    }

    /// @dev Weight without a bond behind it: thaw at once, stay joined. It counts nothing, and anyone may erase it.
    function test_attack_keepTheWeightAndTakeTheBondAway() public {
        VM.prank(watchers[0]);
        vault.thaw(Role.Watcher, MIN_BOND);
        equal(hub.weightAt(watchers[0], 1), MIN_BOND);
        VM.prank(STRANGER);
        hub.syncWeight(watchers[0]);
        equal(hub.weightAt(watchers[0], 1), 0);
        equal(hub.totalWeightAt(1), 2 * MIN_BOND);
    }

    /* REWARDS */

    function test_attack_claimARewardTwice() public {
        fundRewards(10 ether);
        attest(watchers, 1, only(outage(provider)));
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RevealWindowOpen.selector, 1, block.timestamp + REVEAL)
        );
        hub.claimReward(watchers[0], 1);
        VM.warp(block.timestamp + REVEAL);
        hub.claimReward(watchers[0], 1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.AlreadyRewarded.selector, watchers[0], 1));
        hub.claimReward(watchers[0], 1);
        equal(vault.accountOf(Role.Watcher, watchers[0]).tokens, MIN_BOND + REWARD);
    }

    /// @dev A report that alleges more than the others saw, or less, or that nobody finished, earns nothing.
    function test_attack_earnWithAnotherReport() public {
        fundRewards(10 ether);
        address lazy = newWatcher("lazy", MIN_BOND);
        address half = newWatcher("half", MIN_BOND);
        for (uint256 i = 0; i < watchers.length; ++i) {
            fundAndStake(Role.Watcher, watchers[i], 9 * MIN_BOND);
            hub.syncWeight(watchers[i]);
        }
        IWatcherHub.Breach[] memory none = new IWatcherHub.Breach[](0);
        bytes32[] memory two = new bytes32[](2);
        two[0] = chunkHash("", only(outage(provider)));
        toCommitWindow(1);
        commitTo(lazy, 1, single(none));
        commitTo(half, 1, two);
        attest(watchers, 1, only(outage(provider)));
        VM.prank(lazy);
        hub.reveal(1, "salt", single(none), "", none);
        VM.prank(half);
        hub.reveal(1, "salt", two, "", only(outage(provider)));
        VM.warp(block.timestamp + REVEAL);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.ReportDissents.selector, lazy, 1));
        hub.claimReward(lazy, 1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.ReportIncomplete.selector, half, 1));
        hub.claimReward(half, 1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.ReportIncomplete.selector, STRANGER, 1));
        hub.claimReward(STRANGER, 1);
    }

    /// @dev The pool is for the hub of the present court alone.
    function test_attack_takeTheRewardPool() public {
        fundRewards(10 ether);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotHub.selector, STRANGER));
        VM.prank(STRANGER);
        vault.reward(STRANGER, 10 ether);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotHub.selector, address(court)));
        VM.prank(address(court));
        vault.reward(STRANGER, 10 ether);
    }
}
