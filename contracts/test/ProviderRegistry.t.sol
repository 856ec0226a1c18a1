// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ProviderRegistry} from "../ProviderRegistry.sol";
import {NetworkId, Role} from "../Types.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IReplaceable} from "../interfaces/IReplaceable.sol";
import {DinTest} from "./lib/DinTest.t.sol";

contract ProviderRegistryTest is DinTest {
    address private immutable ALICE = makeAddress("alice");
    address private immutable BOB = makeAddress("bob");
    address private immutable HOT = makeAddress("hot");

    function setUp() public {
        deployAll();
    }

    /* NETWORKS */

    function test_networkIsKeyedByItsCaip2Id() public view {
        IProviderRegistry.Network memory network = registry.networkOf(NETWORK);
        equal(uint8(network.status), uint8(IProviderRegistry.NetworkStatus.Live));
        equal(network.params.minStake, MIN_STAKE);
        equal(network.params.sla.minAvailabilityBps, 9_000);
        equal(network.params.sla.maxP95LatencyMs, 2_000);
        equal(network.params.sla.maxP95BlockLag, 10);
        equal(network.params.sla.maxMismatches, 0);
        equal(network.params.sla.minSamples, 3);
    }

    function test_networkOrSlugIsNeverAddedTwice() public {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NetworkExists.selector, NETWORK));
        addNetwork(CAIP2, "other");
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.SlugTaken.selector, "ethereum"));
        addNetwork("eip155:5", "ethereum");
        VM.prank(GOVERNOR);
        registry.retireNetwork(NETWORK);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NetworkExists.selector, NETWORK));
        addNetwork(CAIP2, "ethereum");
    }

    function test_wronglyNamedNetworkIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidCaip2.selector, "ethereum"));
        addNetwork("ethereum", "ethereum-two");
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidSlug.selector, "59144"));
        addNetwork("eip155:59144", "59144");
    }

    function test_senselessNetworkParametersAreRefused() public {
        IProviderRegistry.NetworkParams memory params = networkParams(0);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidParameter.selector, "minStake"));
        VM.prank(GOVERNOR);
        registry.updateNetwork(NETWORK, params);
        params = networkParams(1);
        params.sla.minAvailabilityBps = 10_001;
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.InvalidParameter.selector, "minAvailabilityBps")
        );
        VM.prank(GOVERNOR);
        registry.updateNetwork(NETWORK, params);
    }

    function testFuzz_onlyTheGovernorChangesNetworks(address caller) public {
        VM.assume(caller != GOVERNOR);
        bytes memory unauthorized =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        registry.addNetwork("eip155:2", "two", networkParams(1));
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        registry.updateNetwork(NETWORK, networkParams(1));
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        registry.retireNetwork(NETWORK);
        VM.expectRevert(unauthorized);
        VM.prank(caller);
        registry.proposeCourt(caller);
    }

    /* PROVIDERS AND SIGNERS */

    function test_signerConsentsByItsSignature() public {
        register(ALICE, "hot", block.timestamp);
        equal(registry.providerOf(ALICE).signer, HOT);
        equal(registry.signerOwner(HOT), ALICE);
    }

    function test_foreignSignerIsRefused() public {
        bytes memory consent = consentOf(keyOf("mallory"), ALICE, block.timestamp);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidSignerConsent.selector, HOT));
        VM.prank(ALICE);
        registry.register(HOT, "", block.timestamp, consent);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidSignerConsent.selector, HOT));
        VM.prank(ALICE);
        registry.register(HOT, "", block.timestamp, "");
    }

    function test_consentForAnotherProviderIsRefused() public {
        bytes memory consent = consentOf(keyOf("hot"), BOB, block.timestamp);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidSignerConsent.selector, HOT));
        VM.prank(ALICE);
        registry.register(HOT, "", block.timestamp, consent);
    }

    function test_consentOfAnotherChainOrRegistryIsRefused() public {
        bytes memory consent = consentOf(keyOf("hot"), ALICE, block.timestamp);
        ProviderRegistry other = new ProviderRegistry(vault, address(access), COURT_CHANGE, true);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidSignerConsent.selector, HOT));
        VM.prank(ALICE);
        other.register(HOT, "", block.timestamp, consent);
        VM.chainId(999);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidSignerConsent.selector, HOT));
        VM.prank(ALICE);
        registry.register(HOT, "", block.timestamp, consent);
    }

    function test_expiredConsentIsRefused() public {
        bytes memory consent = consentOf(keyOf("hot"), ALICE, block.timestamp - 1);
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ConsentExpired.selector, block.timestamp - 1)
        );
        VM.prank(ALICE);
        registry.register(HOT, "", block.timestamp - 1, consent);
    }

    function test_signerOfAnotherProviderIsRefusedForEver() public {
        register(ALICE, "hot", block.timestamp);
        bytes memory consent = consentOf(keyOf("hot"), BOB, block.timestamp);
        bytes memory taken = abi.encodeWithSelector(IProviderRegistry.SignerTaken.selector, HOT, ALICE);
        VM.expectRevert(taken);
        VM.prank(BOB);
        registry.register(HOT, "", block.timestamp, consent);
        rotate(ALICE, "warm");
        equal(registry.signerOwner(HOT), ALICE);
        VM.expectRevert(taken);
        VM.prank(BOB);
        registry.register(HOT, "", block.timestamp, consent);
        VM.expectRevert(taken);
        VM.prank(HOT);
        registry.register(HOT, "", 0, "");
    }

    function test_providerCannotBecomeAnothersSigner() public {
        VM.prank(BOB);
        registry.register(BOB, "", 0, "");
        rotate(BOB, "bobs signer");
        bytes memory consent = consentOf(keyOf("bob"), ALICE, block.timestamp);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.SignerTaken.selector, BOB, BOB));
        VM.prank(ALICE);
        registry.register(BOB, "", block.timestamp, consent);
    }

    function test_signerMayReturnToItsProvider() public {
        register(ALICE, "hot", block.timestamp);
        rotate(ALICE, "warm");
        rotate(ALICE, "hot");
        equal(registry.providerOf(ALICE).signer, HOT);
    }

    function test_nobodyRegistersTwice() public {
        VM.prank(ALICE);
        registry.register(ALICE, "", 0, "");
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.AlreadyRegistered.selector, ALICE));
        VM.prank(ALICE);
        registry.register(ALICE, "", 0, "");
    }

    function test_longMetadataIsRefused() public {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.MetadataTooLong.selector, 1_025, 1_024));
        VM.prank(ALICE);
        registry.register(ALICE, string(new bytes(1_025)), 0, "");
    }

    function testFuzz_strangersChangeNothing(address caller) public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.assume(caller != provider);
        bytes memory notRegistered =
            abi.encodeWithSelector(IProviderRegistry.NotRegistered.selector, caller);
        VM.expectRevert(notRegistered);
        VM.prank(caller);
        registry.addService(NETWORK, URL, FULL);
        VM.expectRevert(notRegistered);
        VM.prank(caller);
        registry.updateService(NETWORK, URL, FULL);
        VM.expectRevert(notRegistered);
        VM.prank(caller);
        registry.removeService(NETWORK);
        VM.expectRevert(notRegistered);
        VM.prank(caller);
        registry.pauseService(NETWORK);
        VM.expectRevert(notRegistered);
        VM.prank(caller);
        registry.setMetadata("");
    }

    /* SERVICES */

    function testFuzz_tooLittleStakeIsRefused(uint96 stake) public {
        stake = uint96(bound(stake, 1, MIN_STAKE - 1));
        fundAndStake(Role.Provider, ALICE, stake);
        VM.prank(ALICE);
        registry.register(ALICE, "", 0, "");
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.InsufficientStake.selector, stake, MIN_STAKE)
        );
        VM.prank(ALICE);
        registry.addService(NETWORK, URL, FULL);
    }

    function test_updatedServiceTakesAHigherMinimumOverWithEnoughStakeAlone() public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.prank(GOVERNOR);
        registry.updateNetwork(NETWORK, networkParams(MIN_STAKE + 1));
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.InsufficientStake.selector, MIN_STAKE, MIN_STAKE + 1)
        );
        VM.prank(provider);
        registry.updateService(NETWORK, URL, FULL);
        fundAndStake(Role.Provider, provider, 1);
        VM.prank(provider);
        registry.updateService(NETWORK, URL, FULL);
        equal(registry.providerOf(provider).requiredStake, MIN_STAKE + 1);
    }

    function test_everyServiceNeedsItsOwnStake() public {
        address provider = newProvider("provider", 2 * MIN_STAKE - 1);
        VM.prank(GOVERNOR);
        NetworkId second = registry.addNetwork("eip155:10", "optimism", networkParams(MIN_STAKE));
        VM.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.InsufficientStake.selector, 2 * MIN_STAKE - 1, 2 * MIN_STAKE
            )
        );
        VM.prank(provider);
        registry.addService(second, URL, FULL);
        fundAndStake(Role.Provider, provider, 1);
        VM.prank(provider);
        registry.addService(second, URL, FULL);
        equal(registry.providerOf(provider).services, 2);
        equal(registry.providerOf(provider).requiredStake, 2 * MIN_STAKE);
    }

    function test_thawingStakeDoesNotCountForANewService() public {
        fundAndStake(Role.Provider, ALICE, MIN_STAKE);
        VM.prank(ALICE);
        vault.thaw(Role.Provider, 1);
        VM.prank(ALICE);
        registry.register(ALICE, "", 0, "");
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.InsufficientStake.selector, MIN_STAKE - 1, MIN_STAKE)
        );
        VM.prank(ALICE);
        registry.addService(NETWORK, URL, FULL);
    }

    function test_privateEndpointIsRefusedInProduction() public {
        address provider = newProvider("provider", MIN_STAKE);
        string[4] memory urls =
            ["http://rpc.provider.org", "https://10.0.0.1", "https://localhost:8545", "wss://node.internal"];
        for (uint256 i = 0; i < urls.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.PrivateEndpoint.selector, urls[i]));
            VM.prank(provider);
            registry.updateService(NETWORK, urls[i], FULL);
        }
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidEndpoint.selector, "ftp://x.org"));
        VM.prank(provider);
        registry.updateService(NETWORK, "ftp://x.org", FULL);
    }

    function test_privateEndpointIsAllowedInDevelopment() public {
        ProviderRegistry development = new ProviderRegistry(vault, address(this), COURT_CHANGE, false);
        development.addNetwork(CAIP2, "ethereum", networkParams(MIN_STAKE));
        fundAndStake(Role.Provider, ALICE, MIN_STAKE);
        VM.prank(ALICE);
        development.register(ALICE, "", 0, "");
        VM.prank(ALICE);
        development.addService(NETWORK, "http://127.0.0.1:9001", FULL);
        isTrue(development.isActive(ALICE, NETWORK), "active");
    }

    /// @dev The authority of the development registry above: everyone may do everything.
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    function test_secondServiceForANetworkIsRefused() public {
        address provider = newProvider("provider", 5 * MIN_STAKE);
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ServiceExists.selector, provider, NETWORK)
        );
        VM.prank(provider);
        registry.addService(NETWORK, URL, FULL);
    }

    function test_serviceOnAnUnknownOrRetiredNetworkIsRefused() public {
        NetworkId unknown = NetworkId.wrap(keccak256("eip155:77"));
        address provider = newProvider("provider", 5 * MIN_STAKE);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NetworkNotLive.selector, unknown));
        VM.prank(provider);
        registry.addService(unknown, URL, FULL);
        VM.prank(GOVERNOR);
        registry.retireNetwork(NETWORK);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NetworkNotLive.selector, NETWORK));
        VM.prank(provider);
        registry.updateService(NETWORK, URL, FULL);
        isTrue(!registry.isActive(provider, NETWORK), "retired network has no active service");
        VM.prank(provider);
        registry.removeService(NETWORK);
        equal(registry.providerOf(provider).requiredStake, 0);
    }

    function test_serviceWithoutCapabilityIsRefused() public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.InvalidParameter.selector, "capabilities"));
        VM.prank(provider);
        registry.updateService(NETWORK, URL, 0);
    }

    function test_returningServiceKeepsItsNumberAndNoOtherGetsIt() public {
        address first = newProvider("first", MIN_STAKE);
        uint32 id = registry.serviceOf(first, NETWORK).id;
        VM.prank(first);
        registry.removeService(NETWORK);
        address second = newProvider("second", MIN_STAKE);
        isTrue(registry.serviceOf(second, NETWORK).id != id, "number used twice");
        VM.prank(first);
        registry.addService(NETWORK, URL, FULL);
        equal(registry.serviceOf(first, NETWORK).id, id);
    }

    function test_ownerAndSignerPauseAndResume() public {
        register(ALICE, "hot", block.timestamp);
        fundAndStake(Role.Provider, ALICE, MIN_STAKE);
        VM.prank(ALICE);
        registry.addService(NETWORK, URL, FULL);
        VM.prank(HOT);
        registry.pauseService(NETWORK);
        isTrue(!registry.isActive(ALICE, NETWORK), "paused");
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.ServiceNotLive.selector, ALICE, NETWORK));
        VM.prank(ALICE);
        registry.pauseService(NETWORK);
        VM.prank(ALICE);
        registry.resumeService(NETWORK);
        isTrue(registry.isActive(ALICE, NETWORK), "resumed");
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ServiceNotPaused.selector, ALICE, NETWORK)
        );
        VM.prank(HOT);
        registry.resumeService(NETWORK);
    }

    function test_formerSignerPausesNothing() public {
        register(ALICE, "hot", block.timestamp);
        fundAndStake(Role.Provider, ALICE, MIN_STAKE);
        VM.prank(ALICE);
        registry.addService(NETWORK, URL, FULL);
        rotate(ALICE, "warm");
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotRegistered.selector, HOT));
        VM.prank(HOT);
        registry.pauseService(NETWORK);
    }

    function test_removedServiceIsNotFound() public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.prank(provider);
        registry.removeService(NETWORK);
        bytes memory notFound =
            abi.encodeWithSelector(IProviderRegistry.ServiceNotFound.selector, provider, NETWORK);
        VM.expectRevert(notFound);
        VM.prank(provider);
        registry.removeService(NETWORK);
        VM.expectRevert(notFound);
        VM.prank(provider);
        registry.pauseService(NETWORK);
        VM.expectRevert(notFound);
        registry.syncService(provider, NETWORK);
    }

    function test_higherMinimumReachesAServiceBySync() public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.prank(GOVERNOR);
        registry.updateNetwork(NETWORK, networkParams(2 * MIN_STAKE));
        isTrue(registry.isActive(provider, NETWORK), "not yet");
        VM.prank(STRANGER);
        registry.syncService(provider, NETWORK);
        isTrue(!registry.isActive(provider, NETWORK), "too little stake now");
        VM.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ServiceExists.selector, provider, NETWORK)
        );
        VM.prank(provider);
        registry.addService(NETWORK, URL, FULL);
        fundAndStake(Role.Provider, provider, MIN_STAKE);
        isTrue(registry.isActive(provider, NETWORK), "enough again");
    }

    function test_thawBelowTheMinimumDelistsAndLockedStakeCounts() public {
        address provider = newProvider("provider", MIN_STAKE);
        VM.prank(address(court));
        vault.lock(Role.Provider, provider, MIN_STAKE);
        isTrue(registry.isActive(provider, NETWORK), "locked stake counts");
        VM.prank(address(court));
        vault.release(Role.Provider, provider, MIN_STAKE);
        VM.prank(provider);
        vault.thaw(Role.Provider, 1);
        isTrue(!registry.isActive(provider, NETWORK), "thawing stake does not");
    }

    function testFuzz_jailEndsInTimeAndIsNeverShortened(uint48 long, uint48 short) public {
        address provider = newProvider("provider", MIN_STAKE);
        long = uint48(bound(long, block.timestamp + 1, block.timestamp + 1_000 days));
        short = uint48(bound(short, 0, long));
        VM.prank(address(court));
        registry.jail(provider, long);
        VM.prank(address(court));
        registry.jail(provider, short);
        equal(registry.providerOf(provider).jailedUntil, long);
        VM.warp(long - 1);
        isTrue(!registry.isActive(provider, NETWORK), "jailed");
        VM.warp(long);
        isTrue(registry.isActive(provider, NETWORK), "free");
    }

    function testFuzz_onlyTheCourtJails(address caller) public {
        VM.assume(caller != address(court));
        address provider = newProvider("provider", MIN_STAKE);
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotCourt.selector, caller));
        VM.prank(caller);
        registry.jail(provider, type(uint48).max);
    }

    function test_courtChangesOnlyAfterItsDelay() public {
        VM.prank(GOVERNOR);
        registry.proposeCourt(BOB);
        VM.expectRevert(
            abi.encodeWithSelector(IReplaceable.ChangeTooEarly.selector, START + COURT_CHANGE)
        );
        registry.applyCourt();
        VM.warp(START + COURT_CHANGE);
        registry.applyCourt();
        equal(registry.court(), BOB);
        VM.expectRevert(IReplaceable.NothingProposed.selector);
        registry.applyCourt();
    }

    /* STEPS */

    function addNetwork(string memory caip2, string memory slug) private {
        VM.prank(GOVERNOR);
        registry.addNetwork(caip2, slug, networkParams(MIN_STAKE));
    }

    function register(address provider, string memory signer, uint256 deadline) private {
        bytes memory consent = consentOf(keyOf(signer), provider, deadline);
        VM.prank(provider);
        registry.register(makeAddress(signer), "", deadline, consent);
    }

    function rotate(address provider, string memory signer) private {
        bytes memory consent = consentOf(keyOf(signer), provider, block.timestamp);
        VM.prank(provider);
        registry.rotateSigner(makeAddress(signer), block.timestamp, consent);
    }
}
