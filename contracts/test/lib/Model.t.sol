// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SlashingCourt} from "../../SlashingCourt.sol";
import {NetworkId, Offence, OffenceId, Role} from "../../Types.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {DinTest} from "./DinTest.t.sol";

/// @dev A second set of books, kept without looking at the contracts' own, from which every action foretells whether
/// it will succeed. An action that ends otherwise reverts, and with `failOnRevert` that fails the campaign.
abstract contract Model is DinTest {
    uint256 public constant PROVIDERS = 3;
    uint256 public constant WATCHERS = 4;

    enum Action {
        Stake,
        Donate,
        FundRewards,
        Thaw,
        CancelThaw,
        Withdraw,
        Pause,
        Unpause,
        ReleaseRetired,
        AddService,
        ChangeService,
        UpdateNetwork,
        RotateSigner,
        Join,
        Leave,
        SyncWeight,
        SetReward,
        Commit,
        Reveal,
        ClaimReward,
        OpenCase,
        Appeal,
        UpholdAppeal,
        RejectAppeal,
        ChargeWatcher,
        Veto,
        Execute,
        Equivocation,
        ProposeCourt,
        ApplyCourt
    }

    /// @dev What a campaign must have seen to prove anything.
    enum Sight {
        WithdrawalAroundALock,
        WithdrawalHeldByPause,
        WithdrawalHeldByThaw,
        WithdrawalHeldByLock,
        QuorumCrossed,
        QuorumMissed,
        RewardPaid,
        RewardRefusedToDissent,
        RewardRefusedForPool,
        RewardRefusedTwice,
        CopiedCommitmentRefused,
        SecondRevealRefused,
        RepeatedOffence,
        CapReached,
        CaseOfThawingStake,
        ExecutionHeldByPause,
        ExecutionTooEarly,
        UndecidedAppealExecuted,
        AppealVetoed,
        WatcherPaid,
        CourtChangedWithOpenCase,
        RetiredCourtExecuted,
        RetiredCourtReleased,
        RetiredCourtTooLate,
        LockOfRetiredCourtFreed,
        JailedForGood,
        ProofDuringPause,
        ExecutedAfterPause
    }

    struct Count {
        uint128 succeeded;
        uint128 refused;
    }

    struct Books {
        uint128 staked;
        uint128 withdrawn;
        uint128 slashed;
        uint128 rewarded;
        uint96 thawing;
        uint96 locked;
        uint48 thawEnd;
    }

    enum Fate {
        Open,
        Appealed,
        Vetoed,
        Overturned,
        Executed
    }

    struct Trial {
        address provider;
        uint96 amount;
        uint96 bond;
        uint48 executableAt;
        uint48 openedAt;
        uint64 epoch;
        NetworkId network;
        Offence offence;
        Fate fate;
        uint16 court;
        uint16 bps;
    }

    /// @dev One watcher's weight now and next: `weight` from the start of epoch `from`, `before` until then.
    struct Weight {
        uint64 from;
        uint96 weight;
        uint96 before;
    }

    enum Kind {
        Silent,
        First,
        Both,
        Healthy
    }

    /// @dev What a watcher revealed about an epoch.
    struct Work {
        Kind kind;
        bool complete;
        bool rewarded;
        // At the epoch's start.
        uint96 weight;
    }

    /// @dev The two breaches that watchers may have alleged about an epoch, ascending by offence id.
    struct Allegations {
        IWatcherHub.Breach first;
        IWatcherHub.Breach second;
    }

    error Unforeseen(string action, bool succeeded, bytes result);
    error RuleBroken(string rule);

    address[] public providers;
    address[] public watchers;
    NetworkId[] public networks;
    SlashingCourt[] public courts;
    uint64[] public attestedEpochs;
    Trial[] internal _trials;
    /// @dev Numbers of the trials that are open or appealed, in no order.
    uint256[] public live;

    mapping(Action action => Count) public counts;
    mapping(Sight sight => uint256) public sights;
    mapping(Role role => mapping(address account => Books)) public books;
    mapping(address watcher => Weight) internal _weights;
    mapping(uint64 epoch => Allegations) internal _allegations;
    mapping(uint64 epoch => mapping(address watcher => Work)) internal _works;
    mapping(uint64 epoch => uint256) internal _totalWeights;
    mapping(uint64 epoch => IWatcherHub.Verdict) internal _verdicts;
    mapping(OffenceId id => uint256) public tallies;
    /// @dev One more than the number of its trial, by court.
    mapping(uint256 court => mapping(OffenceId id => uint256)) internal _trialOf;
    mapping(uint256 trial => mapping(address watcher => bool)) internal _charged;
    mapping(address provider => uint256[]) internal _trialsOf;
    mapping(address signer => address provider) public firstOwner;
    address[] public signers;

    mapping(address provider => bool) public condemned;
    mapping(address watcher => bool) internal _joined;
    /// @dev Numbers of overturned trials.
    uint256[] internal _overturned;

    uint256 public totalStake;
    uint256 public donated;
    uint256 public pool;
    uint256 public reward = REWARD;
    /// @dev What the treasury, reporters and wronged providers got.
    uint256 public treasuryPaid;
    uint256 public reporterPaid;
    uint256 public providersPaid;
    uint256 public pausedUntil;
    uint256 public courtSince;
    uint256 public retiredUntil;
    uint256 public courtEffectiveAt;

    function act(Action action, address from, address target, bytes memory data, bool expected)
        internal
        returns (bool ok, bytes memory result)
    {
        VM.prank(from);
        (ok, result) = target.call(data);
        if (ok) ++counts[action].succeeded;
        else ++counts[action].refused;
        // Not `require`, which would look the name up every time.
        // solhint-disable-next-line gas-custom-errors
        if (ok != expected) revert Unforeseen(nameOf(action), ok, result);
    }

    function rule(bool kept, string memory what) internal pure {
        require(kept, RuleBroken(what));
    }

    function saw(Sight sight) internal {
        ++sights[sight];
    }

    function fund(Role role, address account, uint256 amount) internal {
        fundAndStake(role, account, amount);
        totalStake += amount;
        books[role][account].staked += uint128(amount);
        ++counts[Action.Stake].succeeded;
    }

    function noteSigner(address signer, address provider) internal {
        if (firstOwner[signer] != address(0)) return;
        firstOwner[signer] = provider;
        signers.push(signer);
    }

    function pick(uint256 seed) internal view returns (Role, address) {
        uint256 who = roll(seed, 0, PROVIDERS + WATCHERS);
        return who < PROVIDERS ? (Role.Provider, providers[who]) : (Role.Watcher, watchers[who - PROVIDERS]);
    }

    function pickProvider(uint256 seed) internal view returns (address) {
        return providers[roll(seed, 1, PROVIDERS)];
    }

    function pickWatcher(uint256 seed) internal view returns (address) {
        return watchers[roll(seed, 2, WATCHERS)];
    }

    /// @dev Evenly, whatever values the fuzzer likes best.
    function roll(uint256 seed, uint256 index, uint256 sides) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index))) % sides;
    }

    function tokensOf(Role role, address account) public view returns (uint256) {
        Books storage its = books[role][account];
        return uint256(its.staked) + its.rewarded - its.withdrawn - its.slashed;
    }

    function activeOf(Role role, address account) public view returns (uint256) {
        return tokensOf(role, account) - books[role][account].thawing;
    }

    function takeStake(Role role, address account, uint256 amount, uint256 unlocked) internal {
        Books storage its = books[role][account];
        its.slashed += uint128(amount);
        its.locked -= uint96(unlocked);
        totalStake -= amount;
        uint256 tokens = tokensOf(role, account);
        if (its.thawing > tokens) its.thawing = uint96(tokens);
        if (its.thawing == 0) its.thawEnd = 0;
    }

    function isPaused() internal view returns (bool) {
        return block.timestamp < pausedUntil;
    }

    function present() internal view returns (uint256) {
        return courts.length - 1 - (courtEffectiveAt == 0 ? 0 : 1);
    }

    /// @dev Whether a court may settle what it has opened.
    function maySettle(uint256 number) internal view returns (bool) {
        return number == present() || (number + 1 == present() && block.timestamp < retiredUntil);
    }

    function weightAt(address watcher, uint64 epoch) internal view returns (uint256) {
        Weight storage weight = _weights[watcher];
        return epoch >= weight.from ? weight.weight : weight.before;
    }

    function setWeight(address watcher, uint256 bond) internal {
        Weight storage weight = _weights[watcher];
        uint64 next = hub.currentEpoch() + 1;
        if (weight.from < next) (weight.before, weight.from) = (weight.weight, next);
        weight.weight = uint96(bond < MAX_WEIGHT ? bond : MAX_WEIGHT);
    }

    function trialCount() external view returns (uint256) {
        return _trials.length;
    }

    function trialAt(uint256 number) external view returns (Trial memory) {
        return _trials[number];
    }

    function liveCount() external view returns (uint256) {
        return live.length;
    }

    function nameOf(Action action) public pure returns (string memory) {
        string[30] memory names = [
            "stake",
            "donate",
            "fundRewards",
            "thaw",
            "cancelThaw",
            "withdraw",
            "pause",
            "unpause",
            "releaseRetired",
            "addService",
            "changeService",
            "updateNetwork",
            "rotateSigner",
            "join",
            "leave",
            "syncWeight",
            "setReward",
            "commit",
            "reveal",
            "claimReward",
            "openCase",
            "appeal",
            "upholdAppeal",
            "rejectAppeal",
            "chargeWatcher",
            "veto",
            "execute",
            "proveEquivocation",
            "proposeCourt",
            "applyCourt"
        ];
        return names[uint8(action)];
    }

    function sightName(Sight sight) public pure returns (string memory) {
        string[28] memory names = [
            "withdrawal around a lock",
            "withdrawal held by pause",
            "withdrawal held by thaw",
            "withdrawal held by lock",
            "quorum crossed",
            "quorum missed",
            "reward paid",
            "reward refused to dissent",
            "reward refused for pool",
            "reward refused twice",
            "copied commitment refused",
            "second reveal refused",
            "repeated offence",
            "cap reached",
            "case of thawing stake",
            "execution held by pause",
            "execution too early",
            "undecided appeal executed",
            "appeal vetoed",
            "watcher paid",
            "court changed with open case",
            "retired court executed",
            "retired court released",
            "retired court too late",
            "lock of retired court freed",
            "jailed for good",
            "proof during pause",
            "executed after pause"
        ];
        return names[uint8(sight)];
    }
}
