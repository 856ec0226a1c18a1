// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {PaymentEscrowSetup} from "./PaymentEscrowSetup.t.sol";

/// @dev Who the tests are about, and one-line steps in their names.
abstract contract PaymentEscrowActors is PaymentEscrowSetup {
    address internal immutable GATEWAY = makeAddress("gateway");
    address internal immutable OTHER_GATEWAY = makeAddress("other gateway");
    address internal immutable PROVIDER = makeAddress("provider");
    address internal immutable OTHER_PROVIDER = makeAddress("other provider");
    address internal immutable KEY = makeAddress("key");

    function setUp() public virtual {
        deployEscrow();
    }

    function owes(uint256 total) internal view returns (IPaymentEscrow.Voucher memory) {
        return IPaymentEscrow.Voucher(GATEWAY, PROVIDER, total);
    }

    /// @dev By anyone, with the gateway's own signature.
    function collect(uint256 total) internal returns (uint256) {
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(total));
        VM.prank(STRANGER);
        return escrow.collect(owes(total), GATEWAY, signature);
    }

    function collectByKey(uint256 total) internal returns (uint256) {
        return escrow.collect(owes(total), KEY, signatureFor(address(escrow), "key", owes(total)));
    }

    function collectRefused(uint256 total, bytes memory reason) internal {
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(total));
        VM.expectRevert(reason);
        escrow.collect(owes(total), GATEWAY, signature);
    }

    function collectByKeyRefused(uint256 total, bytes memory reason) internal {
        bytes memory signature = signatureFor(address(escrow), "key", owes(total));
        VM.expectRevert(reason);
        escrow.collect(owes(total), KEY, signature);
    }

    function thaw(uint256 amount) internal {
        VM.prank(GATEWAY);
        escrow.thaw(amount);
    }

    function authorize(address key) internal {
        VM.prank(GATEWAY);
        escrow.authorizeSigner(key);
    }

    function thawKey() internal {
        VM.prank(GATEWAY);
        escrow.thawSigner(KEY);
    }

    function revokeKey() internal {
        VM.prank(GATEWAY);
        escrow.revokeSigner(KEY);
    }

    function pause() internal {
        VM.prank(GUARDIAN);
        escrow.pause();
    }

    function account() internal view returns (IPaymentEscrow.Account memory) {
        return escrow.accountOf(GATEWAY);
    }

    function notAuthorized(address key) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IPaymentEscrow.SignerNotAuthorized.selector, GATEWAY, key);
    }

    function invalidVoucher() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, GATEWAY);
    }
}
