// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SlashingCourt} from "../SlashingCourt.sol";
import {CaseId, NetworkId, Offence, Role} from "../Types.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {DinTest} from "./lib/DinTest.t.sol";

contract SlashingCourtTest is DinTest {
    uint256 private constant STAKE = 10_000 ether;
    address private provider;
    address[] private watchers;
    mapping(CaseId caseId => ISlashingCourt.CaseKey) private keys;

    function setUp() public {
        deployAll();
        provider = newProvider("provider", STAKE);
        watchers.push(newWatcher("one", MIN_BOND));
        watchers.push(newWatcher("two", MIN_BOND));
        watchers.push(newWatcher("three", MIN_BOND));
    }

    /* FROM BREACH TO SLASH */

    function test_quorumOpensACaseThatLocksAndIsExecuted() public {
        CaseId caseId = openOutage(1);
        equal(account().locked, STAKE * 2 / 100);
        isTrue(registry.isActive(provider, NETWORK), "an open case delists nobody");
        ISlashingCourt.Case memory opened = court.caseOf(caseId);
        equal(uint8(opened.state), uint8(ISlashingCourt.CaseState.Open));
        equal(opened.amount, STAKE * 2 / 100);
        equal(opened.executableAt, block.timestamp + VETO);
        VM.warp(opened.executableAt);
        VM.prank(STRANGER);
        court.execute(keys[caseId]);
        equal(account().tokens, STAKE * 98 / 100);
        equal(account().locked, 0);
        equal(token.balanceOf(TREASURY), STAKE * 2 / 100);
        equal(registry.providerOf(provider).jailedUntil, block.timestamp + 72 hours);
        isTrue(!registry.isActive(provider, NETWORK), "jailed");
        VM.warp(block.timestamp + 72 hours);
        isTrue(registry.isActive(provider, NETWORK), "served again");
    }

    function test_noQuorumNoCase() public {
        address[] memory minority = new address[](1);
        minority[0] = watchers[0];
        attest(minority, 1, only(outage(provider)));
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.NoQuorum.selector, MIN_BOND, 3 * MIN_BOND)
        );
        court.openCase(1, provider, NETWORK, Offence.Outage);
    }

    function test_quorumForOneOffenceOpensNoOther() public {
        attest(watchers, 1, only(outage(provider)));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NoQuorum.selector, 0, 3 * MIN_BOND));
        court.openCase(1, provider, NETWORK, Offence.InvalidData);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NoQuorum.selector, 0, 0));
        court.openCase(0, provider, NETWORK, Offence.Outage);
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.NotSubjective.selector, Offence.Equivocation)
        );
        court.openCase(1, provider, NETWORK, Offence.Equivocation);
    }

    function test_onePenaltyPerOffenceWhoeverBringsIt() public {
        CaseId caseId = openOutage(1);
        bytes memory exists = abi.encodeWithSelector(ISlashingCourt.CaseExists.selector, caseId);
        VM.expectRevert(exists);
        VM.prank(STRANGER);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(block.timestamp + VETO);
        court.execute(keys[caseId]);
        VM.expectRevert(exists);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.expectRevert(
            abi.encodeWithSelector(
                ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.Executed
            )
        );
        court.execute(keys[caseId]);
    }

    function test_evidenceExpires() public {
        attest(watchers, 1, only(outage(provider)));
        uint256 expiresAt = hub.epochStart(2) + COMMIT + REVEAL + EVIDENCE;
        VM.warp(expiresAt);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.EvidenceExpired.selector, 1, expiresAt));
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(expiresAt - 1);
        court.openCase(1, provider, NETWORK, Offence.Outage);
    }

    function testFuzz_nothingIsExecutedWithinTheWindow(uint256 wait) public {
        CaseId caseId = openOutage(1);
        uint256 executableAt = block.timestamp + VETO;
        VM.warp(bound(wait, block.timestamp, executableAt - 1));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.TooEarly.selector, caseId, executableAt));
        court.execute(keys[caseId]);
    }

    function test_stakeThatThawsAsTheCaseOpensIsSlashed() public {
        VM.warp(hub.epochStart(1));
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        CaseId caseId = openOutage(1);
        VM.warp(block.timestamp + VETO);
        court.execute(keys[caseId]);
        VM.warp(hub.epochStart(1) + THAW);
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), STAKE * 98 / 100);
    }

    function test_stakeOfAnOpenCaseCannotLeave() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        uint64 epoch = uint64((THAW - 2 days) / EPOCH);
        CaseId caseId = openOutage(epoch);
        VM.warp(START + THAW);
        VM.prank(provider);
        equal(vault.withdraw(Role.Provider, provider), STAKE * 98 / 100);
        VM.warp(court.caseOf(caseId).executableAt);
        court.execute(keys[caseId]);
        equal(account().tokens, 0);
        equal(token.balanceOf(TREASURY), STAKE * 2 / 100);
    }

    function test_deregisteringDodgesNoCase() public {
        attest(watchers, 1, only(outage(provider)));
        VM.prank(provider);
        registry.removeService(NETWORK);
        court.openCase(1, provider, NETWORK, Offence.Outage);
        VM.warp(block.timestamp + VETO);
        court.execute(caseKey(1, provider, Offence.Outage));
        equal(account().tokens, STAKE * 98 / 100);
    }

    function test_changedPenaltyDoesNotReachAnOpenCase() public {
        CaseId caseId = openOutage(1);
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Outage, ISlashingCourt.Penalty(1_000, 1_000, 1 days));
        VM.warp(block.timestamp + VETO);
        court.execute(keys[caseId]);
        equal(account().tokens, STAKE * 98 / 100);
        equal(registry.providerOf(provider).jailedUntil, block.timestamp + 72 hours);
    }

    function test_nothingToSlashIsSaid() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE);
        uint64 epoch = uint64(THAW / EPOCH);
        attest(watchers, epoch, only(outage(provider)));
        VM.prank(provider);
        vault.withdraw(Role.Provider, provider);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.NothingToSlash.selector, provider));
        court.openCase(epoch, provider, NETWORK, Offence.Outage);
    }

    /* VETO */

    function test_vetoRestoresExactlyWhatWasLocked() public {
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE / 2);
        IStakeVault.Account memory before = account();
        CaseId caseId = openOutage(1);
        VM.prank(GUARDIAN);
        court.veto(keys[caseId]);
        IStakeVault.Account memory restored = account();
        equal(restored.tokens, before.tokens);
        equal(restored.thawing, before.thawing);
        equal(restored.thawEnd, before.thawEnd);
        equal(restored.locked, before.locked);
        equal(court.countedBps(provider), 0);
        equal(registry.providerOf(provider).jailedUntil, 0);
        bytes memory vetoed = abi.encodeWithSelector(
            ISlashingCourt.CaseNotOpen.selector, caseId, ISlashingCourt.CaseState.Vetoed
        );
        VM.warp(block.timestamp + VETO);
        VM.expectRevert(vetoed);
        court.execute(keys[caseId]);
        VM.expectRevert(vetoed);
        VM.prank(GUARDIAN);
        court.veto(keys[caseId]);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.CaseExists.selector, caseId));
        court.openCase(1, provider, NETWORK, Offence.Outage);
    }

    function test_vetoedOffenceIsNoFirstOffence() public {
        CaseId caseId = openOutage(1);
        VM.prank(GUARDIAN);
        court.veto(keys[caseId]);
        equal(court.caseOf(openOutage(2)).amount, STAKE * 2 / 100);
    }

    function test_vetoAfterTheWindowIsRefused() public {
        CaseId caseId = openOutage(1);
        uint256 closedAt = block.timestamp + VETO;
        VM.warp(closedAt);
        VM.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.VetoWindowClosed.selector, caseId, closedAt)
        );
        VM.prank(GUARDIAN);
        court.veto(keys[caseId]);
    }

    function testFuzz_onlyTheGuardianVetoes(address caller) public {
        VM.assume(caller != GUARDIAN);
        CaseId caseId = openOutage(1);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        court.veto(keys[caseId]);
    }

    /* REPEAT AND CAP */

    function test_sameOffenceAgainWithin28DaysCostsMore() public {
        CaseId first = openBreach(1, Offence.InvalidData);
        CaseId second = openBreach(2, Offence.InvalidData);
        equal(court.caseOf(first).amount, STAKE / 100);
        equal(court.caseOf(second).amount, STAKE * 5 / 100);
        VM.warp(block.timestamp + REPEAT + 1);
        uint64 later = hub.currentEpoch();
        equal(court.caseOf(openBreach(later, Offence.InvalidData)).amount, STAKE / 100);
    }

    function test_subjectivePenaltiesStopAtTenPercentAndStillJail() public {
        openOutage(1);
        CaseId second = openOutage(2);
        CaseId third = openOutage(3);
        equal(court.caseOf(second).amount, STAKE * 8 / 100);
        equal(court.caseOf(third).amount, 0);
        equal(court.countedBps(provider), 1_000);
        VM.warp(block.timestamp + VETO);
        court.execute(keys[third]);
        equal(registry.providerOf(provider).jailedUntil, block.timestamp + 72 hours);
        equal(account().tokens, STAKE);
    }

    function testFuzz_noMoreThanTenPercentIn28Days(uint16[8] memory gaps) public {
        uint256[8] memory openedAt;
        uint256[8] memory amounts;
        uint64 epoch = 1;
        for (uint256 i = 0; i < gaps.length; ++i) {
            CaseId caseId = openOutage(epoch);
            openedAt[i] = block.timestamp;
            amounts[i] = court.caseOf(caseId).amount;
            // Up to a bit more than the window, in epochs of six hours.
            epoch = hub.currentEpoch() + uint64(bound(gaps[i], 0, 120));
        }
        for (uint256 i = 0; i < gaps.length; ++i) {
            uint256 sum = 0;
            for (uint256 j = 0; j <= i; ++j) {
                if (openedAt[i] - openedAt[j] <= REPEAT) sum += amounts[j];
            }
            isTrue(sum <= STAKE / 10, "more than a tenth within the window");
        }
    }

    function testFuzz_governorCannotExceedTheCaps(uint8 offenceSeed, uint16 bps) public {
        Offence offence = Offence(bound(offenceSeed, 0, 5));
        uint16 cap = offence == Offence.Equivocation ? 5_000 : 1_000;
        bps = uint16(bound(bps, uint256(cap) + 1, type(uint16).max));
        bytes memory aboveCap =
            abi.encodeWithSelector(ISlashingCourt.PenaltyAboveCap.selector, offence, bps, cap);
        VM.expectRevert(aboveCap);
        VM.prank(GOVERNOR);
        court.setPenalty(offence, ISlashingCourt.Penalty(bps, 0, type(uint32).max));
        VM.expectRevert(aboveCap);
        VM.prank(GOVERNOR);
        court.setPenalty(offence, ISlashingCourt.Penalty(0, bps, type(uint32).max));
    }

    function testFuzz_onlyTheGovernorSetsPenalties(address caller) public {
        VM.assume(caller != GOVERNOR);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        court.setPenalty(Offence.Outage, ISlashingCourt.Penalty(0, 0, 0));
    }

    function test_thawOutlastsEveryWindowTogether() public {
        ISlashingCourt.Windows memory long = windows();
        long.evidenceSeconds = THAW - VETO - APPEAL - EPOCH - COMMIT - REVEAL;
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.InvalidParameter.selector, "thawSeconds"));
        new SlashingCourt(hub, registry, vault, address(access), long, APPEAL_BOND, penalties());
        long.evidenceSeconds -= 1;
        new SlashingCourt(hub, registry, vault, address(access), long, APPEAL_BOND, penalties());
    }

    /* EQUIVOCATION */

    function test_equivocationTakesHalfAndJailsForGood() public {
        CaseId caseId = prove("provider", statement(7, "a"), statement(7, "b"));
        equal(account().tokens, STAKE / 2);
        equal(token.balanceOf(STRANGER), STAKE / 20);
        equal(token.balanceOf(TREASURY), STAKE * 45 / 100);
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
        equal(uint8(court.caseOf(caseId).state), uint8(ISlashingCourt.CaseState.Executed));
    }

    function test_sameEquivocationIsPunishedOnce() public {
        prove("provider", statement(7, "a"), statement(7, "b"));
        bytes memory a = sign("provider", statement(7, "a"));
        bytes memory c = sign("provider", statement(7, "c"));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.AlreadyCondemned.selector, provider));
        court.proveEquivocation(statement(7, "a"), a, statement(7, "c"), c);
    }

    function test_statementsThatAgreeOrAreNotFinalOrOfTwoHeightsProveNothing() public {
        refuse(statement(7, "a"), "provider", statement(7, "a"), "provider");
        refuse(statement(7, "a"), "provider", statement(8, "b"), "provider");
        ISlashingCourt.Statement memory pending = statement(7, "b");
        pending.finalized = false;
        refuse(statement(7, "a"), "provider", pending, "provider");
        refuse(pending, "provider", statement(7, "a"), "provider");
        ISlashingCourt.Statement memory elsewhere = statement(7, "b");
        elsewhere.network = NetworkId.wrap(keccak256("eip155:10"));
        refuse(statement(7, "a"), "provider", elsewhere, "provider");
    }

    function test_statementsOfTwoSignersProveNothing() public {
        newProvider("second", STAKE);
        refuse(statement(7, "a"), "provider", statement(7, "b"), "second");
    }

    function test_statementsOfAStrangerProveNothing() public {
        bytes memory a = sign("stranger", statement(7, "a"));
        bytes memory b = sign("stranger", statement(7, "b"));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.UnknownSigner.selector, STRANGER));
        court.proveEquivocation(statement(7, "a"), a, statement(7, "b"), b);
    }

    function test_rotatingTheSignerDodgesNoEvidence() public {
        bytes memory consent = consentOf(keyOf("fresh"), provider, block.timestamp);
        VM.prank(provider);
        registry.rotateSigner(makeAddress("fresh"), block.timestamp, consent);
        prove("provider", statement(7, "a"), statement(7, "b"));
        equal(account().tokens, STAKE / 2);
    }

    function test_statementForAnotherChainProvesNothing() public {
        bytes memory a = sign("provider", statement(7, "a"));
        bytes memory b = sign("provider", statement(7, "b"));
        VM.chainId(999);
        VM.expectRevert();
        court.proveEquivocation(statement(7, "a"), a, statement(7, "b"), b);
        equal(account().tokens, STAKE);
    }

    function test_equivocationLeavesWhatAnOpenCaseHolds() public {
        CaseId caseId = openOutage(1);
        VM.prank(provider);
        vault.thaw(Role.Provider, STAKE * 98 / 100);
        VM.warp(block.timestamp + 2 days);
        prove("provider", statement(7, "a"), statement(7, "b"));
        equal(account().tokens, STAKE / 2);
        equal(account().locked, STAKE * 2 / 100);
        VM.warp(block.timestamp + VETO);
        court.execute(keys[caseId]);
        equal(account().tokens, STAKE * 48 / 100);
        equal(registry.providerOf(provider).jailedUntil, type(uint48).max);
    }

    /* STEPS */

    function openOutage(uint64 epoch) private returns (CaseId) {
        return openBreach(epoch, Offence.Outage);
    }

    function openBreach(uint64 epoch, Offence offence) private returns (CaseId caseId) {
        IWatcherHub.Breach memory breach = outage(provider);
        breach.offence = offence;
        breach.mismatches = 1;
        attest(watchers, epoch, only(breach));
        caseId = court.openCase(epoch, provider, NETWORK, offence);
        keys[caseId] = caseKey(epoch, provider, offence);
    }

    function prove(string memory signer, ISlashingCourt.Statement memory a, ISlashingCourt.Statement memory b)
        private
        returns (CaseId)
    {
        bytes memory signatureA = sign(signer, a);
        bytes memory signatureB = sign(signer, b);
        VM.prank(STRANGER);
        return court.proveEquivocation(a, signatureA, b, signatureB);
    }

    function refuse(
        ISlashingCourt.Statement memory a,
        string memory signerA,
        ISlashingCourt.Statement memory b,
        string memory signerB
    ) private {
        bytes memory signatureA = sign(signerA, a);
        bytes memory signatureB = sign(signerB, b);
        VM.expectRevert(ISlashingCourt.NotEquivocation.selector);
        court.proveEquivocation(a, signatureA, b, signatureB);
    }

    function sign(string memory signer, ISlashingCourt.Statement memory stated)
        private
        view
        returns (bytes memory)
    {
        return statementSignature(keyOf(signer), stated);
    }

    function statement(uint64 height, bytes32 blockHash)
        private
        view
        returns (ISlashingCourt.Statement memory)
    {
        return ISlashingCourt.Statement(NETWORK, height, blockHash, true);
    }

    function account() private view returns (IStakeVault.Account memory) {
        return vault.accountOf(Role.Provider, provider);
    }
}
