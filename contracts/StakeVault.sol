// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GuardianPause} from "./GuardianPause.sol";
import {Role} from "./Types.sol";
import {ISlashingCourt} from "./interfaces/ISlashingCourt.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Pointer} from "./libraries/Pointer.sol";

/// @title Stake vault
contract StakeVault is IStakeVault, GuardianPause, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Two slots; what staking, locking and slashing write stands in the first.
    struct StoredAccount {
        uint96 tokens;
        uint96 locked;
        // Which court locked last. What it left to a later one is retired, see `_turnOver`.
        uint32 courtNumber;
        uint96 thawing;
        uint48 thawEnd;
        uint96 retiredLocked;
    }

    /* IMMUTABLES */

    /// @inheritdoc IStakeVault
    address public immutable token;
    /// @inheritdoc IStakeVault
    address public immutable treasury;
    /// @inheritdoc IStakeVault
    uint48 public immutable thawSeconds;
    /// @inheritdoc IStakeVault
    uint48 public immutable courtChangeSeconds;
    /// @inheritdoc IStakeVault
    uint256 public immutable deploymentBlock;

    /* STORAGE */

    Pointer private _court;
    address private _retiredCourt;
    uint48 private _retiredUntil;
    /// @dev A court that comes back would settle cases whose locks are long gone.
    mapping(address court => bool) private _wasCourt;
    /// @dev By role: an array, for one hash less.
    mapping(address account => StoredAccount)[2] private _accounts;
    /// @inheritdoc IStakeVault
    uint256 public rewardPool;

    /* CONSTRUCTOR */

    constructor(
        address token_,
        address treasury_,
        address accessManager,
        uint48 thawSeconds_,
        uint48 courtChangeSeconds_,
        uint48 pauseSeconds_
    ) AccessManaged(accessManager) GuardianPause(pauseSeconds_) {
        require(token_ != address(0) && treasury_ != address(0) && accessManager != address(0), ZeroAddress());
        require(thawSeconds_ > 0, InvalidParameter("thawSeconds"));
        require(courtChangeSeconds_ > thawSeconds_, InvalidParameter("courtChangeSeconds"));
        token = token_;
        treasury = treasury_;
        thawSeconds = thawSeconds_;
        courtChangeSeconds = courtChangeSeconds_;
        deploymentBlock = block.number;
    }

    modifier onlyCourt() {
        require(msg.sender == _court.current, NotCourt(msg.sender));
        _;
    }

    /* GOVERNOR */

    /// @inheritdoc IStakeVault
    function proposeCourt(address newCourt) external restricted {
        require(!_wasCourt[newCourt], InvalidParameter("court"));
        if (_court.current == address(0)) {
            _court.appoint(newCourt);
            _wasCourt[newCourt] = true;
            emit CourtChanged(newCourt, address(0), 0);
        } else {
            uint48 effectiveAt = _court.propose(newCourt, courtChangeSeconds);
            emit CourtProposed(newCourt, effectiveAt);
        }
    }

    /* ACTIONS */

    /// @inheritdoc IStakeVault
    function applyCourt() external {
        (address retired, address newCourt) = _court.change();
        uint48 until = uint48(block.timestamp) + thawSeconds;
        _wasCourt[newCourt] = true;
        _retiredCourt = retired;
        _retiredUntil = until;
        emit CourtChanged(newCourt, retired, until);
    }

    /// @inheritdoc IStakeVault
    function stake(Role role, address account, uint256 amount) external nonReentrant {
        _stake(role, account, amount);
    }

    /// @inheritdoc IStakeVault
    function stakeWithPermit(
        Role role,
        address account,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Whoever saw the permit in the mempool may have used it first; only the allowance counts.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _stake(role, account, amount);
    }

    /// @inheritdoc IStakeVault
    function thaw(Role role, uint256 amount) external {
        require(amount > 0, ZeroAmount());
        StoredAccount storage account = _accounts[uint8(role)][msg.sender];
        uint256 available = Math.saturatingSub(account.tokens, uint256(account.thawing) + account.locked);
        require(amount <= available, InsufficientStake(available, amount));
        // Fits: at most `tokens`.
        uint96 thawing = account.thawing + uint96(amount);
        uint48 thawEnd = uint48(block.timestamp) + thawSeconds;
        account.thawing = thawing;
        account.thawEnd = thawEnd;
        emit ThawStarted(role, msg.sender, amount, thawing, thawEnd);
    }

    /// @inheritdoc IStakeVault
    function cancelThaw(Role role) external {
        StoredAccount storage account = _accounts[uint8(role)][msg.sender];
        uint96 amount = account.thawing;
        require(amount > 0, NothingThawing());
        account.thawing = 0;
        account.thawEnd = 0;
        emit ThawCancelled(role, msg.sender, amount);
    }

    /// @inheritdoc IStakeVault
    function withdraw(Role role, address to) external whenNotPaused nonReentrant returns (uint256 amount) {
        require(to != address(0), ZeroAddress());
        StoredAccount memory account = _accounts[uint8(role)][msg.sender];
        require(account.thawing > 0, NothingThawing());
        require(block.timestamp >= account.thawEnd, StillThawing(account.thawEnd));
        amount = Math.min(account.thawing, account.tokens - account.locked);
        require(amount > 0, StakeLocked(account.locked));
        account.tokens -= uint96(amount);
        account.thawing -= uint96(amount);
        if (account.thawing == 0) account.thawEnd = 0;
        _accounts[uint8(role)][msg.sender] = account;
        emit Withdrawn(role, msg.sender, to, amount, account.tokens, account.thawing);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IStakeVault
    function releaseRetired(Role role, address account) external returns (uint256 amount) {
        require(block.timestamp >= _retiredUntil, CourtNotRetired(_retiredUntil));
        StoredAccount storage stored = _turnOver(role, account);
        amount = stored.retiredLocked;
        require(amount > 0, ZeroAmount());
        uint96 locked = stored.locked - uint96(amount);
        stored.locked = locked;
        stored.retiredLocked = 0;
        emit Released(role, account, amount, locked, 0);
    }

    /// @inheritdoc IStakeVault
    function fundRewards(uint256 amount) external nonReentrant {
        require(amount > 0, ZeroAmount());
        uint256 pool = rewardPool + amount;
        rewardPool = pool;
        emit RewardsFunded(msg.sender, amount, pool);
        _receive(amount);
    }

    /* COURT AND HUB */

    /// @inheritdoc IStakeVault
    function lock(Role role, address account, uint256 amount) external onlyCourt {
        require(amount > 0, ZeroAmount());
        StoredAccount storage stored = _turnOver(role, account);
        uint96 locked = stored.locked;
        uint256 available = stored.tokens - locked;
        require(amount <= available, InsufficientStake(available, amount));
        locked += uint96(amount);
        stored.locked = locked;
        emit Locked(role, account, amount, locked);
    }

    /// @inheritdoc IStakeVault
    function release(Role role, address account, uint256 amount) external {
        (uint96 locked, uint96 retiredLocked) = _unlock(_turnOver(role, account), amount);
        emit Released(role, account, amount, locked, retiredLocked);
    }

    /// @inheritdoc IStakeVault
    function slash(Role role, address account, uint256 amount, address reporter, uint256 reporterAmount)
        external
        whenNotPaused
        nonReentrant
    {
        StoredAccount storage stored = _turnOver(role, account);
        (uint96 locked, uint96 retiredLocked) = _unlock(stored, amount);
        require(reporterAmount <= amount, InvalidParameter("reporterAmount"));
        require(reporterAmount == 0 || reporter != address(0), ZeroAddress());
        // Fits: at most `locked`, which is at most `tokens`.
        uint96 tokens = stored.tokens - uint96(amount);
        stored.tokens = tokens;
        uint96 thawing = stored.thawing;
        if (thawing > tokens) {
            thawing = tokens;
            stored.thawing = thawing;
            if (thawing == 0) stored.thawEnd = 0;
        }
        emit Slashed(
            role, account, reporter, amount, reporterAmount, tokens, thawing, locked, retiredLocked
        );
        if (reporterAmount > 0) IERC20(token).safeTransfer(reporter, reporterAmount);
        if (amount > reporterAmount) IERC20(token).safeTransfer(treasury, amount - reporterAmount);
    }

    /// @inheritdoc IStakeVault
    function reward(address account, uint256 amount) external {
        address present = _court.current;
        require(
            present != address(0) && msg.sender == address(ISlashingCourt(present).hub()), NotHub(msg.sender)
        );
        require(amount > 0, ZeroAmount());
        uint256 pool = rewardPool;
        require(amount <= pool, InsufficientRewardPool(pool, amount));
        pool -= amount;
        rewardPool = pool;
        StoredAccount storage stored = _accounts[uint8(Role.Watcher)][account];
        uint96 tokens = stored.tokens + SafeCast.toUint96(amount);
        stored.tokens = tokens;
        emit Rewarded(account, amount, tokens, pool);
    }

    /* VIEWS */

    /// @inheritdoc IStakeVault
    function accountOf(Role role, address account) external view returns (Account memory) {
        StoredAccount memory stored = _accounts[uint8(role)][account];
        return Account({
            tokens: stored.tokens,
            thawing: stored.thawing,
            thawEnd: stored.thawEnd,
            locked: stored.locked,
            retiredLocked: stored.courtNumber == _court.changes ? stored.retiredLocked : stored.locked
        });
    }

    /// @inheritdoc IStakeVault
    function activeStake(Role role, address account) external view returns (uint256) {
        StoredAccount storage stored = _accounts[uint8(role)][account];
        return stored.tokens - stored.thawing;
    }

    /// @inheritdoc IStakeVault
    function unlockedOf(Role role, address account) external view returns (uint256 tokens, uint256 unlocked) {
        StoredAccount storage stored = _accounts[uint8(role)][account];
        tokens = stored.tokens;
        unlocked = tokens - stored.locked;
    }

    /// @inheritdoc IStakeVault
    function court() external view returns (address) {
        return _court.current;
    }

    /// @inheritdoc IStakeVault
    function courtSince() external view returns (uint48) {
        return _court.since;
    }

    /// @inheritdoc IStakeVault
    function inOfficeSince(address account) external view returns (uint48) {
        return account == _court.current ? _court.since : 0;
    }

    /// @inheritdoc IStakeVault
    function pendingCourt() external view returns (address proposed, uint48 effectiveAt) {
        return (_court.proposed, _court.effectiveAt);
    }

    /// @inheritdoc IStakeVault
    function retiredCourt() external view returns (address retired, uint48 until) {
        return (_retiredCourt, _retiredUntil);
    }

    /* INTERNAL */

    function _stake(Role role, address account, uint256 amount) private {
        require(amount > 0, ZeroAmount());
        require(account != address(0), ZeroAddress());
        StoredAccount storage stored = _accounts[uint8(role)][account];
        uint96 tokens = stored.tokens + SafeCast.toUint96(amount);
        stored.tokens = tokens;
        emit Staked(role, account, msg.sender, amount, tokens);
        _receive(amount);
    }

    function _receive(uint256 amount) private {
        uint256 balance = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - balance;
        require(received == amount, TransferMismatch(amount, received));
    }

    /// @dev Hands an account over to the present court: all that was locked before its time belongs to courts before
    /// it.
    function _turnOver(Role role, address account) private returns (StoredAccount storage stored) {
        stored = _accounts[uint8(role)][account];
        uint32 number = _court.changes;
        if (stored.courtNumber == number) return stored;
        stored.courtNumber = number;
        uint96 locked = stored.locked;
        if (locked > 0) stored.retiredLocked = locked;
    }

    /// @dev Takes `amount` out of what the caller has locked: the present court, or for a while the one before.
    function _unlock(StoredAccount storage stored, uint256 amount)
        private
        returns (uint96 locked, uint96 retiredLocked)
    {
        bool inOffice = msg.sender == _court.current;
        require(
            inOffice || (msg.sender == _retiredCourt && block.timestamp < _retiredUntil), NotCourt(msg.sender)
        );
        require(amount > 0, ZeroAmount());
        locked = stored.locked;
        retiredLocked = stored.retiredLocked;
        uint96 held = inOffice ? locked - retiredLocked : retiredLocked;
        require(amount <= held, InsufficientStake(held, amount));
        // Fits: at most `held`.
        locked -= uint96(amount);
        stored.locked = locked;
        if (inOffice) return (locked, retiredLocked);
        retiredLocked -= uint96(amount);
        stored.retiredLocked = retiredLocked;
    }
}
