// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Offence, OffenceId, Role} from "../Types.sol";
import {WatcherHub} from "../WatcherHub.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {DinTest} from "./lib/DinTest.t.sol";

contract WatcherHubTest is DinTest {
    address private provider;
    address private alice;
    address private bob;
    address private carol;
    uint64 private constant EPOCH_ONE = 1;

    /// @dev Three watchers of equal weight from epoch 1 on.
    function setUp() public {
        deployAll();
        provider = newProvider("provider", 10 * MIN_STAKE);
        alice = newWatcher("alice", MIN_BOND);
        bob = newWatcher("bob", MIN_BOND);
        carol = newWatcher("carol", MIN_BOND);
    }

    /* ADMISSION AND WEIGHT */

    function test_weightCountsFromTheNextEpochOn() public view {
        equal(hub.weightAt(alice, 0), 0);
        equal(hub.weightAt(alice, 1), MIN_BOND);
        equal(hub.totalWeightAt(0), 0);
        equal(hub.totalWeightAt(1), 3 * MIN_BOND);
    }

    function test_weightIsCappedPerWatcher() public {
        address whale = newWatcher("whale", 50 * MAX_WEIGHT);
        equal(hub.weightAt(whale, 1), MAX_WEIGHT);
    }

    function testFuzz_tooSmallBondDoesNotJoin(uint96 bond) public {
        bond = uint96(bound(bond, 1, MIN_BOND - 1));
        fundAndStake(Role.Watcher, STRANGER, bond);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.InsufficientBond.selector, bond, MIN_BOND));
        VM.prank(STRANGER);
        hub.join();
    }

    function test_nobodyJoinsTwice() public {
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.AlreadyJoined.selector, alice));
        VM.prank(alice);
        hub.join();
    }

    function test_closedAdmissionNeedsTheGovernor() public {
        WatcherHub closed =
            new WatcherHub(registry, vault, address(this), epochParams(), MIN_BOND, MAX_WEIGHT, 0, 0, false);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotAdmitted.selector, alice));
        VM.prank(alice);
        closed.join();
        closed.admit(alice);
        VM.prank(alice);
        closed.join();
        isTrue(closed.isWatcher(alice), "joined");
        closed.openAdmission();
        VM.prank(bob);
        closed.join();
        isTrue(closed.isWatcher(bob), "open");
    }

    /// @dev The authority of the closed hub above: everyone may do everything.
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    function test_expelledWatcherLosesItsWeightAndStaysOut() public {
        VM.prank(GOVERNOR);
        hub.expel(alice);
        equal(hub.weightAt(alice, 1), 0);
        equal(hub.totalWeightAt(1), 2 * MIN_BOND);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotAdmitted.selector, alice));
        VM.prank(alice);
        hub.join();
    }

    function testFuzz_onlyTheGovernorAdmitsAndExpels(address caller) public {
        VM.assume(caller != GOVERNOR);
        bytes memory unauthorized =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        hub.admit(caller);
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        hub.expel(alice);
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        hub.openAdmission();
    }

    function test_leavingEndsWithTheEpoch() public {
        VM.warp(hub.epochStart(1));
        VM.prank(alice);
        hub.leave();
        equal(hub.weightAt(alice, 1), MIN_BOND);
        equal(hub.weightAt(alice, 2), 0);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotJoined.selector, alice));
        VM.prank(alice);
        hub.leave();
    }

    function test_anyoneSyncsAChangedBond() public {
        fundAndStake(Role.Watcher, alice, MIN_BOND);
        hub.syncWeight(alice);
        equal(hub.weightAt(alice, 1), 2 * MIN_BOND);
        VM.prank(alice);
        vault.thaw(Role.Watcher, MIN_BOND + 1);
        hub.syncWeight(alice);
        equal(hub.weightAt(alice, 1), 0);
        equal(hub.totalWeightAt(1), 2 * MIN_BOND);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotJoined.selector, STRANGER));
        hub.syncWeight(STRANGER);
    }

    function test_epochsFollowTheClock() public {
        equal(hub.currentEpoch(), 0);
        VM.warp(START + EPOCH - 1);
        equal(hub.currentEpoch(), 0);
        VM.warp(START + EPOCH);
        equal(hub.currentEpoch(), 1);
        VM.warp(START - 1);
        equal(hub.currentEpoch(), 0);
        equal(hub.epochStart(7), START + 7 * EPOCH);
    }

    /* COMMIT */

    function test_commitBeforeTheEpochEndsIsRefused() public {
        uint256 end = hub.epochStart(2);
        VM.warp(end - 1);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.EpochNotEnded.selector, EPOCH_ONE, end));
        commit(alice, "c");
        VM.warp(end);
        commit(alice, "c");
        equal(uint256(hub.reportOf(alice, EPOCH_ONE).commitment), uint256(bytes32("c")));
    }

    function test_lateCommitIsRefused() public {
        uint256 closedAt = hub.epochStart(2) + COMMIT;
        VM.warp(closedAt);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.CommitWindowClosed.selector, EPOCH_ONE, closedAt)
        );
        commit(alice, "c");
    }

    function test_secondOrEmptyCommitmentIsRefused() public {
        VM.warp(hub.epochStart(2));
        VM.expectRevert(IWatcherHub.ZeroCommitment.selector);
        commit(alice, 0);
        commit(alice, "c");
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.AlreadyCommitted.selector, alice, EPOCH_ONE));
        commit(alice, "d");
    }

    function test_whoJoinedAfterTheEpochBeganDoesNotReveal() public {
        VM.warp(hub.epochStart(1));
        address late = newWatcher("late", MIN_BOND);
        IWatcherHub.Breach[] memory none = new IWatcherHub.Breach[](0);
        bytes32[] memory chunks = chunked(chunkHash("", none));
        commitTo(late, chunks);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NoWeight.selector, late, EPOCH_ONE));
        reveal(late, chunks, none);
    }

    /* REVEAL */

    function test_revealAddsTheWeightToTheTally() public {
        attest(two(alice, bob), EPOCH_ONE, only(outage(provider)));
        OffenceId id = outageId();
        equal(hub.tallyOf(id), 2 * MIN_BOND);
        isTrue(hub.hasQuorum(id, EPOCH_ONE), "two thirds are a quorum");
    }

    function test_oneThirdIsNoQuorum() public {
        attest(one(alice), EPOCH_ONE, only(outage(provider)));
        isTrue(!hub.hasQuorum(outageId(), EPOCH_ONE), "no quorum");
        isTrue(!hub.hasQuorum(OffenceId.wrap(0), 0), "nothing is no quorum of nothing");
    }

    /// @dev One watcher against three others: it is a quorum alone from twice their weight on.
    function testFuzz_quorumIsTwoThirdsOfTheWholeWeight(uint96 bond) public {
        bond = uint96(bound(bond, MIN_BOND, MAX_WEIGHT));
        address dave = newWatcher("dave", bond);
        attest(one(dave), EPOCH_ONE, only(outage(provider)));
        isTrue(hub.hasQuorum(outageId(), EPOCH_ONE) == (bond >= 6 * MIN_BOND), "two thirds");
    }

    function test_exactlyTwoThirdsAreAQuorumAndALittleLessIsNot() public {
        address dave = newWatcher("dave", 6 * MIN_BOND);
        address erin = newWatcher("erin", MIN_BOND);
        attest(one(dave), EPOCH_ONE, only(outage(provider)));
        isTrue(!hub.hasQuorum(outageId(), EPOCH_ONE), "6 of 10");
        VM.prank(erin);
        hub.leave();
        uint64 next = hub.currentEpoch() + 1;
        attest(one(dave), next, only(outage(provider)));
        isTrue(hub.hasQuorum(hub.offenceIdOf(next, provider, NETWORK, Offence.Outage), next), "6 of 9");
    }

    function test_healthyReportOnlyEmitsItsMeasurements() public {
        bytes memory measurements = new bytes(14 * 1_000);
        bytes32[] memory chunks = chunked(chunkHash(measurements, new IWatcherHub.Breach[](0)));
        commitTo(alice, chunks);
        VM.expectEmit(address(hub));
        emit IWatcherHub.Revealed(alice, EPOCH_ONE, 0, 1, measurements);
        VM.prank(alice);
        hub.reveal(EPOCH_ONE, "salt", chunks, measurements, new IWatcherHub.Breach[](0));
    }

    function test_revealOutsideItsWindowIsRefused() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = chunked(chunkHash("", breaches));
        commitTo(alice, chunks);
        uint256 opensAt = hub.epochStart(2) + COMMIT;
        VM.warp(opensAt - 1);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RevealWindowNotOpen.selector, EPOCH_ONE, opensAt)
        );
        reveal(alice, chunks, breaches);
        VM.warp(opensAt + REVEAL);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RevealWindowClosed.selector, EPOCH_ONE, opensAt + REVEAL)
        );
        reveal(alice, chunks, breaches);
        equal(hub.tallyOf(outageId()), 0);
    }

    function test_revealWithoutCommitIsRefused() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        VM.warp(hub.epochStart(2) + COMMIT);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotCommitted.selector, alice, EPOCH_ONE));
        reveal(alice, chunked(chunkHash("", breaches)), breaches);
    }

    function test_copiedCommitmentCannotBeRevealed() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = chunked(chunkHash("", breaches));
        bytes32 commitment = commitmentOf(alice, EPOCH_ONE, "salt", chunks);
        VM.warp(hub.epochStart(2));
        commit(alice, commitment);
        commit(bob, commitment);
        VM.warp(hub.epochStart(2) + COMMIT);
        reveal(alice, chunks, breaches);
        VM.expectRevert(
            abi.encodeWithSelector(
                IWatcherHub.CommitmentMismatch.selector,
                commitment,
                commitmentOf(bob, EPOCH_ONE, "salt", chunks)
            )
        );
        reveal(bob, chunks, breaches);
    }

    function test_commitmentOfAnotherEpochCannotBeRevealed() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = chunked(chunkHash("", breaches));
        bytes32 commitment = commitmentOf(alice, EPOCH_ONE + 1, "salt", chunks);
        VM.warp(hub.epochStart(2));
        commit(alice, commitment);
        VM.warp(hub.epochStart(2) + COMMIT);
        VM.expectRevert(
            abi.encodeWithSelector(
                IWatcherHub.CommitmentMismatch.selector,
                commitment,
                commitmentOf(alice, EPOCH_ONE, "salt", chunks)
            )
        );
        reveal(alice, chunks, breaches);
    }

    function test_reportThatWasNotCommittedToIsRefused() public {
        bytes32[] memory chunks = chunked(chunkHash("", only(outage(provider))));
        commitTo(alice, chunks);
        IWatcherHub.Breach[] memory none = new IWatcherHub.Breach[](0);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.ChunkMismatch.selector, 0, chunks[0], chunkHash("", none))
        );
        reveal(alice, chunks, none);
    }

    function test_secondRevealDoesNotCount() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = chunked(chunkHash("", breaches));
        commitTo(alice, chunks);
        reveal(alice, chunks, breaches);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.AlreadyRevealed.selector, alice, EPOCH_ONE));
        reveal(alice, chunks, breaches);
        equal(hub.tallyOf(outageId()), MIN_BOND);
    }

    function test_breachTwiceInOneChunkIsRefused() public {
        IWatcherHub.Breach[] memory breaches = new IWatcherHub.Breach[](2);
        breaches[0] = outage(provider);
        breaches[1] = outage(provider);
        bytes32[] memory chunks = chunked(chunkHash("", breaches));
        commitTo(alice, chunks);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.BreachesNotSorted.selector, outageId(), outageId())
        );
        reveal(alice, chunks, breaches);
    }

    function test_breachTwiceInTwoChunksIsRefused() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = new bytes32[](3);
        chunks[0] = chunkHash("", breaches);
        chunks[1] = chunkHash("", new IWatcherHub.Breach[](0));
        chunks[2] = chunkHash("", breaches);
        commitTo(alice, chunks);
        reveal(alice, chunks, breaches);
        reveal(alice, chunks, new IWatcherHub.Breach[](0));
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.BreachesNotSorted.selector, outageId(), outageId())
        );
        reveal(alice, chunks, breaches);
    }

    function test_reportComesInChunksInOrder() public {
        (IWatcherHub.Breach memory low, IWatcherHub.Breach memory high) = sortedPair();
        bytes32[] memory chunks = new bytes32[](2);
        chunks[0] = chunkHash("", only(low));
        chunks[1] = chunkHash("", only(high));
        commitTo(alice, chunks);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.ChunkMismatch.selector, 0, chunks[0], chunks[1])
        );
        reveal(alice, chunks, only(high));
        reveal(alice, chunks, only(low));
        reveal(alice, chunks, only(high));
        equal(hub.reportOf(alice, EPOCH_ONE).revealedChunks, 2);
        equal(hub.tallyOf(idOf(low)), MIN_BOND);
        equal(hub.tallyOf(idOf(high)), MIN_BOND);
    }

    function testFuzz_measurementsAreWholeRecords(uint8 length) public {
        VM.assume(length % 14 != 0);
        bytes memory measurements = new bytes(length);
        IWatcherHub.Breach[] memory none = new IWatcherHub.Breach[](0);
        bytes32[] memory chunks = chunked(chunkHash(measurements, none));
        commitTo(alice, chunks);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.InvalidMeasurements.selector, length));
        VM.prank(alice);
        hub.reveal(EPOCH_ONE, "salt", chunks, measurements, none);
    }

    function testFuzz_bondThatThawedSinceDoesNotCount(uint96 thawed) public {
        thawed = uint96(bound(thawed, 1, MIN_BOND - 1));
        VM.prank(alice);
        vault.thaw(Role.Watcher, thawed);
        attest(one(alice), EPOCH_ONE, only(outage(provider)));
        equal(hub.tallyOf(outageId()), MIN_BOND - thawed);
    }

    function test_bondAddedAfterTheEpochBeganDoesNotCount() public {
        VM.warp(hub.epochStart(1));
        fundAndStake(Role.Watcher, alice, 5 * MIN_BOND);
        hub.syncWeight(alice);
        attest(one(alice), EPOCH_ONE, only(outage(provider)));
        equal(hub.tallyOf(outageId()), MIN_BOND);
    }

    function test_watcherWithoutBondAttestsNothing() public {
        VM.prank(alice);
        vault.thaw(Role.Watcher, MIN_BOND);
        bytes32[] memory chunks = chunked(chunkHash("", only(outage(provider))));
        commitTo(alice, chunks);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NoWeight.selector, alice, EPOCH_ONE));
        reveal(alice, chunks, only(outage(provider)));
    }

    /* THE SLA */

    function testFuzz_onlyFiguresThatBreakTheSlaAreBreaches(
        uint8 offenceSeed,
        uint16 samples,
        uint16 successes,
        uint16 latency,
        uint16 lag,
        uint16 mismatches
    ) public {
        IWatcherHub.Breach memory breach = outage(provider);
        breach.offence = Offence(bound(offenceSeed, 0, 5));
        breach.samples = uint16(bound(samples, 0, 12));
        breach.successes = uint16(bound(successes, 0, 13));
        breach.p95LatencyMs = uint16(bound(latency, 1_990, 2_010));
        breach.p95BlockLag = uint16(bound(lag, 8, 13));
        breach.mismatches = uint16(bound(mismatches, 0, 2));
        bytes32[] memory chunks = chunked(chunkHash("", only(breach)));
        commitTo(alice, chunks);
        bool broken = breaksSla(breach);
        if (!broken) {
            VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotABreach.selector, idOf(breach)));
        }
        reveal(alice, chunks, only(breach));
        equal(hub.tallyOf(idOf(breach)), broken ? MIN_BOND : 0);
    }

    function test_everySubjectiveOffenceCanBeAttested() public {
        IWatcherHub.Breach memory breach = outage(provider);
        for (uint8 i = 0; i < uint8(Offence.Equivocation); ++i) {
            breach.offence = Offence(i);
            breach.successes = breach.offence == Offence.Outage ? 0 : 1;
            breach.p95LatencyMs = 2_001;
            breach.p95BlockLag = 11;
            breach.mismatches = 1;
            uint64 epoch = EPOCH_ONE + i;
            attest(one(alice), epoch, only(breach));
            equal(hub.tallyOf(hub.offenceIdOf(epoch, provider, NETWORK, breach.offence)), MIN_BOND);
        }
    }

    function test_unknownServiceIsNoBreach() public {
        IWatcherHub.Breach memory breach = outage(STRANGER);
        bytes32[] memory chunks = chunked(chunkHash("", only(breach)));
        commitTo(alice, chunks);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.ServiceUnknown.selector, STRANGER, NETWORK)
        );
        reveal(alice, chunks, only(breach));
    }

    function test_removedServiceIsStillJudged() public {
        VM.prank(provider);
        registry.removeService(NETWORK);
        attest(two(alice, bob), EPOCH_ONE, only(outage(provider)));
        isTrue(hub.hasQuorum(outageId(), EPOCH_ONE), "deregistering dodges nothing");
    }

    function test_hubAndVaultMustBelongTogether() public {
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.InvalidParameter.selector, "maxWeight"));
        new WatcherHub(registry, vault, address(access), epochParams(), MIN_BOND, MIN_BOND - 1, REWARD, MAX_REWARD, true);
    }

    /* STEPS */

    /// @dev The design's table, written down a second time.
    function breaksSla(IWatcherHub.Breach memory breach) private pure returns (bool) {
        if (breach.samples < 3 || breach.successes > breach.samples) return false;
        bool[6] memory broken;
        broken[uint256(Offence.Outage)] = breach.successes == 0;
        broken[uint256(Offence.Downtime)] =
            breach.successes > 0 && (uint256(breach.successes) * 100) / breach.samples < 90;
        broken[uint256(Offence.Latency)] = breach.p95LatencyMs > 2_000;
        broken[uint256(Offence.Stale)] = breach.p95BlockLag > 10;
        broken[uint256(Offence.InvalidData)] = breach.mismatches > 0;
        return broken[uint256(breach.offence)];
    }

    function sortedPair()
        private
        view
        returns (IWatcherHub.Breach memory low, IWatcherHub.Breach memory high)
    {
        low = outage(provider);
        high = outage(provider);
        high.offence = Offence.InvalidData;
        high.mismatches = 1;
        if (OffenceId.unwrap(idOf(low)) > OffenceId.unwrap(idOf(high))) (low, high) = (high, low);
    }

    function outageId() private view returns (OffenceId) {
        return idOf(outage(provider));
    }

    function idOf(IWatcherHub.Breach memory breach) private view returns (OffenceId) {
        return hub.offenceIdOf(EPOCH_ONE, breach.provider, breach.network, breach.offence);
    }

    function chunked(bytes32 hash) private pure returns (bytes32[] memory chunks) {
        chunks = new bytes32[](1);
        chunks[0] = hash;
    }

    function one(address watcher) private pure returns (address[] memory all) {
        all = new address[](1);
        all[0] = watcher;
    }

    function two(address first, address second) private pure returns (address[] memory all) {
        all = new address[](2);
        all[0] = first;
        all[1] = second;
    }

    function commit(address watcher, bytes32 commitment) private {
        VM.prank(watcher);
        hub.commit(EPOCH_ONE, commitment);
    }

    /// @dev Commits with the salt "salt" and goes to the reveal window.
    function commitTo(address watcher, bytes32[] memory chunks) private {
        VM.warp(hub.epochStart(EPOCH_ONE + 1));
        commit(watcher, commitmentOf(watcher, EPOCH_ONE, "salt", chunks));
        VM.warp(hub.epochStart(EPOCH_ONE + 1) + COMMIT);
    }

    function reveal(address watcher, bytes32[] memory chunks, IWatcherHub.Breach[] memory breaches) private {
        VM.prank(watcher);
        hub.reveal(EPOCH_ONE, "salt", chunks, "", breaches);
    }
}
