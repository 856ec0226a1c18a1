// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NetworkId, Offence, OffenceId} from "../Types.sol";
import {IProviderRegistry} from "./IProviderRegistry.sol";
import {IStakeVault} from "./IStakeVault.sol";

/// @title Watcher hub
/// @notice Watchers, epochs and tallies. Watchers commit blind after an epoch ends and reveal in a second window, so
/// that no one can copy another's work.
/// @dev Healthy services cost no storage: measurements are only emitted. Only breaches are tallied.
interface IWatcherHub {
    /// @param genesis Unix seconds at which epoch 0 starts.
    /// @param epochSeconds Length of an epoch.
    /// @param commitSeconds Length of the commit window, which begins when the epoch ends.
    /// @param revealSeconds Length of the reveal window, which begins when the commit window ends.
    struct EpochParams {
        uint48 genesis;
        uint32 epochSeconds;
        uint32 commitSeconds;
        uint32 revealSeconds;
    }

    /// @notice One service that breaks the network's SLA, with the figures that show it.
    struct Breach {
        address provider;
        NetworkId network;
        Offence offence;
        uint16 samples;
        uint16 successes;
        uint16 p95LatencyMs;
        uint16 p95BlockLag;
        uint16 mismatches;
    }

    /// @param commitment Zero when the watcher has not committed.
    /// @param revealedChunks Chunks accepted so far.
    /// @param chunks Chunks of the whole report; 0 before the first is revealed.
    /// @param breaches Breaches attested so far.
    /// @param digest Sum of their offence ids modulo 2^160.
    /// @param rewarded Whether the reward was paid.
    struct Report {
        bytes32 commitment;
        uint16 revealedChunks;
        uint16 chunks;
        uint32 breaches;
        uint160 digest;
        bool rewarded;
    }

    /// @notice What a quorum agreed on about an epoch: how many breaches, and the sum of their ids modulo 2^160.
    struct Verdict {
        uint32 breaches;
        uint160 digest;
    }

    /// @notice Shows that a watcher's revealed report holds a breach.
    /// @param chunk Which chunk holds it.
    /// @param measurementsHash keccak256 of that chunk's measurements.
    /// @param breaches That chunk's breaches.
    struct AttestationProof {
        bytes32 salt;
        bytes32[] chunkHashes;
        uint16 chunk;
        bytes32 measurementsHash;
        Breach[] breaches;
    }

    event AdmissionOpened();
    event WatcherAdmitted(address indexed watcher);
    event WatcherExpelled(address indexed watcher);
    event WatcherJoined(address indexed watcher);
    /// @notice By itself or expelled.
    event WatcherLeft(address indexed watcher);
    /// @notice `weight` counts from the start of `fromEpoch`; 0 once the watcher has left or its bond is too small.
    event WatcherWeightSet(address indexed watcher, uint64 indexed fromEpoch, uint256 weight, uint256 totalWeight);
    event Committed(address indexed watcher, uint64 indexed epoch, bytes32 commitment);
    /// @notice The network's public record. `measurements` is a sequence of 14-byte records, big-endian:
    /// serviceId uint32, samples uint16, successes uint16, p95LatencyMs uint16, p95BlockLag uint16, mismatches uint16.
    event Revealed(address indexed watcher, uint64 indexed epoch, uint16 chunk, uint16 chunks, bytes measurements);
    /// @notice `tally` is the full new value; the watcher's weight is what it rose by.
    event BreachAttested(
        OffenceId indexed offenceId,
        address indexed watcher,
        address indexed provider,
        NetworkId network,
        uint64 epoch,
        Offence offence,
        uint256 tally
    );
    /// @notice A reveal has brought further breaches of the epoch to the quorum; the full new values of its verdict.
    event QuorumReached(uint64 indexed epoch, uint32 breaches, uint160 digest);
    /// @notice Flat: one amount for each report that was revealed in full and agrees with the quorum.
    event RewardClaimed(address indexed watcher, uint64 indexed epoch, uint256 amount);
    event RewardSet(uint96 amount);

