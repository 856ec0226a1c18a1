// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Role} from "../Types.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {Handler} from "./lib/Handler.t.sol";

/// @dev The design's "must always hold", after every step of every random sequence of the handler's actions.
///
/// Each `invariant_` function is a campaign of its own, so lines that read the same state share one. Rules that only a
/// moment shows are checked within the action: the handler foretells for every call whether it succeeds, from books of
/// its own, and reverts when it ends otherwise, which fails the campaign (`failOnRevert`). Thus also:
///
/// - nothing leaves before its thaw ends, while locked, or during a pause (`withdraw`, `execute`, `resolveAppeal`);
/// - one penalty per offence id, and none without a quorum, outside its windows or by two courts (`openCase`);
/// - no execution within the veto window, no veto, appeal or decision after it;
/// - a watcher counts once per epoch and breach, with at most its weight at the epoch's start (`reveal`);
/// - a copied commitment, a second reveal, a second charge, a second reward are refused;
/// - whatever should succeed does: nobody can be kept from leaving, appealing or executing by the order of events.
contract InvariantsTest {
    Handler private handler;
    IStakeVault private vault;
    IProviderRegistry private registry;
    IWatcherHub private hub;
    IERC20 private token;

    error Broken(string line);

    function setUp() public {
        handler = new Handler();
        (vault, registry, hub, token) = handler.contracts();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev At the end of every sequence, all of its cases once more: no outcome ever changed.
    function afterInvariant() public view {
        for (uint256 i = 0; i < handler.trialCount(); ++i) {
            handler.checkCase(i);
        }
    }

    /* STAKE */

    /// @dev Protects everyone's money.
    /// - Vault balance ≥ Σ tokens + reward pool: everyone can be paid out. Here even: all else was a gift.
    /// - Locked ≤ tokens, thawing ≤ tokens: no promise on stake that is not there, active stake never underflows.
    /// - Only the court reduces stake without its owner: tokens are what was staked and earned, less what was
    ///   withdrawn and what cases took, which is never more than their amount at the opening.
    /// - A veto or an upheld appeal restores exactly: tokens, thawing, its timer and locks are those of the books.
    /// - Reporter + treasury (+ wronged providers) = slashed: nothing sticks on the way.
    function invariant_stakeIsWhereTheBooksSay() public view {
        require(
            token.balanceOf(address(vault)) == handler.totalStake() + handler.pool() + handler.donated(),
            Broken("vault balance = sum of tokens + pool")
        );
        require(vault.rewardPool() == handler.pool(), Broken("the pool pays rewards alone"));
        uint256 sum = 0;
        uint256 slashed = 0;
        for (uint256 i = 0; i < handler.PROVIDERS(); ++i) {
            (uint256 tokens, uint256 taken) = checkAccount(Role.Provider, handler.providers(i));
            (sum, slashed) = (sum + tokens, slashed + taken);
        }
        for (uint256 i = 0; i < handler.WATCHERS(); ++i) {
            (uint256 tokens, uint256 taken) = checkAccount(Role.Watcher, handler.watchers(i));
            (sum, slashed) = (sum + tokens, slashed + taken);
        }
        require(sum == handler.totalStake(), Broken("vault balance = sum of tokens + pool"));
        uint256 paid = handler.treasuryPaid() + handler.reporterPaid() + handler.providersPaid();
        require(paid == slashed, Broken("reporter + treasury + providers = slashed"));
        require(token.balanceOf(handler.treasury()) == handler.treasuryPaid(), Broken("the treasury gets its part"));
        require(token.balanceOf(handler.reporter()) == handler.reporterPaid(), Broken("the reporter gets its part"));
    }

    /* CASES */

    /// @dev Protects providers from locks without a case, and the network from cases without stake.
    /// - Locked = Σ open cases, with their appeals' bonds; those of the former court are told apart.
    /// - Case states only go forward, amounts never change: an old case is looked at again after every step.
    /// - A pause ends by itself within its length, and a new court waits out its delay, which is longer than a thaw,
    ///   which is longer than all windows together.
    function invariant_locksAreOpenCasesAndCasesGoForward() public view {
        for (uint256 i = 0; i < handler.PROVIDERS(); ++i) {
            address provider = handler.providers(i);
            IStakeVault.Account memory account = vault.accountOf(Role.Provider, provider);
            require(account.locked == handler.heldByCases(provider), Broken("locked = sum of open cases"));
            require(account.retiredLocked == handler.retiredLockedOf(provider), Broken("the former court's locks"));
        }
        uint256 trials = handler.trialCount();
        if (trials > 0) handler.checkCase(block.timestamp % trials);
        require(vault.pausedUntil() == handler.pausedUntil(), Broken("only the guardian pauses"));
        require(vault.pausedUntil() <= block.timestamp + vault.pauseSeconds(), Broken("a pause ends by itself"));
        require(vault.courtSince() == handler.courtSince(), Broken("a court takes office in its time"));
        (, uint48 effectiveAt) = vault.pendingCourt();
        require(effectiveAt == handler.courtEffectiveAt(), Broken("a new court waits out its delay"));
    }

    /* WATCHERS */

    /// @dev Protects the meaning of a quorum.
    /// - Weight counted ≤ weight at the epoch's start, once per watcher and breach: tallies are those of the books.
    /// - The whole weight is the sum of its parts, none above the cap.
    function invariant_talliesAndWeightsAreThoseOfTheBooks() public view {
        uint64 epoch = hub.currentEpoch();
        for (uint64 next = epoch; next <= epoch + 1; ++next) {
            uint256 sum = 0;
            for (uint256 i = 0; i < handler.WATCHERS(); ++i) {
                uint256 weight = hub.weightAt(handler.watchers(i), next);
                require(weight <= hub.maxWeight(), Broken("weight above the cap"));
                require(weight == handler.weightOf(i, next), Broken("a weight that nobody set"));
                sum += weight;
            }
            require(hub.totalWeightAt(next) == sum, Broken("the whole weight is the sum of its parts"));
        }
        handler.checkLastTallies();
    }

    /* PROVIDERS */

    /// @dev Protects users from being sent to services that are not there, and evidence from losing its author.
    /// - Active means what the design's sentence says, word by word; `requiredStake` is the sum over offered services.
    /// - A signer belongs to one provider for ever.
    function invariant_activeAndSignersAreWhatTheDesignSays() public view {
        for (uint256 i = 0; i < handler.PROVIDERS(); ++i) {
            checkServices(handler.providers(i));
        }
        for (uint256 i = 0; i < handler.signerCount(); ++i) {
            address signer = handler.signers(i);
            require(registry.signerOwner(signer) == handler.firstOwner(signer), Broken("one provider for ever"));
        }
    }

    function checkAccount(Role role, address owner) private view returns (uint256 tokens, uint256 slashed) {
        IStakeVault.Account memory account = vault.accountOf(role, owner);
        (,, uint128 taken,, uint96 thawing, uint96 locked, uint48 thawEnd) = handler.books(role, owner);
        tokens = account.tokens;
        slashed = taken;
        require(locked <= tokens && thawing <= tokens, Broken("locked, thawing <= tokens"));
        require((thawing == 0) == (thawEnd == 0), Broken("a timer without thawing stake"));
        require(tokens == handler.tokensOf(role, owner), Broken("stake changed without cause"));
        require(account.thawing == thawing && account.thawEnd == thawEnd, Broken("a thaw that nobody asked for"));
        require(account.locked == locked, Broken("a lock without cause"));
    }

    function checkServices(address id) private view {
        IProviderRegistry.Provider memory provider = registry.providerOf(id);
        IProviderRegistry.Service[2] memory services =
            [registry.serviceOf(id, handler.networks(0)), registry.serviceOf(id, handler.networks(1))];
        uint256 required = 0;
        uint256 offered = 0;
        for (uint256 i = 0; i < 2; ++i) {
            bool isOffered = services[i].status == IProviderRegistry.ServiceStatus.Live
                || services[i].status == IProviderRegistry.ServiceStatus.Paused;
            if (isOffered) (required, offered) = (required + services[i].minStake, offered + 1);
        }
        require(provider.requiredStake == required, Broken("requiredStake = sum over services"));
        require(provider.services == offered, Broken("services = offered"));
        bool able = block.timestamp >= provider.jailedUntil && handler.activeOf(Role.Provider, id) >= required;
        require(handler.condemned(id) == (provider.jailedUntil == type(uint48).max), Broken("jailed for good"));
        for (uint256 i = 0; i < 2; ++i) {
            bool live = services[i].status == IProviderRegistry.ServiceStatus.Live;
            require(registry.isActive(id, handler.networks(i)) == (able && live), Broken("isActive"));
        }
    }
}
