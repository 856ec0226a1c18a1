// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Role} from "../../Types.sol";
import {IGuardianPause} from "../../interfaces/IGuardianPause.sol";
import {IStakeVault} from "../../interfaces/IStakeVault.sol";
import {Model} from "./Model.t.sol";

/// @dev What owners of bonds, the guardian and strangers do with the vault.
abstract contract StakeActions is Model {
    function stake(uint256 seed) external {
        (Role role, address account) = pick(seed);
        fund(role, account, bound(seed, 1, 2 * MIN_STAKE));
    }

    /// @dev Tokens that nobody asked for belong to nobody.
    function donate(uint256 seed) external {
        uint256 amount = bound(seed, 1, 1 ether);
        token.mint(address(vault), amount);
        donated += amount;
        ++counts[Action.Donate].succeeded;
    }

    function fundRewards(uint256 seed) external {
        uint256 amount = bound(seed, 1, 5 ether);
        token.mint(STRANGER, amount);
        VM.prank(STRANGER);
        token.approve(address(vault), amount);
        act(Action.FundRewards, STRANGER, address(vault), abi.encodeCall(IStakeVault.fundRewards, (amount)), true);
        pool += amount;
    }

    function thaw(uint256 seed) external {
        (Role role, address account) = pick(seed);
        Books storage its = books[role][account];
        uint256 tokens = tokensOf(role, account);
        uint256 held = uint256(its.thawing) + its.locked;
        uint256 free = tokens > held ? tokens - held : 0;
        // Mostly small steps, or soon nobody has anything left to lose; now and then all of it or one more.
        uint256 dice = roll(seed, 3, 16);
        uint256 amount = dice == 0 ? free + 1 : dice < 4 ? free : bound(seed, 1, free / 8 + 1);
        bool expected = amount > 0 && amount <= free;
        act(Action.Thaw, account, address(vault), abi.encodeCall(IStakeVault.thaw, (role, amount)), expected);
        if (!expected) return;
        its.thawing += uint96(amount);
        its.thawEnd = uint48(block.timestamp) + THAW;
    }

    function cancelThaw(uint256 seed) external {
        if (roll(seed, 3, 4) != 0) return;
        (Role role, address account) = pick(seed);
        Books storage its = books[role][account];
        bytes memory data = abi.encodeCall(IStakeVault.cancelThaw, (role));
        act(Action.CancelThaw, account, address(vault), data, its.thawing > 0);
        (its.thawing, its.thawEnd) = (0, 0);
    }

    function withdraw(uint256 seed) external {
        (Role role, address account) = pickThawed(seed);
        Books storage its = books[role][account];
        uint256 free = tokensOf(role, account) - its.locked;
        uint256 amount = its.thawing < free ? its.thawing : free;
        bool thawed = its.thawing > 0 && block.timestamp >= its.thawEnd;
        bool expected = thawed && amount > 0 && !isPaused();
        if (its.thawing > 0 && !thawed) saw(Sight.WithdrawalHeldByThaw);
        if (thawed && isPaused()) saw(Sight.WithdrawalHeldByPause);
        uint256 balance = token.balanceOf(account);
        bytes memory data = abi.encodeCall(IStakeVault.withdraw, (role, account));
        (, bytes memory result) = act(Action.Withdraw, account, address(vault), data, expected);
        if (!expected) return;
        if (its.locked > 0) saw(Sight.WithdrawalAroundALock);
        rule(abi.decode(result, (uint256)) == amount, "another amount left than had thawed and is not locked");
        rule(token.balanceOf(account) == balance + amount, "another amount was paid than left");
        its.withdrawn += uint128(amount);
        its.thawing -= uint96(amount);
        if (its.thawing == 0) its.thawEnd = 0;
        totalStake -= amount;
        if (its.thawing == 0) return;
        // All that is left is locked: trying again is in vain.
        saw(Sight.WithdrawalHeldByLock);
        act(Action.Withdraw, account, address(vault), data, false);
    }

    /// @dev Mostly an owner whose stake has thawed.
    function pickThawed(uint256 seed) private view returns (Role role, address account) {
        for (uint256 i = 0; i < 5; ++i) {
            (role, account) = pick(uint256(keccak256(abi.encode(seed, i))));
            Books storage its = books[role][account];
            if (its.thawing > 0 && block.timestamp >= its.thawEnd) return (role, account);
        }
    }

    function pause(uint256 seed) external {
        if (roll(seed, 3, 3) != 0) return;
        bool guardian = roll(seed, 4, 4) != 0;
        bool expected = guardian && (pausedUntil == 0 || block.timestamp >= pausedUntil + PAUSE);
        bytes memory data = abi.encodeCall(IGuardianPause.pause, ());
        act(Action.Pause, guardian ? GUARDIAN : STRANGER, address(vault), data, expected);
        if (expected) pausedUntil = block.timestamp + PAUSE;
    }

    function unpause(uint256 seed) external {
        bool governor = roll(seed, 4, 2) == 0;
        bool expected = governor && isPaused();
        bytes memory data = abi.encodeCall(IGuardianPause.unpause, ());
        act(Action.Unpause, governor ? GOVERNOR : GUARDIAN, address(vault), data, expected);
        if (expected) pausedUntil = block.timestamp;
    }
}
