// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymentEscrow} from "../PaymentEscrow.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {ContractWallet} from "../mocks/ContractWallet.sol";
import {PaymentEscrowActors} from "./PaymentEscrowActors.t.sol";

interface IEtchVm {
    function etch(address target, bytes calldata code) external;
}

contract PaymentEscrowSignatureTest is PaymentEscrowActors {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        fundAndDeposit(GATEWAY, 10 ether);
        fundAndDeposit(OTHER_GATEWAY, 10 ether);
    }

    function test_domainIsTheInterfaces() public view {
        (, string memory name, string memory version, uint256 chainId, address verifier,,) =
            escrow.eip712Domain();
        isTrue(keccak256(bytes(name)) == keccak256("DIN PaymentEscrow"), "name");
        isTrue(keccak256(bytes(version)) == keccak256("1"), "version");
        equal(chainId, block.chainid);
        equal(verifier, address(escrow));
    }

    /* REPLAY */

    function testFuzz_signatureCountsForItsVoucherAlone(address gateway, address provider, uint256 total) public {
        VM.assume(gateway != address(0) && provider != address(0) && gateway.code.length == 0);
        VM.assume(gateway != GATEWAY || provider != PROVIDER || total != 1 ether);
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(1 ether));
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, gateway));
        escrow.collect(IPaymentEscrow.Voucher(gateway, provider, total), gateway, signature);
    }

    function test_replayForAnotherGatewayIsRefused() public {
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(1 ether));
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, OTHER_GATEWAY));
        escrow.collect(
            IPaymentEscrow.Voucher(OTHER_GATEWAY, PROVIDER, 1 ether), OTHER_GATEWAY, signature
        );
    }

    /// @dev Even where both gateways authorized the key that signed.
    function test_replayForAnotherGatewayOfTheSameKeyIsRefused() public {
        authorize(KEY);
        VM.prank(OTHER_GATEWAY);
        escrow.authorizeSigner(KEY);
        bytes memory signature = signatureFor(address(escrow), "key", owes(1 ether));
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, OTHER_GATEWAY));
        escrow.collect(IPaymentEscrow.Voucher(OTHER_GATEWAY, PROVIDER, 1 ether), KEY, signature);
    }

    function test_replayForAnotherProviderIsRefused() public {
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(1 ether));
        VM.expectRevert(invalidVoucher());
        escrow.collect(IPaymentEscrow.Voucher(GATEWAY, OTHER_PROVIDER, 1 ether), GATEWAY, signature);
    }

    function test_replayOnAnotherChainIsRefused() public {
        uint256 here = block.chainid;
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(1 ether));
        VM.chainId(here + 1);
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), GATEWAY, signature);
        VM.chainId(here);
        equal(escrow.collect(owes(1 ether), GATEWAY, signature), 1 ether);
    }

    function test_replayInAnotherEscrowIsRefused() public {
        PaymentEscrow successor = newEscrow(address(token));
        token.mint(address(this), 10 ether);
        token.approve(address(successor), 10 ether);
        successor.deposit(GATEWAY, 10 ether);
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(1 ether));
        VM.expectRevert(invalidVoucher());
        successor.collect(owes(1 ether), GATEWAY, signature);
    }

    /* MALFORMED */

    function test_malleatedSignatureIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) =
            VM.sign(keyOf("gateway"), digestFor(address(escrow), owes(1 ether)));
        bytes memory twin = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : 27);
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), GATEWAY, twin);
    }

    function testFuzz_signatureOfAnotherLengthIsRefused(uint8 length) public {
        VM.assume(length != 65);
        bytes memory whole = signatureFor(address(escrow), "gateway", owes(1 ether));
        bytes memory other = new bytes(length);
        for (uint256 i = 0; i < length && i < 65; ++i) {
            other[i] = whole[i];
        }
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), GATEWAY, other);
    }

    function testFuzz_anyOtherBytesAreRefused(bytes32 r, bytes32 s, uint8 v) public {
        authorize(KEY);
        bytes memory noise = abi.encodePacked(r, s, v);
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), GATEWAY, noise);
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), KEY, noise);
    }

    function test_voucherOfOrForNobodyIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, address(0)));
        escrow.collect(IPaymentEscrow.Voucher(address(0), PROVIDER, 1), address(0), "");
        IPaymentEscrow.Voucher memory voucher = IPaymentEscrow.Voucher(GATEWAY, address(0), 1 ether);
        bytes memory signature = signatureFor(address(escrow), "gateway", voucher);
        VM.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.collect(voucher, GATEWAY, signature);
    }

    /* WHO SIGNS */

    function testFuzz_foreignSignaturePaysNothing(uint256 key) public {
        key = bound(key, 1, CURVE_ORDER - 1);
        address signer = VM.addr(key);
        VM.assume(signer != GATEWAY);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digestFor(address(escrow), owes(1 ether)));
        VM.expectRevert(notAuthorized(signer));
        escrow.collect(owes(1 ether), signer, abi.encodePacked(r, s, v));
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), GATEWAY, abi.encodePacked(r, s, v));
    }

    function test_signerMustBeTheOneNamed() public {
        authorize(KEY);
        bytes memory byKey = signatureFor(address(escrow), "key", owes(1 ether));
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), GATEWAY, byKey);
        collectByKey(1 ether);
        bytes memory byGateway = signatureFor(address(escrow), "gateway", owes(2 ether));
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(2 ether), KEY, byGateway);
    }

    function test_walletWithCodeAcceptsByErc1271() public {
        (ContractWallet wallet, IPaymentEscrow.Voucher memory voucher) = newWallet();
        bytes memory signature = signatureFor(address(escrow), "wallet owner", voucher);
        equal(escrow.collect(voucher, address(wallet), signature), 1 ether);
    }

    function test_walletWithCodeThatRefusesPaysNothing() public {
        (ContractWallet wallet, IPaymentEscrow.Voucher memory voucher) = newWallet();
        bytes memory good = signatureFor(address(escrow), "wallet owner", voucher);
        bytes memory bad = signatureFor(address(escrow), "gateway", voucher);
        bytes memory refused =
            abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, address(wallet));
        VM.expectRevert(refused);
        escrow.collect(voucher, address(wallet), bad);
        for (uint8 mood = 1; mood <= uint8(type(ContractWallet.Mood).max); ++mood) {
            wallet.setMood(ContractWallet.Mood(mood));
            VM.expectRevert(refused);
            escrow.collect(voucher, address(wallet), good);
        }
    }

    /// @dev A key that the wallet authorized binds it whatever its code says later.
    function test_walletCannotDisownItsAuthorizedKey() public {
        (ContractWallet wallet, IPaymentEscrow.Voucher memory voucher) = newWallet();
        VM.prank(address(wallet));
        escrow.authorizeSigner(KEY);
        wallet.setMood(ContractWallet.Mood.Refuses);
        bytes memory signature = signatureFor(address(escrow), "key", voucher);
        equal(escrow.collect(voucher, KEY, signature), 1 ether);
    }

    function test_walletsSignatureUnderTheNameOfItsKeyIsRefused() public {
        (ContractWallet wallet, IPaymentEscrow.Voucher memory voucher) = newWallet();
        VM.prank(address(wallet));
        escrow.authorizeSigner(KEY);
        bytes memory signature = signatureFor(address(escrow), "wallet owner", voucher);
        VM.expectRevert(abi.encodeWithSelector(IPaymentEscrow.InvalidVoucher.selector, address(wallet)));
        escrow.collect(voucher, KEY, signature);
    }

    function test_authorizedContractIsNotAskedByErc1271() public {
        ContractWallet signer = new ContractWallet(makeAddress("wallet owner"));
        authorize(address(signer));
        bytes memory signature = signatureFor(address(escrow), "wallet owner", owes(1 ether));
        VM.expectRevert(invalidVoucher());
        escrow.collect(owes(1 ether), address(signer), signature);
    }

    /// @dev As with EIP-7702, where a key may set and change its own account's code at any time.
    function test_gatewayCannotDisownItsSignatureByTakingOnCode() public {
        bytes memory signature = signatureFor(address(escrow), "gateway", owes(1 ether));
        ContractWallet refusing = new ContractWallet(STRANGER);
        IEtchVm(address(VM)).etch(GATEWAY, address(refusing).code);
        equal(escrow.collect(owes(1 ether), GATEWAY, signature), 1 ether);
    }

    function newWallet() private returns (ContractWallet wallet, IPaymentEscrow.Voucher memory voucher) {
        wallet = new ContractWallet(makeAddress("wallet owner"));
        token.mint(address(this), 10 ether);
        token.approve(address(escrow), 10 ether);
        escrow.deposit(address(wallet), 10 ether);
        voucher = IPaymentEscrow.Voucher(address(wallet), PROVIDER, 1 ether);
    }
}
