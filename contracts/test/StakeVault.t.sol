// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {StakeVault} from "../StakeVault.sol";
import {Role} from "../Types.sol";
import {IReplaceable} from "../interfaces/IReplaceable.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev Keeps a hundredth of each transfer.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, from == address(0) ? amount : amount - amount / 100);
    }
}

/// @dev Stakes again from within its own transfer, so that one transfer might be credited twice.
contract ReentrantToken is ERC20("Reentrant", "RE") {
    StakeVault private _vault;

    function attack(StakeVault vault, uint256 amount) external {
        _vault = vault;
        _mint(address(this), amount);
        _approve(address(this), address(vault), 2 * amount);
        vault.stake(Role.Provider, address(this), amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (address(_vault) != address(0)) {
            StakeVault vault = _vault;
            _vault = StakeVault(address(0));
            vault.stake(Role.Provider, address(this), amount);
        }
        return super.transferFrom(from, to, amount);
    }
}

contract StakeVaultTest is DinTest {
    address private immutable ALICE = makeAddress("alice");
    address private immutable BOB = makeAddress("bob");

    function setUp() public {
        deployAll();
    }

    function testFuzz_stakeAddsUp(uint96 first, uint96 second) public {
        first = uint96(bound(first, 1, 1e28));
        second = uint96(bound(second, 1, 1e28));
        fundAndStake(Role.Provider, ALICE, first);
        fundAndStake(Role.Provider, ALICE, second);
        equal(account().tokens, uint256(first) + second);
        equal(token.balanceOf(address(vault)), uint256(first) + second);
        equal(vault.accountOf(Role.Watcher, ALICE).tokens, 0);
    }

    function test_anyoneMayAddToAnotherBond() public {
        token.mint(BOB, 5 ether);
        VM.prank(BOB);
        token.approve(address(vault), 5 ether);
        VM.prank(BOB);
        vault.stake(Role.Provider, ALICE, 5 ether);
        equal(account().tokens, 5 ether);
        equal(vault.accountOf(Role.Provider, BOB).tokens, 0);
    }

    function test_stakeOfNothingOrForNobodyIsRefused() public {
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.stake(Role.Provider, ALICE, 0);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        vault.stake(Role.Provider, address(0), 1);
    }

    function test_permitStakesInOneTransaction() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(7 ether);
        VM.prank(ALICE);
        vault.stakeWithPermit(Role.Provider, ALICE, 7 ether, block.timestamp, v, r, s);
        equal(account().tokens, 7 ether);
    }

    function test_permitSpentBySomeoneElseStillStakes() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(7 ether);
        token.permit(ALICE, address(vault), 7 ether, block.timestamp, v, r, s);
        VM.prank(ALICE);
        vault.stakeWithPermit(Role.Provider, ALICE, 7 ether, block.timestamp, v, r, s);
        equal(account().tokens, 7 ether);
    }

    function test_foreignPermitStakesNothing() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(7 ether);
        VM.expectRevert();
        VM.prank(BOB);
        vault.stakeWithPermit(Role.Provider, BOB, 7 ether, block.timestamp, v, r, s);
    }

    function test_tokenWithTransferFeeIsRefused() public {
        FeeToken fee = new FeeToken();
        StakeVault feeVault = new StakeVault(address(fee), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        fee.mint(address(this), 100 ether);
        fee.approve(address(feeVault), 100 ether);
        VM.expectRevert(
            abi.encodeWithSelector(IStakeVault.TransferMismatch.selector, 100 ether, 99 ether)
        );
        feeVault.stake(Role.Provider, ALICE, 100 ether);
    }

    function test_reentrantTokenCannotBeCreditedTwice() public {
        ReentrantToken evil = new ReentrantToken();
        StakeVault evilVault = new StakeVault(address(evil), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        VM.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        evil.attack(evilVault, 1 ether);
    }

    function testFuzz_nothingLeavesBeforeItsThawEnds(uint96 amount, uint48 wait) public {
        amount = uint96(bound(amount, 1, 10 ether));
        wait = uint48(bound(wait, 0, THAW - 1));
        fundAndStake(Role.Provider, ALICE, 10 ether);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, amount);
        equal(vault.activeStake(Role.Provider, ALICE), 10 ether - amount);
        VM.warp(START + wait);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.StillThawing.selector, START + THAW));
        VM.prank(ALICE);
        vault.withdraw(Role.Provider, ALICE);
        VM.warp(START + THAW);
        VM.prank(ALICE);
        equal(vault.withdraw(Role.Provider, BOB), amount);
        equal(token.balanceOf(BOB), amount);
        equal(account().tokens, 10 ether - amount);
        equal(account().thawEnd, 0);
    }

    function test_thawingMoreResetsTheTimer() public {
        fundAndStake(Role.Provider, ALICE, 10 ether);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 1 ether);
        VM.warp(START + 20 days);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 1 ether);
        equal(account().thawing, 2 ether);
        equal(account().thawEnd, START + 20 days + THAW);
    }

    function test_cancelledThawIsActiveAgain() public {
        fundAndStake(Role.Provider, ALICE, 10 ether);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 4 ether);
        VM.prank(ALICE);
        vault.cancelThaw(Role.Provider);
        equal(vault.activeStake(Role.Provider, ALICE), 10 ether);
        VM.expectRevert(IStakeVault.NothingThawing.selector);
        VM.prank(ALICE);
        vault.cancelThaw(Role.Provider);
        VM.expectRevert(IStakeVault.NothingThawing.selector);
        VM.prank(ALICE);
        vault.withdraw(Role.Provider, ALICE);
    }

    function test_noMoreThawsThanIsFree() public {
        fundAndStake(Role.Provider, ALICE, 10 ether);
        lock(4 ether);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, 6 ether, 7 ether));
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 7 ether);
    }

    function test_lockedStakeDoesNotLeaveThoughItsThawEnded() public {
        fundAndStake(Role.Provider, ALICE, 10 ether);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 10 ether);
        lock(4 ether);
        VM.warp(START + THAW);
        VM.prank(ALICE);
        equal(vault.withdraw(Role.Provider, ALICE), 6 ether);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.StakeLocked.selector, 4 ether));
        VM.prank(ALICE);
        vault.withdraw(Role.Provider, ALICE);
        VM.prank(address(court));
        vault.release(Role.Provider, ALICE, 4 ether);
        VM.prank(ALICE);
        equal(vault.withdraw(Role.Provider, ALICE), 4 ether);
    }

    function test_slashTakesThawingStakeAndPaysReporterAndTreasury() public {
        fundAndStake(Role.Provider, ALICE, 10 ether);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 10 ether);
        lock(4 ether);
        VM.prank(address(court));
        vault.slash(Role.Provider, ALICE, 4 ether, BOB, 1 ether);
        equal(account().tokens, 6 ether);
        equal(account().thawing, 6 ether);
        equal(account().locked, 0);
        equal(token.balanceOf(BOB), 1 ether);
        equal(token.balanceOf(TREASURY), 3 ether);
    }

    function testFuzz_courtSlashesNoMoreThanItLocked(uint96 locked, uint96 slashed) public {
        fundAndStake(Role.Provider, ALICE, 10 ether);
        locked = uint96(bound(locked, 1, 10 ether));
        slashed = uint96(bound(slashed, uint256(locked) + 1, type(uint96).max));
        lock(locked);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, locked, slashed));
        VM.prank(address(court));
        vault.slash(Role.Provider, ALICE, slashed, address(0), 0);
    }

    function testFuzz_onlyTheCourtLocksReleasesAndSlashes(address caller) public {
        VM.assume(caller != address(court));
        bytes memory notCourt = abi.encodeWithSelector(IStakeVault.NotCourt.selector, caller);
        fundAndStake(Role.Provider, ALICE, 10 ether);
        lock(1 ether);
        VM.expectRevert(notCourt);
        VM.prank(caller);
        vault.lock(Role.Provider, ALICE, 1);
        VM.expectRevert(notCourt);
        VM.prank(caller);
        vault.release(Role.Provider, ALICE, 1);
        VM.expectRevert(notCourt);
        VM.prank(caller);
        vault.slash(Role.Provider, ALICE, 1, caller, 1);
    }

    function test_courtChangesOnlyAfterItsDelay() public {
        VM.prank(GOVERNOR);
        vault.proposeCourt(BOB);
        equal(vault.court(), address(court));
        VM.warp(START + COURT_CHANGE - 1);
        VM.expectRevert(
            abi.encodeWithSelector(IReplaceable.ChangeTooEarly.selector, START + COURT_CHANGE)
        );
        vault.applyCourt();
        VM.warp(START + COURT_CHANGE);
        vault.applyCourt();
        equal(vault.court(), BOB);
        VM.expectRevert(IReplaceable.NothingProposed.selector);
        vault.applyCourt();
    }

    function testFuzz_onlyTheGovernorProposesACourt(address caller) public {
        VM.assume(caller != GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        vault.proposeCourt(caller);
    }

    function test_everyoneCanLeaveBeforeANewCourt() public {
        VM.expectRevert(
            abi.encodeWithSelector(IStakeVault.InvalidParameter.selector, "courtChangeSeconds")
        );
        new StakeVault(address(token), TREASURY, address(access), THAW, THAW, PAUSE);
    }

    function lock(uint256 amount) private {
        VM.prank(address(court));
        vault.lock(Role.Provider, ALICE, amount);
    }

    function account() private view returns (IStakeVault.Account memory) {
        return vault.accountOf(Role.Provider, ALICE);
    }

    function signPermit(uint256 amount) private returns (uint8 v, bytes32 r, bytes32 s) {
        token.mint(ALICE, amount);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                ALICE,
                address(vault),
                amount,
                token.nonces(ALICE),
                block.timestamp
            )
        );
        return VM.sign(
            keyOf("alice"), keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash))
        );
    }
}
