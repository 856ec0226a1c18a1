// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, NetworkId, Offence, OffenceId, Role} from "../Types.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev What a report proves once it is revealed: the epoch's verdict, and who said what.
contract AttestationTest is AttackTest {
    function test_quorumMakesTheVerdictOfTheEpoch() public {
        attest(watchers, 1, only(outage(provider)));
        IWatcherHub.Verdict memory verdict = hub.verdictOf(1);
        equal(verdict.breaches, 1);
        equal(verdict.digest, uint160(uint256(OffenceId.unwrap(outageId(1)))));
        equal(hub.verdictOf(2).breaches, 0);
    }

    /// @dev Each network's own agreement counts, also within one report.
    function test_breachesOfSeveralNetworksInOneReport() public {
        VM.prank(GOVERNOR);
        NetworkId second = registry.addNetwork("eip155:10", "optimism", networkParams(MIN_STAKE));
        VM.prank(provider);
        registry.addService(second, URL, FULL);
        // As many as it takes for the order by id to go to and fro between the networks.
        IWatcherHub.Breach[] memory breaches = new IWatcherHub.Breach[](8);
        Offence[4] memory offences = [Offence.Outage, Offence.InvalidData, Offence.Latency, Offence.Stale];
        for (uint256 i = 0; i < 8; ++i) {
            breaches[i] = outage(provider);
            breaches[i].network = i < 4 ? NETWORK : second;
            breaches[i].offence = offences[i % 4];
            (breaches[i].mismatches, breaches[i].p95LatencyMs, breaches[i].p95BlockLag) = (1, 9_000, 90);
        }
        sort(1, breaches);
        attest(watchers, 1, breaches);
        equal(hub.verdictOf(1).breaches, 8);
        equal(hub.tallyOf(hub.offenceIdOf(1, provider, second, Offence.Outage)), 3 * MIN_BOND);
    }

    function test_revealedBreachIsProvenAndNothingElseIs() public {
        bytes32[] memory chunks = new bytes32[](2);
        IWatcherHub.Breach[] memory said = only(outage(provider));
        (chunks[0], chunks[1]) = (chunkHash("", said), chunkHash("", said));
        toCommitWindow(1);
        commitTo(watchers[0], 1, chunks);
        toRevealWindow(1);
        IWatcherHub.AttestationProof memory proof =
            IWatcherHub.AttestationProof("salt", chunks, 0, keccak256(""), said);
        isTrue(!proves(1, proof), "not revealed yet");
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", chunks, "", said);
        isTrue(proves(1, proof), "revealed");
        proof.chunk = 1;
        isTrue(!proves(1, proof), "this chunk is not revealed");
        proof.chunk = 0;
        proof.salt = "other";
        isTrue(!proves(1, proof), "another report");
        proof.salt = "salt";
        proof.measurementsHash = keccak256("other");
        isTrue(!proves(1, proof), "another chunk");
        proof.measurementsHash = keccak256("");
        isTrue(!hub.hasAttested(watchers[0], 1, outageId(2), proof), "another offence");
        isTrue(!hub.hasAttested(watchers[1], 1, outageId(1), proof), "another watcher");
    }

    function test_watcherWithoutBondPaysNothingAndIsNotMarked() public {
        CaseId caseId = openOutage(1);
        VM.prank(watchers[0]);
        vault.thaw(Role.Watcher, MIN_BOND);
        VM.prank(provider);
        court.appeal(outageKey(1));
        VM.prank(GOVERNOR);
        court.resolveAppeal(outageKey(1), true);
        VM.warp(block.timestamp + THAW);
        VM.prank(watchers[0]);
        vault.withdraw(Role.Watcher, watchers[0]);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NothingToSlash.selector, watchers[0]));
        court.chargeWatcher(outageKey(1), watchers[0], proofOf(0, only(outage(provider))));
        isTrue(!court.isCharged(caseId, watchers[0]), "it may still be charged when it comes back");
    }

    function test_expelledThoughNeverJoined() public {
        VM.prank(GOVERNOR);
        hub.expel(STRANGER);
        isTrue(!hub.isAdmitted(STRANGER), "expelled");
        equal(hub.totalWeightAt(1), 3 * MIN_BOND);
    }

    function proves(uint64 epoch, IWatcherHub.AttestationProof memory proof) private view returns (bool) {
        return hub.hasAttested(watchers[0], epoch, outageId(epoch), proof);
    }

    function outageId(uint64 epoch) private view returns (OffenceId) {
        return hub.offenceIdOf(epoch, provider, NETWORK, Offence.Outage);
    }

    /// @dev Ascending by offence id, as the hub asks for.
    function sort(uint64 epoch, IWatcherHub.Breach[] memory all) private view {
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = i + 1; j < all.length; ++j) {
                if (idOf(epoch, all[j]) < idOf(epoch, all[i])) (all[i], all[j]) = (all[j], all[i]);
            }
        }
    }

    function idOf(uint64 epoch, IWatcherHub.Breach memory breach) private view returns (uint256) {
        OffenceId id = hub.offenceIdOf(epoch, breach.provider, breach.network, breach.offence);
        return uint256(OffenceId.unwrap(id));
    }
}
