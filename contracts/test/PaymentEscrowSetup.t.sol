// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {PaymentEscrow} from "../PaymentEscrow.sol";
import {IGuardianPause} from "../interfaces/IGuardianPause.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev An escrow with the design's windows, and the steps that its tests have in common.
abstract contract PaymentEscrowSetup is DinTest {
    uint48 internal constant ESCROW_THAW = 30 days;
    uint16 internal constant FEE_BPS = 500;
    uint16 internal constant MAX_FEE_BPS = 1_000;

    PaymentEscrow internal escrow;

    function deployEscrow() internal {
        VM.warp(START);
        access = new AccessManager(address(this));
        token = new MockToken();
        escrow = newEscrow(address(token));
        access.grantRole(GOVERNOR_ROLE, GOVERNOR, 0);
        access.grantRole(GUARDIAN_ROLE, GUARDIAN, 0);
    }

    function newEscrow(address currency) internal returns (PaymentEscrow created) {
        created = new PaymentEscrow(currency, TREASURY, address(access), ESCROW_THAW, PAUSE, FEE_BPS);
        grant(address(created), IPaymentEscrow.setFee.selector, GOVERNOR_ROLE);
        grant(address(created), IGuardianPause.unpause.selector, GOVERNOR_ROLE);
        grant(address(created), IGuardianPause.pause.selector, GUARDIAN_ROLE);
    }

    function fundAndDeposit(address gateway, uint256 amount) internal {
        token.mint(gateway, amount);
        VM.prank(gateway);
        token.approve(address(escrow), amount);
        VM.prank(gateway);
        escrow.deposit(gateway, amount);
    }

    /// @dev For `verifier` on the present chain.
    function digestFor(address verifier, IPaymentEscrow.Voucher memory voucher) internal view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Voucher(address gateway,address provider,uint256 total)"),
                voucher.gateway,
                voucher.provider,
                voucher.total
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain("DIN PaymentEscrow", verifier), structHash));
    }

    function signatureFor(address verifier, string memory key, IPaymentEscrow.Voucher memory voucher)
        internal
        view
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(keyOf(key), digestFor(verifier, voucher));
        return abi.encodePacked(r, s, v);
    }
}
