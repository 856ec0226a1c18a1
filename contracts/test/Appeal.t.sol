// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {CaseId, Offence, Role} from "../Types.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {AttackTest} from "./lib/AttackTest.t.sol";

/// @dev Every way in which an appeal may end, and what it leaves behind.
contract AppealTest is AttackTest {
    uint256 private constant AMOUNT = STAKE * 2 / 100;

    /* APPEALING */

    function test_appealLocksTheBondAndGivesTimeToDecide() public {
        CaseId caseId = openOutage(1);
        VM.warp(block.timestamp + 1 days);
        VM.expectEmit(address(court));
        emit ISlashingCourt.CaseAppealed(caseId, provider, APPEAL_BOND, uint48(block.timestamp) + APPEAL);
        appeal();
        ISlashingCourt.Case memory appealed = court.caseOf(caseId);
        equal(uint8(appealed.state), uint8(ISlashingCourt.CaseState.Appealed));
        equal(appealed.executableAt, block.timestamp + APPEAL);
        equal(appealed.amount, AMOUNT);
        equal(account().locked, AMOUNT + APPEAL_BOND);
        isTrue(registry.isActive(provider, NETWORK), "an appealed case delists nobody");
    }

    function test_lateAppealIsRefused() public {
        CaseId caseId = openOutage(1);
        uint256 closedAt = block.timestamp + VETO;
        VM.warp(closedAt);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.VetoWindowClosed.selector, caseId, closedAt));
        appeal();
    }

    function test_caseThatIsNotThereIsNotAppealed() public {
        CaseId caseId = court.caseIdOf(1, provider, NETWORK, Offence.Outage);
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.None)
        );
        appeal();
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.CaseNotAppealed.selector, caseId, ISlashingCourt.CaseState.None)
        );
        resolve(true);
    }

    function test_appealNeedsStakeThatNoCaseHolds() public {
        openOutage(1);
        VM.prank(address(court));
        vault.lock(Role.Provider, provider, STAKE - AMOUNT - APPEAL_BOND + 1);
        VM.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, APPEAL_BOND - 1, APPEAL_BOND)
        );
        appeal();
    }

    /// @dev A case without an amount jails all the same: it can be appealed, and decided both ways.
    function testFuzz_caseBeyondTheCapCanBeAppealed(bool upheld) public {
        openOutage(1);
        openOutage(2);
        CaseId third = openOutage(3);
        equal(court.caseOf(third).amount, 0);
        uint256 locked = account().locked;
        VM.prank(provider);
        court.appeal(outageKey(3));
        VM.prank(GOVERNOR);
        court.resolveAppeal(outageKey(3), upheld);
        equal(account().locked, locked);
        equal(account().tokens, upheld ? STAKE : STAKE - APPEAL_BOND);
        equal(registry.providerOf(provider).jailedUntil, upheld ? 0 : block.timestamp + 72 hours);
    }

    /* UPHELD */

    function testFuzz_upheldAppealRestoresExactly(uint32 before, uint32 decision) public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE / 2);
        bytes32 untouched = keccak256(abi.encode(account()));
        CaseId caseId = openOutage(1);
        VM.warp(block.timestamp + bound(before, 0, VETO - 1));
        appeal();
        VM.warp(block.timestamp + bound(decision, 0, APPEAL - 1));
        VM.expectEmit(address(court));
        emit ISlashingCourt.CaseOverturned(caseId, provider, uint96(AMOUNT), APPEAL_BOND);
        resolve(true);
        isTrue(keccak256(abi.encode(account())) == untouched, "restored something else");
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Overturned));
        equal(court.countedBps(provider), 0);
        equal(registry.providerOf(provider).jailedUntil, 0);
        // Nor is the next one a repeated offence.
        equal(court.caseOf(openOutage(hub.currentEpoch() + 1)).amount, AMOUNT);
    }

    /// @dev Of two charges for the same offence, the first comes back as the last one when the second is overturned.
    function test_overturnedRepetitionLeavesTheFirstOffenceItsMark() public {
        CaseId first = openBreach(1, Offence.InvalidData);
        equal(court.caseOf(first).amount, STAKE / 100);
        CaseId second = openBreach(2, Offence.InvalidData);
        equal(court.caseOf(second).amount, STAKE * 5 / 100);
        VM.prank(provider);
        court.appeal(caseKey(2, provider, Offence.InvalidData));
        VM.prank(GOVERNOR);
        court.resolveAppeal(caseKey(2, provider, Offence.InvalidData), true);
        equal(court.countedBps(provider), 100);
        equal(court.caseOf(openBreach(3, Offence.InvalidData)).amount, STAKE * 5 / 100);
    }

    function test_overturnedCaseIsOverForGood() public {
        CaseId caseId = openOutage(1);
        appeal();
        resolve(true);
        bytes memory over = abi.encodeWithSelector(
            ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.Overturned
        );
        VM.expectRevert(over);
        VM.prank(GUARDIAN);
        court.veto(outageKey(1));
        VM.warp(block.timestamp + APPEAL);
        VM.expectRevert(over);
        court.execute(outageKey(1));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.CaseExists.selector, caseId));
        court.openCase(1, provider, NETWORK, Offence.Outage);
    }

    /* REJECTED */

    function test_rejectedAppealForfeitsTheBondAndIsExecutedAtOnce() public {
        CaseId caseId = openOutage(1);
        appeal();
        VM.expectEmit(address(court));
        emit ISlashingCourt.AppealRejected(caseId, provider, APPEAL_BOND);
        VM.expectEmit(address(court));
        emit ISlashingCourt.CaseExecuted(
            caseId, provider, uint96(AMOUNT), uint48(block.timestamp + 72 hours)
        );
        resolve(false);
        equal(account().tokens, STAKE - AMOUNT - APPEAL_BOND);
        equal(account().locked, 0);
        equal(token.balanceOf(TREASURY), AMOUNT + APPEAL_BOND);
        equal(court.countedBps(provider), 200);
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Executed));
    }

    function test_appealNobodyDecidesIsRejected() public {
        CaseId caseId = openOutage(1);
        appeal();
        uint256 deadline = block.timestamp + APPEAL;
        VM.warp(deadline - 1);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.TooEarly.selector, caseId, deadline));
        court.execute(outageKey(1));
        VM.warp(deadline);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.DecisionTooLate.selector, caseId, deadline));
        resolve(true);
        VM.expectEmit(address(court));
        emit ISlashingCourt.AppealRejected(caseId, provider, APPEAL_BOND);
        VM.prank(STRANGER);
        court.execute(outageKey(1));
        equal(account().tokens, STAKE - AMOUNT - APPEAL_BOND);
        equal(registry.providerOf(provider).jailedUntil, block.timestamp + 72 hours);
    }

    /* VETOED */

    function test_vetoOfAnAppealedCaseReturnsTheBondToo() public {
        CaseId caseId = openOutage(1);
        VM.warp(block.timestamp + VETO - 1);
        appeal();
        VM.warp(block.timestamp + APPEAL - 1);
        VM.expectEmit(address(court));
        emit ISlashingCourt.CaseVetoed(caseId, provider, uint96(AMOUNT));
        VM.prank(GUARDIAN);
        court.veto(outageKey(1));
        equal(account().locked, 0);
        equal(account().tokens, STAKE);
        equal(court.countedBps(provider), 0);
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotAppealed.selector, caseId, ISlashingCourt.CaseState.Vetoed
            )
        );
        resolve(true);
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotOverturned.selector, caseId, ISlashingCourt.CaseState.Vetoed
            )
        );
        court.chargeWatcher(outageKey(1), watchers[0], proofOf(0, only(outage(provider))));
    }

    function testFuzz_onlyTheGovernorDecides(address caller) public {
        VM.assume(caller != GOVERNOR);
        openOutage(1);
        appeal();
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        court.resolveAppeal(outageKey(1), true);
    }

    /* CHARGED */

    /// @dev All watchers together pay the bond at most, each its share of the weight.
    function test_watchersPayTheBondByTheirWeight() public {
        address heavy = newWatcher("heavy", 3 * MIN_BOND);
        watchers.push(heavy);
        CaseId caseId = openOutage(1);
        appeal();
        resolve(true);
        uint256 sixth = uint256(APPEAL_BOND) / 6;
        VM.expectEmit(address(court));
        emit ISlashingCourt.WatcherCharged(caseId, heavy, provider, uint256(APPEAL_BOND) / 2);
        VM.expectEmit(address(vault));
        emit IStakeVault.Locked(
            Role.Watcher, heavy, uint256(APPEAL_BOND) / 2, uint256(APPEAL_BOND) / 2
        );
        VM.prank(STRANGER);
        court.chargeWatcher(outageKey(1), heavy, proofOf(3, only(outage(provider))));
        for (uint256 i = 0; i < 3; ++i) {
            court.chargeWatcher(outageKey(1), watchers[i], proofOf(i, only(outage(provider))));
            equal(vault.accountOf(Role.Watcher, watchers[i]).tokens, MIN_BOND - sixth);
            isTrue(court.isCharged(caseId, watchers[i]), "charged");
        }
        equal(token.balanceOf(provider), uint256(APPEAL_BOND) / 2 + 3 * sixth);
        isTrue(token.balanceOf(provider) <= APPEAL_BOND, "more than the bond");
        equal(account().tokens, STAKE);
    }

    function test_watcherPaysNoMoreThanNoOtherCaseHolds() public {
        openOutage(1);
        appeal();
        resolve(true);
        VM.prank(address(court));
        vault.lock(Role.Watcher, watchers[0], MIN_BOND - 1 ether);
        court.chargeWatcher(outageKey(1), watchers[0], proofOf(0, only(outage(provider))));
        equal(token.balanceOf(provider), 1 ether);
        equal(vault.accountOf(Role.Watcher, watchers[0]).locked, MIN_BOND - 1 ether);
    }

    function test_nobodyIsChargedForACaseThatStands() public {
        CaseId caseId = openOutage(1);
        IWatcherHub.AttestationProof memory proof = proofOf(0, only(outage(provider)));
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotOverturned.selector, caseId, ISlashingCourt.CaseState.Open
            )
        );
        court.chargeWatcher(outageKey(1), watchers[0], proof);
    }

    /* STEPS */

    function appeal() private {
        VM.prank(provider);
        court.appeal(outageKey(1));
    }

    function resolve(bool upheld) private {
        VM.prank(GOVERNOR);
        court.resolveAppeal(outageKey(1), upheld);
    }

    function openBreach(uint64 epoch, Offence offence) private returns (CaseId) {
        IWatcherHub.Breach memory breach = outage(provider);
        breach.offence = offence;
        breach.mismatches = 1;
        attest(watchers, epoch, only(breach));
        return court.openCase(epoch, provider, NETWORK, offence);
    }
}
