// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, Offence, OffenceId, Role} from "../../Types.sol";
import {ISlashingCourt} from "../../interfaces/ISlashingCourt.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {WatcherActions} from "./WatcherActions.t.sol";

/// @dev What anyone, providers, guardian and governor do with cases, in the court that opened them.
abstract contract CaseActions is WatcherActions {
    function openCase(uint256 seed) external {
        uint256 count = attestedEpochs.length;
        if (count == 0) return;
        uint64 epoch = attestedEpochs[count - 1 - roll(seed, 3, count < 4 ? count : 4)];
        // Now and then at the court before.
        uint256 number = present();
        if (number > 0 && roll(seed, 4, 8) == 0) --number;
        bool first = roll(seed, 5, 2) == 0;
        open(number, epoch, first ? _allegations[epoch].first : _allegations[epoch].second);
    }

    function appeal(uint256 seed) external {
        (bool found, uint256 number) = pickFresh(seed);
        if (!found) return;
        Trial storage trial = _trials[number];
        Books storage its = books[Role.Provider][trial.provider];
        bool owner = roll(seed, 4, 8) != 0;
        bool expected = owner && trial.fate == Fate.Open && block.timestamp < trial.executableAt
            && trial.court == present()
            && tokensOf(Role.Provider, trial.provider) - its.locked >= APPEAL_BOND;
        bytes memory data = abi.encodeCall(ISlashingCourt.appeal, (caseKeyOf(trial)));
        act(Action.Appeal, owner ? trial.provider : STRANGER, address(courts[trial.court]), data, expected);
        if (!expected) return;
        its.locked += APPEAL_BOND;
        trial.bond = APPEAL_BOND;
        trial.fate = Fate.Appealed;
        trial.executableAt = uint48(block.timestamp) + APPEAL;
        checkCase(number);
    }

    function resolveAppeal(uint256 seed) external {
        (bool found, uint256 number) = pickAppealed(seed);
        if (!found) return;
        Trial storage trial = _trials[number];
        bool upheld = roll(seed, 4, 2) == 0;
        bool expected = trial.fate == Fate.Appealed && block.timestamp < trial.executableAt
            && maySettle(trial.court) && (upheld || !isPaused());
        bytes memory data = abi.encodeCall(ISlashingCourt.resolveAppeal, (caseKeyOf(trial), upheld));
        Action action = upheld ? Action.UpholdAppeal : Action.RejectAppeal;
        act(action, GOVERNOR, address(courts[trial.court]), data, expected);
        if (!expected) return;
        if (upheld) {
            _overturned.push(number);
            acquit(number, Fate.Overturned);
        } else {
            punish(number);
        }
        checkCase(number);
    }

    function veto(uint256 seed) external {
        if (roll(seed, 5, 3) == 0) return;
        (bool found, uint256 number) = pickFresh(seed);
        // Appeals are for the governor, mostly.
        if (found && _trials[number].fate == Fate.Appealed && roll(seed, 6, 4) != 0) return;
        if (!found) return;
        Trial storage trial = _trials[number];
        bool guardian = roll(seed, 4, 8) != 0;
        bool expected = guardian && isLive(trial) && block.timestamp < trial.executableAt
            && (maySettle(trial.court) || trial.amount + trial.bond == 0);
        if (expected && trial.bond > 0) saw(Sight.AppealVetoed);
        bytes memory data = abi.encodeCall(ISlashingCourt.veto, (caseKeyOf(trial)));
        act(Action.Veto, guardian ? GUARDIAN : GOVERNOR, address(courts[trial.court]), data, expected);
        if (!expected) return;
        if (trial.court != present()) saw(Sight.RetiredCourtReleased);
        acquit(number, Fate.Vetoed);
        checkCase(number);
    }

    function execute(uint256 seed) external {
        (bool found, uint256 number) = pickTrial(seed);
        if (!found) return;
        Trial storage trial = _trials[number];
        bool due = isLive(trial) && block.timestamp >= trial.executableAt;
        bool holds = trial.amount + trial.bond > 0;
        bool expected = due && maySettle(trial.court) && !(isPaused() && holds);
        if (isLive(trial) && !due) saw(Sight.ExecutionTooEarly);
        if (due && isPaused() && holds) saw(Sight.ExecutionHeldByPause);
        if (due && !maySettle(trial.court)) saw(Sight.RetiredCourtTooLate);
        if (expected && trial.fate == Fate.Appealed) saw(Sight.UndecidedAppealExecuted);
        if (expected && trial.court != present()) saw(Sight.RetiredCourtExecuted);
        bytes memory data = abi.encodeCall(ISlashingCourt.execute, (caseKeyOf(trial)));
        act(Action.Execute, STRANGER, address(courts[trial.court]), data, expected);
        if (!expected) return;
        punish(number);
        checkCase(number);
    }

    function chargeWatcher(uint256 seed) external {
        uint256 count = _overturned.length;
        (bool found, uint256 number) =
            count > 0 && roll(seed, 5, 8) != 0 ? (true, _overturned[roll(seed, 6, count)]) : pickTrial(seed);
        if (!found) return;
        Trial storage trial = _trials[number];
        address watcher = pickWatcher(seed);
        (bool attested, IWatcherHub.AttestationProof memory proof) = proofFor(trial, watcher);
        uint256 amount = shareOf(trial, watcher);
        bool expected = trial.fate == Fate.Overturned && attested && !_charged[number][watcher]
            && amount > 0 && trial.court == present() && !isPaused();
        bytes memory data = abi.encodeCall(ISlashingCourt.chargeWatcher, (caseKeyOf(trial), watcher, proof));
        act(Action.ChargeWatcher, STRANGER, address(courts[trial.court]), data, expected);
        if (!expected) return;
        saw(Sight.WatcherPaid);
        _charged[number][watcher] = true;
        takeStake(Role.Watcher, watcher, amount, 0);
        providersPaid += amount;
    }

    function proveEquivocation(uint256 seed) external {
        // Rare, because it ends a provider; less so during a pause.
        if (roll(seed, 3, isPaused() ? 8 : 24) != 0) return;
        uint256 who = roll(seed, 4, PROVIDERS);
        address provider = providers[who];
        uint256 number = present();
        uint256 tokens = tokensOf(Role.Provider, provider);
        uint256 free = tokens - books[Role.Provider][provider].locked;
        uint256 amount = tokens / 2 < free ? tokens / 2 : free;
        bool expected = !condemned[provider];
        act(Action.Equivocation, STRANGER, address(courts[number]), equivocation(who, uint64(seed)), expected);
        if (!expected) return;
        saw(Sight.JailedForGood);
        condemned[provider] = true;
        if (isPaused() && amount > 0) return hold(provider, uint64(seed), uint96(amount));
        takeStake(Role.Provider, provider, amount, 0);
        payReporter(amount);
    }

    function afterAttesting(uint256 seed, uint64 epoch) internal override {
        if (roll(seed, 30, 4) != 0) open(present(), epoch, _allegations[epoch].first);
        if (roll(seed, 31, 4) != 0) open(present(), epoch, _allegations[epoch].second);
    }

    function caseKeyOf(Trial memory trial) public pure returns (ISlashingCourt.CaseKey memory) {
        return ISlashingCourt.CaseKey(trial.epoch, trial.provider, trial.network, trial.offence);
    }

    function isLive(Trial memory trial) internal pure returns (bool) {
        return trial.fate == Fate.Open || trial.fate == Fate.Appealed;
    }

    /* STEPS */

    function open(uint256 number, uint64 epoch, IWatcherHub.Breach memory breach) private {
        OffenceId id = offenceIdOf(epoch, breach);
        uint256 tokens = tokensOf(Role.Provider, breach.provider);
        bool quorum = tallies[id] > 0 && tallies[id] * 3 >= _totalWeights[epoch] * 2;
        uint256 expiresAt = hub.epochStart(epoch + 1) + COMMIT + REVEAL + EVIDENCE;
        bool expected = number == present() && _trialOf[number][id] == 0 && quorum && tokens > 0
            && block.timestamp < expiresAt && hub.epochStart(epoch) >= courtSince;
        bytes memory data = abi.encodeCall(
            ISlashingCourt.openCase, (epoch, breach.provider, breach.network, breach.offence)
        );
        (, bytes memory result) = act(Action.OpenCase, STRANGER, address(courts[number]), data, expected);
        if (!expected) return;
        ISlashingCourt.Case memory opened = courts[number].caseOf(abi.decode(result, (CaseId)));
        record(number, epoch, breach, opened);
        _trialOf[number][id] = _trials.length;
    }

    function record(
        uint256 number,
        uint64 epoch,
        IWatcherHub.Breach memory breach,
        ISlashingCourt.Case memory opened
    ) private {
        Books storage its = books[Role.Provider][breach.provider];
        uint256 tokens = tokensOf(Role.Provider, breach.provider);
        rule(opened.amount <= tokens - its.locked, "a case locks what is not there");
        if (its.thawing > 0 && opened.amount > 0) saw(Sight.CaseOfThawingStake);
        its.locked += opened.amount;
        // Rounded down, so that a share is never overstated by the division.
        uint16 bps = uint16(uint256(opened.amount) * 10_000 / tokens);
        uint16 firstBps = penalties()[uint8(breach.offence)].firstBps;
        if (bps + 1 < firstBps && opened.amount < tokens - its.locked + opened.amount) saw(Sight.CapReached);
        if (bps > firstBps) saw(Sight.RepeatedOffence);
        live.push(_trials.length);
        _trialsOf[breach.provider].push(_trials.length);
        _trials.push(
            Trial({
                provider: breach.provider,
                amount: opened.amount,
                bond: 0,
                executableAt: uint48(block.timestamp) + VETO,
                openedAt: uint48(block.timestamp),
                epoch: epoch,
                network: breach.network,
                offence: breach.offence,
                fate: Fate.Open,
                court: uint16(number),
                bps: bps
            })
        );
        checkCase(_trials.length - 1);
        rule(chargedBps(breach.provider, number) <= 1_000, "more than a tenth within 28 days");
    }

    /// @dev What one court charged within the last 28 days and has not taken back.
    function chargedBps(address provider, uint256 number) private view returns (uint256 sum) {
        uint256[] storage all = _trialsOf[provider];
        for (uint256 i = all.length; i > 0; --i) {
            Trial storage trial = _trials[all[i - 1]];
            if (block.timestamp - trial.openedAt > REPEAT) break;
            bool counts = trial.court == number && trial.fate != Fate.Vetoed && trial.fate != Fate.Overturned;
            if (counts) sum += trial.bps;
        }
    }

    /// @dev A proof during a pause: held until someone executes it after the pause.
    function hold(address provider, uint64 height, uint96 amount) private {
        saw(Sight.ProofDuringPause);
        books[Role.Provider][provider].locked += amount;
        Trial memory trial;
        (trial.provider, trial.amount, trial.epoch) = (provider, amount, height);
        (trial.network, trial.offence) = (NETWORK, Offence.Equivocation);
        (trial.openedAt, trial.executableAt) = (uint48(block.timestamp), uint48(block.timestamp));
        trial.court = uint16(present());
        live.push(_trials.length);
        _trials.push(trial);
        checkCase(_trials.length - 1);
    }

    function payReporter(uint256 amount) private {
        reporterPaid += amount / 10;
        treasuryPaid += amount - amount / 10;
    }

    function acquit(uint256 number, Fate fate) private {
        Trial storage trial = _trials[number];
        books[Role.Provider][trial.provider].locked -= trial.amount + trial.bond;
        trial.fate = fate;
        close(number);
    }

    function punish(uint256 number) private {
        Trial storage trial = _trials[number];
        uint256 sum = uint256(trial.amount) + trial.bond;
        takeStake(Role.Provider, trial.provider, sum, sum);
        if (trial.offence == Offence.Equivocation) {
            saw(Sight.ExecutedAfterPause);
            payReporter(sum);
        } else {
            treasuryPaid += sum;
        }
        trial.fate = Fate.Executed;
        close(number);
        uint256 jail = penalties()[uint8(trial.offence)].jailSeconds;
        uint256 until = registry.providerOf(trial.provider).jailedUntil;
        rule(until >= block.timestamp + jail, "executed without its jail");
    }

    function close(uint256 number) internal {
        for (uint256 i = 0; i < live.length; ++i) {
            if (live[i] != number) continue;
            live[i] = live[live.length - 1];
            live.pop();
            return;
        }
    }

    /// @dev The court says of the case what the books say.
    function checkCase(uint256 number) public view {
        Trial memory trial = _trials[number];
        SlashingCase memory expected = SlashingCase(trial.amount, trial.executableAt, stateOf(trial.fate));
        ISlashingCourt.Case memory actual = caseOf(trial);
        bool same = actual.amount == expected.amount && actual.state == expected.state;
        rule(same, "a case whose amount changed or whose state is not what was done");
        bool final_ = !isLive(trial);
        rule(final_ || actual.executableAt == expected.executableAt, "a window that moved");
    }

    struct SlashingCase {
        uint96 amount;
        uint48 executableAt;
        ISlashingCourt.CaseState state;
    }

    function caseOf(Trial memory trial) internal view returns (ISlashingCourt.Case memory) {
        IWatcherHub.Breach memory breach;
        (breach.provider, breach.network, breach.offence) = (trial.provider, trial.network, trial.offence);
        OffenceId id = offenceIdOf(trial.epoch, breach);
        address number = address(courts[trial.court]);
        return courts[trial.court].caseOf(CaseId.wrap(keccak256(abi.encode(block.chainid, number, id))));
    }

    function stateOf(Fate fate) private pure returns (ISlashingCourt.CaseState) {
        return ISlashingCourt.CaseState(uint8(fate) + 1);
    }

    /// @dev One that is live, if there is any; now and then one that may be closed.
    function pickTrial(uint256 seed) private view returns (bool found, uint256 number) {
        if (_trials.length == 0) return (false, 0);
        if (live.length > 0 && roll(seed, 3, 8) != 0) return (true, live[roll(seed, 7, live.length)]);
        return (true, roll(seed, 7, _trials.length));
    }

    /// @dev The newest that is live, if its window is open; now and then any.
    function pickFresh(uint256 seed) private view returns (bool found, uint256 number) {
        if (live.length > 0 && roll(seed, 8, 4) != 0) {
            number = live[live.length - 1];
            if (block.timestamp < _trials[number].executableAt) return (true, number);
        }
        return pickTrial(seed);
    }

    function pickAppealed(uint256 seed) private view returns (bool found, uint256 number) {
        for (uint256 i = 0; i < live.length; ++i) {
            Trial storage trial = _trials[live[i]];
            bool waits = trial.fate == Fate.Appealed && block.timestamp < trial.executableAt;
            if (waits && roll(seed, 8, 8) != 0) return (true, live[i]);
        }
        return pickTrial(seed);
    }

    /// @dev Whether a watcher revealed the breach of a trial, and the proof, also of what it has not revealed.
    function proofFor(Trial memory trial, address watcher)
        private
        view
        returns (bool attested, IWatcherHub.AttestationProof memory proof)
    {
        Work memory work = _works[trial.epoch][watcher];
        IWatcherHub.Breach memory first = _allegations[trial.epoch].first;
        bool isFirst = first.provider == trial.provider && first.offence == trial.offence;
        Kind kind = work.kind == Kind.Silent ? Kind.First : work.kind;
        uint16 chunk = !isFirst && kind == Kind.Both ? 1 : 0;
        proof.salt = "salt";
        proof.chunkHashes = chunksOf(trial.epoch, kind);
        proof.chunk = chunk;
        proof.measurementsHash = keccak256("");
        proof.breaches = breachesOf(trial.epoch, kind, chunk);
        bool alleged = work.kind == Kind.Both || (work.kind == Kind.First && isFirst);
        attested = work.complete && alleged;
    }

    function shareOf(Trial memory trial, address watcher) private view returns (uint256 amount) {
        if (_totalWeights[trial.epoch] == 0) return 0;
        amount = uint256(APPEAL_BOND) * _works[trial.epoch][watcher].weight / _totalWeights[trial.epoch];
        uint256 bond = tokensOf(Role.Watcher, watcher);
        if (bond < amount) amount = bond;
    }

    function equivocation(uint256 who, uint64 height) private view returns (bytes memory) {
        uint256 key = keyOf(providerName(who));
        ISlashingCourt.Statement memory a = ISlashingCourt.Statement(NETWORK, height, "a", true);
        ISlashingCourt.Statement memory b = ISlashingCourt.Statement(NETWORK, height, "b", true);
        return abi.encodeCall(
            ISlashingCourt.proveEquivocation,
            (a, statementSignature(key, a), b, statementSignature(key, b))
        );
    }

    function providerName(uint256 index) internal pure returns (string memory) {
        return string(abi.encodePacked("provider", index));
    }
}
