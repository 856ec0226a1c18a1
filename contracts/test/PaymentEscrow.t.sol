// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {PaymentEscrow} from "../PaymentEscrow.sol";
import {IGuardianPause} from "../interfaces/IGuardianPause.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {PaymentEscrowActors} from "./PaymentEscrowActors.t.sol";

contract PaymentEscrowDeploymentTest is PaymentEscrowActors {
    function test_deploymentNamesItsParts() public view {
        equal(escrow.token(), address(token));
        equal(escrow.treasury(), TREASURY);
        equal(escrow.authority(), address(access));
        equal(escrow.thawSeconds(), ESCROW_THAW);
        equal(escrow.pauseSeconds(), PAUSE);
        equal(escrow.feeBps(), FEE_BPS);
        equal(escrow.fees(), 0);
        equal(escrow.pausedUntil(), 0);
        equal(escrow.deploymentBlock(), block.number);
    }

    function test_deploymentWithoutTokenTreasuryOrAuthorityIsRefused() public {
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        new PaymentEscrow(address(0), TREASURY, address(access), ESCROW_THAW, PAUSE, FEE_BPS);
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        new PaymentEscrow(address(token), address(0), address(access), ESCROW_THAW, PAUSE, FEE_BPS);
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        new PaymentEscrow(address(token), TREASURY, address(0), ESCROW_THAW, PAUSE, FEE_BPS);
    }

    function test_thawThatOnePauseCoversIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidParameter.selector, "thawSeconds"));
        new PaymentEscrow(address(token), TREASURY, address(access), PAUSE, PAUSE, FEE_BPS);
        new PaymentEscrow(address(token), TREASURY, address(access), PAUSE + 1, PAUSE, FEE_BPS);
    }

    function testFuzz_deploymentTakesNoFeeAboveTheCap(uint16 feeBps) public {
        if (feeBps > MAX_FEE_BPS) {
            VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.FeeAboveCap.selector, feeBps, MAX_FEE_BPS));
        }
        PaymentEscrow created =
            new PaymentEscrow(address(token), TREASURY, address(access), ESCROW_THAW, PAUSE, feeBps);
        if (feeBps <= MAX_FEE_BPS) equal(created.feeBps(), feeBps);
    }
}

