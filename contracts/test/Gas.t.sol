// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymentEscrow} from "../PaymentEscrow.sol";
import {NetworkId, Offence, Role} from "../Types.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev Calls what accounts call, in a usual order and without a random input, so that Hardhat's figures per function
/// (`npm run gas`) are the same in every run and change with the contracts alone.
contract GasTest is DinTest {
    uint256 private constant STAKE = 10_000 ether;
    address private immutable SIGNER = makeAddress("signer");
    address private immutable GATEWAY = makeAddress("gateway");
    NetworkId private immutable OTHER = NetworkId.wrap(keccak256("eip155:10"));

    PaymentEscrow private escrow;
    address private provider;
    address private other;
    address[] private watchers;

    function setUp() public {
        deployAll();
        escrow = new PaymentEscrow(address(token), TREASURY, address(access), 30 days, PAUSE, 500);
        provider = newProvider("provider", STAKE);
        other = newProvider("other", STAKE);
        watchers.push(newWatcher("one", MIN_BOND));
        watchers.push(newWatcher("two", MIN_BOND));
        watchers.push(newWatcher("three", MIN_BOND));
        VM.prank(GOVERNOR);
        registry.addNetwork("eip155:10", "optimism", networkParams(MIN_STAKE));
    }

    function test_bond() public {
        fundAndStake(Role.Provider, provider, STAKE);
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.prank(provider);
        vault.cancelThaw(Role.Provider);
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        VM.warp(block.timestamp + THAW);
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        equal(token.balanceOf(provider), STAKE);
    }

    function test_service() public {
        bytes memory consent = consentOf(keyOf("signer"), provider, block.timestamp);
        VM.prank(provider);
        registry.rotateSigner(SIGNER, block.timestamp, consent);
        VM.prank(provider);
        registry.setMetadata("{}");
        VM.prank(provider);
        registry.addService(OTHER, URL, FULL);
        VM.prank(provider);
        registry.updateService(OTHER, URL, FULL);
        VM.prank(SIGNER);
        registry.pauseService(OTHER);
        VM.prank(SIGNER);
        registry.resumeService(OTHER);
        registry.syncService(provider, OTHER);
        VM.prank(provider);
        registry.removeService(OTHER);
        isTrue(registry.isActive(provider, NETWORK), "active");
    }

    function test_report() public {
        token.mint(address(this), STAKE);
        token.approve(address(vault), STAKE);
        vault.fundRewards(STAKE);
        attest(watchers, 1, only(outage(provider)));
        VM.warp(block.timestamp + REVEAL);
        hub.claimReward(watchers[0], 1);
        hub.syncWeight(watchers[0]);
        VM.prank(watchers[0]);
        hub.leave();
        equal(vault.accountOf(Role.Watcher, watchers[0]).tokens, MIN_BOND + REWARD);
    }

    function test_case() public {
        attest(watchers, 1, only(outage(provider)));
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(block.timestamp + VETO);
        court.execute(caseKey(1, provider, Offence.Outage));
        isTrue(!registry.isActive(provider, NETWORK), "jailed");
    }

    function test_vetoedCase() public {
        attest(watchers, 1, only(outage(provider)));
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.prank(GUARDIAN);
        court.veto(caseKey(1, provider, Offence.Outage));
        equal(vault.accountOf(Role.Provider, provider).locked, 0);
    }

    function test_appeal() public {
        ISlashingCourt.CaseKey memory key = caseKey(1, provider, Offence.Outage);
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        attest(watchers, 1, breaches);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.prank(provider);
        court.appeal(key);
        VM.prank(GOVERNOR);
        court.resolveAppeal(key, true);
        court.chargeWatcher(key, watchers[0], proofOf(0, breaches));
        isTrue(token.balanceOf(provider) > 0, "paid by the watcher");
    }

    function test_proof() public {
        ISlashingCourt.Statement memory a =
            ISlashingCourt.Statement({network: NETWORK, height: 1, blockHash: bytes32("a"), finalized: true});
        ISlashingCourt.Statement memory b =
            ISlashingCourt.Statement({network: NETWORK, height: 1, blockHash: bytes32("b"), finalized: true});
        bytes memory signatureA = statementSignature(keyOf("other"), a);
        bytes memory signatureB = statementSignature(keyOf("other"), b);
        court.proveEquivocation(a, signatureA, b, signatureB);
        equal(registry.providerOf(other).jailedUntil, type(uint48).max);
    }

    function test_payment() public {
        token.mint(GATEWAY, STAKE);
        VM.prank(GATEWAY);
        token.approve(address(escrow), STAKE);
        VM.prank(GATEWAY);
        escrow.deposit(GATEWAY, STAKE);
        VM.prank(GATEWAY);
        escrow.authorizeSigner(SIGNER);
        collect(10 ether);
        collect(30 ether);
        VM.prank(GATEWAY);
        escrow.thaw(1 ether);
        VM.warp(block.timestamp + 30 days);
        VM.prank(GATEWAY);
        escrow.withdraw(GATEWAY);
        equal(escrow.payFees(), 1.5 ether);
    }

    function collect(uint256 total) private {
        IPaymentEscrow.Voucher memory voucher =
            IPaymentEscrow.Voucher({gateway: GATEWAY, provider: provider, total: total});
        bytes32 typeHash = keccak256("Voucher(address gateway,address provider,uint256 total)");
        bytes memory signature = signTyped(
            keyOf("gateway"),
            domain("DIN PaymentEscrow", address(escrow)),
            keccak256(abi.encode(typeHash, GATEWAY, provider, total))
        );
        escrow.collect(voucher, GATEWAY, signature);
    }
}
