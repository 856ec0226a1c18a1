// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SlashingCourt} from "../../SlashingCourt.sol";
import {OffenceId, Role} from "../../Types.sol";
import {IProviderRegistry} from "../../interfaces/IProviderRegistry.sol";
import {ISlashingCourt} from "../../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {CaseActions} from "./CaseActions.t.sol";
import {ServiceActions} from "./ServiceActions.t.sol";
import {StakeActions} from "./StakeActions.t.sol";

/// @dev Providers, watchers, strangers, guardian and governor do what the contracts let them do and what they do not,
/// in any order and at any time, while courts come and go.
contract Handler is StakeActions, ServiceActions, CaseActions {
    constructor() {
        deployAll();
        courts.push(court);
        courtSince = START;
        networks.push(NETWORK);
        VM.prank(GOVERNOR);
        networks.push(registry.addNetwork("eip155:10", "optimism", networkParams(MIN_STAKE / 2)));
        for (uint256 i = 0; i < PROVIDERS; ++i) {
            address provider = makeAddress(providerName(i));
            providers.push(provider);
            fund(Role.Provider, provider, 5 * MIN_STAKE);
            VM.prank(provider);
            registry.register(provider, "", 0, "");
            noteSigner(provider, provider);
            for (uint256 j = 0; j < 2; ++j) {
                VM.prank(provider);
                registry.addService(networks[j], URL, FULL);
            }
        }
        for (uint256 i = 0; i < WATCHERS; ++i) {
            address watcher = makeAddress(string(abi.encodePacked("watcher", i)));
            watchers.push(watcher);
            fund(Role.Watcher, watcher, (i + 1) * MIN_BOND);
            VM.prank(watcher);
            hub.join();
            _joined[watcher] = true;
            setWeight(watcher, (i + 1) * MIN_BOND);
        }
    }

    /* COURTS */

    function proposeCourt(uint256 seed) external {
        if (courtEffectiveAt != 0 || roll(seed, 3, 3) == 0) return;
        SlashingCourt next = newCourt(hub);
        bytes memory data = abi.encodeCall(IStakeVault.proposeCourt, (address(next)));
        act(Action.ProposeCourt, GOVERNOR, address(vault), data, true);
        act(Action.ProposeCourt, GOVERNOR, address(registry), data, true);
        courts.push(next);
        courtEffectiveAt = block.timestamp + COURT_CHANGE;
    }

    function applyCourt(uint256 seed) external {
        bool expected = courtEffectiveAt != 0 && block.timestamp >= courtEffectiveAt;
        // Mostly with a fresh case in the middle.
        if (expected && roll(seed, 32, 4) != 0) attest(seed);
        bytes memory data = abi.encodeCall(IStakeVault.applyCourt, ());
        act(Action.ApplyCourt, STRANGER, address(vault), data, expected);
        act(Action.ApplyCourt, STRANGER, address(registry), data, expected);
        if (!expected) return;
        if (live.length > 0) saw(Sight.CourtChangedWithOpenCase);
        courtEffectiveAt = 0;
        courtSince = block.timestamp;
        retiredUntil = block.timestamp + THAW;
    }

    function releaseRetired(uint256 seed) external {
        address provider = pickProvider(seed);
        uint256 amount = retiredLockedOf(provider);
        bool expected = amount > 0 && block.timestamp >= retiredUntil;
        bytes memory data = abi.encodeCall(IStakeVault.releaseRetired, (Role.Provider, provider));
        act(Action.ReleaseRetired, STRANGER, address(vault), data, expected);
        if (!expected) return;
        saw(Sight.LockOfRetiredCourtFreed);
        books[Role.Provider][provider].locked -= uint96(amount);
        for (uint256 i = live.length; i > 0; --i) {
            Trial storage trial = _trials[live[i - 1]];
            if (trial.provider == provider && trial.court < present()) close(live[i - 1]);
        }
    }

    /// @dev What cases of former courts hold.
    function retiredLockedOf(address provider) public view returns (uint256 amount) {
        uint256 office = present();
        for (uint256 i = 0; i < live.length; ++i) {
            Trial storage trial = _trials[live[i]];
            if (trial.provider == provider && trial.court < office) amount += trial.amount + trial.bond;
        }
    }

    /* TIME */

    function wait(uint256 seed) external {
        VM.warp(block.timestamp + 1 + roll(seed, 4, 3 days));
    }

    function waitLong(uint256 seed) external {
        if (roll(seed, 3, 2) == 0) return;
        VM.warp(block.timestamp + 1 + roll(seed, 4, 22 days));
    }

    /* FOR THE INVARIANTS */

    /// @dev All that the fuzzer calls.
    function actions() external pure returns (bytes4[] memory all) {
        bytes4[28] memory selectors = [
            this.stake.selector,
            this.donate.selector,
            this.fundRewards.selector,
            this.thaw.selector,
            this.cancelThaw.selector,
            this.withdraw.selector,
            this.pause.selector,
            this.unpause.selector,
            this.addService.selector,
            this.changeService.selector,
            this.updateNetwork.selector,
            this.rotateSigner.selector,
            this.join.selector,
            this.leave.selector,
            this.syncWeight.selector,
            this.setReward.selector,
            this.attestEpoch.selector,
            this.claimReward.selector,
            this.openCase.selector,
            this.appeal.selector,
            this.resolveAppeal.selector,
            this.veto.selector,
            this.execute.selector,
            this.chargeWatcher.selector,
            this.proveEquivocation.selector,
            this.proposeCourt.selector,
            this.applyCourt.selector,
            this.releaseRetired.selector
        ];
        all = new bytes4[](selectors.length + 2);
        for (uint256 i = 0; i < selectors.length; ++i) {
            all[i] = selectors[i];
        }
        (all[28], all[29]) = (this.wait.selector, this.waitLong.selector);
    }

    function contracts()
        external
        view
        returns (IStakeVault vault_, IProviderRegistry registry_, IWatcherHub hub_, IERC20 token_)
    {
        return (vault, registry, hub, token);
    }

    function treasury() external view returns (address) {
        return TREASURY;
    }

    function reporter() external view returns (address) {
        return STRANGER;
    }

    /// @dev Σ of what the open cases of a provider hold, as their courts say.
    function heldByCases(address provider) external view returns (uint256 sum) {
        for (uint256 i = 0; i < live.length; ++i) {
            Trial memory trial = _trials[live[i]];
            if (trial.provider != provider) continue;
            ISlashingCourt.Case memory opened = caseOf(trial);
            sum += opened.amount;
            if (opened.state == ISlashingCourt.CaseState.Appealed) sum += APPEAL_BOND;
            rule(
                opened.state == ISlashingCourt.CaseState.Open
                    || opened.state == ISlashingCourt.CaseState.Appealed,
                "a case that closed by itself"
            );
        }
    }

    function weightOf(uint256 watcher, uint64 epoch) external view returns (uint256) {
        return weightAt(watchers[watcher], epoch);
    }

    /// @dev The tallies of the last epoch that was attested.
    function checkLastTallies() external view {
        if (attestedEpochs.length == 0) return;
        uint64 epoch = attestedEpochs[attestedEpochs.length - 1];
        OffenceId first = offenceIdOf(epoch, _allegations[epoch].first);
        OffenceId second = offenceIdOf(epoch, _allegations[epoch].second);
        rule(hub.tallyOf(first) == tallies[first] && hub.tallyOf(second) == tallies[second], "a vote that nobody cast");
    }

    function signerCount() external view returns (uint256) {
        return signers.length;
    }
}
