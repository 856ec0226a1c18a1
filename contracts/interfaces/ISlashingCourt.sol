// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, NetworkId, Offence} from "../Types.sol";
import {IProviderRegistry} from "./IProviderRegistry.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {IWatcherHub} from "./IWatcherHub.sol";

/// @title Slashing court
/// @notice Cases, from opening to execution or veto, and objective proofs. Holds no funds.
/// @dev A case locks its amount and fixes its parameters when it opens. An open case delists nobody; execution jails.
interface ISlashingCourt {
    /// @dev Forward only: None → Open → Vetoed | Executed, or Open → Appealed → Vetoed | Overturned | Executed.
    enum CaseState {
        None,
        Open,
        Appealed,
        Vetoed,
        Overturned,
        Executed
    }

    /// @notice Names one alleged offence; its hash is the case's id. Whoever acts on a case knows it from `CaseOpened`.
    /// @param epoch Epoch of a subjective offence, block height of an objective one.
    struct CaseKey {
        uint64 epoch;
        address provider;
        NetworkId network;
        Offence offence;
    }

    /// @param firstBps Share of stake for a first offence, in 1/10,000.
    /// @param repeatBps Share for the same offence again within the repeat window.
    /// @param jailSeconds Jail on execution; `type(uint32).max` is for good.
    struct Penalty {
        uint16 firstBps;
        uint16 repeatBps;
        uint32 jailSeconds;
    }

    /// @dev One slot: what the key says is not stored again.
    /// @param amount Locked at the opening, slashed at the execution.
    /// @param executableAt Unix seconds: until then the case may be vetoed, then anyone may execute it.
    /// @param jailSeconds Fixed at the opening.
    struct Case {
        uint96 amount;
        uint48 executableAt;
        uint32 jailSeconds;
        CaseState state;
    }

    /// @param evidenceSeconds After an epoch's reveal window closes, how long its offences may still be brought.
    /// @param vetoSeconds How long the guardian may veto an open case; then anyone may execute it.
    /// @param appealSeconds How long the governor may decide an appeal; without a decision it counts as rejected.
    /// @param repeatSeconds The same offence within this time is a repeated one.
    struct Windows {
        uint48 evidenceSeconds;
        uint48 vetoSeconds;
        uint48 appealSeconds;
        uint48 repeatSeconds;
    }

    /// @notice What a provider's signer states about a block. EIP-712 domain: name "DIN Statement", version "1",
    /// chain id, and the registry as verifying contract, so that evidence outlives a court.
    struct Statement {
        NetworkId network;
        uint64 height;
        bytes32 blockHash;
        bool finalized;
    }

    event CaseOpened(
        CaseId indexed caseId,
        address indexed provider,
        NetworkId indexed network,
        uint64 epoch,
        Offence offence,
        uint96 amount,
        uint16 bps,
        uint48 executableAt,
        uint32 jailSeconds,
        address opener
    );
    /// @notice `bond` is locked beside the case's amount.
    event CaseAppealed(CaseId indexed caseId, address indexed provider, uint96 bond, uint48 executableAt);
    /// @notice The appeal was upheld: amount and bond are free again.
    event CaseOverturned(CaseId indexed caseId, address indexed provider, uint96 amount, uint96 bond);
    /// @notice The appeal was rejected, or not decided in time: the bond goes to the treasury.
    event AppealRejected(CaseId indexed caseId, address indexed provider, uint96 bond);
    /// @notice A watcher that attested an overturned case pays its share of the appeal's bond to the provider.
    event WatcherCharged(
        CaseId indexed caseId, address indexed watcher, address indexed provider, uint256 amount
    );
    event CaseVetoed(CaseId indexed caseId, address indexed provider, uint96 amount);
    event CaseExecuted(CaseId indexed caseId, address indexed provider, uint96 amount, uint48 jailedUntil);
    /// @notice `CaseExecuted` follows: at once, or by `execute` when it was proven while the vault is paused.
    event EquivocationProven(
        CaseId indexed caseId,
        address indexed provider,
        address indexed reporter,
        NetworkId network,
        uint64 height,
        bytes32 blockHashA,
        bytes32 blockHashB,
        uint256 amount,
        uint256 reporterAmount
    );
    /// @notice `CaseExecuted` follows as after `EquivocationProven`.
    event BlockHashDisproven(
        CaseId indexed caseId,
        address indexed provider,
        address indexed reporter,
        uint64 height,
        bytes32 statedHash,
        bytes32 trueHash,
        uint256 amount,
        uint256 reporterAmount
    );
    event PenaltySet(Offence indexed offence, Penalty penalty);

