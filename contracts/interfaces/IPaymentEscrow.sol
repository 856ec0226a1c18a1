// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGuardianPause} from "./IGuardianPause.sol";

/// @title Payment escrow
/// @notice Gateways' prepaid balances, paid out to providers against cumulative vouchers.
/// @dev The token must be a plain ERC-20: a transfer that moves another amount than asked is refused.
/// Invariants: balance ≥ Σ accounts + fees; what was collected never falls and never exceeds the signed total.
interface IPaymentEscrow is IGuardianPause {
    /// @param balance All that is left, thawing included.
    /// @param thawing The part that waits for withdrawal; vouchers are still paid from it.
    /// @param thawEnd Unix seconds from which `thawing` may be withdrawn; 0 when nothing thaws.
    struct Account {
        uint104 balance;
        uint104 thawing;
        uint48 thawEnd;
    }

    /// @notice "This gateway owes this provider `total` in all." A newer voucher replaces every older one.
    /// EIP-712 domain: name "DIN PaymentEscrow", version "1", chain id, this contract.
    struct Voucher {
        address gateway;
        address provider;
        uint256 total;
    }

    /// @param authorized Whether vouchers of this key bind the gateway.
    /// @param revocableAt Unix seconds from which a key that was announced to go may be revoked; 0 if it was not.
    struct Signer {
        bool authorized;
        uint48 revocableAt;
    }

    /// @notice `balance`, `thawing`, `collected` and `fees` in every event are the full new values.
    event Deposited(address indexed gateway, address indexed from, uint256 amount, uint256 balance);
    event ThawStarted(address indexed gateway, uint256 amount, uint256 thawing, uint48 thawEnd);
    event ThawCancelled(address indexed gateway, uint256 amount);
    event Withdrawn(
        address indexed gateway, address indexed to, uint256 amount, uint256 balance, uint256 thawing
    );
    event SignerAuthorized(address indexed gateway, address indexed signer);
    event SignerThawStarted(address indexed gateway, address indexed signer, uint48 revocableAt);
    event SignerRevoked(address indexed gateway, address indexed signer);
    event Collected(
        address indexed gateway,
        address indexed provider,
        address indexed collector,
        uint256 amount,
        uint256 fee,
        uint256 collected,
        uint256 balance,
        uint256 thawing,
        uint256 fees
    );
    event FeeSet(uint16 feeBps);
    event FeesPaid(address indexed treasury, uint256 amount);

    error ZeroAmount();
    error ZeroAddress();
    error TransferMismatch(uint256 expected, uint256 received);
    error InsufficientBalance(uint256 available, uint256 required);
    error NothingThawing();
    error StillThawing(uint48 thawEnd);
    error InvalidParameter(string name);
    error FeeAboveCap(uint16 feeBps, uint16 capBps);
    error SignerNotAuthorized(address gateway, address signer);
    error SignerAlreadyAuthorized(address gateway, address signer);
    /// @notice Vouchers of the key may still be out: announce first, then wait for one thaw.
    error SignerNotRevocable(address gateway, address signer, uint48 revocableAt);
    /// @notice Neither the gateway (by key or ERC-1271) nor a key that it authorized signed this.
    error InvalidVoucher(address gateway);
    /// @notice All of the voucher was collected before.
    error NothingToCollect(uint256 total, uint256 collected);

    /// @notice Adds `amount` of the caller's tokens to a gateway's balance.
    function deposit(address gateway, uint256 amount) external;

    /// @notice `deposit` with an ERC-2612 permit of the caller, in one transaction.
    function depositWithPermit(
        address gateway,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Begins to thaw `amount` more of the caller's balance. Warning: resets the timer of all that thaws.
    function thaw(uint256 amount) external;

    /// @notice Turns all thawing balance of the caller back.
    function cancelThaw() external;

    /// @notice Pays what has thawed and was not collected meanwhile to `to`.
    function withdraw(address to) external returns (uint256 amount);

    /// @notice Lets a key sign vouchers for the caller. Warning: whoever holds it can spend the caller's whole balance.
    /// Takes back an announced revocation; of a key that was revoked it revives the old vouchers. The gateway itself
    /// always is authorized, and never listed.
    function authorizeSigner(address signer) external;

    /// @notice Announces that a key will be revoked. Its vouchers bind for one thaw more, so that nobody who served in
    /// good faith loses them. A second announcement is refused: the first one counts.
    function thawSigner(address signer) external;

    /// @notice Revokes a key once its thaw is over.
    function revokeSigner(address signer) external;

    /// @notice Anyone, for the provider: pays the difference between the voucher's total and what was collected, as far
    /// as the balance reaches, less the fee, to the provider. The rest of the voucher may be collected after a deposit.
    /// Warning: one balance stands behind all vouchers of a gateway, also those that it makes out to itself: whoever
    /// collects first is paid first. Warning: a contract wallet can disown what it signed (ERC-1271) at any time; only
    /// vouchers of an authorized key, or of the gateway's own key, bind.
    /// @param signer The key that signed: the gateway itself (its own key or ERC-1271) or one that it authorized.
    /// @return amount Taken from the gateway's balance, fee included.
    function collect(Voucher calldata voucher, address signer, bytes calldata signature)
        external
        returns (uint256 amount);

    /// @notice Governor, at most 10 %. Warning: counts for vouchers collected from now on.
    function setFee(uint16 feeBps) external;

    /// @notice Anyone: pays the fees to the treasury.
    function payFees() external returns (uint256 amount);

    function accountOf(address gateway) external view returns (Account memory);
    function collectedOf(address gateway, address provider) external view returns (uint256);
    function signerOf(address gateway, address signer) external view returns (Signer memory);
    function fees() external view returns (uint256);
    function feeBps() external view returns (uint16);
    function token() external view returns (address);
    function treasury() external view returns (address);
    /// @return Longer than a pause, so that no pause covers a whole thaw.
    function thawSeconds() external view returns (uint48);
    function deploymentBlock() external view returns (uint256);
}
