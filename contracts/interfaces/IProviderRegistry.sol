// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NetworkId} from "../Types.sol";
import {IReplaceable} from "./IReplaceable.sol";
import {IStakeVault} from "./IStakeVault.sol";

/// @title Provider registry
/// @notice Networks and the services that providers offer on them. Holds no funds.
/// @dev Permissionless: enough stake is the only admission. Every input of `isActive` is an event with its full new
/// value (with the vault's events), so an indexer needs no storage read.
interface IProviderRegistry is IReplaceable {
    enum NetworkStatus {
        None,
        Live,
        Retired
    }

    enum ServiceStatus {
        None,
        Live,
        Paused,
        Removed
    }

    /// @param minAvailabilityBps Least share of answered samples, in 1/10,000.
    /// @param maxP95LatencyMs Most milliseconds within which 95 % of the samples were answered.
    /// @param maxP95BlockLag Most blocks behind the network's head, 95th percentile.
    /// @param maxMismatches Most answers proven wrong in an epoch.
    /// @param minSamples Fewer samples than this prove nothing.
    struct Sla {
        uint16 minAvailabilityBps;
        uint16 maxP95LatencyMs;
        uint16 maxP95BlockLag;
        uint16 maxMismatches;
        uint16 minSamples;
    }

    /// @param minStake Stake that each service on the network needs (token's smallest unit).
    struct NetworkParams {
        uint96 minStake;
        Sla sla;
    }

    struct Network {
        NetworkParams params;
        NetworkStatus status;
    }

    /// @param signer Hot key: signs statements, may pause and resume.
    /// @param jailedUntil Unix seconds until which no service of the provider is active.
    /// @param services Services offered (live or paused).
    /// @param requiredStake Σ `minStake` over the offered services.
    struct Provider {
        address signer;
        uint48 jailedUntil;
        uint32 services;
        uint96 requiredStake;
    }

    /// @param id Number of the service in measurements; never used twice, kept when a removed service returns.
    /// @param capabilities Bitmap: 1 full, 2 archive, 4 trace, 8 debug, 16 txpool, 32 websocket, 64 proof.
    /// @param minStake The network's `minStake` when the service was last added, updated or synced.
    struct Service {
        uint32 id;
        uint32 capabilities;
        ServiceStatus status;
        uint96 minStake;
    }

    event NetworkAdded(NetworkId indexed network, string caip2, string slug, NetworkParams params);
    event NetworkUpdated(NetworkId indexed network, NetworkParams params);
    event NetworkRetired(NetworkId indexed network);
    event ProviderRegistered(address indexed provider, address indexed signer, string metadata);
    event MetadataSet(address indexed provider, string metadata);
    event SignerRotated(address indexed provider, address indexed previousSigner, address indexed signer);
    event ServiceAdded(
        address indexed provider,
        NetworkId indexed network,
        uint32 indexed serviceId,
        string url,
        uint32 capabilities,
        uint96 minStake
    );
    event ServiceUpdated(
        address indexed provider,
        NetworkId indexed network,
        uint32 indexed serviceId,
        string url,
        uint32 capabilities,
        uint96 minStake
    );
    event ServiceStakeSynced(
        address indexed provider, NetworkId indexed network, uint32 indexed serviceId, uint96 minStake
    );
    event ServicePaused(address indexed provider, NetworkId indexed network, uint32 indexed serviceId);
    event ServiceResumed(address indexed provider, NetworkId indexed network, uint32 indexed serviceId);
    event ServiceRemoved(address indexed provider, NetworkId indexed network, uint32 indexed serviceId);
    /// @notice `until` is the full new value; `type(uint48).max` is for good.
    event ProviderJailed(address indexed provider, uint48 until);
    event CourtProposed(address indexed court, uint48 effectiveAt);
    /// @notice The court before may jail for its own open cases until `retiredUntil`.
    event CourtChanged(address indexed court, address indexed retiredCourt, uint48 retiredUntil);
    event EscrowProposed(address indexed escrow, uint48 effectiveAt);
    event EscrowChanged(address indexed escrow);
    event SuccessorProposed(address indexed successor, uint48 effectiveAt);
    /// @notice This registry is replaced: clients follow `successor` from here on.
    event SuccessorChanged(address indexed successor);

    error NetworkExists(NetworkId network);
    error NetworkNotLive(NetworkId network);
    error InvalidCaip2(string caip2);
    error InvalidSlug(string slug);
    error SlugTaken(string slug);
    error InvalidParameter(string name);
    error AlreadyRegistered(address provider);
    error NotRegistered(address account);
    /// @notice The signer belongs, or once belonged, to another provider, or is a provider itself: an address acts for
    /// one provider for ever.
    error SignerTaken(address signer, address provider);
    /// @notice The signer has not agreed to sign for this provider.
    error InvalidSignerConsent(address signer);
    error ConsentExpired(uint256 deadline);
    error ServiceExists(address provider, NetworkId network);
    error ServiceNotFound(address provider, NetworkId network);
    error ServiceNotLive(address provider, NetworkId network);
    error ServiceNotPaused(address provider, NetworkId network);
    error InsufficientStake(uint256 available, uint256 required);
    error InvalidEndpoint(string url);
    /// @notice The endpoint is not a public `https`/`wss` name and this deployment allows no other.
    error PrivateEndpoint(string url);
    error MetadataTooLong(uint256 length, uint256 max);
    error NotCourt(address caller);

