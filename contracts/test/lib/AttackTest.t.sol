// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, Offence, Role} from "../../Types.sol";
import {ISlashingCourt} from "../../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {DinTest} from "./DinTest.t.sol";

/// @dev The scene of the attacks: one provider, three watchers of equal weight.
abstract contract AttackTest is DinTest {
    uint256 internal constant STAKE = 10_000 ether;
    address internal provider;
    address[] internal watchers;

    function setUp() public virtual {
        deployAll();
        provider = newProvider("provider", STAKE);
        watchers.push(newWatcher("one", MIN_BOND));
        watchers.push(newWatcher("two", MIN_BOND));
        watchers.push(newWatcher("three", MIN_BOND));
    }

    function openOutage(uint64 epoch) internal returns (CaseId) {
        attest(watchers, epoch, only(outage(provider)));
        return court.openCase(epoch, provider, NETWORK, Offence.Outage);
    }

    function outageKey(uint64 epoch) internal view returns (ISlashingCourt.CaseKey memory) {
        return caseKey(epoch, provider, Offence.Outage);
    }

    function account() internal view returns (IStakeVault.Account memory) {
        return vault.accountOf(Role.Provider, provider);
    }

    function fundRewards(uint256 amount) internal {
        token.mint(address(this), amount);
        token.approve(address(vault), amount);
        vault.fundRewards(amount);
    }

    function statement(uint64 height, bytes32 blockHash) internal view returns (ISlashingCourt.Statement memory) {
        return ISlashingCourt.Statement(NETWORK, height, blockHash, true);
    }

    /// @dev Calls the court with two statements of the provider's first key that contradict each other.
    function proveEquivocation() internal {
        bytes memory a = statementSignature(keyOf("provider"), statement(7, "a"));
        bytes memory b = statementSignature(keyOf("provider"), statement(7, "b"));
        VM.prank(STRANGER);
        court.proveEquivocation(statement(7, "a"), a, statement(7, "b"), b);
    }

    function commitTo(address watcher, uint64 epoch, bytes32[] memory chunks) internal {
        bytes32 commitment = commitmentOf(watcher, epoch, "salt", chunks);
        VM.prank(watcher);
        hub.commit(epoch, commitment);
    }

    function single(IWatcherHub.Breach[] memory breaches) internal pure returns (bytes32[] memory chunks) {
        chunks = new bytes32[](1);
        chunks[0] = chunkHash("", breaches);
    }

    function toCommitWindow(uint64 epoch) internal {
        VM.warp(hub.epochStart(epoch + 1));
    }

    function toRevealWindow(uint64 epoch) internal {
        VM.warp(hub.epochStart(epoch + 1) + COMMIT);
    }

    function expectError(bytes4 selector, bytes memory arguments) internal {
        VM.expectRevert(abi.encodePacked(selector, arguments));
    }
}