    error NotAdmitted(address watcher);
    error AlreadyJoined(address watcher);
    error NotJoined(address watcher);
    error InsufficientBond(uint256 bond, uint256 required);
    /// @notice The watcher had no weight when the epoch started.
    error NoWeight(address watcher, uint64 epoch);
    error EpochNotEnded(uint64 epoch, uint48 end);
    error CommitWindowClosed(uint64 epoch, uint48 closedAt);
    error AlreadyCommitted(address watcher, uint64 epoch);
    error NotCommitted(address watcher, uint64 epoch);
    error ZeroCommitment();
    error RevealWindowNotOpen(uint64 epoch, uint48 opensAt);
    error RevealWindowClosed(uint64 epoch, uint48 closedAt);
    error AlreadyRevealed(address watcher, uint64 epoch);
    error CommitmentMismatch(bytes32 expected, bytes32 actual);
    error ChunkMismatch(uint256 chunk, bytes32 expected, bytes32 actual);
    error InvalidMeasurements(uint256 length);
    /// @notice Breaches must be in strictly ascending order of offence id over all chunks: nothing counts twice.
    error BreachesNotSorted(OffenceId previous, OffenceId next);
    /// @notice The figures do not break the network's SLA in the way alleged.
    error NotABreach(OffenceId offenceId);
    error ServiceUnknown(address provider, NetworkId network);
    error RevealWindowOpen(uint64 epoch, uint48 closesAt);
    error ReportIncomplete(address watcher, uint64 epoch);
    /// @notice The report alleges what no quorum saw, or misses what a quorum saw: it earns nothing.
    error ReportDissents(address watcher, uint64 epoch);
    error AlreadyRewarded(address watcher, uint64 epoch);
    error RewardAboveCap(uint96 amount, uint96 cap);
    error InvalidParameter(string name);

    /// @notice Governor: lets an account join as a watcher while admission is closed. Warning: while it is closed,
    /// whoever admits decides who judges the providers.
    function admit(address watcher) external;

    /// @notice Governor: takes the admission back. Warning: removes the watcher's weight from the next epoch on.
    function expel(address watcher) external;

    /// @notice Governor: from now on any bonded account may join. Cannot be undone.
    function openAdmission() external;

    /// @notice Governor: sets the reward of a report, at most `maxReward`. Warning: counts for reports claimed from now
    /// on.
    function setReward(uint96 amount) external;

    /// @notice Joins with the caller's watcher bond in the vault; its weight counts from the next epoch's start.
    function join() external;

    /// @notice Leaves; the weight ends with the present epoch. The bond thaws in the vault.
    function leave() external;

    /// @notice Anyone: takes a changed bond over as weight from the next epoch on.
    function syncWeight(address watcher) external;

    /// @notice Commits blind to the report about `epoch`, in the window after it ended.
    /// @param commitment `keccak256(abi.encode(chainid, hub, watcher, epoch, salt, chunkHashes))` with each chunk hash
    /// `keccak256(abi.encode(keccak256(measurements), keccak256(abi.encode(breaches))))`.
    function commit(uint64 epoch, bytes32 commitment) external;

    /// @notice Reveals the next chunk of the report. Chunks come in order; one transaction each.
    /// @param chunkHashes The whole list that was committed to.
    /// @param measurements Packed records, see `Revealed`.
    /// @param breaches Sorted by offence id, ascending over all chunks.
    function reveal(
        uint64 epoch,
        bytes32 salt,
        bytes32[] calldata chunkHashes,
        bytes calldata measurements,
        Breach[] calldata breaches
    ) external;

    /// @notice Anyone, after the reveal window: adds the flat reward of a complete report that agrees with the quorum
    /// to the watcher's bond. Silent and dissenting watchers earn nothing.
    function claimReward(address watcher, uint64 epoch) external;

    function currentEpoch() external view returns (uint64);
    function epochStart(uint64 epoch) external view returns (uint48);
    function epochParams() external view returns (EpochParams memory);

    /// @return Weight of a watcher in an epoch, fixed at the epoch's start.
    function weightAt(address watcher, uint64 epoch) external view returns (uint256);
    function totalWeightAt(uint64 epoch) external view returns (uint256);

    /// @return Sum of weights that attested the offence.
    function tallyOf(OffenceId offenceId) external view returns (uint256);

    /// @return Whether the tally is at least 2/3 of the whole weight at the epoch's start.
    function hasQuorum(OffenceId offenceId, uint64 epoch) external view returns (bool);

    function offenceIdOf(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        pure
        returns (OffenceId);
    function reportOf(address watcher, uint64 epoch) external view returns (Report memory);
    function verdictOf(uint64 epoch) external view returns (Verdict memory);

    /// @return Whether the watcher's revealed report about the epoch holds a breach with this offence id.
    function hasAttested(address watcher, uint64 epoch, OffenceId offenceId, AttestationProof calldata proof)
        external
        view
        returns (bool);
    function isWatcher(address watcher) external view returns (bool);
    function isAdmitted(address watcher) external view returns (bool);
    function admissionOpen() external view returns (bool);
    function minBond() external view returns (uint96);
    function maxWeight() external view returns (uint96);
    function reward() external view returns (uint96);
    function maxReward() external view returns (uint96);
    function registry() external view returns (IProviderRegistry);
    function vault() external view returns (IStakeVault);
}
