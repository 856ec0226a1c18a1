// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ProviderRegistry} from "../ProviderRegistry.sol";
import {SlashingCourt} from "../SlashingCourt.sol";
import {StakeVault} from "../StakeVault.sol";
import {Offence, Role} from "../Types.sol";
import {WatcherHub} from "../WatcherHub.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IReplaceable} from "../interfaces/IReplaceable.sol";
import {ISlashingCourt} from "../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../interfaces/IWatcherHub.sol";
import {DinTest} from "./lib/DinTest.t.sol";

/// @dev A deployment whose parts or parameters do not fit together is refused as a whole.
contract ParametersTest is DinTest {
    function setUp() public {
        deployAll();
    }

    /* VAULT */

    function test_vaultNeedsTokenTreasuryAndAuthority() public {
        address manager = address(access);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        new StakeVault(address(0), TREASURY, manager, THAW, COURT_CHANGE, PAUSE);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        new StakeVault(address(token), address(0), manager, THAW, COURT_CHANGE, PAUSE);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        new StakeVault(address(token), TREASURY, address(0), THAW, COURT_CHANGE, PAUSE);
    }

    function test_vaultNeedsAThaw() public {
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidParameter.selector, "thawSeconds"));
        new StakeVault(address(token), TREASURY, address(access), 0, COURT_CHANGE, PAUSE);
    }

    function test_courtsAreNeverZeroAndNeverComeBack() public {
        StakeVault fresh = new StakeVault(address(token), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        fresh.proposeCourt(address(0));
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        VM.prank(GOVERNOR);
        vault.proposeCourt(address(0));
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidParameter.selector, "court"));
        VM.prank(GOVERNOR);
        vault.proposeCourt(address(court));
    }

    function test_vaultMovesNothingForNobody() public {
        address owner = newProvider("owner", MIN_STAKE);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        VM.prank(owner);
        vault.withdraw(Role.Provider, address(0));
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.fundRewards(0);
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        VM.prank(address(hub));
        vault.reward(owner, 0);
    }

    function test_courtLocksReleasesAndSlashesWhatIsThere() public {
        address owner = newProvider("owner", MIN_STAKE);
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        VM.prank(address(court));
        vault.lock(Role.Provider, owner, 0);
        VM.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientStake.selector, MIN_STAKE, MIN_STAKE + 1)
        );
        VM.prank(address(court));
        vault.lock(Role.Provider, owner, MIN_STAKE + 1);
        VM.prank(address(court));
        vault.lock(Role.Provider, owner, 10);
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        VM.prank(address(court));
        vault.release(Role.Provider, owner, 0);
        VM.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidParameter.selector, "reporterAmount"));
        VM.prank(address(court));
        vault.slash(Role.Provider, owner, 10, STRANGER, 11);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        VM.prank(address(court));
        vault.slash(Role.Provider, owner, 10, address(0), 1);
        VM.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.releaseRetired(Role.Provider, owner);
    }

    /* REGISTRY */

    function test_registryNeedsVaultAuthorityAndALongDelay() public {
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        new ProviderRegistry(IStakeVault(address(0)), address(access), COURT_CHANGE, true);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        new ProviderRegistry(vault, address(0), COURT_CHANGE, true);
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.InvalidParameter.selector, "changeSeconds")
        );
        new ProviderRegistry(vault, address(access), THAW, true);
    }

    function test_networkNeedsStakeLatencyAndSamples() public {
        IProviderRegistry.NetworkParams memory params = networkParams(0);
        refuseNetwork(params, "minStake");
        params = networkParams(1);
        params.sla.minAvailabilityBps = 10_001;
        refuseNetwork(params, "minAvailabilityBps");
        params = networkParams(1);
        params.sla.maxP95LatencyMs = 0;
        refuseNetwork(params, "maxP95LatencyMs");
        params = networkParams(1);
        params.sla.minSamples = 0;
        refuseNetwork(params, "minSamples");
    }

    function test_caip2IsNoLongerThanItMayBe() public {
        string memory tooLong = "eip155:012345678901234567890123456789012345";
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidCaip2.selector, tooLong));
        VM.prank(GOVERNOR);
        registry.addNetwork(tooLong, "long", networkParams(1));
    }

    function test_signerIsSomeoneAndNoOtherProvider() public {
        address other = newProvider("other", MIN_STAKE);
        VM.expectRevert(IReplaceable.ZeroAddress.selector);
        VM.prank(STRANGER);
        registry.register(address(0), "", 0, "");
        // Registered, but with another key than its own as signer.
        address quiet = makeAddress("quiet");
        bytes memory consent = consentOf(keyOf("hot"), quiet, block.timestamp);
        VM.prank(quiet);
        registry.register(makeAddress("hot"), "", block.timestamp, consent);
        consent = consentOf(keyOf("quiet"), other, block.timestamp);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.SignerTaken.selector, quiet, quiet));
        VM.prank(other);
        registry.rotateSigner(quiet, block.timestamp, consent);
    }

    function test_onlyTheRegisteredGoToJail() public {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotRegistered.selector, STRANGER));
        VM.prank(address(court));
        registry.jail(STRANGER, 1);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotCourt.selector, STRANGER));
        VM.prank(STRANGER);
        registry.jail(STRANGER, 1);
    }

    /* HUB */

    function test_hubNeedsPartsWindowsAndBonds() public {
        IWatcherHub.EpochParams memory epochs = epochParams();
        refuseHub(epochs, address(0), MIN_BOND, "accessManager");
        epochs.epochSeconds = 0;
        refuseHub(epochs, address(access), MIN_BOND, "epochSeconds");
        epochs = epochParams();
        epochs.commitSeconds = 0;
        refuseHub(epochs, address(access), MIN_BOND, "commitSeconds");
        epochs = epochParams();
        epochs.revealSeconds = 0;
        refuseHub(epochs, address(access), MIN_BOND, "revealSeconds");
        refuseHub(epochParams(), address(access), 0, "minBond");
        refuseHub(epochParams(), address(access), MAX_WEIGHT + 1, "maxWeight");
        StakeVault other = new StakeVault(address(token), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.InvalidParameter.selector, "vault"));
        new WatcherHub(
            registry, other, address(access), epochParams(), MIN_BOND, MAX_WEIGHT, REWARD, MAX_REWARD, true
        );
        VM.expectRevert(
            abi.encodeWithSelector(IWatcherHub.RewardAboveCap.selector, MAX_REWARD + 1, MAX_REWARD)
        );
        new WatcherHub(
            registry, vault, address(access), epochParams(), MIN_BOND, MAX_WEIGHT, MAX_REWARD + 1, MAX_REWARD, true
        );
    }

    function test_weightSetBeforeTheFirstEpochCountsInIt() public {
        IWatcherHub.EpochParams memory epochs = epochParams();
        epochs.genesis = uint48(block.timestamp) + EPOCH;
        WatcherHub early = new WatcherHub(
            registry, vault, address(access), epochs, MIN_BOND, MAX_WEIGHT, REWARD, MAX_REWARD, true
        );
        address watcher = makeAddress("early");
        fundAndStake(Role.Watcher, watcher, MIN_BOND);
        VM.prank(watcher);
        early.join();
        equal(early.currentEpoch(), 0);
        equal(early.weightAt(watcher, 0), MIN_BOND);
    }

    /* COURT */

    function test_courtNeedsPartsThatBelongTogether() public {
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.InvalidParameter.selector, "accessManager"));
        new SlashingCourt(hub, registry, vault, address(0), windows(), APPEAL_BOND, penalties());
        ProviderRegistry other = new ProviderRegistry(vault, address(access), COURT_CHANGE, true);
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.InvalidParameter.selector, "hub"));
        new SlashingCourt(hub, other, vault, address(access), windows(), APPEAL_BOND, penalties());
    }

    function test_courtNeedsWindowsAndABond() public {
        ISlashingCourt.Windows memory none = windows();
        none.vetoSeconds = 0;
        refuseCourt(none, APPEAL_BOND, "vetoSeconds");
        none = windows();
        none.appealSeconds = 0;
        refuseCourt(none, APPEAL_BOND, "appealSeconds");
        none = windows();
        none.repeatSeconds = 0;
        refuseCourt(none, APPEAL_BOND, "repeatSeconds");
        refuseCourt(windows(), 0, "appealBond");
    }

    function test_jailForGoodIsForObjectiveOffencesAndForThemAlways() public {
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.InvalidParameter.selector, "jailSeconds"));
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Outage, ISlashingCourt.Penalty(1, 1, type(uint32).max));
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.InvalidParameter.selector, "jailSeconds"));
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Equivocation, ISlashingCourt.Penalty(1, 1, 1 days));
        VM.prank(GOVERNOR);
        court.setPenalty(Offence.Outage, ISlashingCourt.Penalty(7, 8, 9));
        equal(court.penaltyOf(Offence.Outage).firstBps, 7);
        equal(court.penaltyOf(Offence.Outage).repeatBps, 8);
        equal(court.penaltyOf(Offence.Outage).jailSeconds, 9);
    }

    function test_partsTellTheirParameters() public view {
        equal(court.windows().appealSeconds, APPEAL);
        equal(court.appealBond(), APPEAL_BOND);
        equal(hub.maxReward(), MAX_REWARD);
        equal(registry.changeSeconds(), COURT_CHANGE);
        equal(vault.pauseSeconds(), PAUSE);
        isTrue(vault.courtChangeSeconds() > vault.thawSeconds(), "a change of court outlasts a thaw");
    }

    /* STEPS */

    function refuseNetwork(IProviderRegistry.NetworkParams memory params, string memory name) private {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidParameter.selector, name));
        VM.prank(GOVERNOR);
        registry.updateNetwork(NETWORK, params);
    }

    function refuseHub(IWatcherHub.EpochParams memory epochs, address manager, uint96 minBond, string memory name)
        private
    {
        VM.expectRevert(abi.encodeWithSelector(IWatcherHub.InvalidParameter.selector, name));
        new WatcherHub(registry, vault, manager, epochs, minBond, MAX_WEIGHT, REWARD, MAX_REWARD, true);
    }

    function refuseCourt(ISlashingCourt.Windows memory its, uint96 bond, string memory name) private {
        VM.expectRevert(abi.encodeWithSelector(ISlashingCourt.InvalidParameter.selector, name));
        new SlashingCourt(hub, registry, vault, address(access), its, bond, penalties());
    }
}
