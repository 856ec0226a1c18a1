// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymentEscrow} from "../PaymentEscrow.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {PaymentEscrowHandler} from "./PaymentEscrowHandler.t.sol";

/// @dev What each rule protects, after every step of every random sequence of the handler's actions (several
/// gateways, keys and providers, time jumps, pauses, gifts, forged and replayed vouchers). Rules that only a moment
/// shows are checked within the action: the handler knows of every call whether it must succeed, and reverts when it
/// ends otherwise, which fails the campaign (`failOnRevert`). Thus also:
///
/// - nothing is withdrawn before its thaw ends, and only what thawed and was not collected meanwhile: whoever serves on
///   credit has the whole thaw to collect;
/// - a key binds from its authorization to its revocation and at no other time, and none is revoked before its thaw
///   ends: good faith is paid, a leaked key can be got rid of;
/// - a forged or replayed voucher pays nothing;
/// - no good voucher, due withdrawal or fee is refused outside a pause: nobody's money is stuck.
contract PaymentEscrowInvariantsTest {
    PaymentEscrowHandler private handler;
    PaymentEscrow private escrow;
    MockToken private token;

    error Broken(string rule);

    function setUp() public {
        handler = new PaymentEscrowHandler();
        (escrow, token) = handler.contracts();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Both rules in one campaign: they read the same state.
    function invariant_everyUnitIsWhereTheBooksSay() public view {
        checkMoney();
        checkCollected();
    }

    /// @dev The invariants would hold of a handler that does nothing.
    function test_randomActionsReachEverySuccess() public {
        uint256 seed = 1;
        for (uint256 i = 0; i < 3_000; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            step(seed);
        }
        bytes32[17] memory actions = [
            bytes32("deposit"),
            "thaw",
            "cancelThaw",
            "withdraw",
            "authorizeSigner",
            "thawSigner",
            "revokeSigner",
            "sign",
            "collect",
            "collect a part",
            "collect thawing",
            "forge",
            "setFee",
            "payFees",
            "pause",
            "unpause",
            "donate"
        ];
        for (uint256 i = 0; i < actions.length; ++i) {
            require(handler.done(actions[i]) > 0, Broken(string(abi.encodePacked(actions[i]))));
        }
        invariant_everyUnitIsWhereTheBooksSay();
    }

    /// @dev Protects everyone's money.
    /// - Balance ≥ Σ accounts + fees: everyone can be paid out at once. Here even: all else was a gift, so that without
    ///   gifts nothing is lost on the way either.
    /// - Each account = deposited − withdrawn − taken; thawing ≤ balance, and a timer runs only while something thaws.
    /// - Σ paid to providers + Σ fees = Σ taken from gateways; the treasury gets the fees and nothing else.
    /// - Fee ≤ 10 % of what was collected: governance has a bound.
    function checkMoney() private view {
        uint256 balances = 0;
        uint256 taken = 0;
        for (uint256 i = 0; i < handler.GATEWAYS(); ++i) {
            (uint256 balance, uint256 takenHere) = checkAccount(handler.gateways(i));
            balances += balance;
            taken += takenHere;
        }
        uint256 fees = handler.feesTaken();
        require(handler.paid() + fees == taken, Broken("paid + fees = taken"));
        require(fees * 10_000 <= taken * 1_000, Broken("fees within the cap"));
        require(escrow.feeBps() <= 1_000, Broken("fee within the cap"));
        require(escrow.fees() + handler.feesPaid() == fees, Broken("fees are kept or paid"));
        require(token.balanceOf(handler.treasury()) == handler.feesPaid(), Broken("treasury gets fees alone"));
        require(
            token.balanceOf(address(escrow)) == balances + escrow.fees() + handler.donated(),
            Broken("balance = sum of accounts + fees")
        );
    }

    /// @dev Protects gateways from paying twice or what they never signed, and providers from being forgotten:
    /// what was collected of each pair never falls and never exceeds the highest signed total.
    function checkCollected() private view {
        for (uint256 i = 0; i < handler.GATEWAYS(); ++i) {
            for (uint256 j = 0; j < handler.PROVIDERS(); ++j) {
                (address gateway, address provider) = (handler.gateways(i), handler.providers(j));
                uint256 collected = escrow.collectedOf(gateway, provider);
                uint256 before = handler.collectedBefore(gateway, provider);
                require(collected >= before, Broken("collected is monotone"));
                require(collected <= handler.highestSigned(gateway, provider), Broken("collected <= signed"));
            }
        }
    }

    function step(uint256 seed) private {
        uint256 action = seed % 16;
        (uint256 a, uint256 b, uint256 c, uint96 d) = (seed >> 16, seed >> 32, seed >> 48, uint96(seed >> 64));
        if (action == 0) handler.deposit(a, b, d);
        else if (action == 1) handler.thaw(a, d);
        else if (action == 2) handler.cancelThaw(a);
        else if (action == 3) handler.withdraw(a);
        else if (action == 4) handler.authorize(a, b);
        else if (action == 5) handler.thawKey(a, b);
        else if (action == 6) handler.revokeKey(a, b);
        else if (action == 7) handler.sign(a, b, c, d);
        else if (action == 8) handler.collect(a);
        else if (action == 9) handler.signAndCollect(a, b, c, d);
        else if (action == 10) handler.forge(a, b, c, d);
        else if (action == 11) handler.setFee(uint16(a));
        else if (action == 12) handler.payFees();
        else if (action == 13) handler.changePause(uint8(a));
        else if (action == 14) handler.donate(d);
        else handler.wait(uint32(a), b);
    }

    function checkAccount(address gateway) private view returns (uint256 balance, uint256 taken) {
        uint256 deposited;
        uint256 withdrawn;
        uint256 thawing;
        uint256 thawEnd;
        (deposited, withdrawn, taken, thawing, thawEnd) = handler.books(gateway);
        IPaymentEscrow.Account memory account = escrow.accountOf(gateway);
        balance = account.balance;
        require(balance == deposited - withdrawn - taken, Broken("balance = deposited - withdrawn - taken"));
        require(account.thawing == thawing && account.thawEnd == thawEnd, Broken("thaw as in the books"));
        require(account.thawing <= balance, Broken("thawing <= balance"));
        require((account.thawing == 0) == (account.thawEnd == 0), Broken("a timer only of a thaw"));
    }
}
