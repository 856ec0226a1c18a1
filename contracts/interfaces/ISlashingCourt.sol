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
    enum CaseState {
        None,
        Open,
        Vetoed,
        Executed
    }

    /// @param firstBps Share of stake for a first offence, in 1/10,000.
    /// @param repeatBps Share for the same offence again within the repeat window.
    /// @param jailSeconds Jail on execution; `type(uint32).max` is for good.
    struct Penalty {
        uint16 firstBps;
        uint16 repeatBps;
        uint32 jailSeconds;
    }

    /// @dev The network stands in `CaseOpened` alone: storage is dear and nothing on-chain needs it.
    struct Case {
        address provider;
        uint96 amount;
        uint64 epoch;
        uint48 executableAt;
        uint32 jailSeconds;
        Offence offence;
        CaseState state;
    }

    /// @param evidenceSeconds After an epoch's reveal window closes, how long its offences may still be brought.
    /// @param vetoSeconds How long the guardian may veto an open case; then anyone may execute it.
    /// @param repeatSeconds The same offence within this time is a repeated one.
    struct Windows {
        uint48 evidenceSeconds;
        uint48 vetoSeconds;
        uint48 repeatSeconds;
    }

    /// @notice What a provider's signer states about a block (EIP-712, domain of this court).
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
        uint48 executableAt,
        uint32 jailSeconds,
        address opener
    );
    event CaseVetoed(CaseId indexed caseId, address indexed provider, uint96 amount);
    event CaseExecuted(CaseId indexed caseId, address indexed provider, uint96 amount, uint48 jailedUntil);
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
    error NotEquivocation();
    error InvalidParameter(string name);

    /// @notice Anyone, once the tally of a breach reaches the quorum. Locks the penalty's amount.
    /// @dev Subjective penalties of one provider add up to at most 10 % of its stake in any `repeatSeconds`; what is
    /// above is left out, down to a case that only jails.
    function openCase(uint64 epoch, address provider, NetworkId network, Offence offence)
        external
        returns (CaseId caseId);

    /// @notice Guardian, while the case is open and its window runs. Restores exactly what was locked.
    function veto(CaseId caseId) external;

    /// @notice Anyone, after the window: slashes the locked amount and jails.
    function execute(CaseId caseId) external;

    /// @notice Anyone: two finalized statements of one signer about one height with different hashes.
    /// Slashes at once what open cases do not hold, jails for good; a tenth of the slash goes to the reporter (the
    /// caller). Statements of former signers count for their provider.
    function proveEquivocation(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) external returns (CaseId caseId);

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
    function hub() external view returns (IWatcherHub);
    function registry() external view returns (IProviderRegistry);
    function vault() external view returns (IStakeVault);
}
