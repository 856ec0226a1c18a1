// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Role} from "./Types.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";

/// @title Stake vault
contract StakeVault is IStakeVault, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

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

    /// @inheritdoc IStakeVault
    address public court;
    address private _pendingCourt;
    uint48 private _courtEffectiveAt;
    mapping(Role role => mapping(address account => Account)) private _accounts;

    /* CONSTRUCTOR */

    constructor(
        address token_,
        address treasury_,
        address accessManager,
        uint48 thawSeconds_,
        uint48 courtChangeSeconds_
    ) AccessManaged(accessManager) {
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
        require(msg.sender == court, NotCourt(msg.sender));
        _;
    }

    /* GOVERNOR */

    /// @inheritdoc IStakeVault
    function proposeCourt(address newCourt) external restricted {
        require(newCourt != address(0), ZeroAddress());
        if (court == address(0)) {
            court = newCourt;
            emit CourtChanged(newCourt);
            return;
        }
        uint48 effectiveAt = uint48(block.timestamp) + courtChangeSeconds;
        _pendingCourt = newCourt;
        _courtEffectiveAt = effectiveAt;
        emit CourtProposed(newCourt, effectiveAt);
    }

    /* ACTIONS */

    /// @inheritdoc IStakeVault
    function applyCourt() external {
        address newCourt = _pendingCourt;
        require(newCourt != address(0), NoCourtProposed());
        require(block.timestamp >= _courtEffectiveAt, CourtChangeTooEarly(_courtEffectiveAt));
        court = newCourt;
        delete _pendingCourt;
        delete _courtEffectiveAt;
        emit CourtChanged(newCourt);
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
        Account storage account = _accounts[role][msg.sender];
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
        Account storage account = _accounts[role][msg.sender];
        uint96 amount = account.thawing;
        require(amount > 0, NothingThawing());
        account.thawing = 0;
        account.thawEnd = 0;
        emit ThawCancelled(role, msg.sender, amount);
    }

    /// @inheritdoc IStakeVault
    function withdraw(Role role, address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), ZeroAddress());
        Account memory account = _accounts[role][msg.sender];
        require(account.thawing > 0, NothingThawing());
        require(block.timestamp >= account.thawEnd, StillThawing(account.thawEnd));
        amount = Math.min(account.thawing, account.tokens - account.locked);
        require(amount > 0, StakeLocked(account.locked));
        account.tokens -= uint96(amount);
        account.thawing -= uint96(amount);
        if (account.thawing == 0) account.thawEnd = 0;
        _accounts[role][msg.sender] = account;
        emit Withdrawn(role, msg.sender, to, amount, account.tokens, account.thawing);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IStakeVault
    function lock(Role role, address account, uint256 amount) external onlyCourt {
        require(amount > 0, ZeroAmount());
        Account storage stored = _accounts[role][account];
        uint256 available = stored.tokens - stored.locked;
        require(amount <= available, InsufficientStake(available, amount));
        uint96 locked = stored.locked + uint96(amount);
        stored.locked = locked;
        emit Locked(role, account, amount, locked);
    }

    /// @inheritdoc IStakeVault
    function release(Role role, address account, uint256 amount) external onlyCourt {
        require(amount > 0, ZeroAmount());
        Account storage stored = _accounts[role][account];
        require(amount <= stored.locked, InsufficientStake(stored.locked, amount));
        uint96 locked = stored.locked - uint96(amount);
        stored.locked = locked;
        emit Released(role, account, amount, locked);
    }

    /// @inheritdoc IStakeVault
    function slash(Role role, address account, uint256 amount, address reporter, uint256 reporterAmount)
        external
        onlyCourt
        nonReentrant
    {
        require(amount > 0, ZeroAmount());
        require(reporterAmount <= amount, InvalidParameter("reporterAmount"));
        require(reporterAmount == 0 || reporter != address(0), ZeroAddress());
        Account memory stored = _accounts[role][account];
        require(amount <= stored.locked, InsufficientStake(stored.locked, amount));
        stored.locked -= uint96(amount);
        stored.tokens -= uint96(amount);
        if (stored.thawing > stored.tokens) stored.thawing = stored.tokens;
        if (stored.thawing == 0) stored.thawEnd = 0;
        _accounts[role][account] = stored;
        emit Slashed(
            role, account, reporter, amount, reporterAmount, stored.tokens, stored.thawing, stored.locked
        );
        if (reporterAmount > 0) IERC20(token).safeTransfer(reporter, reporterAmount);
        if (amount > reporterAmount) IERC20(token).safeTransfer(treasury, amount - reporterAmount);
    }

    /* VIEWS */

    /// @inheritdoc IStakeVault
    function accountOf(Role role, address account) external view returns (Account memory) {
        return _accounts[role][account];
    }

    /// @inheritdoc IStakeVault
    function activeStake(Role role, address account) external view returns (uint256) {
        Account storage stored = _accounts[role][account];
        return stored.tokens - stored.thawing;
    }

    /* INTERNAL */

    function _stake(Role role, address account, uint256 amount) private {
        require(amount > 0, ZeroAmount());
        require(account != address(0), ZeroAddress());
        Account storage stored = _accounts[role][account];
        uint96 tokens = stored.tokens + SafeCast.toUint96(amount);
        stored.tokens = tokens;
        emit Staked(role, account, msg.sender, amount, tokens);
        uint256 balance = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - balance;
        require(received == amount, TransferMismatch(amount, received));
    }
}
