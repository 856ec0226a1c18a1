// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ProviderRegistry} from "../../ProviderRegistry.sol";
import {SlashingCourt} from "../../SlashingCourt.sol";
import {StakeVault} from "../../StakeVault.sol";
import {NetworkId, Offence, Role} from "../../Types.sol";
import {WatcherHub} from "../../WatcherHub.sol";
import {IGuardianPause} from "../../interfaces/IGuardianPause.sol";
import {IProviderRegistry} from "../../interfaces/IProviderRegistry.sol";
import {ISlashingCourt} from "../../interfaces/ISlashingCourt.sol";
import {IStakeVault} from "../../interfaces/IStakeVault.sol";
import {IWatcherHub} from "../../interfaces/IWatcherHub.sol";
import {MockToken} from "../../mocks/MockToken.sol";
import {Vm} from "./Vm.t.sol";

/// @dev A whole deployment with the design's windows, and the steps that tests have in common.
abstract contract DinTest {
    Vm internal constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    uint64 internal constant GOVERNOR_ROLE = 1;
    uint64 internal constant GUARDIAN_ROLE = 2;
    uint256 internal constant START = 1_760_000_000;
    uint96 internal constant MIN_STAKE = 1_000 ether;
    uint96 internal constant MIN_BOND = 100 ether;
    uint96 internal constant MAX_WEIGHT = 1_000 ether;
    uint48 internal constant THAW = 21 days;
    uint48 internal constant COURT_CHANGE = 30 days;
    uint48 internal constant PAUSE = 14 days;
    uint48 internal constant EVIDENCE = 7 days;
    uint48 internal constant VETO = 3 days;
    uint48 internal constant APPEAL = 3 days;
    uint48 internal constant REPEAT = 28 days;
    uint96 internal constant APPEAL_BOND = 100 ether;
    uint96 internal constant REWARD = 1 ether;
    uint96 internal constant MAX_REWARD = 10 ether;
    uint32 internal constant EPOCH = 6 hours;
    uint32 internal constant COMMIT = 1 hours;
    uint32 internal constant REVEAL = 1 hours;
    string internal constant CAIP2 = "eip155:1";
    string internal constant URL = "https://rpc.provider.org/v1";
    uint32 internal constant FULL = 1;
    NetworkId internal immutable NETWORK = NetworkId.wrap(keccak256(bytes(CAIP2)));

    address internal immutable GOVERNOR = makeAddress("governor");
    address internal immutable GUARDIAN = makeAddress("guardian");
    address internal immutable TREASURY = makeAddress("treasury");
    address internal immutable STRANGER = makeAddress("stranger");

    AccessManager internal access;
    MockToken internal token;
    StakeVault internal vault;
    ProviderRegistry internal registry;
    WatcherHub internal hub;
    SlashingCourt internal court;

    error Unequal(uint256 actual, uint256 expected);
    error Untrue(string what);

    function deployAll() internal {
        VM.warp(START);
        access = new AccessManager(address(this));
        token = new MockToken();
        vault = new StakeVault(address(token), TREASURY, address(access), THAW, COURT_CHANGE, PAUSE);
        registry = new ProviderRegistry(vault, address(access), COURT_CHANGE, true);
        hub = newHub();
        court = newCourt(hub);
        vault.proposeCourt(address(court));
        registry.proposeCourt(address(court));
        grant(address(vault), IGuardianPause.pause.selector, GUARDIAN_ROLE);
        grant(address(vault), IGuardianPause.unpause.selector, GOVERNOR_ROLE);
        grant(address(vault), IStakeVault.proposeCourt.selector, GOVERNOR_ROLE);
        grant(address(registry), IProviderRegistry.addNetwork.selector, GOVERNOR_ROLE);
        grant(address(registry), IProviderRegistry.updateNetwork.selector, GOVERNOR_ROLE);
        grant(address(registry), IProviderRegistry.retireNetwork.selector, GOVERNOR_ROLE);
        grant(address(registry), IProviderRegistry.proposeCourt.selector, GOVERNOR_ROLE);
        grant(address(registry), IProviderRegistry.proposeEscrow.selector, GOVERNOR_ROLE);
        grant(address(registry), IProviderRegistry.proposeSuccessor.selector, GOVERNOR_ROLE);
        access.grantRole(GOVERNOR_ROLE, GOVERNOR, 0);
        access.grantRole(GUARDIAN_ROLE, GUARDIAN, 0);
        VM.prank(GOVERNOR);
        registry.addNetwork(CAIP2, "ethereum", networkParams(MIN_STAKE));
    }

    /* PARTS */

    function newHub() internal returns (WatcherHub created) {
        created = new WatcherHub(
            registry, vault, address(access), epochParams(), MIN_BOND, MAX_WEIGHT, REWARD, MAX_REWARD, true
        );
        grant(address(created), IWatcherHub.admit.selector, GOVERNOR_ROLE);
        grant(address(created), IWatcherHub.expel.selector, GOVERNOR_ROLE);
        grant(address(created), IWatcherHub.openAdmission.selector, GOVERNOR_ROLE);
        grant(address(created), IWatcherHub.setReward.selector, GOVERNOR_ROLE);
    }

    function newCourt(WatcherHub itsHub) internal returns (SlashingCourt created) {
        created = new SlashingCourt(itsHub, registry, vault, address(access), windows(), APPEAL_BOND, penalties());
        grant(address(created), ISlashingCourt.setPenalty.selector, GOVERNOR_ROLE);
        grant(address(created), ISlashingCourt.resolveAppeal.selector, GOVERNOR_ROLE);
        grant(address(created), ISlashingCourt.veto.selector, GUARDIAN_ROLE);
    }

    /* PARAMETERS */

    function epochParams() internal pure returns (IWatcherHub.EpochParams memory) {
        return IWatcherHub.EpochParams({
            genesis: uint48(START),
            epochSeconds: EPOCH,
            commitSeconds: COMMIT,
            revealSeconds: REVEAL
        });
    }

    function windows() internal pure returns (ISlashingCourt.Windows memory) {
        return ISlashingCourt.Windows({
            evidenceSeconds: EVIDENCE,
            vetoSeconds: VETO,
            appealSeconds: APPEAL,
            repeatSeconds: REPEAT
        });
    }

    function penalties() internal pure returns (ISlashingCourt.Penalty[6] memory all) {
        all[uint256(Offence.Downtime)] = ISlashingCourt.Penalty(10, 50, 24 hours);
        all[uint256(Offence.Latency)] = ISlashingCourt.Penalty(5, 25, 12 hours);
        all[uint256(Offence.Stale)] = ISlashingCourt.Penalty(10, 50, 24 hours);
        all[uint256(Offence.InvalidData)] = ISlashingCourt.Penalty(100, 500, 48 hours);
        all[uint256(Offence.Outage)] = ISlashingCourt.Penalty(200, 1_000, 72 hours);
        all[uint256(Offence.Equivocation)] = ISlashingCourt.Penalty(5_000, 5_000, type(uint32).max);
    }

    function networkParams(uint96 minStake) internal pure returns (IProviderRegistry.NetworkParams memory) {
        return IProviderRegistry.NetworkParams({
            minStake: minStake,
            sla: IProviderRegistry.Sla({
                minAvailabilityBps: 9_000,
                maxP95LatencyMs: 2_000,
                maxP95BlockLag: 10,
                maxMismatches: 0,
                minSamples: 3
            })
        });
    }

    /* STEPS */

    function fundAndStake(Role role, address account, uint256 amount) internal {
        token.mint(account, amount);
        VM.prank(account);
        token.approve(address(vault), amount);
        VM.prank(account);
        vault.stake(role, account, amount);
    }

    /// @dev Registers `name` with itself as signer, the given stake and a service on the network.
    function newProvider(string memory name, uint256 amount) internal returns (address provider) {
        provider = makeAddress(name);
        fundAndStake(Role.Provider, provider, amount);
        VM.prank(provider);
        registry.register(provider, "", 0, "");
        VM.prank(provider);
        registry.addService(NETWORK, URL, FULL);
    }

    function newWatcher(string memory name, uint256 bond) internal returns (address watcher) {
        watcher = makeAddress(name);
        fundAndStake(Role.Watcher, watcher, bond);
        VM.prank(watcher);
        hub.join();
    }

    function consentOf(uint256 key, address provider, uint256 deadline) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(keccak256("SignerConsent(address provider,uint256 deadline)"), provider, deadline)
        );
        return signTyped(key, domain("DIN ProviderRegistry", address(registry)), structHash);
    }

    function statementSignature(uint256 key, ISlashingCourt.Statement memory statement)
        internal
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Statement(bytes32 network,uint64 height,bytes32 blockHash,bool finalized)"),
                statement.network,
                statement.height,
                statement.blockHash,
                statement.finalized
            )
        );
        return signTyped(key, domain("DIN Statement", address(registry)), structHash);
    }

    function outage(address provider) internal view returns (IWatcherHub.Breach memory) {
        return IWatcherHub.Breach({
            provider: provider,
            network: NETWORK,
            offence: Offence.Outage,
            samples: 10,
            successes: 0,
            p95LatencyMs: 0,
            p95BlockLag: 0,
            mismatches: 0
        });
    }

    function caseKey(uint64 epoch, address provider, Offence offence)
        internal
        view
        returns (ISlashingCourt.CaseKey memory)
    {
        return ISlashingCourt.CaseKey({epoch: epoch, provider: provider, network: NETWORK, offence: offence});
    }

    /// @dev That `attest` revealed `breaches` as the only chunk of the watcher at `index`.
    function proofOf(uint256 index, IWatcherHub.Breach[] memory breaches)
        internal
        pure
        returns (IWatcherHub.AttestationProof memory)
    {
        bytes32[] memory chunks = new bytes32[](1);
        chunks[0] = chunkHash("", breaches);
        return IWatcherHub.AttestationProof({
            salt: bytes32(index),
            chunkHashes: chunks,
            chunk: 0,
            measurementsHash: keccak256(""),
            breaches: breaches
        });
    }

    function only(IWatcherHub.Breach memory breach) internal pure returns (IWatcherHub.Breach[] memory all) {
        all = new IWatcherHub.Breach[](1);
        all[0] = breach;
    }

    function chunkHash(bytes memory measurements, IWatcherHub.Breach[] memory breaches)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(keccak256(measurements), keccak256(abi.encode(breaches))));
    }

    function commitmentOf(address watcher, uint64 epoch, bytes32 salt, bytes32[] memory chunks)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(hub), watcher, epoch, salt, chunks));
    }

    /// @dev The whole of an epoch's work for some watchers who agree; time ends in the epoch's reveal window.
    function attest(address[] memory watchers, uint64 epoch, IWatcherHub.Breach[] memory breaches) internal {
        bytes32[] memory chunks = new bytes32[](1);
        chunks[0] = chunkHash("", breaches);
        VM.warp(hub.epochStart(epoch + 1));
        for (uint256 i = 0; i < watchers.length; ++i) {
            bytes32 commitment = commitmentOf(watchers[i], epoch, bytes32(i), chunks);
            VM.prank(watchers[i]);
            hub.commit(epoch, commitment);
        }
        VM.warp(hub.epochStart(epoch + 1) + COMMIT);
        for (uint256 i = 0; i < watchers.length; ++i) {
            VM.prank(watchers[i]);
            hub.reveal(epoch, bytes32(i), chunks, "", breaches);
        }
    }

    /* SMALL TOOLS */

    function makeAddress(string memory name) internal pure returns (address) {
        return VM.addr(uint256(keccak256(bytes(name))));
    }

    function keyOf(string memory name) internal pure returns (uint256) {
        return uint256(keccak256(bytes(name)));
    }

    function signTyped(uint256 key, bytes32 separator, bytes32 structHash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            VM.sign(key, keccak256(abi.encodePacked(hex"1901", separator, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function domain(string memory name, address verifier) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
    }

    function bound(uint256 value, uint256 min, uint256 max) internal pure returns (uint256) {
        return min + value % (max - min + 1);
    }

    function equal(uint256 actual, uint256 expected) internal pure {
        require(actual == expected, Unequal(actual, expected));
    }

    function equal(address actual, address expected) internal pure {
        equal(uint256(uint160(actual)), uint256(uint160(expected)));
    }

    function isTrue(bool condition, string memory what) internal pure {
        require(condition, Untrue(what));
    }

    function grant(address target, bytes4 selector, uint64 role) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        access.setTargetFunctionRole(target, selectors, role);
    }
}