    error NotSubjective(Offence offence);
    error NoQuorum(uint256 tally, uint256 totalWeight);
    error EvidenceExpired(uint64 epoch, uint48 expiredAt);
    error CaseExists(CaseId caseId);
    error CaseNotOpen(CaseId caseId, CaseState state);
    error TooEarly(CaseId caseId, uint48 executableAt);
    error VetoWindowClosed(CaseId caseId, uint48 closedAt);
    error NothingToSlash(address provider);
    error PenaltyAboveCap(Offence offence, uint16 bps, uint16 capBps);
    error UnknownSigner(address signer);
    /// @notice Jailed for good already: objective offences are punished once.
    error AlreadyCondemned(address provider);
    error NotProvider(address caller, address provider);
    error CaseNotAppealed(CaseId caseId, CaseState state);
    error CaseNotOverturned(CaseId caseId, CaseState state);
    error DecisionTooLate(CaseId caseId, uint48 executableAt);
    error AlreadyCharged(CaseId caseId, address watcher);
    error NotAttested(CaseId caseId, address watcher);
    /// @notice This court is not (or no longer) the vault's court: it opens no case.
    error NotInOffice();
    /// @notice The epoch began before this court was in office.
    error BeforeThisCourt(uint64 epoch, uint48 courtSince);
    error NotAboutThisChain(NetworkId network);
    error NotFinalized();
    /// @notice The chain's history does not reach that block, or says the same: nothing is proven.
    error NothingDisproven(uint64 height, bytes32 trueHash);
    error NotEquivocation();
    error InvalidParameter(string name);

    /// @notice Anyone, once the tally of a breach reaches the quorum. Locks the penalty's amount.
    /// @dev Only epochs that began under this court: an offence is never judged by two.
    function openCase(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        returns (CaseId caseId);

    /// @notice Provider, until the case may be executed: locks `appealBond` and gives the governor `appealSeconds` to
    /// decide. A court that was replaced meanwhile locks nothing more: there, the guardian's veto is what is left.
    function appeal(CaseKey calldata key) external;

    /// @notice Governor, while an appeal waits. Upheld: amount and bond are free again, and the watchers that attested
    /// can be charged. Rejected: the bond is forfeited and the case executed. Warning: the governor alone judges here,
    /// of the case's amount, the bond and the watchers' shares in it.
    function resolveAppeal(CaseKey calldata key, bool upheld) external;

    /// @notice Anyone, once an appeal was upheld: a watcher shown to have attested pays the share of its weight at the
    /// epoch's start in `appealBond` to the provider, at most what no other case holds of its bond. Once per watcher
    /// and case, and only while this court is in office.
    function chargeWatcher(CaseKey calldata key, address watcher, IWatcherHub.AttestationProof calldata proof)
        external;

    /// @notice Guardian, before the case may be executed. Restores exactly what was locked. Warning: nobody can bring
    /// the offence again.
    function veto(CaseKey calldata key) external;

    /// @notice Anyone, after the window: slashes the locked amount and jails. An appeal not decided is rejected.
    function execute(CaseKey calldata key) external;

    /// @notice Anyone: two finalized statements of one signer about one height with different hashes.
    /// Slashes at once, jails for good; a tenth of the slash goes to the reporter (the caller). While the vault is
    /// paused, the amount is locked, the case stays open (beyond veto and appeal) and anyone executes it after the
    /// pause.
    function proveEquivocation(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) external returns (CaseId caseId);

    /// @notice Anyone: a finalized statement about this very chain that the block hashes of EIP-2935 contradict (the
    /// last 8,191 blocks). Punished like an equivocation.
    function proveBlockHash(Statement calldata statement, bytes calldata signature)
        external
        returns (CaseId caseId);

    /// @notice Governor, within the hard caps. Warning: counts for cases opened from now on.
    function setPenalty(Offence offence, Penalty calldata penalty) external;

    function caseOf(CaseId caseId) external view returns (Case memory);
    function caseIdOf(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        view
        returns (CaseId);
    /// @return Sum of the subjective penalties, in 1/10,000 of stake, that count against the cap now. Counted in
    /// fifths of `repeatSeconds`, so that one counts for `repeatSeconds` at least and a fifth longer at most.
    function countedBps(address provider) external view returns (uint256);
    function penaltyOf(Offence offence) external view returns (Penalty memory);
    function windows() external view returns (Windows memory);
    function appealBond() external view returns (uint96);
    function isCharged(CaseId caseId, address watcher) external view returns (bool);
    function hub() external view returns (IWatcherHub);
    function registry() external view returns (IProviderRegistry);
    function vault() external view returns (IStakeVault);
}
