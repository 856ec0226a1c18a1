// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CaseId, NetworkId, Offence, OffenceId, Role, toOffenceId} from "./Types.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {ISlashingCourt} from "./interfaces/ISlashingCourt.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {IWatcherHub} from "./interfaces/IWatcherHub.sol";
import {PenaltyHistory, PenaltyHistoryLib} from "./libraries/PenaltyHistory.sol";

/// @title Slashing court
contract SlashingCourt is ISlashingCourt, AccessManaged {
    /// @dev One slot.
    struct StoredCase {
        uint96 amount;
        uint48 executableAt;
        uint32 jailSeconds;
        CaseState state;
        // What a veto or an upheld appeal gives back: the charge, what it replaced, and with `executableAt` its time.
        uint16 bps;
        uint32 previousMark;
        uint24 appealedAfter;
    }

    /// @dev Hard cap of one subjective penalty and of all within `repeatSeconds`.
    uint16 private constant MAX_SUBJECTIVE_BPS = 1_000;
    uint16 private constant MAX_EQUIVOCATION_BPS = 5_000;
    uint16 private constant REPORTER_BPS = 1_000;
    uint256 private constant BPS = 10_000;
    uint32 private constant FOR_GOOD = type(uint32).max;
    uint48 private constant NEVER = type(uint48).max;
    bytes32 private constant STATEMENT_TYPEHASH =
        keccak256("Statement(bytes32 network,uint64 height,bytes32 blockHash,bool finalized)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant DOMAIN_NAME_HASH = keccak256("DIN Statement");
    bytes32 private constant DOMAIN_VERSION_HASH = keccak256("1");

    /* IMMUTABLES */

    /// @inheritdoc ISlashingCourt
    IWatcherHub public immutable hub;
    /// @inheritdoc ISlashingCourt
    IProviderRegistry public immutable registry;
    /// @inheritdoc ISlashingCourt
    IStakeVault public immutable vault;
    /// @inheritdoc ISlashingCourt
    uint96 public immutable appealBond;
    uint48 private immutable EVIDENCE_SECONDS;
    uint48 private immutable VETO_SECONDS;
    uint48 private immutable APPEAL_SECONDS;
    uint48 private immutable REPEAT_SECONDS;
    uint48 private immutable GENESIS;
    uint32 private immutable EPOCH_SECONDS;
    /// @dev From the end of an epoch until its offences expire.
    uint48 private immutable EXPIRY_SECONDS;

    /* STORAGE */

    mapping(CaseId caseId => StoredCase) private _cases;
    /// @dev By offence.
    Penalty[6] private _penalties;
    mapping(address provider => PenaltyHistory) private _histories;
    /// @inheritdoc ISlashingCourt
    mapping(CaseId caseId => mapping(address watcher => bool)) public isCharged;
    /// @dev Of objective offences that were proven during a pause and wait for their execution.
    mapping(CaseId caseId => address) private _reporters;

    /* CONSTRUCTOR */

    /// @param penalties One for each offence, in the order of `Offence`.
    constructor(
        IWatcherHub hub_,
        IProviderRegistry registry_,
        IStakeVault vault_,
        address accessManager,
        Windows memory windows_,
        uint96 appealBond_,
        Penalty[6] memory penalties
    ) AccessManaged(accessManager) {
        require(accessManager != address(0), InvalidParameter("accessManager"));
        require(
            address(hub_.registry()) == address(registry_) && address(hub_.vault()) == address(vault_),
            InvalidParameter("hub")
        );
        require(
            windows_.vetoSeconds > 0 && windows_.vetoSeconds <= type(uint24).max, InvalidParameter("vetoSeconds")
        );
        require(windows_.appealSeconds > 0, InvalidParameter("appealSeconds"));
        require(windows_.repeatSeconds > 0, InvalidParameter("repeatSeconds"));
        require(appealBond_ > 0, InvalidParameter("appealBond"));
        IWatcherHub.EpochParams memory epochs = hub_.epochParams();
        uint256 expirySeconds = uint256(epochs.commitSeconds) + epochs.revealSeconds + windows_.evidenceSeconds;
        // Stake that begins to thaw as the offence begins is still there when its case ends.
        uint256 longest = epochs.epochSeconds + expirySeconds + windows_.vetoSeconds + windows_.appealSeconds;
        require(vault_.thawSeconds() > longest, InvalidParameter("thawSeconds"));
        hub = hub_;
        registry = registry_;
        vault = vault_;
        appealBond = appealBond_;
        EVIDENCE_SECONDS = windows_.evidenceSeconds;
        VETO_SECONDS = windows_.vetoSeconds;
        APPEAL_SECONDS = windows_.appealSeconds;
        REPEAT_SECONDS = windows_.repeatSeconds;
        GENESIS = epochs.genesis;
        EPOCH_SECONDS = epochs.epochSeconds;
        // Fits: less than a thaw.
        EXPIRY_SECONDS = uint48(expirySeconds);
        for (uint8 i = 0; i < penalties.length; ++i) {
            _setPenalty(Offence(i), penalties[i]);
        }
    }

    /* GOVERNOR */

    /// @inheritdoc ISlashingCourt
    function setPenalty(Offence offence, Penalty calldata penalty) external restricted {
        _setPenalty(offence, penalty);
    }

    /// @inheritdoc ISlashingCourt
    function resolveAppeal(CaseKey calldata key, bool upheld) external restricted {
        CaseId caseId = _caseIdOf(key);
        StoredCase memory stored = _cases[caseId];
        require(stored.state == CaseState.Appealed, CaseNotAppealed(caseId, stored.state));
        require(block.timestamp < stored.executableAt, DecisionTooLate(caseId, stored.executableAt));
        if (!upheld) return _execute(caseId, key.provider, stored);
        _cases[caseId].state = CaseState.Overturned;
        _undoCharge(key, stored);
        emit CaseOverturned(caseId, key.provider, stored.amount, appealBond);
        vault.release(Role.Provider, key.provider, uint256(stored.amount) + appealBond);
    }

    /* GUARDIAN */

    /// @inheritdoc ISlashingCourt
    function veto(CaseKey calldata key) external restricted {
        CaseId caseId = _caseIdOf(key);
        StoredCase memory stored = _pending(caseId);
        require(block.timestamp < stored.executableAt, VetoWindowClosed(caseId, stored.executableAt));
        _cases[caseId].state = CaseState.Vetoed;
        _undoCharge(key, stored);
        emit CaseVetoed(caseId, key.provider, stored.amount);
        uint256 locked = _lockedBy(stored);
        if (locked > 0) vault.release(Role.Provider, key.provider, locked);
    }

    /* ACTIONS */

    /// @inheritdoc ISlashingCourt
    function openCase(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        returns (CaseId caseId)
    {
        require(offence != Offence.Equivocation, NotSubjective(offence));
        OffenceId offenceId = toOffenceId(epoch, provider, network, offence);
        caseId = _caseId(offenceId);
        require(_cases[caseId].state == CaseState.None, CaseExists(caseId));
        _requireJurisdiction(epoch);
        _requireQuorum(offenceId, epoch);
        StoredCase memory opened = _charge(provider, offence);
        _cases[caseId] = opened;
        emit CaseOpened(
            caseId,
            provider,
            network,
            epoch,
            offence,
            opened.amount,
            opened.bps,
            opened.executableAt,
            opened.jailSeconds,
            msg.sender
        );
        if (opened.amount > 0) vault.lock(Role.Provider, provider, opened.amount);
    }

    /// @inheritdoc ISlashingCourt
    function appeal(CaseKey calldata key) external {
        require(msg.sender == key.provider, NotProvider(msg.sender, key.provider));
        CaseId caseId = _caseIdOf(key);
        StoredCase memory stored = _cases[caseId];
        require(stored.state == CaseState.Open, CaseNotOpen(caseId, stored.state));
        require(block.timestamp < stored.executableAt, VetoWindowClosed(caseId, stored.executableAt));
        stored.state = CaseState.Appealed;
        // Fits: at most `VETO_SECONDS`.
        stored.appealedAfter = uint24(block.timestamp + VETO_SECONDS - stored.executableAt);
        stored.executableAt = uint48(block.timestamp) + APPEAL_SECONDS;
        _cases[caseId] = stored;
        emit CaseAppealed(caseId, msg.sender, appealBond, stored.executableAt);
        vault.lock(Role.Provider, msg.sender, appealBond);
    }

    /// @inheritdoc ISlashingCourt
    function chargeWatcher(CaseKey calldata key, address watcher, IWatcherHub.AttestationProof calldata proof)
        external
    {
        OffenceId offenceId = toOffenceId(key.epoch, key.provider, key.network, key.offence);
        CaseId caseId = _caseId(offenceId);
        CaseState state = _cases[caseId].state;
        require(state == CaseState.Overturned, CaseNotOverturned(caseId, state));
        require(!isCharged[caseId][watcher], AlreadyCharged(caseId, watcher));
        require(hub.hasAttested(watcher, key.epoch, offenceId, proof), NotAttested(caseId, watcher));
        uint256 share = Math.mulDiv(
            appealBond, hub.weightAt(watcher, key.epoch), hub.totalWeightAt(key.epoch)
        );
        (, uint256 unlocked) = vault.unlockedOf(Role.Watcher, watcher);
        uint256 amount = Math.min(share, unlocked);
        require(amount > 0, NothingToSlash(watcher));
        isCharged[caseId][watcher] = true;
        emit WatcherCharged(caseId, watcher, key.provider, amount);
        vault.lock(Role.Watcher, watcher, amount);
        vault.slash(Role.Watcher, watcher, amount, key.provider, amount);
    }

    /// @inheritdoc ISlashingCourt
    function execute(CaseKey calldata key) external {
        CaseId caseId = _caseIdOf(key);
        StoredCase memory stored = _pending(caseId);
        require(block.timestamp >= stored.executableAt, TooEarly(caseId, stored.executableAt));
        _execute(caseId, key.provider, stored);
    }

    /// @inheritdoc ISlashingCourt
    function proveEquivocation(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) external returns (CaseId caseId) {
        require(a.network == b.network && a.height == b.height, NotEquivocation());
        require(a.blockHash != b.blockHash && a.finalized && b.finalized, NotEquivocation());
        address signer = _signerOf(a, signatureA);
        require(signer == _signerOf(b, signatureB), NotEquivocation());
        address provider = _providerOf(signer);
        uint96 amount;
        (caseId, amount) = _condemn(a, provider);
        _emitEquivocation(caseId, provider, a, b.blockHash, amount);
        _punish(caseId, provider, amount);
    }

    /// @inheritdoc ISlashingCourt
    function proveBlockHash(Statement calldata statement, bytes calldata signature)
        external
        returns (CaseId caseId)
    {
        require(statement.network == _thisNetwork(), NotAboutThisChain(statement.network));
        require(statement.finalized, NotFinalized());
        bytes32 trueHash = Blockhash.blockHash(statement.height);
        require(
            trueHash != 0 && trueHash != statement.blockHash, NothingDisproven(statement.height, trueHash)
        );
        address provider = _providerOf(_signerOf(statement, signature));
        uint96 amount;
        (caseId, amount) = _condemn(statement, provider);
        emit BlockHashDisproven(
            caseId,
            provider,
            msg.sender,
            statement.height,
            statement.blockHash,
            trueHash,
            amount,
            _reporterAmount(amount)
        );
        _punish(caseId, provider, amount);
    }

    /* VIEWS */

    /// @inheritdoc ISlashingCourt
    function caseOf(CaseId caseId) external view returns (Case memory) {
        StoredCase memory stored = _cases[caseId];
        return Case({
            amount: stored.amount,
            executableAt: stored.executableAt,
            jailSeconds: stored.jailSeconds,
            state: stored.state
        });
    }

    /// @inheritdoc ISlashingCourt
    function caseIdOf(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        view
        returns (CaseId)
    {
        return _caseId(toOffenceId(epoch, provider, network, offence));
    }

    /// @inheritdoc ISlashingCourt
    function countedBps(address provider) external view returns (uint256) {
        return _histories[provider].sum(block.timestamp, REPEAT_SECONDS);
    }

    /// @inheritdoc ISlashingCourt
    function penaltyOf(Offence offence) external view returns (Penalty memory) {
        return _penalties[uint8(offence)];
    }

    /// @inheritdoc ISlashingCourt
    function windows() external view returns (Windows memory) {
        return Windows({
            evidenceSeconds: EVIDENCE_SECONDS,
            vetoSeconds: VETO_SECONDS,
            appealSeconds: APPEAL_SECONDS,
            repeatSeconds: REPEAT_SECONDS
        });
    }

    /* INTERNAL */

    function _setPenalty(Offence offence, Penalty memory penalty) private {
        bool subjective = offence != Offence.Equivocation;
        uint16 cap = subjective ? MAX_SUBJECTIVE_BPS : MAX_EQUIVOCATION_BPS;
        require(penalty.firstBps <= cap, PenaltyAboveCap(offence, penalty.firstBps, cap));
        require(penalty.repeatBps <= cap, PenaltyAboveCap(offence, penalty.repeatBps, cap));
        // Whoever is jailed for good is beyond objective proofs: no watchers' quorum may send anyone there.
        require(subjective == (penalty.jailSeconds != FOR_GOOD), InvalidParameter("jailSeconds"));
        _penalties[uint8(offence)] = penalty;
        emit PenaltySet(offence, penalty);
    }

    /// @dev Fixes a case's parameters and counts it in the provider's history.
    function _charge(address provider, Offence offence) private returns (StoredCase memory opened) {
        Penalty memory penalty = _penalties[uint8(offence)];
        PenaltyHistory history = _histories[provider];
        uint32 mark = history.lastOf(offence);
        bool repeated = mark != 0 && block.timestamp - mark <= REPEAT_SECONDS;
        uint256 left = PenaltyHistoryLib.MAX_BPS - history.sum(block.timestamp, REPEAT_SECONDS);
        uint16 bps = uint16(Math.min(repeated ? penalty.repeatBps : penalty.firstBps, left));
        _histories[provider] = history.add(offence, bps, block.timestamp, REPEAT_SECONDS);
        (uint256 tokens, uint256 unlocked) = vault.unlockedOf(Role.Provider, provider);
        require(tokens > 0, NothingToSlash(provider));
        opened = StoredCase({
            amount: _amountOf(tokens, unlocked, bps),
            executableAt: uint48(block.timestamp) + VETO_SECONDS,
            jailSeconds: penalty.jailSeconds,
            state: CaseState.Open,
            bps: bps,
            previousMark: mark,
            appealedAfter: 0
        });
    }

    function _undoCharge(CaseKey calldata key, StoredCase memory stored) private {
        uint256 openedAt = stored.state == CaseState.Appealed
            ? stored.executableAt - APPEAL_SECONDS - stored.appealedAfter
            : stored.executableAt - VETO_SECONDS;
        _histories[key.provider] = _histories[key.provider].undo(
            key.offence, stored.bps, openedAt, stored.previousMark, REPEAT_SECONDS
        );
    }

    function _execute(CaseId caseId, address provider, StoredCase memory stored) private {
        _cases[caseId].state = CaseState.Executed;
        bool isObjective = stored.jailSeconds == FOR_GOOD;
        uint48 jailedUntil = isObjective ? NEVER : uint48(block.timestamp) + stored.jailSeconds;
        if (stored.state == CaseState.Appealed) emit AppealRejected(caseId, provider, appealBond);
        emit CaseExecuted(caseId, provider, stored.amount, jailedUntil);
        uint256 locked = _lockedBy(stored);
        if (isObjective) {
            vault.slash(Role.Provider, provider, locked, _reporters[caseId], _reporterAmount(stored.amount));
        } else if (locked > 0) {
            vault.slash(Role.Provider, provider, locked, address(0), 0);
        }
        registry.jail(provider, jailedUntil);
    }

    /// @dev Records an objective offence. One for a provider's whole life: the jail has no end.
    function _condemn(Statement calldata statement, address provider)
        private
        returns (CaseId caseId, uint96 amount)
    {
        require(registry.providerOf(provider).jailedUntil != NEVER, AlreadyCondemned(provider));
        caseId = _caseId(
            toOffenceId(statement.height, provider, statement.network, Offence.Equivocation)
        );
        (uint256 tokens, uint256 unlocked) = vault.unlockedOf(Role.Provider, provider);
        amount = _amountOf(tokens, unlocked, _penalties[uint8(Offence.Equivocation)].firstBps);
        _cases[caseId] = StoredCase({
            amount: amount,
            executableAt: uint48(block.timestamp),
            jailSeconds: FOR_GOOD,
            state: amount > 0 && _isPaused() ? CaseState.Open : CaseState.Executed,
            bps: 0,
            previousMark: 0,
            appealedAfter: 0
        });
    }

    /// @dev While the vault is paused, the amount is held and the slash waits for `execute`: nobody gets away with what
    /// can only be proven now.
    function _punish(CaseId caseId, address provider, uint96 amount) private {
        bool waits = _cases[caseId].state == CaseState.Open;
        if (waits) _reporters[caseId] = msg.sender;
        else emit CaseExecuted(caseId, provider, amount, NEVER);
        if (amount > 0) vault.lock(Role.Provider, provider, amount);
        if (amount > 0 && !waits) {
            vault.slash(Role.Provider, provider, amount, msg.sender, _reporterAmount(amount));
        }
        registry.jail(provider, NEVER);
    }

    /// @dev On its own for the sake of the stack.
    function _emitEquivocation(
        CaseId caseId,
        address provider,
        Statement calldata a,
        bytes32 blockHashB,
        uint96 amount
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
            _reporterAmount(amount)
        );
    }

    function _pending(CaseId caseId) private view returns (StoredCase memory stored) {
        stored = _cases[caseId];
        require(
            stored.state == CaseState.Open || stored.state == CaseState.Appealed,
            CaseNotOpen(caseId, stored.state)
        );
    }

    function _isPaused() private view returns (bool) {
        return block.timestamp < vault.pausedUntil();
    }

    /// @return What the vault holds for a case.
    function _lockedBy(StoredCase memory stored) private view returns (uint256) {
        return stored.state == CaseState.Appealed ? uint256(stored.amount) + appealBond : stored.amount;
    }

    /// @return The share of all stake, at most what no open case holds.
    function _amountOf(uint256 tokens, uint256 unlocked, uint16 bps) private pure returns (uint96) {
        return uint96(Math.min(tokens * bps / BPS, unlocked));
    }

    /// @dev This court, and no other one, judges the epoch, and not too late.
    function _requireJurisdiction(uint64 epoch) private view {
        uint256 start = GENESIS + uint256(epoch) * EPOCH_SECONDS;
        uint256 expiresAt = start + EPOCH_SECONDS + EXPIRY_SECONDS;
        require(block.timestamp < expiresAt, EvidenceExpired(epoch, uint48(expiresAt)));
        uint48 since = vault.inOfficeSince(address(this));
        require(since > 0, NotInOffice());
        require(start >= since, BeforeThisCourt(epoch, since));
    }

    function _requireQuorum(OffenceId offenceId, uint64 epoch) private view {
        if (hub.hasQuorum(offenceId, epoch)) return;
        revert NoQuorum(hub.tallyOf(offenceId), hub.totalWeightAt(epoch));
    }

    function _providerOf(address signer) private view returns (address provider) {
        provider = registry.signerOwner(signer);
        require(provider != address(0), UnknownSigner(signer));
    }

    /// @dev The domain names the registry and not this contract: evidence outlives a court.
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
        bytes32 separator = keccak256(
            abi.encode(DOMAIN_TYPEHASH, DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, block.chainid, registry)
        );
        return ECDSA.recoverCalldata(MessageHashUtils.toTypedDataHash(separator, structHash), signature);
    }

    function _thisNetwork() private view returns (NetworkId) {
        return NetworkId.wrap(keccak256(bytes(string.concat("eip155:", Strings.toString(block.chainid)))));
    }

    function _reporterAmount(uint96 amount) private pure returns (uint256) {
        return uint256(amount) * REPORTER_BPS / BPS;
    }

    function _caseIdOf(CaseKey calldata key) private view returns (CaseId) {
        return _caseId(toOffenceId(key.epoch, key.provider, key.network, key.offence));
    }

    function _caseId(OffenceId offenceId) private view returns (CaseId) {
        return CaseId.wrap(keccak256(abi.encode(block.chainid, address(this), offenceId)));
    }
}
