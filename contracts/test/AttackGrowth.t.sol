// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Offence, Role} from "../Types.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev Unbounded arrays: whoever can make a list grow makes everybody pay for it. Here nothing may cost more with 200
/// providers, services and watchers than with a few; the price of a report grows with the report alone.
contract AttackGrowthTest is AttackTest {
    struct Gas {
        uint256 attest;
        uint256 open;
        uint256 execute;
        uint256 isActive;
        uint256 claim;
        uint256 add;
        uint256 join;
        uint256 stake;
        uint256 prove;
    }

    // solhint-disable-next-line no-empty-blocks
    function setUp() public override {}

    function test_attack_unboundedArrays() public {
        Gas memory few = measure(2, 3);
        Gas memory many = measure(200, 200);
        same(few.attest, many.attest, "attest");
        same(few.open, many.open, "openCase");
        same(few.execute, many.execute, "execute");
        same(few.isActive, many.isActive, "isActive");
        same(few.claim, many.claim, "claimReward");
        same(few.add, many.add, "addService");
        same(few.join, many.join, "join");
        same(few.stake, many.stake, "stake");
        same(few.prove, many.prove, "proveEquivocation");
    }

    /// @dev A fresh deployment, so that both find storage in the same state.
    function measure(uint256 providers, uint256 crowd) private returns (Gas memory gas) {
        delete watchers;
        deployAll();
        provider = newProvider("provider", STAKE);
        for (uint256 i = 1; i < providers; ++i) {
            newProvider(string(abi.encodePacked("provider", i)), MIN_STAKE);
        }
        VM.prank(GOVERNOR);
        registry.addNetwork("eip155:10", "optimism", networkParams(MIN_STAKE));
        for (uint256 i = 0; i < 3; ++i) {
            watchers.push(newWatcher(string(abi.encodePacked("watcher", i)), MAX_WEIGHT));
        }
        // The crowd leaves again: its weight would keep the three from a quorum.
        for (uint256 i = 0; i < crowd; ++i) {
            address extra = newWatcher(string(abi.encodePacked("crowd", i)), MIN_BOND);
            VM.prank(extra);
            hub.leave();
        }
        fundRewards(10 ether);
        address late = makeAddress("late");
        fundAndStake(Role.Watcher, late, MIN_BOND);
        gas.join = gasOf(late, address(hub), abi.encodeCall(hub.join, ()));
        VM.prank(late);
        hub.leave();
        VM.prank(provider);
        registry.removeService(NETWORK);
        gas.add = gasOf(provider, address(registry), abi.encodeCall(registry.addService, (NETWORK, URL, FULL)));
        attest(2);
        gas.attest = gasOf(watchers[2], address(hub), revealCall());
        bytes memory data = abi.encodeCall(court.openCase, (1, provider, NETWORK, Offence.Outage));
        gas.open = gasOf(STRANGER, address(court), data);
        VM.warp(block.timestamp + VETO);
        gas.execute = gasOf(STRANGER, address(court), abi.encodeCall(court.execute, (outageKey(1))));
        gas.claim = gasOf(STRANGER, address(hub), abi.encodeCall(hub.claimReward, (watchers[0], 1)));
        gas.isActive = gasOf(STRANGER, address(registry), abi.encodeCall(registry.isActive, (provider, NETWORK)));
        token.mint(provider, 1 ether);
        VM.prank(provider);
        token.approve(address(vault), 1 ether);
        data = abi.encodeCall(vault.stake, (Role.Provider, provider, 1 ether));
        gas.stake = gasOf(provider, address(vault), data);
        bytes memory a = statementSignature(keyOf("provider"), statement(7, "a"));
        bytes memory b = statementSignature(keyOf("provider"), statement(7, "b"));
        data = abi.encodeCall(court.proveEquivocation, (statement(7, "a"), a, statement(7, "b"), b));
        gas.prove = gasOf(STRANGER, address(court), data);
    }

    /// @dev All commit to the outage and the first `count` reveal it.
    function attest(uint256 count) private {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        toCommitWindow(1);
        for (uint256 i = 0; i < watchers.length; ++i) {
            commitTo(watchers[i], 1, single(breaches));
        }
        toRevealWindow(1);
        for (uint256 i = 0; i < count; ++i) {
            gasOf(watchers[i], address(hub), revealCall());
        }
    }

    function revealCall() private view returns (bytes memory) {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        return abi.encodeCall(hub.reveal, (1, "salt", single(breaches), "", breaches));
    }

    function gasOf(address from, address target, bytes memory data) private returns (uint256) {
        return this.measureCall(from, target, data);
    }

    /// @dev In a frame of its own: the test's memory is not to be paid for.
    function measureCall(address from, address target, bytes calldata data) external returns (uint256 gas) {
        bytes memory copy = data;
        VM.prank(from);
        gas = gasleft();
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok,) = target.call(copy);
        gas -= gasleft();
        isTrue(ok, "what is measured succeeds");
    }

    /// @dev Within a hundredth: addresses differ in their zero bytes.
    function same(uint256 few, uint256 many, string memory what) private pure {
        uint256 more = many > few ? many - few : few - many;
        isTrue(more * 100 <= few, what);
    }
}
