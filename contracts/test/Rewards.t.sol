// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Offence, OffenceId, Role} from "../Types.sol";
import {WatcherHub} from "../WatcherHub.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev The epoch's verdict, and the flat reward of a report that agrees with it.
contract RewardsTest is AttackTest {
    /* POOL */

    function test_anyoneFundsThePool() public {
        token.mint(STRANGER, 5 ether);
        VM.prank(STRANGER);
        token.approve(address(vault), 5 ether);
        VM.expectEmit(address(vault));
        emit IStakeVault.RewardsFunded(STRANGER, 2 ether, 2 ether);
        VM.prank(STRANGER);
        vault.fundRewards(2 ether);
        VM.prank(STRANGER);
        vault.fundRewards(3 ether);
        equal(vault.rewardPool(), 5 ether);
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.fundRewards(0);
    }

    function test_rewardMovesFromThePoolToTheBond() public {
        fundRewards(10 ether);
        agree(1);
        VM.expectEmit(address(hub));
        emit IWatcherHub.RewardClaimed(watchers[0], 1, REWARD);
        VM.expectEmit(address(vault));
        emit IStakeVault.Rewarded(watchers[0], REWARD, MIN_BOND + REWARD, 10 ether - REWARD);
        VM.prank(STRANGER);
        hub.claimReward(watchers[0], 1);
        equal(vault.rewardPool(), 10 ether - REWARD);
        equal(token.balanceOf(watchers[0]), 0);
        isTrue(hub.reportOf(watchers[0], 1).rewarded, "marked");
    }

    function test_emptyPoolPaysLater() public {
        agree(1);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientRewardPool.selector, 0, REWARD));
        hub.claimReward(watchers[0], 1);
        fundRewards(REWARD);
        hub.claimReward(watchers[0], 1);
        equal(vault.rewardPool(), 0);
    }

    function test_rewardOfNothingIsMarkedAllTheSame() public {
        setReward(0);
        agree(1);
        hub.claimReward(watchers[0], 1);
        setReward(MAX_REWARD);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.AlreadyRewarded.selector, watchers[0], 1));
        hub.claimReward(watchers[0], 1);
    }

    /// @dev The pool serves the hub that the present court judges by.
    function test_hubOfAFormerCourtPaysNothing() public {
        fundRewards(10 ether);
        WatcherHub other = newHub();
        address next = address(newCourt(other));
        VM.prank(GOVERNOR);
        vault.proposeCourt(next);
        VM.warp(START + COURT_CHANGE - 1 days);
        uint64 epoch = hub.currentEpoch();
        agree(epoch);
        VM.warp(START + COURT_CHANGE);
        vault.applyCourt();
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.NotHub.selector, address(hub)));
        hub.claimReward(watchers[0], epoch);
    }

    function test_rewardHasACap() public {
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RewardAboveCap.selector, MAX_REWARD + 1, MAX_REWARD)
        );
        setReward(MAX_REWARD + 1);
        VM.expectEmit(address(hub));
        emit IWatcherHub.RewardSet(MAX_REWARD);
        setReward(MAX_REWARD);
        equal(hub.reward(), MAX_REWARD);
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RewardAboveCap.selector, MAX_REWARD + 1, MAX_REWARD)
        );
        new WatcherHub(
            registry,
            vault,
            address(access),
            epochParams(),
            MIN_BOND,
            MAX_WEIGHT,
            MAX_REWARD + 1,
            MAX_REWARD,
            true
        );
    }

    function testFuzz_onlyTheGovernorSetsTheReward(address caller) public {
        VM.assume(caller != GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        hub.setReward(1);
    }

    /* VERDICT */

    /// @dev An epoch in which nobody saw a breach has an empty verdict, and who saw none agrees with it.
    function test_healthyEpochIsRewarded() public {
        fundRewards(10 ether);
        attest(watchers, 1, new IWatcherHub.Breach[](0));
        VM.warp(block.timestamp + REVEAL);
        hub.claimReward(watchers[2], 1);
        equal(vault.accountOf(Role.Watcher, watchers[2]).tokens, MIN_BOND + REWARD);
    }

    /// @dev What a minority alleges is no verdict: it earns nothing, the others do.
    function test_minorityDissents() public {
        fundRewards(10 ether);
        IWatcherHub.Breach[] memory none = new IWatcherHub.Breach[](0);
        toCommitWindow(1);
        commitTo(watchers[0], 1, single(only(outage(provider))));
        commitTo(watchers[1], 1, single(none));
        commitTo(watchers[2], 1, single(none));
        toRevealWindow(1);
        reveal(watchers[0], only(outage(provider)));
        reveal(watchers[1], none);
        reveal(watchers[2], none);
        VM.warp(block.timestamp + REVEAL);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.ReportDissents.selector, watchers[0], 1));
        hub.claimReward(watchers[0], 1);
        hub.claimReward(watchers[1], 1);
        equal(hub.verdictOf(1).breaches, 0);
    }

    /// @dev The attestation that reaches the quorum adds to the verdict, and no later one does.
    function test_breachEntersTheVerdictOnce() public {
        OffenceId id = hub.offenceIdOf(1, provider, NETWORK, Offence.Outage);
        uint160 digest = uint160(uint256(OffenceId.unwrap(id)));
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        toCommitWindow(1);
        for (uint256 i = 0; i < 3; ++i) {
            commitTo(watchers[i], 1, single(breaches));
        }
        toRevealWindow(1);
        reveal(watchers[0], breaches);
        equal(hub.verdictOf(1).breaches, 0);
        isTrue(!hub.hasQuorum(id, 1), "one of three");
        VM.expectEmit(address(hub));
        emit IWatcherHub.BreachAttested(
            id, watchers[1], provider, NETWORK, 1, Offence.Outage, 2 * MIN_BOND
        );
        VM.expectEmit(address(hub));
        emit IWatcherHub.QuorumReached(1, 1, digest);
        reveal(watchers[1], breaches);
        isTrue(hub.hasQuorum(id, 1), "two of three");
        reveal(watchers[2], breaches);
        equal(hub.verdictOf(1).breaches, 1);
        equal(hub.verdictOf(1).digest, digest);
    }

    /// @dev Sums modulo 2^160 over all chunks, in the report as in the verdict.
    function test_digestSumsOverTheChunksOfAReport() public {
        IWatcherHub.Breach memory low = outage(provider);
        IWatcherHub.Breach memory high = outage(provider);
        (high.offence, high.mismatches) = (Offence.InvalidData, 1);
        if (idOf(low) > idOf(high)) (low, high) = (high, low);
        bytes32[] memory chunks = new bytes32[](2);
        (chunks[0], chunks[1]) = (chunkHash("", only(low)), chunkHash("", only(high)));
        toCommitWindow(1);
        commitTo(watchers[0], 1, chunks);
        toRevealWindow(1);
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", chunks, "", only(low));
        VM.prank(watchers[0]);
        hub.reveal(1, "salt", chunks, "", only(high));
        IWatcherHub.Report memory report = hub.reportOf(watchers[0], 1);
        equal(report.breaches, 2);
        equal(report.chunks, 2);
        equal(report.revealedChunks, 2);
        uint256 sum;
        unchecked {
            sum = idOf(low) + idOf(high);
        }
        equal(report.digest, uint160(sum));
    }

    /// @dev A breach is hashed as the calldata that it is: what does not fit its type is refused, used or not.
    function testFuzz_figuresThatDoNotFitTheirTypesAreRefused(uint8 field, uint256 value) public {
        field = uint8(bound(field, 0, 7));
        // Every word is a valid network.
        if (field == 1) field = 2;
        uint256 most = field == 0 ? type(uint160).max : field == 2 ? 5 : type(uint16).max;
        (bool ok, bytes memory answer) = revealWith(field, bound(value, most + 1, type(uint256).max - 1));
        isTrue(!ok && answer.length == 0, "refused as malformed");
    }

    function testFuzz_figuresThatDoNotMatterMayBeAnything(uint8 field, uint16 value) public {
        (bool ok,) = revealWith(uint8(bound(field, 5, 7)), value);
        isTrue(ok, "an outage is one at any latency");
    }

    /* STEPS */

    /// @dev All watchers attest the same; time ends as the reveal window closes.
    function agree(uint64 epoch) private {
        attest(watchers, epoch, only(outage(provider)));
        VM.warp(block.timestamp + REVEAL);
    }

    function reveal(address watcher, IWatcherHub.Breach[] memory breaches) private {
        VM.prank(watcher);
        hub.reveal(1, "salt", single(breaches), "", breaches);
    }

    /// @dev Commits to and reveals an outage in which one of the eight words is overwritten.
    function revealWith(uint8 field, uint256 value) private returns (bool ok, bytes memory answer) {
        IWatcherHub.Breach[] memory breaches = only(outage(provider));
        bytes32[] memory chunks = new bytes32[](1);
        bytes memory encoded = abi.encode(breaches);
        bytes memory data = abi.encodeCall(hub.reveal, (1, "salt", chunks, "", breaches));
        // Behind the list's offset and length; the breach is also the last of the call.
        write(encoded, 64 + 32 * uint256(field), value);
        write(data, data.length - 256 + 32 * uint256(field), value);
        chunks[0] = keccak256(abi.encode(keccak256(""), keccak256(encoded)));
        // Behind the selector, five arguments and the list's length.
        write(data, 4 + 32 * 6, uint256(chunks[0]));
        toCommitWindow(1);
        commitTo(watchers[0], 1, chunks);
        toRevealWindow(1);
        VM.prank(watchers[0]);
        return address(hub).call(data);
    }

    function setReward(uint96 amount) private {
        VM.prank(GOVERNOR);
        hub.setReward(amount);
    }

    function idOf(IWatcherHub.Breach memory breach) private view returns (uint256) {
        return uint256(OffenceId.unwrap(hub.offenceIdOf(1, provider, NETWORK, breach.offence)));
    }

    function write(bytes memory data, uint256 at, uint256 word) private pure {
        for (uint256 i = 0; i < 32; ++i) {
            data[at + i] = bytes1(uint8(word >> (248 - 8 * i)));
        }
    }
}
