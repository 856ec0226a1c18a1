// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CaseId, NetworkId, Offence, OffenceId, Role} from "./Types.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {ISlashingCourt} from "./interfaces/ISlashingCourt.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {IWatcherHub} from "./interfaces/IWatcherHub.sol";
import {PenaltyHistory, PenaltyHistoryLib} from "./libraries/PenaltyHistory.sol";

/// @title Slashing court
contract SlashingCourt is ISlashingCourt, AccessManaged, EIP712 {
    /// @dev Two slots.
    struct StoredCase {
        address provider;
        uint96 amount;
        uint64 epoch;
        uint48 executableAt;
        uint32 jailSeconds;
        Offence offence;
        CaseState state;
        // What a veto gives back.
        uint16 bps;
        uint32 previousMark;
    }

    /// @dev Hard cap of one subjective penalty and of all within `repeatSeconds`.
    uint16 private constant MAX_SUBJECTIVE_BPS = 1_000;
    uint16 private constant MAX_EQUIVOCATION_BPS = 5_000;
    uint16 private constant REPORTER_BPS = 1_000;
    uint256 private constant BPS = 10_000;
    uint32 private constant FOR_GOOD = type(uint32).max;
    bytes32 private constant STATEMENT_TYPEHASH =
        keccak256("Statement(bytes32 network,uint64 height,bytes32 blockHash,bool finalized)");

    /* IMMUTABLES */

    /// @inheritdoc ISlashingCourt
    IWatcherHub public immutable hub;
    /// @inheritdoc ISlashingCourt
    IProviderRegistry public immutable registry;
    /// @inheritdoc ISlashingCourt
    IStakeVault public immutable vault;
    uint48 private immutable EVIDENCE_SECONDS;
    uint48 private immutable VETO_SECONDS;
    uint48 private immutable REPEAT_SECONDS;

    /* STORAGE */

    mapping(CaseId caseId => StoredCase) private _cases;
    mapping(Offence offence => Penalty) private _penalties;
    mapping(address provider => PenaltyHistory) private _histories;

    /* CONSTRUCTOR */

    /// @param penalties One for each offence, in the order of `Offence`.
    constructor(
        IWatcherHub hub_,
        IProviderRegistry registry_,
        IStakeVault vault_,
        address accessManager,
        Windows memory windows_,
        Penalty[6] memory penalties
    ) AccessManaged(accessManager) EIP712("DIN SlashingCourt", "1") {
        require(accessManager != address(0), InvalidParameter("accessManager"));
        require(
            address(hub_.registry()) == address(registry_) && address(hub_.vault()) == address(vault_),
            InvalidParameter("hub")
        );
        require(windows_.vetoSeconds > 0, InvalidParameter("vetoSeconds"));
        require(windows_.repeatSeconds > 0, InvalidParameter("repeatSeconds"));
        IWatcherHub.EpochParams memory epochs = hub_.epochParams();
        // Stake that begins to thaw as the offence begins is still there when its case ends.
        uint256 longest = uint256(epochs.epochSeconds) + epochs.commitSeconds + epochs.revealSeconds
            + windows_.evidenceSeconds + windows_.vetoSeconds;
        require(vault_.thawSeconds() > longest, InvalidParameter("thawSeconds"));
        hub = hub_;
        registry = registry_;
        vault = vault_;
        EVIDENCE_SECONDS = windows_.evidenceSeconds;
        VETO_SECONDS = windows_.vetoSeconds;
        REPEAT_SECONDS = windows_.repeatSeconds;
        for (uint8 i = 0; i < penalties.length; ++i) {
            _setPenalty(Offence(i), penalties[i]);
        }
    }

    /* GOVERNOR */

    /// @inheritdoc ISlashingCourt
    function setPenalty(Offence offence, Penalty calldata penalty) external restricted {
        _setPenalty(offence, penalty);
    }

    /* GUARDIAN */

    /// @inheritdoc ISlashingCourt
    function veto(CaseId caseId) external restricted {
        StoredCase memory stored = _open(caseId);
        require(block.timestamp < stored.executableAt, VetoWindowClosed(caseId, stored.executableAt));
        _cases[caseId].state = CaseState.Vetoed;
        _histories[stored.provider] = _histories[stored.provider].undo(
            stored.offence,
            stored.bps,
            stored.executableAt - VETO_SECONDS,
            stored.previousMark,
            REPEAT_SECONDS
        );
        emit CaseVetoed(caseId, stored.provider, stored.amount);
        if (stored.amount > 0) vault.release(Role.Provider, stored.provider, stored.amount);
    }

    /* ACTIONS */

    /// @inheritdoc ISlashingCourt
    function openCase(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        returns (CaseId caseId)
    {
        require(offence != Offence.Equivocation, NotSubjective(offence));
        OffenceId offenceId = hub.offenceIdOf(epoch, provider, network, offence);
        caseId = _caseId(offenceId);
        require(_cases[caseId].state == CaseState.None, CaseExists(caseId));
        _requireEvidence(epoch);
        _requireQuorum(offenceId, epoch);
        StoredCase memory opened = _charge(epoch, provider, offence);
        _cases[caseId] = opened;
        emit CaseOpened(
            caseId,
            provider,
            network,
            epoch,
            offence,
            opened.amount,
            opened.executableAt,
            opened.jailSeconds,
            msg.sender
        );
        if (opened.amount > 0) vault.lock(Role.Provider, provider, opened.amount);
    }

    /// @inheritdoc ISlashingCourt
    function execute(CaseId caseId) external {
        StoredCase memory stored = _open(caseId);
        require(block.timestamp >= stored.executableAt, TooEarly(caseId, stored.executableAt));
        _cases[caseId].state = CaseState.Executed;
        uint48 jailedUntil = stored.jailSeconds == FOR_GOOD
            ? type(uint48).max
            : uint48(block.timestamp) + stored.jailSeconds;
        emit CaseExecuted(caseId, stored.provider, stored.amount, jailedUntil);
        if (stored.amount > 0) vault.slash(Role.Provider, stored.provider, stored.amount, address(0), 0);
        registry.jail(stored.provider, jailedUntil);
    }

    /// @inheritdoc ISlashingCourt
    function proveEquivocation(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) external returns (CaseId caseId) {
        address provider = _equivocator(a, signatureA, b, signatureB);
        caseId = caseIdOf(a.height, provider, a.network, Offence.Equivocation);
        require(_cases[caseId].state == CaseState.None, CaseExists(caseId));
        uint96 amount = _amountOf(provider, _penalties[Offence.Equivocation].firstBps);
        uint256 reporterAmount = uint256(amount) * REPORTER_BPS / BPS;
        _cases[caseId] = StoredCase({
            provider: provider,
            amount: amount,
            epoch: a.height,
            executableAt: uint48(block.timestamp),
            jailSeconds: FOR_GOOD,
            offence: Offence.Equivocation,
            state: CaseState.Executed,
            bps: 0,
            previousMark: 0
        });
        _emitEquivocation(caseId, provider, a, b.blockHash, amount, reporterAmount);
        if (amount > 0) {
            vault.lock(Role.Provider, provider, amount);
            vault.slash(Role.Provider, provider, amount, msg.sender, reporterAmount);
        }
        registry.jail(provider, type(uint48).max);
    }

    /* VIEWS */

    /// @inheritdoc ISlashingCourt
    function caseOf(CaseId caseId) external view returns (Case memory) {
        StoredCase memory stored = _cases[caseId];
        return Case({
            provider: stored.provider,
            amount: stored.amount,
            epoch: stored.epoch,
            executableAt: stored.executableAt,
            jailSeconds: stored.jailSeconds,
            offence: stored.offence,
            state: stored.state
        });
    }

    /// @inheritdoc ISlashingCourt
    function caseIdOf(uint64 epoch, address provider, NetworkId network, Offence offence)
        public
        view
        returns (CaseId)
    {
        return _caseId(hub.offenceIdOf(epoch, provider, network, offence));
    }

    /// @inheritdoc ISlashingCourt
    function countedBps(address provider) external view returns (uint256) {
        return _histories[provider].sum(block.timestamp, REPEAT_SECONDS);
    }

    /// @inheritdoc ISlashingCourt
    function penaltyOf(Offence offence) external view returns (Penalty memory) {
        return _penalties[offence];
    }

    /// @inheritdoc ISlashingCourt
    function windows() external view returns (Windows memory) {
        return Windows({
            evidenceSeconds: EVIDENCE_SECONDS,
            vetoSeconds: VETO_SECONDS,
            repeatSeconds: REPEAT_SECONDS
        });
    }

    /* INTERNAL */

    function _setPenalty(Offence offence, Penalty memory penalty) private {
        bool subjective = offence != Offence.Equivocation;
        uint16 cap = subjective ? MAX_SUBJECTIVE_BPS : MAX_EQUIVOCATION_BPS;
        require(penalty.firstBps <= cap, PenaltyAboveCap(offence, penalty.firstBps, cap));
        require(penalty.repeatBps <= cap, PenaltyAboveCap(offence, penalty.repeatBps, cap));
        require(subjective || penalty.jailSeconds == FOR_GOOD, InvalidParameter("jailSeconds"));
        _penalties[offence] = penalty;
        emit PenaltySet(offence, penalty);
    }

    /// @dev Fixes a case's parameters and counts it in the provider's history.
    function _charge(uint64 epoch, address provider, Offence offence)
        private
        returns (StoredCase memory opened)
    {
        Penalty memory penalty = _penalties[offence];
        PenaltyHistory history = _histories[provider];
        uint32 mark = history.lastOf(offence);
        bool repeated = mark != 0 && block.timestamp - mark <= REPEAT_SECONDS;
        uint256 left = PenaltyHistoryLib.MAX_BPS - history.sum(block.timestamp, REPEAT_SECONDS);
        uint16 bps = uint16(Math.min(repeated ? penalty.repeatBps : penalty.firstBps, left));
        _histories[provider] = history.add(offence, bps, block.timestamp, REPEAT_SECONDS);
        opened = StoredCase({
            provider: provider,
            amount: _amountOf(provider, bps),
            epoch: epoch,
            executableAt: uint48(block.timestamp) + VETO_SECONDS,
            jailSeconds: penalty.jailSeconds,
            offence: offence,
            state: CaseState.Open,
            bps: bps,
            previousMark: mark
        });
    }

    /// @return The share of all stake, at most what no open case holds.
    function _amountOf(address provider, uint16 bps) private view returns (uint96) {
        IStakeVault.Account memory account = vault.accountOf(Role.Provider, provider);
        require(account.tokens > 0, NothingToSlash(provider));
        return uint96(Math.min(uint256(account.tokens) * bps / BPS, account.tokens - account.locked));
    }

    function _requireEvidence(uint64 epoch) private view {
        IWatcherHub.EpochParams memory epochs = hub.epochParams();
        uint256 expiresAt = epochs.genesis + (uint256(epoch) + 1) * epochs.epochSeconds + epochs.commitSeconds
            + epochs.revealSeconds + EVIDENCE_SECONDS;
        require(block.timestamp < expiresAt, EvidenceExpired(epoch, uint48(expiresAt)));
    }

    function _requireQuorum(OffenceId offenceId, uint64 epoch) private view {
        if (hub.hasQuorum(offenceId, epoch)) return;
        revert NoQuorum(hub.tallyOf(offenceId), hub.totalWeightAt(epoch));
    }

    function _equivocator(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) private view returns (address provider) {
        require(a.network == b.network && a.height == b.height, NotEquivocation());
        require(a.blockHash != b.blockHash && a.finalized && b.finalized, NotEquivocation());
        address signer = _signerOf(a, signatureA);
        require(signer == _signerOf(b, signatureB), NotEquivocation());
        provider = registry.signerOwner(signer);
        require(provider != address(0), UnknownSigner(signer));
    }

    /// @dev On its own for the sake of the stack.
    function _emitEquivocation(
        CaseId caseId,
        address provider,
        Statement calldata a,
        bytes32 blockHashB,
        uint256 amount,
        uint256 reporterAmount
    ) private {
        emit EquivocationProven(
            caseId,
            provider,
            msg.sender,
            a.network,
            a.height,
            a.blockHash,
            blockHashB,
            amount,
            reporterAmount
        );
    }

    function _signerOf(Statement calldata statement, bytes calldata signature) private view returns (address) {
        bytes32 structHash = keccak256(
            abi.encode(
                STATEMENT_TYPEHASH,
                statement.network,
                statement.height,
                statement.blockHash,
                statement.finalized
            )
        );
        return ECDSA.recoverCalldata(_hashTypedDataV4(structHash), signature);
    }

    function _open(CaseId caseId) private view returns (StoredCase memory stored) {
        stored = _cases[caseId];
        require(stored.state == CaseState.Open, CaseNotOpen(caseId, stored.state));
    }

    function _caseId(OffenceId offenceId) private view returns (CaseId) {
        return CaseId.wrap(keccak256(abi.encode(block.chainid, address(this), offenceId)));
    }
}
