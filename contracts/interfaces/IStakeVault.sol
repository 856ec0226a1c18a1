// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Role} from "../Types.sol";
import {IGuardianPause} from "./IGuardianPause.sol";
import {IReplaceable} from "./IReplaceable.sol";

/// @title Stake vault
/// @notice Holds every bond of the network, by role (provider, watcher).
/// @dev The token must be a plain ERC-20: a transfer that moves another amount than asked is refused.
/// Invariants: balance ≥ Σ tokens + reward pool; locked ≤ tokens; thawing ≤ tokens; only the court takes stake without
/// its owner.
interface IStakeVault is IGuardianPause, IReplaceable {
    /// @param tokens All stake, thawing and locked included.
    /// @param thawing The part of `tokens` that waits for withdrawal; still slashable.
    /// @param thawEnd Unix seconds from which `thawing` may be withdrawn; 0 when nothing thaws.
    /// @param locked The part of `tokens` that open cases hold; it cannot leave.
    /// @param retiredLocked The part of `locked` that courts before the present one hold.
    struct Account {
        uint96 tokens;
        uint96 thawing;
        uint48 thawEnd;
        uint96 locked;
        uint96 retiredLocked;
    }

    /// @notice `tokens`, `thawing`, `locked` and `retiredLocked` in every event are the full new values.
    /// `CourtChanged` makes `retiredLocked` equal to `locked` on every account.
    event Staked(Role indexed role, address indexed account, address indexed from, uint256 amount, uint256 tokens);
    event ThawStarted(Role indexed role, address indexed account, uint256 amount, uint256 thawing, uint48 thawEnd);
    event ThawCancelled(Role indexed role, address indexed account, uint256 amount);
    event Withdrawn(
        Role indexed role, address indexed account, address indexed to, uint256 amount, uint256 tokens, uint256 thawing
    );
    event Locked(Role indexed role, address indexed account, uint256 amount, uint256 locked);
    event Released(
        Role indexed role, address indexed account, uint256 amount, uint256 locked, uint256 retiredLocked
    );
    event Slashed(
        Role indexed role,
        address indexed account,
        address indexed reporter,
        uint256 amount,
        uint256 reporterAmount,
        uint256 tokens,
        uint256 thawing,
        uint256 locked,
        uint256 retiredLocked
    );
    event CourtProposed(address indexed court, uint48 effectiveAt);
    /// @notice The court before may settle its open cases until `retiredUntil`, and lock nothing more.
    event CourtChanged(address indexed court, address indexed retiredCourt, uint48 retiredUntil);
    event RewardsFunded(address indexed from, uint256 amount, uint256 pool);
    /// @notice A watcher's flat reward, added to its bond.
    event Rewarded(address indexed account, uint256 amount, uint256 tokens, uint256 pool);

    error ZeroAmount();
    /// @notice The token moved another amount than asked.
    error TransferMismatch(uint256 expected, uint256 received);
    /// @notice More was asked for than is neither thawing nor locked.
    error InsufficientStake(uint256 available, uint256 required);
    error NothingThawing();
    error StillThawing(uint48 thawEnd);
    /// @notice All that thawed is locked by open cases.
    error StakeLocked(uint256 locked);
    error NotCourt(address caller);
    /// @notice Only the hub of the present court pays rewards.
    error NotHub(address caller);
    error InsufficientRewardPool(uint256 pool, uint256 required);
    /// @notice The court before still settles its cases.
    error CourtNotRetired(uint48 retiredUntil);
    error InvalidParameter(string name);

    /// @notice Adds `amount` of the caller's tokens to the bond of `account`. Anyone may add to any bond.
    function stake(Role role, address account, uint256 amount) external;

    /// @notice `stake` with an ERC-2612 permit of the caller, in one transaction.
    /// @dev A permit that someone else has already spent is no error as long as the allowance suffices.
    function stakeWithPermit(
        Role role,
        address account,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Begins to thaw `amount` more of the caller's bond. Warning: resets the timer of all that thaws.
    function thaw(Role role, uint256 amount) external;

    /// @notice Turns all thawing stake of the caller back into active stake.
    function cancelThaw(Role role) external;

    /// @notice Pays what has thawed and is not locked to `to`.
    function withdraw(Role role, address to) external returns (uint256 amount);

    /// @notice Court only: holds `amount` of the bond for an open case. Warning: it cannot leave until released.
    function lock(Role role, address account, uint256 amount) external;

    /// @notice Court, or the one before it for its own locks: gives a lock back. Warning: the stake may leave again.
    function release(Role role, address account, uint256 amount) external;

    /// @notice Court, or the one before it for its own locks: takes locked stake; `reporterAmount` of it to `reporter`,
    /// the rest to the treasury.
    /// Warning: this is the only way in which stake leaves without its owner.
    function slash(Role role, address account, uint256 amount, address reporter, uint256 reporterAmount) external;

    /// @notice Governor: proposes the court's successor. Warning: from `applyCourt` on, it may lock and slash every
    /// bond; the delay is longer than a thaw, so that everyone who disagrees can leave before.
    /// The first court takes effect at once. No court serves twice.
    function proposeCourt(address newCourt) external;

    /// @notice Anyone, once the delay has passed. The court before keeps the right to settle what it has locked for
    /// one thaw, so that an open case survives the change.
    function applyCourt() external;

    /// @notice Anyone, once the court before has had its time: frees what it left locked on an account.
    function releaseRetired(Role role, address account) external returns (uint256 amount);

    /// @notice Anyone: adds tokens of the caller to the pool that watchers' rewards come from. Warning: nothing leads
    /// back out but rewards.
    function fundRewards(uint256 amount) external;

    /// @notice Hub of the present court only: moves a reward from the pool to a watcher's bond. Warning: whoever names
    /// the court decides about the pool.
    function reward(address account, uint256 amount) external;

    /// @return The whole account.
    function accountOf(Role role, address account) external view returns (Account memory);

    /// @return `tokens − thawing`: the stake that counts. Locked stake still counts.
    function activeStake(Role role, address account) external view returns (uint256);

    /// @return tokens All stake.
    /// @return unlocked The part of it that no open case holds, thawing included.
    function unlockedOf(Role role, address account) external view returns (uint256 tokens, uint256 unlocked);

    function token() external view returns (address);
    function treasury() external view returns (address);
    function court() external view returns (address);
    /// @return Unix seconds since which the present court is in office.
    function courtSince() external view returns (uint48);
    /// @return Unix seconds since which `account` is the court in office; 0 if it is not.
    function inOfficeSince(address account) external view returns (uint48);
    /// @return proposed The court proposed, zero if none.
    /// @return effectiveAt From when `applyCourt` works.
    function pendingCourt() external view returns (address proposed, uint48 effectiveAt);
    /// @return retired The court before the present one.
    /// @return until Until when it may settle its cases.
    function retiredCourt() external view returns (address retired, uint48 until);
    function rewardPool() external view returns (uint256);
    function thawSeconds() external view returns (uint48);
    function courtChangeSeconds() external view returns (uint48);

    /// @return The block in which the vault was created: no event of this deployment is older.
    function deploymentBlock() external view returns (uint256);
}