contract PaymentEscrowBalanceTest is PaymentEscrowActors {
    /* DEPOSIT */

    function testFuzz_depositsAddUpWhoeverPays(uint96 own, uint96 given) public {
        own = uint96(bound(own, 1, type(uint96).max));
        given = uint96(bound(given, 1, type(uint96).max));
        fundAndDeposit(GATEWAY, own);
        token.mint(STRANGER, given);
        VM.prank(STRANGER);
        token.approve(address(escrow), given);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.Deposited(GATEWAY, STRANGER, given, uint256(own) + given);
        VM.prank(STRANGER);
        escrow.deposit(GATEWAY, given);
        equal(account().balance, uint256(own) + given);
        equal(account().thawing, 0);
        equal(escrow.accountOf(STRANGER).balance, 0);
        equal(token.balanceOf(address(escrow)), uint256(own) + given);
    }

    function test_depositOfNothingOrForNobodyIsRefused() public {
        VM.expectRevert(IPaymentEscrow.ZeroAmount.selector);
        escrow.deposit(GATEWAY, 0);
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.deposit(address(0), 1);
    }

    function testFuzz_depositThatNoAccountHoldsIsRefused(uint256 amount) public {
        amount = bound(amount, uint256(type(uint104).max) + 1, type(uint256).max);
        token.mint(address(this), amount);
        token.approve(address(escrow), amount);
        VM.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 104, amount));
        escrow.deposit(GATEWAY, amount);
    }

    function test_depositBeyondAFullAccountIsRefused() public {
        fundAndDeposit(GATEWAY, type(uint104).max);
        token.mint(address(this), 1);
        token.approve(address(escrow), 1);
        VM.expectRevert();
        escrow.deposit(GATEWAY, 1);
    }

    function test_permitDepositsInOneTransaction() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(7 ether);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.Deposited(GATEWAY, GATEWAY, 7 ether, 7 ether);
        VM.prank(GATEWAY);
        escrow.depositWithPermit(GATEWAY, 7 ether, block.timestamp, v, r, s);
        equal(account().balance, 7 ether);
    }

    function test_permitSpentBySomeoneElseStillDeposits() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(7 ether);
        token.permit(GATEWAY, address(escrow), 7 ether, block.timestamp, v, r, s);
        VM.prank(GATEWAY);
        escrow.depositWithPermit(GATEWAY, 7 ether, block.timestamp, v, r, s);
        equal(account().balance, 7 ether);
    }

    function test_foreignPermitDepositsNothing() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(7 ether);
        VM.expectRevert();
        VM.prank(STRANGER);
        escrow.depositWithPermit(STRANGER, 7 ether, block.timestamp, v, r, s);
    }

    function test_tokenWithTransferFeeIsRefused() public {
        FeeOnTransferToken fee = new FeeOnTransferToken();
        PaymentEscrow feeEscrow = newEscrow(address(fee));
        fee.mint(address(this), 100 ether);
        fee.approve(address(feeEscrow), 100 ether);
        VM.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.TransferMismatch.selector, 100 ether, 99 ether)
        );
        feeEscrow.deposit(GATEWAY, 100 ether);
    }

    /* THAW AND WITHDRAW */

    function testFuzz_nothingLeavesBeforeItsThawEnds(uint96 amount, uint48 wait) public {
        amount = uint96(bound(amount, 1, 10 ether));
        wait = uint48(bound(wait, 0, ESCROW_THAW - 1));
        fundAndDeposit(GATEWAY, 10 ether);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.ThawStarted(GATEWAY, amount, amount, uint48(START) + ESCROW_THAW);
        thaw(amount);
        VM.warp(START + wait);
        withdrawRefusedUntil(START + ESCROW_THAW);
        VM.warp(START + ESCROW_THAW - 1);
        withdrawRefusedUntil(START + ESCROW_THAW);
        VM.warp(START + ESCROW_THAW);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.Withdrawn(GATEWAY, STRANGER, amount, 10 ether - amount, 0);
        VM.prank(GATEWAY);
        equal(escrow.withdraw(STRANGER), amount);
        equal(token.balanceOf(STRANGER), amount);
        equal(account().balance, 10 ether - amount);
        equal(account().thawing, 0);
        equal(account().thawEnd, 0);
    }

    function test_thawingMoreResetsTheTimer() public {
        fundAndDeposit(GATEWAY, 10 ether);
        thaw(1 ether);
        VM.warp(START + 29 days);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.ThawStarted(GATEWAY, 2 ether, 3 ether, uint48(START) + 29 days + ESCROW_THAW);
        thaw(2 ether);
        equal(account().thawing, 3 ether);
        equal(account().thawEnd, START + 29 days + ESCROW_THAW);
    }

    function testFuzz_noMoreThawsThanIsFree(uint96 first, uint256 second) public {
        first = uint96(bound(first, 1, 10 ether));
        second = bound(second, 10 ether - first + 1, type(uint256).max);
        fundAndDeposit(GATEWAY, 10 ether);
        thaw(first);
        VM.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.InsufficientBalance.selector, 10 ether - first, second)
        );
        thaw(second);
    }

    function test_thawOfNothingIsRefused() public {
        fundAndDeposit(GATEWAY, 10 ether);
        VM.expectRevert(IPaymentEscrow.ZeroAmount.selector);
        thaw(0);
    }

    function test_cancelledThawStays() public {
        fundAndDeposit(GATEWAY, 10 ether);
        thaw(4 ether);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.ThawCancelled(GATEWAY, 4 ether);
        VM.prank(GATEWAY);
        escrow.cancelThaw();
        equal(account().thawing, 0);
        equal(account().thawEnd, 0);
        VM.warp(START + ESCROW_THAW);
        VM.expectRevert(IPaymentEscrow.NothingThawing.selector);
        VM.prank(GATEWAY);
        escrow.withdraw(GATEWAY);
        VM.expectRevert(IPaymentEscrow.NothingThawing.selector);
        VM.prank(GATEWAY);
        escrow.cancelThaw();
    }

    function test_withdrawToNobodyIsRefused() public {
        fundAndDeposit(GATEWAY, 10 ether);
        thaw(10 ether);
        VM.warp(START + ESCROW_THAW);
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        VM.prank(GATEWAY);
        escrow.withdraw(address(0));
    }

    function testFuzz_strangersNeitherThawNorHoldBackAGatewaysBalance(address stranger, uint96 amount) public {
        VM.assume(stranger != GATEWAY && stranger != address(0));
        amount = uint96(bound(amount, 1, type(uint96).max));
        fundAndDeposit(GATEWAY, 10 ether);
        thaw(4 ether);
        VM.warp(START + 29 days);
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InsufficientBalance.selector, 0, amount));
        VM.prank(stranger);
        escrow.thaw(amount);
        // A gift neither thaws nor begins the thaw anew.
        token.mint(STRANGER, 1);
        VM.prank(STRANGER);
        token.approve(address(escrow), 1);
        VM.prank(STRANGER);
        escrow.deposit(GATEWAY, 1);
        equal(account().thawing, 4 ether);
        equal(account().thawEnd, START + ESCROW_THAW);
    }

    function withdrawRefusedUntil(uint256 thawEnd) private {
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.StillThawing.selector, thawEnd));
        VM.prank(GATEWAY);
        escrow.withdraw(GATEWAY);
    }

    function signPermit(uint256 amount) private returns (uint8 v, bytes32 r, bytes32 s) {
        token.mint(GATEWAY, amount);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                GATEWAY,
                address(escrow),
                amount,
                token.nonces(GATEWAY),
                block.timestamp
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        return VM.sign(keyOf("gateway"), digest);
    }
}