    /// @notice Governor: opens a network of any CAIP-2 namespace. Warning: decides what stake and quality it asks for.
    /// @param slug `[a-z][-a-z0-9]{0,31}`, never used twice.
    function addNetwork(string calldata caip2, string calldata slug, NetworkParams calldata params)
        external
        returns (NetworkId network);

    /// @notice Governor. Warning: a higher `minStake` reaches offered services with `syncService`, which anyone may
    /// call; a tighter SLA counts for breaches revealed from now on.
    function updateNetwork(NetworkId network, NetworkParams calldata params) external;

    /// @notice Governor: closes a network for good. Warning: none of its services is active any more.
    function retireNetwork(NetworkId network) external;

    /// @notice Registers the caller as a provider; the caller is the cold key and the provider's id.
    /// @param signer Hot key. Unless it is the caller, it must agree by an EIP-712 signature over
    /// `SignerConsent(address provider,uint256 deadline)`. A key, not a contract: what it signs must be provable to the
    /// court by signature alone.
    /// @param metadata Free text for people, at most 1,024 bytes: JSON or a link to it. Hostile until checked.
    function register(address signer, string calldata metadata, uint256 deadline, bytes calldata consent) external;

    /// @notice Owner only.
    function setMetadata(string calldata metadata) external;

    /// @notice Owner only. The old signer stays bound to this provider for ever, so its statements stay evidence.
    function rotateSigner(address signer, uint256 deadline, bytes calldata consent) external;

    /// @notice Owner only. Needs stake for all offered services and this one.
    function addService(NetworkId network, string calldata url, uint32 capabilities) external;

    /// @notice Owner only. Takes over the network's present `minStake`.
    function updateService(NetworkId network, string calldata url, uint32 capabilities) external;

    /// @notice Owner or signer: announced maintenance. The service is neither routed to nor measured.
    function pauseService(NetworkId network) external;

    /// @notice Owner or signer.
    function resumeService(NetworkId network) external;

    /// @notice Owner only. Stake stays; cases stay.
    function removeService(NetworkId network) external;

    /// @notice Anyone: applies the network's present `minStake` to an offered service.
    function syncService(address provider, NetworkId network) external;

    /// @notice Court, or for one thaw the one before it: no service of the provider is active until then. Never
    /// shortens a jail. Warning: nothing else ends a jail, not even the governor.
    function jail(address provider, uint48 until) external;

    /// @notice Governor: proposes the court's successor. Warning: from `applyCourt` on, it may jail every provider.
    /// The first court takes effect at once.
    function proposeCourt(address newCourt) external;

    /// @notice Anyone, once the delay has passed. The court before may jail for its open cases for one thaw more.
    function applyCourt() external;

    /// @notice Governor: proposes the payment escrow that clients shall use. The first one takes effect at once.
    /// Warning: what gateways prepaid in another escrow stays there, under its own rules.
    function proposeEscrow(address newEscrow) external;

    /// @notice Anyone, once the delay has passed.
    function applyEscrow() external;

    /// @notice Governor: proposes the registry that replaces this one. Warning: from `applySuccessor` on, clients
    /// follow it; the delay is longer than a thaw, so that everyone who disagrees can leave before.
    function proposeSuccessor(address newRegistry) external;

    /// @notice Anyone, once the delay has passed.
    function applySuccessor() external;

    /// @return Whether the service may be routed to: registered, live, network live, not jailed, and
    /// active stake ≥ `requiredStake`.
    function isActive(address provider, NetworkId network) external view returns (bool);

    function networkOf(NetworkId network) external view returns (Network memory);
    function slaOf(NetworkId network) external view returns (Sla memory);
    function providerOf(address provider) external view returns (Provider memory);
    function serviceOf(address provider, NetworkId network) external view returns (Service memory);

    /// @return The provider that this signer is bound to, now or once; zero if none.
    function signerOwner(address signer) external view returns (address);

    function vault() external view returns (IStakeVault);
    function court() external view returns (address);
    function pendingCourt() external view returns (address proposed, uint48 effectiveAt);
    function retiredCourt() external view returns (address retired, uint48 until);
    function escrow() external view returns (address);
    function pendingEscrow() external view returns (address proposed, uint48 effectiveAt);
    /// @return The registry that replaced this one; zero while it is in force.
    function successor() external view returns (address);
    function pendingSuccessor() external view returns (address proposed, uint48 effectiveAt);
    function changeSeconds() external view returns (uint48);
    /// @return Whether only public `https`/`wss` names are accepted as endpoints (false on development chains).
    function publicEndpointsOnly() external view returns (bool);
}
