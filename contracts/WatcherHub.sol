// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {NetworkId, Offence, OffenceId, Role, toOffenceId} from "./Types.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {IWatcherHub} from "./interfaces/IWatcherHub.sol";

/// @title Watcher hub
contract WatcherHub is IWatcherHub, AccessManaged {
    using Checkpoints for Checkpoints.Trace208;

    enum Admission {
        None,
        Admitted,
        Expelled
    }

    struct Watcher {
        Admission admission;
        bool joined;
    }

    /// @dev The SLAs of two networks while a report is read.
    struct KnownSla {
        NetworkId network;
        IProviderRegistry.Sla sla;
        NetworkId otherNetwork;
        IProviderRegistry.Sla otherSla;
    }

    uint256 private constant RECORD_BYTES = 14;
    uint256 private constant LAST_OFFENCE = 5;
    uint256 private constant MAX_BPS = 10_000;

    /* IMMUTABLES */

    /// @inheritdoc IWatcherHub
    IProviderRegistry public immutable registry;
    /// @inheritdoc IWatcherHub
    IStakeVault public immutable vault;
    /// @inheritdoc IWatcherHub
    uint96 public immutable minBond;
    /// @inheritdoc IWatcherHub
    uint96 public immutable maxWeight;
    /// @inheritdoc IWatcherHub
    uint96 public immutable maxReward;
    uint48 private immutable GENESIS;
    uint32 private immutable EPOCH_SECONDS;
    uint32 private immutable COMMIT_SECONDS;
    uint32 private immutable REVEAL_SECONDS;

    /* STORAGE */

    /// @inheritdoc IWatcherHub
    bool public admissionOpen;
    /// @inheritdoc IWatcherHub
    uint96 public reward;
    mapping(address watcher => Watcher) private _watchers;
    /// @dev Keyed by the epoch from whose start the weight counts.
    mapping(address watcher => Checkpoints.Trace208) private _weights;
    Checkpoints.Trace208 private _totalWeight;
    mapping(uint64 epoch => mapping(address watcher => Report)) private _reports;
    /// @dev Last offence of the chunks revealed so far, written only while more are to come.
    mapping(uint64 epoch => mapping(address watcher => OffenceId)) private _lastOffence;
    /// @inheritdoc IWatcherHub
    mapping(OffenceId offenceId => uint256) public tallyOf;
    mapping(uint64 epoch => Verdict) private _verdicts;

    /* CONSTRUCTOR */

    constructor(
        IProviderRegistry registry_,
        IStakeVault vault_,
        address accessManager,
        EpochParams memory epochs,
        uint96 minBond_,
        uint96 maxWeight_,
        uint96 reward_,
        uint96 maxReward_,
        bool admissionOpen_
    ) AccessManaged(accessManager) {
        require(accessManager != address(0), InvalidParameter("accessManager"));
        require(address(registry_.vault()) == address(vault_), InvalidParameter("vault"));
        require(epochs.epochSeconds > 0, InvalidParameter("epochSeconds"));
        require(epochs.commitSeconds > 0, InvalidParameter("commitSeconds"));
        require(epochs.revealSeconds > 0, InvalidParameter("revealSeconds"));
        require(minBond_ > 0, InvalidParameter("minBond"));
        require(maxWeight_ >= minBond_, InvalidParameter("maxWeight"));
        registry = registry_;
        vault = vault_;
        minBond = minBond_;
        maxWeight = maxWeight_;
        maxReward = maxReward_;
        GENESIS = epochs.genesis;
        EPOCH_SECONDS = epochs.epochSeconds;
        COMMIT_SECONDS = epochs.commitSeconds;
        REVEAL_SECONDS = epochs.revealSeconds;
        _setReward(reward_, maxReward_);
        if (admissionOpen_) {
            admissionOpen = true;
            emit AdmissionOpened();
        }
    }

    /* GOVERNOR */

    /// @inheritdoc IWatcherHub
    function admit(address watcher) external restricted {
        _watchers[watcher].admission = Admission.Admitted;
        emit WatcherAdmitted(watcher);
    }

    /// @inheritdoc IWatcherHub
    function expel(address watcher) external restricted {
        _watchers[watcher].admission = Admission.Expelled;
        emit WatcherExpelled(watcher);
        if (_watchers[watcher].joined) _leave(watcher);
    }

    /// @inheritdoc IWatcherHub
    function openAdmission() external restricted {
        admissionOpen = true;
        emit AdmissionOpened();
    }

    /// @inheritdoc IWatcherHub
    function setReward(uint96 amount) external restricted {
        _setReward(amount, maxReward);
    }

    /* ACTIONS */

    /// @inheritdoc IWatcherHub
    function join() external {
        require(isAdmitted(msg.sender), NotAdmitted(msg.sender));
        require(!_watchers[msg.sender].joined, AlreadyJoined(msg.sender));
        uint256 bond = vault.activeStake(Role.Watcher, msg.sender);
        require(bond >= minBond, InsufficientBond(bond, minBond));
        _watchers[msg.sender].joined = true;
        emit WatcherJoined(msg.sender);
        _setWeight(msg.sender, Math.min(bond, maxWeight));
    }

    /// @inheritdoc IWatcherHub
    function leave() external {
        require(_watchers[msg.sender].joined, NotJoined(msg.sender));
        _leave(msg.sender);
    }

    /// @inheritdoc IWatcherHub
    function syncWeight(address watcher) external {
        require(_watchers[watcher].joined, NotJoined(watcher));
        uint256 bond = vault.activeStake(Role.Watcher, watcher);
        _setWeight(watcher, bond < minBond ? 0 : Math.min(bond, maxWeight));
    }

    /// @inheritdoc IWatcherHub
    function commit(uint64 epoch, bytes32 commitment) external {
        uint256 end = _epochEnd(epoch);
        uint256 closesAt = end + COMMIT_SECONDS;
        require(block.timestamp >= end, EpochNotEnded(epoch, uint48(end)));
        require(block.timestamp < closesAt, CommitWindowClosed(epoch, uint48(closesAt)));
        require(commitment != 0, ZeroCommitment());
        Report storage report = _reports[epoch][msg.sender];
        require(report.commitment == 0, AlreadyCommitted(msg.sender, epoch));
        // Weight is asked for at the reveal: without it, a commitment is worth nothing.
        report.commitment = commitment;
        emit Committed(msg.sender, epoch, commitment);
    }

    /// @inheritdoc IWatcherHub
    function reveal(
        uint64 epoch,
        bytes32 salt,
        bytes32[] calldata chunkHashes,
        bytes calldata measurements,
        Breach[] calldata breaches
    ) external {
        _requireRevealWindow(epoch);
        Report memory report = _reports[epoch][msg.sender];
        _requireCommitment(report.commitment, epoch, salt, chunkHashes);
        uint256 chunk = report.revealedChunks;
        require(chunk < chunkHashes.length, AlreadyRevealed(msg.sender, epoch));
        bytes32 chunkHash = _chunkHash(keccak256(measurements), breaches);
        require(chunkHash == chunkHashes[chunk], ChunkMismatch(chunk, chunkHashes[chunk], chunkHash));
        require(measurements.length % RECORD_BYTES == 0, InvalidMeasurements(measurements.length));
        report.chunks = SafeCast.toUint16(chunkHashes.length);
        // Fits: at most `chunks`.
        report.revealedChunks = uint16(chunk + 1);
        emit Revealed(msg.sender, epoch, uint16(chunk), report.chunks, measurements);
        uint256 weight =
            Math.min(weightAt(msg.sender, epoch), vault.activeStake(Role.Watcher, msg.sender));
        require(weight > 0, NoWeight(msg.sender, epoch));
        if (breaches.length > 0) _attest(epoch, weight, breaches, report);
        _reports[epoch][msg.sender] = report;
    }

    /// @inheritdoc IWatcherHub
    function claimReward(address watcher, uint64 epoch) external {
        uint256 closesAt = _epochEnd(epoch) + COMMIT_SECONDS + REVEAL_SECONDS;
        require(block.timestamp >= closesAt, RevealWindowOpen(epoch, uint48(closesAt)));
        Report storage report = _reports[epoch][watcher];
        uint256 chunks = report.chunks;
        require(chunks > 0 && report.revealedChunks == chunks, ReportIncomplete(watcher, epoch));
        require(!report.rewarded, AlreadyRewarded(watcher, epoch));
        Verdict memory verdict = _verdicts[epoch];
        require(
            report.breaches == verdict.breaches && report.digest == verdict.digest,
            ReportDissents(watcher, epoch)
        );
        report.rewarded = true;
        uint256 amount = reward;
        emit RewardClaimed(watcher, epoch, amount);
        if (amount > 0) vault.reward(watcher, amount);
    }

    /* VIEWS */

    /// @inheritdoc IWatcherHub
    function currentEpoch() external view returns (uint64) {
        return block.timestamp < GENESIS ? 0 : uint64((block.timestamp - GENESIS) / EPOCH_SECONDS);
    }

    /// @inheritdoc IWatcherHub
    function epochStart(uint64 epoch) public view returns (uint48) {
        return SafeCast.toUint48(GENESIS + uint256(epoch) * EPOCH_SECONDS);
    }

    /// @inheritdoc IWatcherHub
    function epochParams() external view returns (EpochParams memory) {
        return EpochParams({
            genesis: GENESIS,
            epochSeconds: EPOCH_SECONDS,
            commitSeconds: COMMIT_SECONDS,
            revealSeconds: REVEAL_SECONDS
        });
    }

    /// @inheritdoc IWatcherHub
    function weightAt(address watcher, uint64 epoch) public view returns (uint256) {
        return _weights[watcher].upperLookupRecent(_key(epoch));
    }

    /// @inheritdoc IWatcherHub
    function totalWeightAt(uint64 epoch) public view returns (uint256) {
        return _totalWeight.upperLookupRecent(_key(epoch));
    }

    /// @inheritdoc IWatcherHub
    function hasQuorum(OffenceId offenceId, uint64 epoch) external view returns (bool) {
        uint256 tally = tallyOf[offenceId];
        return tally > 0 && tally >= _quorumOf(totalWeightAt(epoch));
    }

    /// @inheritdoc IWatcherHub
    function offenceIdOf(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        pure
        returns (OffenceId)
    {
        return toOffenceId(epoch, provider, network, offence);
    }

    /// @inheritdoc IWatcherHub
    function reportOf(address watcher, uint64 epoch) external view returns (Report memory) {
        return _reports[epoch][watcher];
    }

    /// @inheritdoc IWatcherHub
    function verdictOf(uint64 epoch) external view returns (Verdict memory) {
        return _verdicts[epoch];
    }

    /// @inheritdoc IWatcherHub
    function hasAttested(address watcher, uint64 epoch, OffenceId offenceId, AttestationProof calldata proof)
        external
        view
        returns (bool)
    {
        Report storage report = _reports[epoch][watcher];
        if (report.commitment != _commitmentOf(watcher, epoch, proof.salt, proof.chunkHashes)) return false;
        if (proof.chunk >= report.revealedChunks) return false;
        bytes32 chunkHash = _chunkHash(proof.measurementsHash, proof.breaches);
        if (chunkHash != proof.chunkHashes[proof.chunk]) return false;
        for (uint256 i = 0; i < proof.breaches.length; ++i) {
            Breach calldata breach = proof.breaches[i];
            OffenceId id = toOffenceId(epoch, breach.provider, breach.network, breach.offence);
            if (OffenceId.unwrap(id) == OffenceId.unwrap(offenceId)) return true;
        }
        return false;
    }

    /// @inheritdoc IWatcherHub
    function isWatcher(address watcher) external view returns (bool) {
        return _watchers[watcher].joined;
    }

    /// @inheritdoc IWatcherHub
    function isAdmitted(address watcher) public view returns (bool) {
        Admission admission = _watchers[watcher].admission;
        return admission == Admission.Admitted || (admissionOpen && admission == Admission.None);
    }

    /* INTERNAL */

    function _leave(address watcher) private {
        _watchers[watcher].joined = false;
        emit WatcherLeft(watcher);
        _setWeight(watcher, 0);
    }

    /// @dev Counts from the next epoch on: nobody gains or loses weight in an epoch that has begun.
    function _setWeight(address watcher, uint256 weight) private {
        uint256 next =
            block.timestamp < GENESIS ? 0 : (block.timestamp - GENESIS) / EPOCH_SECONDS + 1;
        (uint208 previous,) = _weights[watcher].push(uint48(next), SafeCast.toUint208(weight));
        uint256 total = _totalWeight.latest() - previous + weight;
        _totalWeight.push(uint48(next), SafeCast.toUint208(total));
        emit WatcherWeightSet(watcher, uint64(next), weight, total);
    }

    function _setReward(uint96 amount, uint96 cap) private {
        require(amount <= cap, RewardAboveCap(amount, cap));
        reward = amount;
        emit RewardSet(amount);
    }

    /// @dev Adds the caller's weight to the tally of each breach. Strictly ascending ids over all chunks of the one
    /// report that the caller has for the epoch: a watcher counts once for a breach.
    function _attest(uint64 epoch, uint256 weight, Breach[] calldata breaches, Report memory report) private {
        uint256 quorum = _quorumOf(totalWeightAt(epoch));
        OffenceId previous =
            report.revealedChunks > 1 ? _lastOffence[epoch][msg.sender] : OffenceId.wrap(0);
        Breach memory breach;
        KnownSla memory known;
        Verdict memory reached;
        for (uint256 i = 0; i < breaches.length; ++i) {
            _read(breaches, i, breach);
            OffenceId id = toOffenceId(epoch, breach.provider, breach.network, breach.offence);
            require(OffenceId.unwrap(id) > OffenceId.unwrap(previous), BreachesNotSorted(previous, id));
            previous = id;
            bool decisive = _count(id, epoch, weight, quorum, breach);
            require(_breaks(_slaOf(breach.network, known), breach), NotABreach(id));
            unchecked {
                report.digest += _short(id);
                if (decisive) {
                    ++reached.breaches;
                    reached.digest += _short(id);
                }
            }
        }
        // Fits: calldata is shorter.
        report.breaches += uint32(breaches.length);
        if (report.revealedChunks < report.chunks) _lastOffence[epoch][msg.sender] = previous;
        if (reached.breaches > 0) _conclude(epoch, reached);
    }

    /// @return Whether the quorum is reached by this attestation.
    function _count(OffenceId id, uint64 epoch, uint256 weight, uint256 quorum, Breach memory breach)
        private
        returns (bool)
    {
        uint256 before = tallyOf[id];
        // Once is enough: no service is ever unknown again.
        if (before == 0) _requireService(breach);
        uint256 tally;
        unchecked {
            // Each watcher counts once, and all weights together fit into 208 bits.
            tally = before + weight;
        }
        tallyOf[id] = tally;
        emit BreachAttested(id, msg.sender, breach.provider, breach.network, epoch, breach.offence, tally);
        return before < quorum && tally >= quorum;
    }

    /// @dev Adds breaches that have just reached the quorum to the epoch's verdict.
    function _conclude(uint64 epoch, Verdict memory reached) private {
        Verdict memory verdict = _verdicts[epoch];
        verdict.breaches += reached.breaches;
        unchecked {
            verdict.digest += reached.digest;
        }
        _verdicts[epoch] = verdict;
        emit QuorumReached(epoch, verdict.breaches, verdict.digest);
    }

    function _requireService(Breach memory breach) private view {
        IProviderRegistry.ServiceStatus status = registry.serviceOf(breach.provider, breach.network).status;
        require(
            status != IProviderRegistry.ServiceStatus.None, ServiceUnknown(breach.provider, breach.network)
        );
    }

    /// @dev Most reports are about few networks: the last two are remembered.
    function _slaOf(NetworkId network, KnownSla memory known)
        private
        view
        returns (IProviderRegistry.Sla memory)
    {
        if (network == known.network) return known.sla;
        (known.network, known.sla, known.otherNetwork, known.otherSla) =
            (known.otherNetwork, known.otherSla, known.network, known.sla);
        if (network == known.network) return known.sla;
        known.network = network;
        known.sla = registry.slaOf(network);
        return known.sla;
    }

    function _breaks(IProviderRegistry.Sla memory sla, Breach memory breach) private pure returns (bool) {
        uint256 samples = breach.samples;
        uint256 successes = breach.successes;
        if (samples < sla.minSamples || successes > samples) return false;
        Offence offence = breach.offence;
        if (offence == Offence.Outage) return successes == 0;
        if (offence == Offence.Latency) return breach.p95LatencyMs > sla.maxP95LatencyMs;
        if (offence == Offence.Stale) return breach.p95BlockLag > sla.maxP95BlockLag;
        if (offence == Offence.InvalidData) return breach.mismatches > sla.maxMismatches;
        if (offence != Offence.Downtime) return false;
        return successes > 0 && successes * MAX_BPS < samples * sla.minAvailabilityBps;
    }

    /// @dev Copies a breach and checks every field, whether it matters or not, for less than the compiler takes.
    function _read(Breach[] calldata breaches, uint256 i, Breach memory breach) private pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            calldatacopy(breach, add(breaches.offset, mul(i, 0x100)), 0x100)
            let figures := or(mload(add(breach, 0x60)), mload(add(breach, 0x80)))
            figures := or(figures, or(mload(add(breach, 0xa0)), mload(add(breach, 0xc0))))
            figures := or(figures, mload(add(breach, 0xe0)))
            let dirty := or(shr(160, mload(breach)), shr(16, figures))
            if or(dirty, gt(mload(add(breach, 0x40)), LAST_OFFENCE)) { revert(0, 0) }
        }
    }

    function _requireRevealWindow(uint64 epoch) private view {
        uint256 opensAt = _epochEnd(epoch) + COMMIT_SECONDS;
        uint256 closesAt = opensAt + REVEAL_SECONDS;
        require(block.timestamp >= opensAt, RevealWindowNotOpen(epoch, uint48(opensAt)));
        require(block.timestamp < closesAt, RevealWindowClosed(epoch, uint48(closesAt)));
    }

    function _requireCommitment(bytes32 committed, uint64 epoch, bytes32 salt, bytes32[] calldata chunkHashes)
        private
        view
    {
        require(committed != 0, NotCommitted(msg.sender, epoch));
        bytes32 actual = _commitmentOf(msg.sender, epoch, salt, chunkHashes);
        require(committed == actual, CommitmentMismatch(committed, actual));
    }

    function _commitmentOf(address watcher, uint64 epoch, bytes32 salt, bytes32[] calldata chunkHashes)
        private
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), watcher, epoch, salt, chunkHashes));
    }

    function _chunkHash(bytes32 measurementsHash, Breach[] calldata breaches) private pure returns (bytes32) {
        return keccak256(abi.encode(measurementsHash, _hashOf(breaches)));
    }

    /// @return hash `keccak256(abi.encode(breaches))`, copied as one piece: a breach is eight whole words in calldata,
    /// too. Whoever counts a breach reads it with all checks.
    function _hashOf(Breach[] calldata breaches) private pure returns (bytes32 hash) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let encoding := mload(0x40)
            let size := mul(breaches.length, 0x100)
            mstore(encoding, 0x20)
            mstore(add(encoding, 0x20), breaches.length)
            calldatacopy(add(encoding, 0x40), breaches.offset, size)
            hash := keccak256(encoding, add(size, 0x40))
        }
    }

    /// @return The least tally that is two thirds of `total`.
    function _quorumOf(uint256 total) private pure returns (uint256) {
        return Math.ceilDiv(total * 2, 3);
    }

    function _short(OffenceId id) private pure returns (uint160) {
        return uint160(uint256(OffenceId.unwrap(id)));
    }

    function _epochEnd(uint64 epoch) private view returns (uint256) {
        return GENESIS + (uint256(epoch) + 1) * EPOCH_SECONDS;
    }

    function _key(uint64 epoch) private pure returns (uint48) {
        return uint48(Math.min(epoch, type(uint48).max));
    }
}
