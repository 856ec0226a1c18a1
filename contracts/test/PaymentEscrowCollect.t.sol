// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {PaymentEscrow} from "../PaymentEscrow.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {CallbackToken} from "../mocks/CallbackToken.sol";
import {PaymentEscrowActors} from "./PaymentEscrowActors.t.sol";

contract PaymentEscrowCollectTest is PaymentEscrowActors {
    function setUp() public override {
        super.setUp();
        fundAndDeposit(GATEWAY, 100 ether);
    }

    /* WHAT IS PAID */

    function testFuzz_collectPaysTheDifferenceLessTheFee(uint96 first, uint96 second, uint16 feeBps) public {
        first = uint96(bound(first, 1, 50 ether));
        second = uint96(bound(second, uint256(first) + 1, 100 ether));
        setFee(uint16(bound(feeBps, 0, MAX_FEE_BPS)));
        equal(collect(first), first);
        equal(collect(second), second - first);
        uint256 fee = feeOf(first) + feeOf(second - first);
        equal(token.balanceOf(PROVIDER), second - fee);
        equal(escrow.fees(), fee);
        equal(escrow.collectedOf(GATEWAY, PROVIDER), second);
        equal(account().balance, 100 ether - second);
        equal(token.balanceOf(address(escrow)), 100 ether - second + fee);
    }

    function test_collectTellsEveryNewValue() public {
        thaw(70 ether);
        collect(10 ether);
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(50 ether));
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.Collected(
            GATEWAY, PROVIDER, STRANGER, 40 ether, 2 ether, 50 ether, 50 ether, 50 ether, 2.5 ether
        );
        VM.prank(STRANGER);
        escrow.collect(owes(50 ether), GATEWAY, signature);
    }

    function testFuzz_whoeverCollectsTheProviderIsPaid(address collector) public {
        VM.assume(collector != PROVIDER && collector != address(0) && collector != address(escrow));
        uint256 before = token.balanceOf(collector);
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(10 ether));
        VM.prank(collector);
        escrow.collect(owes(10 ether), GATEWAY, signature);
        equal(token.balanceOf(collector), before);
        equal(token.balanceOf(PROVIDER), 9.5 ether);
    }

    function testFuzz_sameOrLowerTotalPaysNothing(uint96 total) public {
        total = uint96(bound(total, 0, 10 ether));
        collect(10 ether);
        collectRefused(total, nothingToCollect(total));
        collectRefused(10 ether, nothingToCollect(10 ether));
    }

    function testFuzz_shortBalancePaysAPartAndTheRestAfterADeposit(uint96 more, uint96 deposited) public {
        more = uint96(bound(more, 1, 100 ether));
        deposited = uint96(bound(deposited, 1, 200 ether));
        uint256 total = 100 ether + more;
        equal(collect(total), 100 ether);
        equal(escrow.collectedOf(GATEWAY, PROVIDER), 100 ether);
        equal(account().balance, 0);
        collectRefused(
            total, abi.encodeWithSelector(IPaymentEscrow.InsufficientBalance.selector, 0, more)
        );
        fundAndDeposit(GATEWAY, deposited);
        uint256 rest = more < deposited ? more : deposited;
        equal(collect(total), rest);
        equal(escrow.collectedOf(GATEWAY, PROVIDER), 100 ether + rest);
        equal(account().balance, deposited - rest);
    }

    function test_largestTotalPaysAllAndNoMore() public {
        equal(collect(type(uint256).max), 100 ether);
        equal(escrow.collectedOf(GATEWAY, PROVIDER), 100 ether);
        fundAndDeposit(GATEWAY, type(uint104).max);
        equal(collect(type(uint256).max), type(uint104).max);
        equal(account().balance, 0);
    }

    function test_providersOfOneGatewayAreCountedApart() public {
        collect(10 ether);
        IPaymentEscrow.Voucher memory other = IPaymentEscrow.Voucher(GATEWAY, OTHER_PROVIDER, 5 ether);
        equal(escrow.collect(other, GATEWAY, signatureFor(address(escrow), "gateway", other)), 5 ether);
        equal(escrow.collectedOf(GATEWAY, PROVIDER), 10 ether);
        equal(escrow.collectedOf(GATEWAY, OTHER_PROVIDER), 5 ether);
        equal(account().balance, 85 ether);
    }

    function test_gatewaysOfOneProviderAreCountedApart() public {
        fundAndDeposit(OTHER_GATEWAY, 10 ether);
        collect(10 ether);
        IPaymentEscrow.Voucher memory other = IPaymentEscrow.Voucher(OTHER_GATEWAY, PROVIDER, 5 ether);
        bytes memory signature = signatureFor(address(escrow), "other gateway", other);
        equal(escrow.collect(other, OTHER_GATEWAY, signature), 5 ether);
        equal(escrow.accountOf(OTHER_GATEWAY).balance, 5 ether);
        equal(account().balance, 90 ether);
    }

    function test_gatewayThatIsItsOwnProviderPaysTheFee() public {
        IPaymentEscrow.Voucher memory own = IPaymentEscrow.Voucher(GATEWAY, GATEWAY, 10 ether);
        equal(escrow.collect(own, GATEWAY, signatureFor(address(escrow), "gateway", own)), 10 ether);
        equal(token.balanceOf(GATEWAY), 9.5 ether);
        equal(account().balance, 90 ether);
        equal(escrow.fees(), 0.5 ether);
    }

    /* THAWING BALANCE */

    function testFuzz_collectTakesThawingBalanceLast(uint96 thawing, uint96 total) public {
        thawing = uint96(bound(thawing, 1, 100 ether));
        total = uint96(bound(total, 1, 100 ether));
        thaw(thawing);
        collect(total);
        uint256 left = 100 ether - total;
        uint256 stillThawing = thawing < left ? thawing : left;
        equal(account().balance, left);
        equal(account().thawing, stillThawing);
        equal(account().thawEnd, stillThawing == 0 ? 0 : START + ESCROW_THAW);
    }

    function test_depositDoesNotRefillWhatWasTakenFromThawing() public {
        thaw(100 ether);
        collect(60 ether);
        fundAndDeposit(GATEWAY, 60 ether);
        equal(account().thawing, 40 ether);
        VM.warp(START + ESCROW_THAW);
        VM.prank(GATEWAY);
        equal(escrow.withdraw(GATEWAY), 40 ether);
        equal(account().balance, 60 ether);
    }

    function test_thawThatWasCollectedWhollyIsOver() public {
        thaw(100 ether);
        collect(100 ether);
        equal(account().thawing, 0);
        equal(account().thawEnd, 0);
        VM.warp(START + ESCROW_THAW);
        VM.expectRevert(IPaymentEscrow.NothingThawing.selector);
        VM.prank(GATEWAY);
        escrow.withdraw(GATEWAY);
    }

    function test_voucherIsPaidAfterTheThawUntilTheWithdrawal() public {
        thaw(100 ether);
        VM.warp(START + ESCROW_THAW);
        equal(collect(30 ether), 30 ether);
        VM.prank(GATEWAY);
        equal(escrow.withdraw(GATEWAY), 70 ether);
        collectRefused(
            40 ether, abi.encodeWithSelector(IPaymentEscrow.InsufficientBalance.selector, 0, 10 ether)
        );
    }

    /* FEE */

    function testFuzz_feeIsRoundedDownAndNeverAboveTheCap(uint96 total, uint16 feeBps) public {
        total = uint96(bound(total, 1, 100 ether));
        setFee(uint16(bound(feeBps, 0, MAX_FEE_BPS)));
        collect(total);
        equal(escrow.fees(), feeOf(total));
        isTrue(escrow.fees() * 10_000 <= uint256(total) * MAX_FEE_BPS, "above the cap");
        equal(token.balanceOf(PROVIDER) + escrow.fees(), total);
    }

    function testFuzz_dustIsPaidWithoutAFee(uint8 dust) public {
        // Five per cent of less than twenty is less than one.
        dust = uint8(bound(dust, 1, 19));
        equal(collect(dust), dust);
        equal(token.balanceOf(PROVIDER), dust);
        equal(escrow.fees(), 0);
    }

    function testFuzz_manyStepsTakeWhatOneDoesAndTheFeeIsAtMostTheSame(uint96[8] memory steps) public {
        uint256 total = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 step = bound(steps[i], 0, 10 ether);
            if (step == 0) continue;
            total += step;
            equal(collect(total), step);
        }
        equal(account().balance, 100 ether - total);
        equal(token.balanceOf(PROVIDER) + escrow.fees(), total);
        isTrue(escrow.fees() <= feeOf(total), "more than in one step");
        isTrue(escrow.fees() + steps.length > feeOf(total), "more was rounded than a unit a step");
    }

    function testFuzz_feeAboveTheCapIsRefused(uint16 feeBps) public {
        feeBps = uint16(bound(feeBps, MAX_FEE_BPS + 1, type(uint16).max));
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.FeeAboveCap.selector, feeBps, MAX_FEE_BPS));
        setFee(feeBps);
    }

    function testFuzz_onlyTheGovernorSetsTheFee(address caller) public {
        VM.assume(caller != GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        escrow.setFee(0);
    }

    function test_newFeeCountsForOlderVouchersToo() public {
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(10 ether));
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.FeeSet(MAX_FEE_BPS);
        setFee(MAX_FEE_BPS);
        escrow.collect(owes(10 ether), GATEWAY, signature);
        equal(escrow.fees(), 1 ether);
    }

    function testFuzz_anyonePaysTheFeesToTheTreasury(address caller) public {
        VM.assume(caller != address(0));
        collect(10 ether);
        VM.expectEmit(address(escrow));
        emit IPaymentEscrow.FeesPaid(TREASURY, 0.5 ether);
        VM.prank(caller);
        equal(escrow.payFees(), 0.5 ether);
        equal(token.balanceOf(TREASURY), 0.5 ether);
        equal(escrow.fees(), 0);
        equal(escrow.feeBps(), FEE_BPS);
        VM.expectRevert(IPaymentEscrow.ZeroAmount.selector);
        escrow.payFees();
    }

    function setFee(uint16 feeBps) private {
        VM.prank(GOVERNOR);
        escrow.setFee(feeBps);
    }

    function nothingToCollect(uint256 total) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPaymentEscrow.NothingToCollect.selector, total, 10 ether);
    }

    function feeOf(uint256 amount) private view returns (uint256) {
        return amount * escrow.feeBps() / 10_000;
    }
}

