// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CaseId, NetworkId, OffenceId, Role} from "../Types.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {Handler} from "./lib/Handler.t.sol";

/// @dev The design's "must always hold", after every random sequence of the handler's actions.
contract InvariantsTest {
    Handler private handler;
    IStakeVault private vault;
    IProviderRegistry private registry;
    IWatcherHub private hub;
    ISlashingCourt private court;
    MockToken private token;

    error Broken(string rule);

    function setUp() public {
        handler = new Handler();
        (address v, address r, address h, address c, address t) = handler.contracts();
        (vault, registry, hub, court) = (IStakeVault(v), IProviderRegistry(r), IWatcherHub(h), ISlashingCourt(c));
        token = MockToken(t);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Everyone can be paid out: the vault never owes more than it has.
    function invariant_vaultHoldsAllStake() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < accounts(); ++i) {
            sum += accountAt(i).tokens;
        }
        require(token.balanceOf(address(vault)) >= sum, Broken("balance < sum of tokens"));
    }

    /// @dev Nothing is held or thaws that is not there, and active stake never underflows.
    function invariant_lockedAndThawingAreWithinTokens() public view {
        for (uint256 i = 0; i < accounts(); ++i) {
            IStakeVault.Account memory account = accountAt(i);
            require(account.locked <= account.tokens, Broken("locked > tokens"));
            require(account.thawing <= account.tokens, Broken("thawing > tokens"));
            require((account.thawing == 0) == (account.thawEnd == 0), Broken("a timer without thawing stake"));
        }
    }

    /// @dev No stake is held without a case, no case is open without its stake.
    function invariant_lockedIsTheSumOfOpenCases() public view {
        (uint256 cases,,) = handler.counts();
        for (uint256 i = 0; i < handler.PROVIDERS(); ++i) {
            address provider = handler.providers(i);
            uint256 sum = 0;
            for (uint256 j = 0; j < cases; ++j) {
                ISlashingCourt.Case memory opened = court.caseOf(handler.cases(j));
                bool counts = opened.provider == provider && opened.state == ISlashingCourt.CaseState.Open;
                if (counts) sum += opened.amount;
            }
            require(vault.accountOf(Role.Provider, provider).locked == sum, Broken("locked != open cases"));
        }
    }

    /// @dev Stake changes by its owner's deeds and executed cases alone.
    function invariant_onlyTheCourtTakesStakeWithoutItsOwner() public view {
        for (uint256 i = 0; i < accounts(); ++i) {
            (Role role, address owner) = ownerAt(i);
            (uint256 staked, uint256 withdrawn, uint256 slashed) = handler.books(role, owner);
            uint256 expected = staked - withdrawn - slashed;
            require(accountAt(i).tokens == expected, Broken("stake changed without cause"));
        }
    }

    /// @dev Nobody pays twice for one offence, and never more than what was fixed at the opening.
    function invariant_onePenaltyPerOffenceOfItsOpeningAmount() public view {
        (uint256 cases,,) = handler.counts();
        for (uint256 i = 0; i < cases; ++i) {
            CaseId caseId = handler.cases(i);
            require(handler.timesOpened(caseId) == 1, Broken("opened twice"));
            require(court.caseOf(caseId).amount == handler.amountAtOpening(caseId), Broken("amount changed"));
        }
    }

    /// @dev What is slashed goes to reporter and treasury, to the last unit.
    function invariant_reporterAndTreasuryGetAllThatIsSlashed() public view {
        uint256 slashed = 0;
        for (uint256 i = 0; i < accounts(); ++i) {
            (Role role, address owner) = ownerAt(i);
            (,, uint256 taken) = handler.books(role, owner);
            slashed += taken;
        }
        uint256 paid = token.balanceOf(handler.treasury()) + handler.reporterPaid();
        require(paid == slashed, Broken("reporter + treasury != slashed"));
    }

    /// @dev An outcome is final. Also: what actions saw (thaw, window, lock and veto kept exactly).
    function invariant_casesGoForwardAndNoActionBrokeARule() public {
        handler.noteStates();
        require(bytes(handler.broken()).length == 0, Broken(handler.broken()));
    }

    /// @dev No watcher multiplies its vote, none votes with a bond it had not at the epoch's start.
    function invariant_watcherCountsOnceWithAtMostItsWeight() public view {
        (, uint256 offences,) = handler.counts();
        for (uint256 i = 0; i < offences; ++i) {
            OffenceId id = handler.offences(i);
            for (uint256 j = 0; j < handler.WATCHERS(); ++j) {
                require(handler.timesAttested(id, handler.watchers(j)) <= 1, Broken("counted twice"));
            }
            uint256 tally = hub.tallyOf(id);
            require(tally <= handler.tallyAllowed(id), Broken("more than the weight at the start"));
            require(tally <= hub.totalWeightAt(handler.epochOf(id)), Broken("more than the whole weight"));
        }
    }

    /// @dev The whole weight is the sum of its parts, so a quorum means what it says.
    function invariant_totalWeightIsTheSumOfWeights() public view {
        uint64 epoch = hub.currentEpoch();
        for (uint64 next = epoch; next <= epoch + 1; ++next) {
            uint256 sum = 0;
            for (uint256 i = 0; i < handler.WATCHERS(); ++i) {
                uint256 weight = hub.weightAt(handler.watchers(i), next);
                require(weight <= hub.maxWeight(), Broken("weight above the cap"));
                sum += weight;
            }
            require(hub.totalWeightAt(next) == sum, Broken("total weight != sum"));
        }
    }

    /// @dev A statement has one author for ever.
    function invariant_signerBelongsToOneProviderForEver() public view {
        (,, uint256 signers) = handler.counts();
        for (uint256 i = 0; i < signers; ++i) {
            address signer = handler.signers(i);
            require(registry.signerOwner(signer) == handler.firstOwner(signer), Broken("signer changed hands"));
        }
    }

    /// @dev Watchers, even all together, take at most a tenth in any 28 days.
    function invariant_subjectivePenaltiesStayWithinATenth() public view {
        for (uint256 i = 0; i < handler.PROVIDERS(); ++i) {
            address provider = handler.providers(i);
            require(handler.worstWindow(provider) <= 1_000, Broken("more than a tenth in the window"));
            require(court.countedBps(provider) <= 1_000, Broken("counted above the cap"));
        }
    }

    /// @dev `isActive` is the design's sentence, word by word; `requiredStake` is the sum over offered services.
    function invariant_activeMeansWhatTheDesignSays() public view {
        for (uint256 i = 0; i < handler.PROVIDERS(); ++i) {
            address id = handler.providers(i);
            IProviderRegistry.Provider memory provider = registry.providerOf(id);
            uint256 required = 0;
            uint256 offered = 0;
            for (uint256 j = 0; j < 2; ++j) {
                IProviderRegistry.Service memory service = registry.serviceOf(id, handler.networks(j));
                bool isOffered = service.status == IProviderRegistry.ServiceStatus.Live
                    || service.status == IProviderRegistry.ServiceStatus.Paused;
                if (isOffered) (required, offered) = (required + service.minStake, offered + 1);
            }
            require(provider.requiredStake == required, Broken("requiredStake != sum"));
            require(provider.services == offered, Broken("services != offered"));
            IStakeVault.Account memory account = vault.accountOf(Role.Provider, id);
            bool able = block.timestamp >= provider.jailedUntil && account.tokens - account.thawing >= required;
            for (uint256 j = 0; j < 2; ++j) {
                NetworkId network = handler.networks(j);
                bool live = registry.serviceOf(id, network).status == IProviderRegistry.ServiceStatus.Live;
                require(registry.isActive(id, network) == (able && live), Broken("isActive"));
            }
        }
    }

    function accounts() private view returns (uint256) {
        return handler.PROVIDERS() + handler.WATCHERS();
    }

    function ownerAt(uint256 index) private view returns (Role, address) {
        uint256 providers = handler.PROVIDERS();
        if (index < providers) return (Role.Provider, handler.providers(index));
        return (Role.Watcher, handler.watchers(index - providers));
    }

    function accountAt(uint256 index) private view returns (IStakeVault.Account memory) {
        (Role role, address owner) = ownerAt(index);
        return vault.accountOf(role, owner);
    }
}
