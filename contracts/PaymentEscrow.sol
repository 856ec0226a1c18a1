// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GuardianPause} from "./GuardianPause.sol";
import {IPaymentEscrow} from "./interfaces/IPaymentEscrow.sol";

/// @title Payment escrow
/// @dev The order of the bases puts the pause, the fee and the fees into one slot: a collection reads all three.
contract PaymentEscrow is IPaymentEscrow, AccessManaged, EIP712, GuardianPause, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev A struct, so that its slot is computed once.
    struct Tab {
        uint256 collected;
    }

    bytes32 private constant VOUCHER_TYPEHASH =
        keccak256("Voucher(address gateway,address provider,uint256 total)");
    uint16 private constant MAX_FEE_BPS = 1_000;
    uint16 private constant MAX_BPS = 10_000;

    /* IMMUTABLES */

    /// @inheritdoc IPaymentEscrow
    address public immutable token;
    /// @inheritdoc IPaymentEscrow
    address public immutable treasury;
    /// @inheritdoc IPaymentEscrow
    uint48 public immutable thawSeconds;
    /// @inheritdoc IPaymentEscrow
    uint256 public immutable deploymentBlock;

    /* STORAGE */

    /// @inheritdoc IPaymentEscrow
    uint16 public feeBps;
    uint192 private _fees;
    mapping(address gateway => Account) private _accounts;
    mapping(address gateway => mapping(address provider => Tab)) private _tabs;
    mapping(address gateway => mapping(address key => Signer)) private _signers;

    /* CONSTRUCTOR */

    constructor(
        address token_,
        address treasury_,
        address accessManager,
        uint48 thawSeconds_,
        uint48 pauseSeconds_,
        uint16 feeBps_
    ) AccessManaged(accessManager) EIP712("DIN PaymentEscrow", "1") GuardianPause(pauseSeconds_) {
        require(token_ != address(0) && treasury_ != address(0) && accessManager != address(0), ZeroAddress());
        // A thaw that one pause covers would leave no time to collect.
        require(thawSeconds_ > pauseSeconds_, InvalidParameter("thawSeconds"));
        token = token_;
        treasury = treasury_;
        thawSeconds = thawSeconds_;
        deploymentBlock = block.number;
        _setFee(feeBps_);
    }

    /* GOVERNOR */

    /// @inheritdoc IPaymentEscrow
    function setFee(uint16 newFeeBps) external restricted {
        _setFee(newFeeBps);
    }

    /* BALANCE */

    /// @inheritdoc IPaymentEscrow
    function deposit(address gateway, uint256 amount) external nonReentrant {
        _deposit(gateway, amount);
    }

    /// @inheritdoc IPaymentEscrow
    function depositWithPermit(
        address gateway,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Whoever saw the permit in the mempool may have used it first; only the allowance counts.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(gateway, amount);
    }

    /// @inheritdoc IPaymentEscrow
    function thaw(uint256 amount) external {
        require(amount > 0, ZeroAmount());
        Account storage account = _accounts[msg.sender];
        uint256 available = account.balance - account.thawing;
        require(amount <= available, InsufficientBalance(available, amount));
        // Fits: at most `balance`.
        uint104 thawing = account.thawing + uint104(amount);
        uint48 thawEnd = uint48(block.timestamp) + thawSeconds;
        account.thawing = thawing;
        account.thawEnd = thawEnd;
        emit ThawStarted(msg.sender, amount, thawing, thawEnd);
    }

    /// @inheritdoc IPaymentEscrow
    function cancelThaw() external {
        Account storage account = _accounts[msg.sender];
        uint104 amount = account.thawing;
        require(amount > 0, NothingThawing());
        account.thawing = 0;
        account.thawEnd = 0;
        emit ThawCancelled(msg.sender, amount);
    }

    /// @inheritdoc IPaymentEscrow
    function withdraw(address to) external whenNotPaused nonReentrant returns (uint256 amount) {
        require(to != address(0), ZeroAddress());
        Account storage account = _accounts[msg.sender];
        amount = account.thawing;
        require(amount > 0, NothingThawing());
        require(block.timestamp >= account.thawEnd, StillThawing(account.thawEnd));
        uint104 balance = account.balance - uint104(amount);
        account.balance = balance;
        account.thawing = 0;
        account.thawEnd = 0;
        emit Withdrawn(msg.sender, to, amount, balance, 0);
        IERC20(token).safeTransfer(to, amount);
    }

    /* SIGNERS */

    /// @inheritdoc IPaymentEscrow
    function authorizeSigner(address key) external {
        require(key != address(0), ZeroAddress());
        Signer storage signer = _signers[msg.sender][key];
        // The gateway's own signature always binds: to revoke it later would revoke nothing.
        bool already = key == msg.sender || (signer.authorized && signer.revocableAt == 0);
        require(!already, SignerAlreadyAuthorized(msg.sender, key));
        signer.authorized = true;
        signer.revocableAt = 0;
        emit SignerAuthorized(msg.sender, key);
    }

    /// @inheritdoc IPaymentEscrow
    function thawSigner(address key) external {
        Signer storage signer = _signers[msg.sender][key];
        require(signer.authorized, SignerNotAuthorized(msg.sender, key));
        uint48 revocableAt = signer.revocableAt;
        require(revocableAt == 0, SignerNotRevocable(msg.sender, key, revocableAt));
        revocableAt = uint48(block.timestamp) + thawSeconds;
        signer.revocableAt = revocableAt;
        emit SignerThawStarted(msg.sender, key, revocableAt);
    }

    /// @inheritdoc IPaymentEscrow
    function revokeSigner(address key) external {
        Signer memory signer = _signers[msg.sender][key];
        require(signer.authorized, SignerNotAuthorized(msg.sender, key));
        bool revocable = signer.revocableAt != 0 && block.timestamp >= signer.revocableAt;
        require(revocable, SignerNotRevocable(msg.sender, key, signer.revocableAt));
        delete _signers[msg.sender][key];
        emit SignerRevoked(msg.sender, key);
    }

    /* PAYMENTS */

    /// @inheritdoc IPaymentEscrow
    function collect(Voucher calldata voucher, address signer, bytes calldata signature)
        external
        whenNotPaused
        nonReentrant
        returns (uint256 amount)
    {
        (address gateway, address provider, uint256 total) = (voucher.gateway, voucher.provider, voucher.total);
        require(provider != address(0), ZeroAddress());
        bytes32 voucherHash = keccak256(abi.encode(VOUCHER_TYPEHASH, gateway, provider, total));
        _requireSigned(gateway, signer, _hashTypedDataV4(voucherHash), signature);
        uint256 payout;
        (amount, payout) = _take(gateway, provider, total);
        IERC20(token).safeTransfer(provider, payout);
    }

    /// @inheritdoc IPaymentEscrow
    function payFees() external whenNotPaused nonReentrant returns (uint256 amount) {
        amount = _fees;
        require(amount > 0, ZeroAmount());
        _fees = 0;
        emit FeesPaid(treasury, amount);
        IERC20(token).safeTransfer(treasury, amount);
    }

    /* VIEWS */

    /// @inheritdoc IPaymentEscrow
    function accountOf(address gateway) external view returns (Account memory) {
        return _accounts[gateway];
    }

    /// @inheritdoc IPaymentEscrow
    function collectedOf(address gateway, address provider) external view returns (uint256) {
        return _tabs[gateway][provider].collected;
    }

    /// @inheritdoc IPaymentEscrow
    function signerOf(address gateway, address key) external view returns (Signer memory) {
        return _signers[gateway][key];
    }

    /// @inheritdoc IPaymentEscrow
    function fees() external view returns (uint256) {
        return _fees;
    }

    /* INTERNAL */

    function _setFee(uint16 newFeeBps) private {
        require(newFeeBps <= MAX_FEE_BPS, FeeAboveCap(newFeeBps, MAX_FEE_BPS));
        feeBps = newFeeBps;
        emit FeeSet(newFeeBps);
    }

    function _deposit(address gateway, uint256 amount) private {
        require(amount > 0, ZeroAmount());
        require(gateway != address(0), ZeroAddress());
        Account storage account = _accounts[gateway];
        uint104 balance = account.balance + SafeCast.toUint104(amount);
        account.balance = balance;
        emit Deposited(gateway, msg.sender, amount, balance);
        uint256 held = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - held;
        require(received == amount, TransferMismatch(amount, received));
    }

    /// @dev The gateway's own ECDSA signature binds even where the account has code: with EIP-7702 a key could
    /// otherwise disown what it signed by setting some.
    function _requireSigned(address gateway, address signer, bytes32 digest, bytes calldata signature) private view {
        bool isGateway = signer == gateway;
        if (!isGateway) require(_signers[gateway][signer].authorized, SignerNotAuthorized(gateway, signer));
        // Zero stands for a failure.
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (recovered == address(0) || recovered != signer) {
            bool isWallet =
                isGateway && SignatureChecker.isValidERC1271SignatureNowCalldata(gateway, digest, signature);
            require(isWallet, InvalidVoucher(gateway));
        }
    }

    /// @dev Books what is due as far as the balance reaches. Thawing balance goes last.
    function _take(address gateway, address provider, uint256 total)
        private
        returns (uint256 amount, uint256 payout)
    {
        Tab storage tab = _tabs[gateway][provider];
        uint256 collected = tab.collected;
        require(total > collected, NothingToCollect(total, collected));
        Account storage account = _accounts[gateway];
        (uint256 balance, uint256 thawing) = (account.balance, account.thawing);
        uint256 fee;
        uint256 newFees;
        // Nothing overflows or is cut: collected + amount ≤ total, fee ≤ amount ≤ balance < 2^104, and 2^88 fees of
        // that size would fit.
        unchecked {
            amount = total - collected;
            require(balance > 0, InsufficientBalance(0, amount));
            if (amount > balance) amount = balance;
            collected += amount;
            balance -= amount;
            // Rounded down, in the provider's favour.
            fee = amount * feeBps / MAX_BPS;
            payout = amount - fee;
            newFees = _fees + fee;
            _fees = uint192(newFees);
        }
        tab.collected = collected;
        account.balance = uint104(balance);
        if (thawing > balance) {
            thawing = balance;
            account.thawing = uint104(thawing);
            if (thawing == 0) account.thawEnd = 0;
        }
        emit Collected(gateway, provider, msg.sender, amount, fee, collected, balance, thawing, newFees);
    }
}