contract PaymentEscrowSignerTest is PaymentEscrowActors {
    function setUp() public override {
        super.setUp();
        fundAndDeposit(GATEWAY, 10 ether);
        fundAndDeposit(OTHER_GATEWAY, 10 ether);
    }

    function testFuzz_authorizedKeyBindsItsGatewayAlone(address key) public {
        VM.assume(key != address(0) && key != GATEWAY);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.SignerAuthorized(GATEWAY, key);
        authorize(key);
        isTrue(escrow.signerOf(GATEWAY, key).authorized, "authorized");
        equal(escrow.signerOf(GATEWAY, key).revocableAt, 0);
        isTrue(!escrow.signerOf(OTHER_GATEWAY, key).authorized, "authorized elsewhere");
        isTrue(!escrow.signerOf(key, GATEWAY).authorized, "authorized the other way round");
    }

    function test_keyOfOneGatewaySpendsNoOthersBalance() public {
        authorize(KEY);
        IPaymentEscrow.Voucher memory voucher = IPaymentEscrow.Voucher(OTHER_GATEWAY, PROVIDER, 1 ether);
        bytes memory signature = signatureFor(address(escrow), "key", voucher);
        VM.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.SignerNotAuthorized.selector, OTHER_GATEWAY, KEY)
        );
        escrow.collect(voucher, KEY, signature);
    }

    function test_keyIsAuthorizedOnceAndNeverZeroOrTheGatewayItself() public {
        authorize(KEY);
        VM.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.SignerAlreadyAuthorized.selector, GATEWAY, KEY)
        );
        authorize(KEY);
        VM.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.SignerAlreadyAuthorized.selector, GATEWAY, GATEWAY)
        );
        authorize(GATEWAY);
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        authorize(address(0));
    }

    function test_unknownKeyIsNeitherThawedNorRevoked() public {
        VM.expectRevert(notAuthorized(KEY));
        thawKey();
        VM.expectRevert(notAuthorized(KEY));
        revokeKey();
    }

    function testFuzz_keyInItsThawStillBindsAndCannotBeRevoked(uint48 wait) public {
        wait = uint48(bound(wait, 0, ESCROW_THAW - 1));
        authorize(KEY);
        VM.expectRevert(notRevocable(0));
        revokeKey();
        uint48 revocableAt = uint48(START) + ESCROW_THAW;
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.SignerThawStarted(GATEWAY, KEY, revocableAt);
        thawKey();
        VM.warp(START + wait);
        VM.expectRevert(notRevocable(revocableAt));
        revokeKey();
        VM.warp(START + ESCROW_THAW - 1);
        VM.expectRevert(notRevocable(revocableAt));
        revokeKey();
        equal(collectByKey(1 ether), 1 ether);
        isTrue(escrow.signerOf(GATEWAY, KEY).authorized, "authorized");
        equal(escrow.signerOf(GATEWAY, KEY).revocableAt, revocableAt);
    }

    function test_secondAnnouncementIsRefusedSoThatTheFirstCounts() public {
        authorize(KEY);
        thawKey();
        VM.warp(START + 29 days);
        VM.expectRevert(notRevocable(uint48(START) + ESCROW_THAW));
        thawKey();
        VM.warp(START + ESCROW_THAW);
        revokeKey();
    }

    function test_revokedKeyBindsNoMoreNotEvenByOlderVouchers() public {
        authorize(KEY);
        thawKey();
        VM.warp(START + ESCROW_THAW);
        equal(collectByKey(1 ether), 1 ether);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.SignerRevoked(GATEWAY, KEY);
        revokeKey();
        isTrue(!escrow.signerOf(GATEWAY, KEY).authorized, "authorized");
        equal(escrow.signerOf(GATEWAY, KEY).revocableAt, 0);
        collectByKeyRefused(2 ether, notAuthorized(KEY));
        VM.expectRevert(notAuthorized(KEY));
        revokeKey();
    }

    function test_authorizingAgainTakesBackAnAnnouncedRevocation() public {
        authorize(KEY);
        thawKey();
        VM.warp(START + ESCROW_THAW);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.SignerAuthorized(GATEWAY, KEY);
        authorize(KEY);
        equal(escrow.signerOf(GATEWAY, KEY).revocableAt, 0);
        VM.expectRevert(notRevocable(0));
        revokeKey();
        equal(collectByKey(1 ether), 1 ether);
    }

    function test_authorizingARevokedKeyRevivesItsVouchers() public {
        authorize(KEY);
        thawKey();
        VM.warp(START + ESCROW_THAW);
        revokeKey();
        collectByKeyRefused(1 ether, notAuthorized(KEY));
        authorize(KEY);
        equal(collectByKey(1 ether), 1 ether);
    }

    function notRevocable(uint48 revocableAt) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(IPaymentEscrow.SignerNotRevocable.selector, GATEWAY, KEY, revocableAt);
    }
}

