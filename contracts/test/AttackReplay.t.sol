// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymentEscrow} from "../PaymentEscrow.sol";
import {ProviderRegistry} from "../ProviderRegistry.sol";
import {SlashingCourt} from "../SlashingCourt.sol";
import {WatcherHub} from "../WatcherHub.sol";
import {Role} from "../Types.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev What was signed or committed for one purpose, used for another: epoch, chain, contract.
contract AttackReplayTest is AttackTest {
    address private gateway;
    PaymentEscrow private escrow;

    function setUp() public override {
        super.setUp();
        gateway = makeAddress("gateway");
        escrow = newEscrow();
    }

    /* VOUCHERS */

    function test_attack_replayAVoucher() public {
        IPaymentEscrow.Voucher memory voucher = IPaymentEscrow.Voucher(gateway, provider, 10 ether);
        bytes memory signature = signVoucher(voucher);
        escrow.collect(voucher, gateway, signature);
        VM.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NothingToCollect.selector, 10 ether, 10 ether)
        );
        escrow.collect(voucher, gateway, signature);
        // An older one neither pays again nor turns the total back.
        voucher.total = 4 ether;
        signature = signVoucher(voucher);
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.NothingToCollect.selector, 4 ether, 10 ether));
        escrow.collect(voucher, gateway, signature);
        equal(escrow.accountOf(gateway).balance, 90 ether);
    }

    function test_attack_replayAVoucherForAnotherProviderOrTotal() public {
        IPaymentEscrow.Voucher memory voucher = IPaymentEscrow.Voucher(gateway, provider, 10 ether);
        bytes memory signature = signVoucher(voucher);
        voucher.total = 11 ether;
        refuseVoucher(escrow, voucher, signature);
        voucher = IPaymentEscrow.Voucher(gateway, STRANGER, 10 ether);
        refuseVoucher(escrow, voucher, signature);
    }

    function test_attack_replayAVoucherAtAnotherEscrow() public {
        IPaymentEscrow.Voucher memory voucher = IPaymentEscrow.Voucher(gateway, provider, 10 ether);
        bytes memory signature = signVoucher(voucher);
        refuseVoucher(newEscrow(), voucher, signature);
    }

    function test_attack_replayAVoucherOnAnotherChain() public {
        IPaymentEscrow.Voucher memory voucher = IPaymentEscrow.Voucher(gateway, provider, 10 ether);
        bytes memory signature = signVoucher(voucher);
        VM.chainId(block.chainid + 1);
        refuseVoucher(escrow, voucher, signature);
    }

    /* STATEMENTS */

    function test_attack_replayAStatementOnAnotherChain() public {
        (bytes memory a, bytes memory b) = contradiction();
        VM.chainId(block.chainid + 1);
        refuseStatements(court, a, b);
    }

    /// @dev Two deployments on one chain may share signers: what is said to one does not count in the other.
    function test_attack_replayAStatementAtAnotherRegistry() public {
        (bytes memory a, bytes memory b) = contradiction();
        ProviderRegistry other = new ProviderRegistry(vault, address(access), COURT_CHANGE, true);
        WatcherHub otherHub = new WatcherHub(
            other, vault, address(access), epochParams(), MIN_BOND, MAX_WEIGHT, REWARD, MAX_REWARD, true
        );
        VM.prank(provider);
        other.register(provider, "", 0, "");
        SlashingCourt otherCourt = new SlashingCourt(
            otherHub, other, vault, address(access), windows(), APPEAL_BOND, penalties()
        );
        refuseStatements(otherCourt, a, b);
    }

    /// @dev The other way round it shall count: evidence outlives the court that was in office.
    function test_attack_outliveAStatementByAChangeOfCourt() public {
        (bytes memory a, bytes memory b) = contradiction();
        SlashingCourt next = newCourt(hub);
        VM.prank(GOVERNOR);
        vault.proposeCourt(address(next));
        VM.prank(GOVERNOR);
        registry.proposeCourt(address(next));
        VM.warp(block.timestamp + COURT_CHANGE);
        vault.applyCourt();
        registry.applyCourt();
        next.proveEquivocation(statement(7, "a"), a, statement(7, "b"), b);
        equal(account().tokens, STAKE / 2);
    }

    /// @dev A statement that is not final binds nobody, and a consent to sign is no statement.
    function test_attack_passOffOtherSignaturesAsStatements() public {
        bytes memory consent = consentOf(keyOf("provider"), provider, 7);
        (, bytes memory b) = contradiction();
        refuseStatements(court, consent, b);
    }

    /* COMMITMENTS AND REVEALS */

    function test_attack_replayACommitmentInAnotherEpoch() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32 forOne = commitmentOf(watchers[0], 1, "salt", single(breaches));
        toCommitWindow(2);
        VM.prank(watchers[0]);
        hub.commit(2, forOne);
        toRevealWindow(2);
        refuseReveal(hub, 2, forOne, commitmentOf(watchers[0], 2, "salt", single(breaches)));
    }

    function test_attack_replayAReveal() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        attest(watchers, 1, breaches);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.RevealWindowNotOpen.selector, 2, hub.epochStart(3) + COMMIT));
        VM.prank(watchers[0]);
        hub.reveal(2, 0, single(breaches), "", breaches);
        toRevealWindow(2);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.NotCommitted.selector, watchers[0], 2));
        VM.prank(watchers[0]);
        hub.reveal(2, 0, single(breaches), "", breaches);
    }

    function test_attack_replayACommitmentAtAnotherHub() public {
        WatcherHub other = newHub();
        VM.prank(watchers[0]);
        other.join();
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32 here = commitmentOf(watchers[0], 1, "salt", single(breaches));
        toCommitWindow(1);
        VM.prank(watchers[0]);
        other.commit(1, here);
        toRevealWindow(1);
        bytes32 there =
            keccak256(abi.encode(block.chainid, address(other), watchers[0], uint64(1), bytes32("salt"), single(breaches)));
        refuseReveal(other, 1, here, there);
    }

    function test_attack_replayACommitmentOnAnotherChain() public {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32 here = commitmentOf(watchers[0], 1, "salt", single(breaches));
        toCommitWindow(1);
        VM.chainId(block.chainid + 1);
        VM.prank(watchers[0]);
        hub.commit(1, here);
        toRevealWindow(1);
        refuseReveal(hub, 1, here, commitmentOf(watchers[0], 1, "salt", single(breaches)));
    }

    /* STEPS */

    function newEscrow() private returns (PaymentEscrow created) {
        created = new PaymentEscrow(address(token), TREASURY, address(access), 30 days, PAUSE, 500);
        token.mint(address(this), 100 ether);
        token.approve(address(created), 100 ether);
        created.deposit(gateway, 100 ether);
    }

    function signVoucher(IPaymentEscrow.Voucher memory voucher) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Voucher(address gateway,address provider,uint256 total)"),
                voucher.gateway,
                voucher.provider,
                voucher.total
            )
        );
        return signTyped(keyOf("gateway"), domain("DIN PaymentEscrow", address(escrow)), structHash);
    }

    function refuseVoucher(PaymentEscrow at_, IPaymentEscrow.Voucher memory voucher, bytes memory signature) private {
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, gateway));
        at_.collect(voucher, gateway, signature);
    }

    function contradiction() private view returns (bytes memory a, bytes memory b) {
        a = statementSignature(keyOf("provider"), statement(7, "a"));
        b = statementSignature(keyOf("provider"), statement(7, "b"));
    }

    /// @dev Signatures over something else give other signers, or one that is nobody's.
    function refuseStatements(SlashingCourt judge, bytes memory a, bytes memory b) private {
        (bool ok, bytes memory reason) = address(judge).call(
            abi.encodeCall(
                ISlashingCourt.proveEquivocation, (statement(7, "a"), a, statement(7, "b"), b)
            )
        );
        isTrue(!ok, "a statement made elsewhere was held against its author");
        bytes4 selector = bytes4(reason);
        isTrue(
            selector == ISlashingCourt.NotEquivocation.selector || selector == ISlashingCourt.UnknownSigner.selector,
            "refused for another reason"
        );
        equal(vault.accountOf(Role.Provider, provider).tokens, STAKE);
    }

    function refuseReveal(WatcherHub at_, uint64 epoch, bytes32 committed, bytes32 actual) private {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.CommitmentMismatch.selector, committed, actual));
        VM.prank(watchers[0]);
        at_.reveal(epoch, "salt", single(breaches), "", breaches);
    }
}