/// @dev A token that calls back from within a transfer gains nothing by it.
contract PaymentEscrowReentrancyTest is PaymentEscrowActors {
    CallbackToken private _callback;
    PaymentEscrow private _escrow;

    function setUp() public override {
        super.setUp();
        _callback = new CallbackToken();
        _escrow = newEscrow(address(_callback));
        _callback.mint(address(_callback), 10 ether);
        _callback.approveAsToken(address(_escrow), type(uint256).max);
        _callback.mint(GATEWAY, 100 ether);
        VM.prank(GATEWAY);
        _callback.approve(address(_escrow), 100 ether);
        VM.prank(GATEWAY);
        _escrow.deposit(GATEWAY, 50 ether);
    }

    function test_oneTransferIsNotCreditedTwice() public {
        callBack(abi.encodeCall(IPaymentEscrow.deposit, (STRANGER, 10 ether)));
        expectReentrancyRefused();
        VM.prank(GATEWAY);
        _escrow.deposit(GATEWAY, 10 ether);
    }

    function test_permitIsNoWayAroundTheGuard() public {
        callBack(abi.encodeCall(IPaymentEscrow.depositWithPermit, (STRANGER, 10 ether, 0, 0, "", "")));
        expectReentrancyRefused();
        VM.prank(GATEWAY);
        _escrow.deposit(GATEWAY, 10 ether);
    }

    function test_voucherIsNotCollectedWithinACollection() public {
        bytes memory signature = signatureFor(address(_escrow), "gateway", owes(10 ether));
        callBack(abi.encodeCall(IPaymentEscrow.collect, (owes(10 ether), GATEWAY, signature)));
        expectReentrancyRefused();
        _escrow.collect(owes(10 ether), GATEWAY, signature);
    }

    function test_feesAreNotPaidWithinACollection() public {
        _escrow.collect(owes(10 ether), GATEWAY, signatureFor(address(_escrow), "gateway", owes(10 ether)));
        bytes memory signature = signatureFor(address(_escrow), "gateway", owes(20 ether));
        callBack(abi.encodeCall(IPaymentEscrow.payFees, ()));
        expectReentrancyRefused();
        _escrow.collect(owes(20 ether), GATEWAY, signature);
    }

    function test_nothingIsCollectedWithinAWithdrawal() public {
        VM.prank(GATEWAY);
        _escrow.thaw(50 ether);
        VM.warp(START + ESCROW_THAW);
        bytes memory signature = signatureFor(address(_escrow), "gateway", owes(10 ether));
        callBack(abi.encodeCall(IPaymentEscrow.collect, (owes(10 ether), GATEWAY, signature)));
        expectReentrancyRefused();
        VM.prank(GATEWAY);
        _escrow.withdraw(GATEWAY);
    }

    function test_nothingIsWithdrawnWithinAPaymentOfFees() public {
        _escrow.collect(owes(10 ether), GATEWAY, signatureFor(address(_escrow), "gateway", owes(10 ether)));
        callBack(abi.encodeCall(IPaymentEscrow.withdraw, (STRANGER)));
        expectReentrancyRefused();
        _escrow.payFees();
    }

    function callBack(bytes memory data) private {
        _callback.callBack(address(_escrow), data);
    }

    function expectReentrancyRefused() private {
        VM.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }
}