contract PaymentEscrowPauseTest is PaymentEscrowActors {
    function setUp() public override {
        super.setUp();
        fundAndDeposit(GATEWAY, 100 ether);
    }

    function test_pauseHoldsBackEveryOutflow() public {
        collect(10 ether);
        thaw(50 ether);
        VM.warp(START + ESCROW_THAW);
        pause();
        bytes memory paused =
            abi.encodeWithSelector(IGuardianPause.IsPaused.selector, block.timestamp + PAUSE);
        VM.expectRevert(paused);
        VM.prank(GATEWAY);
        escrow.withdraw(GATEWAY);
        collectRefused(20 ether, paused);
        VM.expectRevert(paused);
        escrow.payFees();
        // Pauses end by themselves.
        VM.warp(block.timestamp + PAUSE);
        VM.prank(GATEWAY);
        equal(escrow.withdraw(GATEWAY), 50 ether);
        equal(collect(20 ether), 10 ether);
        equal(escrow.payFees(), 1 ether);
    }

    function test_allButOutflowsGoesOnInAPause() public {
        pause();
        fundAndDeposit(GATEWAY, 1 ether);
        thaw(10 ether);
        equal(account().thawEnd, START + ESCROW_THAW);
        VM.prank(GATEWAY);
        escrow.cancelThaw();
        authorize(KEY);
        thawKey();
        VM.prank(GOVERNOR);
        escrow.setFee(0);
        equal(account().balance, 101 ether);
    }

    function test_governorEndsAPauseEarly() public {
        pause();
        VM.warp(START + 1 days);
        VM.expectEmit(address(escrow));
        emit IGuardianPause.Unpaused(uint48(START) + 1 days);
        VM.prank(GOVERNOR);
        escrow.unpause();
        equal(collect(10 ether), 10 ether);
    }

    function test_escrowRunsAsLongAsAPauseBeforeTheNext() public {
        pause();
        VM.warp(START + 2 * PAUSE - 1);
        VM.expectRevert(
            abi.encodeWithSelector(IGuardianPause.PausedTooRecently.selector, START + 2 * PAUSE)
        );
        pause();
        equal(collect(10 ether), 10 ether);
        VM.warp(START + 2 * PAUSE);
        pause();
    }

    function testFuzz_onlyTheGuardianPausesAndOnlyTheGovernorEndsIt(address caller) public {
        bytes memory refused =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        if (caller != GUARDIAN) {
            VM.expectRevert(refused);
            VM.prank(caller);
            escrow.pause();
        }
        pause();
        if (caller != GOVERNOR) {
            VM.expectRevert(refused);
            VM.prank(caller);
            escrow.unpause();
        }
    }
}
