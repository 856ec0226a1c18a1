// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Offence, OffenceId, Role} from "../../Types.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {Model} from "./Model.t.sol";

/// @dev What watchers do: join, leave, attest honestly or not, claim.
abstract contract WatcherActions is Model {
    function join(uint256 seed) external {
        address watcher = pickWatcher(seed);
        uint256 bond = activeOf(Role.Watcher, watcher);
        bool expected = !_joined[watcher] && bond >= MIN_BOND;
        act(Action.Join, watcher, address(hub), abi.encodeCall(IWatcherHub.join, ()), expected);
        if (!expected) return;
        _joined[watcher] = true;
        setWeight(watcher, bond);
    }

    function leave(uint256 seed) external {
        if (roll(seed, 3, 4) != 0) return;
        address watcher = pickWatcher(seed);
        bool expected = _joined[watcher];
        act(Action.Leave, watcher, address(hub), abi.encodeCall(IWatcherHub.leave, ()), expected);
        if (!expected) return;
        _joined[watcher] = false;
        setWeight(watcher, 0);
    }

    function syncWeight(uint256 seed) external {
        address watcher = pickWatcher(seed);
        bool expected = _joined[watcher];
        bytes memory data = abi.encodeCall(IWatcherHub.syncWeight, (watcher));
        act(Action.SyncWeight, STRANGER, address(hub), data, expected);
        if (!expected) return;
        uint256 bond = activeOf(Role.Watcher, watcher);
        setWeight(watcher, bond < MIN_BOND ? 0 : bond);
    }

    function setReward(uint256 seed) external {
        uint256 dice = roll(seed, 3, 8);
        uint96 amount = dice == 0 ? MAX_REWARD + 1 : dice == 1 ? 0 : uint96(bound(seed, 1, MAX_REWARD));
        bool expected = amount <= MAX_REWARD;
        act(Action.SetReward, GOVERNOR, address(hub), abi.encodeCall(IWatcherHub.setReward, (amount)), expected);
        if (expected) reward = amount;
    }

    function attestEpoch(uint256 seed) external {
        attest(seed);
    }

    /// @dev A whole epoch: every watcher alleges one breach or two, none, or is silent; some copy another's commitment
    /// or reveal again.
    function attest(uint256 seed) internal {
        uint64 epoch = hub.currentEpoch();
        allege(seed, epoch);
        attestedEpochs.push(epoch);
        bool cheat = roll(seed, 20, 8) == 0;
        for (uint256 i = 0; i < WATCHERS; ++i) {
            uint256 weight = weightAt(watchers[i], epoch);
            _works[epoch][watchers[i]] = Work(kindOf(seed, i), false, false, uint96(weight));
            _totalWeights[epoch] += weight;
        }
        VM.warp(hub.epochStart(epoch + 1));
        for (uint256 i = 0; i < WATCHERS; ++i) {
            Kind kind = _works[epoch][watchers[i]].kind;
            if (kind == Kind.Silent) continue;
            address author = cheat && i > 0 ? watchers[i - 1] : watchers[i];
            bytes32 commitment = commitmentOf(author, epoch, "salt", chunksOf(epoch, kind));
            bytes memory data = abi.encodeCall(IWatcherHub.commit, (epoch, commitment));
            act(Action.Commit, watchers[i], address(hub), data, true);
        }
        VM.warp(hub.epochStart(epoch + 1) + COMMIT);
        for (uint256 i = 0; i < WATCHERS; ++i) {
            if (_works[epoch][watchers[i]].kind == Kind.Silent) continue;
            revealAll(epoch, watchers[i], cheat && i > 0);
            if (cheat) revealAgain(epoch, watchers[i]);
        }
        afterAttesting(seed, epoch);
    }

    function claimReward(uint256 seed) external {
        uint256 count = attestedEpochs.length;
        if (count == 0) return;
        uint64 epoch = attestedEpochs[count - 1 - roll(seed, 3, count < 3 ? count : 3)];
        address watcher = pickWatcher(seed);
        // Mostly one that revealed.
        if (!_works[epoch][watcher].complete) watcher = watchers[3 - roll(seed, 4, 2)];
        Work storage work = _works[epoch][watcher];
        uint256 closesAt = hub.epochStart(epoch + 1) + COMMIT + REVEAL;
        bool agrees = work.complete && agreesWithVerdict(epoch, work.kind);
        bool due = work.complete && block.timestamp >= closesAt;
        bool paid = due && agrees && !work.rewarded && pool >= reward;
        if (due && !agrees) saw(Sight.RewardRefusedToDissent);
        if (due && work.rewarded) saw(Sight.RewardRefusedTwice);
        if (due && agrees && !work.rewarded && pool < reward) saw(Sight.RewardRefusedForPool);
        bytes memory data = abi.encodeCall(IWatcherHub.claimReward, (watcher, epoch));
        act(Action.ClaimReward, STRANGER, address(hub), data, paid);
        if (!paid) return;
        saw(Sight.RewardPaid);
        work.rewarded = true;
        books[Role.Watcher][watcher].rewarded += uint128(reward);
        totalStake += reward;
        pool -= reward;
    }

    /// @dev What follows is for the cases.
    function afterAttesting(uint256 seed, uint64 epoch) internal virtual;

    function offenceIdOf(uint64 epoch, IWatcherHub.Breach memory breach) internal pure returns (OffenceId) {
        return OffenceId.wrap(
            keccak256(abi.encode(epoch, breach.provider, breach.network, breach.offence))
        );
    }

    function chunksOf(uint64 epoch, Kind kind) internal view returns (bytes32[] memory chunks) {
        chunks = new bytes32[](kind == Kind.Both ? 2 : 1);
        for (uint256 i = 0; i < chunks.length; ++i) {
            chunks[i] = chunkHash("", breachesOf(epoch, kind, i));
        }
    }

    function breachesOf(uint64 epoch, Kind kind, uint256 chunk)
        internal
        view
        returns (IWatcherHub.Breach[] memory)
    {
        if (kind == Kind.Healthy) return new IWatcherHub.Breach[](0);
        return only(chunk == 0 ? _allegations[epoch].first : _allegations[epoch].second);
    }

    function allege(uint256 seed, uint64 epoch) private {
        IWatcherHub.Breach memory a = breachOf(pickProvider(seed), roll(seed, 3, 2), offenceOf(seed));
        IWatcherHub.Breach memory b =
            breachOf(providers[roll(seed, 5, PROVIDERS)], roll(seed, 3, 2), (uint256(a.offence) + 1) % 5);
        bool ascending =
            OffenceId.unwrap(offenceIdOf(epoch, a)) < OffenceId.unwrap(offenceIdOf(epoch, b));
        _allegations[epoch] = ascending ? Allegations(a, b) : Allegations(b, a);
    }

    /// @dev Half of them grave: else the cap would never be reached.
    function offenceOf(uint256 seed) private pure returns (uint256) {
        return roll(seed, 6, 2) == 0 ? uint256(Offence.Outage) : roll(seed, 4, 5);
    }

    function breachOf(address provider, uint256 network, uint256 offence)
        private
        view
        returns (IWatcherHub.Breach memory breach)
    {
        breach = outage(provider);
        breach.network = networks[network];
        breach.offence = Offence(offence);
        breach.successes = breach.offence == Offence.Outage ? 0 : 1;
        breach.p95LatencyMs = 3_000;
        breach.p95BlockLag = 30;
        breach.mismatches = 2;
    }

    /// @dev Mostly the two heaviest agree, else nothing would ever reach a quorum.
    function kindOf(uint256 seed, uint256 index) private pure returns (Kind) {
        bool agree = index > 1 && roll(seed, 10, 5) != 0;
        if (agree) return roll(seed, 11, 3) == 0 ? Kind.Both : Kind.First;
        return Kind(roll(seed, 12 + index, 4));
    }

    function revealAll(uint64 epoch, address watcher, bool copied) private {
        Work storage work = _works[epoch][watcher];
        uint256 weight = countedWeight(watcher, epoch);
        bool expected = !copied && weight > 0;
        if (copied) saw(Sight.CopiedCommitmentRefused);
        bytes32[] memory chunks = chunksOf(epoch, work.kind);
        for (uint256 i = 0; i < chunks.length; ++i) {
            IWatcherHub.Breach[] memory breaches = breachesOf(epoch, work.kind, i);
            bytes memory data = abi.encodeCall(IWatcherHub.reveal, (epoch, "salt", chunks, "", breaches));
            act(Action.Reveal, watcher, address(hub), data, expected);
            if (expected && breaches.length > 0) tally(epoch, offenceIdOf(epoch, breaches[0]), weight);
        }
        work.complete = expected;
    }

    function revealAgain(uint64 epoch, address watcher) private {
        Kind kind = _works[epoch][watcher].kind;
        IWatcherHub.Breach[] memory breaches = breachesOf(epoch, kind, 0);
        bytes memory data =
            abi.encodeCall(IWatcherHub.reveal, (epoch, "salt", chunksOf(epoch, kind), "", breaches));
        act(Action.Reveal, watcher, address(hub), data, false);
        saw(Sight.SecondRevealRefused);
    }

    function tally(uint64 epoch, OffenceId id, uint256 weight) private {
        uint256 total = _totalWeights[epoch];
        uint256 before = tallies[id];
        tallies[id] = before + weight;
        rule(hub.tallyOf(id) == before + weight, "a watcher counts with another weight than it had and has");
        rule(before + weight <= total, "a tally above the whole weight");
        if (before * 3 >= total * 2 && before > 0) return;
        bool crossed = (before + weight) * 3 >= total * 2;
        saw(crossed ? Sight.QuorumCrossed : Sight.QuorumMissed);
        if (!crossed) return;
        IWatcherHub.Verdict storage verdict = _verdicts[epoch];
        ++verdict.breaches;
        unchecked {
            verdict.digest += uint160(uint256(OffenceId.unwrap(id)));
        }
    }

    /// @dev The weight at the epoch's start, at most what is bonded now.
    function countedWeight(address watcher, uint64 epoch) private view returns (uint256) {
        uint256 weight = _works[epoch][watcher].weight;
        uint256 bond = activeOf(Role.Watcher, watcher);
        return weight < bond ? weight : bond;
    }

    function agreesWithVerdict(uint64 epoch, Kind kind) private view returns (bool) {
        IWatcherHub.Verdict memory verdict = _verdicts[epoch];
        uint160 digest = 0;
        uint32 breaches = kind == Kind.Healthy ? 0 : kind == Kind.First ? 1 : 2;
        unchecked {
            if (breaches > 0) digest = low(offenceIdOf(epoch, _allegations[epoch].first));
            if (breaches > 1) digest += low(offenceIdOf(epoch, _allegations[epoch].second));
        }
        return verdict.breaches == breaches && verdict.digest == digest;
    }

    function low(OffenceId id) private pure returns (uint160) {
        return uint160(uint256(OffenceId.unwrap(id)));
    }
}
