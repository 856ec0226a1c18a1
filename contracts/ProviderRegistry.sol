// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {NetworkId, Role} from "./Types.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Endpoint} from "./libraries/Endpoint.sol";
import {NetworkName} from "./libraries/NetworkName.sol";
import {Pointer} from "./libraries/Pointer.sol";

/// @title Provider registry
contract ProviderRegistry is IProviderRegistry, AccessManaged, EIP712 {
    /// @dev One slot: all that is asked of a provider to add a service or to find it active.
    struct Standing {
        uint96 requiredStake;
        uint48 jailedUntil;
        uint32 services;
        bool registered;
    }

    /// @dev One slot.
    struct StoredNetwork {
        uint96 minStake;
        uint16 minAvailabilityBps;
        uint16 maxP95LatencyMs;
        uint16 maxP95BlockLag;
        uint16 maxMismatches;
        uint16 minSamples;
        NetworkStatus status;
    }

    bytes32 private constant SIGNER_CONSENT_TYPEHASH =
        keccak256("SignerConsent(address provider,uint256 deadline)");
    uint256 private constant MAX_METADATA_LENGTH = 1024;
    uint16 private constant MAX_BPS = 10_000;

    /* IMMUTABLES */

    /// @inheritdoc IProviderRegistry
    IStakeVault public immutable vault;
    /// @inheritdoc IProviderRegistry
    bool public immutable publicEndpointsOnly;
    /// @inheritdoc IProviderRegistry
    uint48 public immutable changeSeconds;
    uint48 private immutable THAW_SECONDS;

    /* STORAGE */

    Pointer private _court;
    Pointer private _escrow;
    Pointer private _successor;
    address private _retiredCourt;
    uint48 private _retiredUntil;
    /// @dev Never zero, so that the first service costs what every other does.
    uint32 private _nextServiceId = 1;
    mapping(NetworkId network => StoredNetwork) private _networks;
    mapping(bytes32 slugHash => bool) private _slugTaken;
    mapping(address provider => Standing) private _standings;
    mapping(address provider => address) private _signers;
    mapping(address provider => mapping(NetworkId network => Service)) private _services;
    /// @inheritdoc IProviderRegistry
    mapping(address signer => address provider) public signerOwner;

    /* CONSTRUCTOR */

    constructor(IStakeVault vault_, address accessManager, uint48 changeSeconds_, bool publicEndpointsOnly_)
        AccessManaged(accessManager)
        EIP712("DIN ProviderRegistry", "1")
    {
        require(address(vault_) != address(0) && accessManager != address(0), ZeroAddress());
        uint48 thawSeconds = vault_.thawSeconds();
        require(changeSeconds_ > thawSeconds, InvalidParameter("changeSeconds"));
        vault = vault_;
        publicEndpointsOnly = publicEndpointsOnly_;
        changeSeconds = changeSeconds_;
        THAW_SECONDS = thawSeconds;
    }

    modifier onlyProvider() {
        require(_standings[msg.sender].registered, NotRegistered(msg.sender));
        _;
    }

    /* GOVERNOR */

    /// @inheritdoc IProviderRegistry
    function addNetwork(string calldata caip2, string calldata slug, NetworkParams calldata params)
        external
        restricted
        returns (NetworkId network)
    {
        require(NetworkName.isCaip2(caip2), InvalidCaip2(caip2));
        require(NetworkName.isSlug(slug), InvalidSlug(slug));
        network = NetworkId.wrap(keccak256(bytes(caip2)));
        require(_networks[network].status == NetworkStatus.None, NetworkExists(network));
        bytes32 slugHash = keccak256(bytes(slug));
        require(!_slugTaken[slugHash], SlugTaken(slug));
        _slugTaken[slugHash] = true;
        _setNetwork(network, params);
        emit NetworkAdded(network, caip2, slug, params);
    }

    /// @inheritdoc IProviderRegistry
    function updateNetwork(NetworkId network, NetworkParams calldata params) external restricted {
        _requireLive(network);
        _setNetwork(network, params);
        emit NetworkUpdated(network, params);
    }

    /// @inheritdoc IProviderRegistry
    function retireNetwork(NetworkId network) external restricted {
        _requireLive(network);
        _networks[network].status = NetworkStatus.Retired;
        emit NetworkRetired(network);
    }

    /// @inheritdoc IProviderRegistry
    function proposeCourt(address newCourt) external restricted {
        if (_court.current == address(0)) {
            _court.appoint(newCourt);
            emit CourtChanged(newCourt, address(0), 0);
        } else {
            uint48 effectiveAt = _court.propose(newCourt, changeSeconds);
            emit CourtProposed(newCourt, effectiveAt);
        }
    }

    /// @inheritdoc IProviderRegistry
    function proposeEscrow(address newEscrow) external restricted {
        if (_escrow.current == address(0)) {
            _escrow.appoint(newEscrow);
            emit EscrowChanged(newEscrow);
        } else {
            uint48 effectiveAt = _escrow.propose(newEscrow, changeSeconds);
            emit EscrowProposed(newEscrow, effectiveAt);
        }
    }

    /// @inheritdoc IProviderRegistry
    function proposeSuccessor(address newRegistry) external restricted {
        // Clients that follow would go round in a circle.
        require(newRegistry != address(this), InvalidParameter("successor"));
        uint48 effectiveAt = _successor.propose(newRegistry, changeSeconds);
        emit SuccessorProposed(newRegistry, effectiveAt);
    }

    /* ACTIONS */

    /// @inheritdoc IProviderRegistry
    function applyCourt() external {
        (address retired, address newCourt) = _court.change();
        uint48 until = uint48(block.timestamp) + THAW_SECONDS;
        _retiredCourt = retired;
        _retiredUntil = until;
        emit CourtChanged(newCourt, retired, until);
    }

    /// @inheritdoc IProviderRegistry
    function applyEscrow() external {
        (, address newEscrow) = _escrow.change();
        emit EscrowChanged(newEscrow);
    }

    /// @inheritdoc IProviderRegistry
    function applySuccessor() external {
        (, address newRegistry) = _successor.change();
        emit SuccessorChanged(newRegistry);
    }

    /// @inheritdoc IProviderRegistry
    function register(address signer, string calldata metadata, uint256 deadline, bytes calldata consent) external {
        require(!_standings[msg.sender].registered, AlreadyRegistered(msg.sender));
        address servant = signerOwner[msg.sender];
        require(servant == address(0), SignerTaken(msg.sender, servant));
        _requireMetadata(metadata);
        _bindSigner(signer, deadline, consent);
        _standings[msg.sender].registered = true;
        _signers[msg.sender] = signer;
        emit ProviderRegistered(msg.sender, signer, metadata);
    }

    /// @inheritdoc IProviderRegistry
    function setMetadata(string calldata metadata) external onlyProvider {
        _requireMetadata(metadata);
        emit MetadataSet(msg.sender, metadata);
    }

    /// @inheritdoc IProviderRegistry
    function rotateSigner(address signer, uint256 deadline, bytes calldata consent) external onlyProvider {
        _bindSigner(signer, deadline, consent);
        emit SignerRotated(msg.sender, _signers[msg.sender], signer);
        _signers[msg.sender] = signer;
    }

    /// @inheritdoc IProviderRegistry
    function addService(NetworkId network, string calldata url, uint32 capabilities) external {
        Standing memory standing = _standings[msg.sender];
        require(standing.registered, NotRegistered(msg.sender));
        uint96 minStake = _requireLive(network);
        Service storage service = _services[msg.sender][network];
        require(!_isOffered(service.status), ServiceExists(msg.sender, network));
        _requireOffer(url, capabilities);
        standing.requiredStake += minStake;
        ++standing.services;
        _requireStake(standing.requiredStake);
        _standings[msg.sender] = standing;
        // The number outlives a removal: a returning service goes on in the same public record.
        uint32 id = service.id;
        if (id == 0) {
            id = _nextServiceId;
            _nextServiceId = id + 1;
        }
        _services[msg.sender][network] =
            Service({id: id, capabilities: capabilities, status: ServiceStatus.Live, minStake: minStake});
        emit ServiceAdded(msg.sender, network, id, url, capabilities, minStake);
    }

    /// @inheritdoc IProviderRegistry
    function updateService(NetworkId network, string calldata url, uint32 capabilities) external onlyProvider {
        uint96 minStake = _requireLive(network);
        Service memory stored = _offered(msg.sender, network);
        _requireOffer(url, capabilities);
        uint96 required = _standings[msg.sender].requiredStake - stored.minStake + minStake;
        if (minStake > stored.minStake) _requireStake(required);
        _standings[msg.sender].requiredStake = required;
        stored.capabilities = capabilities;
        stored.minStake = minStake;
        _services[msg.sender][network] = stored;
        emit ServiceUpdated(msg.sender, network, stored.id, url, capabilities, minStake);
    }

    /// @inheritdoc IProviderRegistry
    function pauseService(NetworkId network) external {
        address provider = _actsFor(msg.sender);
        Service memory service = _offered(provider, network);
        require(service.status == ServiceStatus.Live, ServiceNotLive(provider, network));
        _services[provider][network].status = ServiceStatus.Paused;
        emit ServicePaused(provider, network, service.id);
    }

    /// @inheritdoc IProviderRegistry
    function resumeService(NetworkId network) external {
        address provider = _actsFor(msg.sender);
        Service memory service = _offered(provider, network);
        require(service.status == ServiceStatus.Paused, ServiceNotPaused(provider, network));
        _services[provider][network].status = ServiceStatus.Live;
        emit ServiceResumed(provider, network, service.id);
    }

    /// @inheritdoc IProviderRegistry
    function removeService(NetworkId network) external onlyProvider {
        Service memory service = _offered(msg.sender, network);
        Standing storage standing = _standings[msg.sender];
        standing.requiredStake -= service.minStake;
        --standing.services;
        _services[msg.sender][network].status = ServiceStatus.Removed;
        emit ServiceRemoved(msg.sender, network, service.id);
    }

    /// @inheritdoc IProviderRegistry
    function syncService(address provider, NetworkId network) external {
        uint96 minStake = _requireLive(network);
        Service memory service = _offered(provider, network);
        Standing storage standing = _standings[provider];
        standing.requiredStake = standing.requiredStake - service.minStake + minStake;
        _services[provider][network].minStake = minStake;
        emit ServiceStakeSynced(provider, network, service.id, minStake);
    }

    /// @inheritdoc IProviderRegistry
    function jail(address provider, uint48 until) external {
        require(msg.sender == _court.current || _isRetiredCourt(msg.sender), NotCourt(msg.sender));
        Standing storage standing = _standings[provider];
        require(standing.registered, NotRegistered(provider));
        if (until <= standing.jailedUntil) return;
        standing.jailedUntil = until;
        emit ProviderJailed(provider, until);
    }

    /* VIEWS */

    /// @inheritdoc IProviderRegistry
    function isActive(address provider, NetworkId network) external view returns (bool) {
        if (_services[provider][network].status != ServiceStatus.Live) return false;
        if (_networks[network].status != NetworkStatus.Live) return false;
        Standing storage standing = _standings[provider];
        if (block.timestamp < standing.jailedUntil) return false;
        return vault.activeStake(Role.Provider, provider) >= standing.requiredStake;
    }

    /// @inheritdoc IProviderRegistry
    function networkOf(NetworkId network) external view returns (Network memory) {
        StoredNetwork storage stored = _networks[network];
        return Network({
            params: NetworkParams({minStake: stored.minStake, sla: slaOf(network)}), status: stored.status
        });
    }

    /// @inheritdoc IProviderRegistry
    function slaOf(NetworkId network) public view returns (Sla memory) {
        StoredNetwork storage stored = _networks[network];
        return Sla({
            minAvailabilityBps: stored.minAvailabilityBps,
            maxP95LatencyMs: stored.maxP95LatencyMs,
            maxP95BlockLag: stored.maxP95BlockLag,
            maxMismatches: stored.maxMismatches,
            minSamples: stored.minSamples
        });
    }

    /// @inheritdoc IProviderRegistry
    function providerOf(address provider) external view returns (Provider memory) {
        Standing storage standing = _standings[provider];
        return Provider({
            signer: _signers[provider],
            jailedUntil: standing.jailedUntil,
            services: standing.services,
            requiredStake: standing.requiredStake
        });
    }

    /// @inheritdoc IProviderRegistry
    function serviceOf(address provider, NetworkId network) external view returns (Service memory) {
        return _services[provider][network];
    }

    /// @inheritdoc IProviderRegistry
    function court() external view returns (address) {
        return _court.current;
    }

    /// @inheritdoc IProviderRegistry
    function pendingCourt() external view returns (address proposed, uint48 effectiveAt) {
        return (_court.proposed, _court.effectiveAt);
    }

    /// @inheritdoc IProviderRegistry
    function retiredCourt() external view returns (address retired, uint48 until) {
        return (_retiredCourt, _retiredUntil);
    }

    /// @inheritdoc IProviderRegistry
    function escrow() external view returns (address) {
        return _escrow.current;
    }

    /// @inheritdoc IProviderRegistry
    function pendingEscrow() external view returns (address proposed, uint48 effectiveAt) {
        return (_escrow.proposed, _escrow.effectiveAt);
    }

    /// @inheritdoc IProviderRegistry
    function successor() external view returns (address) {
        return _successor.current;
    }

    /// @inheritdoc IProviderRegistry
    function pendingSuccessor() external view returns (address proposed, uint48 effectiveAt) {
        return (_successor.proposed, _successor.effectiveAt);
    }

    /* INTERNAL */

    function _setNetwork(NetworkId network, NetworkParams calldata params) private {
        require(params.minStake > 0, InvalidParameter("minStake"));
        require(params.sla.minAvailabilityBps <= MAX_BPS, InvalidParameter("minAvailabilityBps"));
        require(params.sla.maxP95LatencyMs > 0, InvalidParameter("maxP95LatencyMs"));
        require(params.sla.minSamples > 0, InvalidParameter("minSamples"));
        _networks[network] = StoredNetwork({
            minStake: params.minStake,
            minAvailabilityBps: params.sla.minAvailabilityBps,
            maxP95LatencyMs: params.sla.maxP95LatencyMs,
            maxP95BlockLag: params.sla.maxP95BlockLag,
            maxMismatches: params.sla.maxMismatches,
            minSamples: params.sla.minSamples,
            status: NetworkStatus.Live
        });
    }

    function _bindSigner(address signer, uint256 deadline, bytes calldata consent) private {
        require(signer != address(0), ZeroAddress());
        address boundTo = signerOwner[signer];
        require(boundTo == address(0) || boundTo == msg.sender, SignerTaken(signer, boundTo));
        if (signer != msg.sender) {
            require(!_standings[signer].registered, SignerTaken(signer, signer));
            require(block.timestamp <= deadline, ConsentExpired(deadline));
            bytes32 digest =
                _hashTypedDataV4(keccak256(abi.encode(SIGNER_CONSENT_TYPEHASH, msg.sender, deadline)));
            (address recovered,,) = ECDSA.tryRecoverCalldata(digest, consent);
            require(recovered == signer, InvalidSignerConsent(signer));
        }
        signerOwner[signer] = msg.sender;
    }

    function _requireLive(NetworkId network) private view returns (uint96 minStake) {
        StoredNetwork storage stored = _networks[network];
        require(stored.status == NetworkStatus.Live, NetworkNotLive(network));
        return stored.minStake;
    }

    function _requireStake(uint256 required) private view {
        uint256 available = vault.activeStake(Role.Provider, msg.sender);
        require(available >= required, InsufficientStake(available, required));
    }

    function _requireOffer(string calldata url, uint32 capabilities) private view {
        Endpoint.Kind kind = Endpoint.kind(url);
        require(kind != Endpoint.Kind.Invalid, InvalidEndpoint(url));
        require(kind == Endpoint.Kind.Public || !publicEndpointsOnly, PrivateEndpoint(url));
        require(capabilities != 0, InvalidParameter("capabilities"));
    }

    function _requireMetadata(string calldata metadata) private pure {
        uint256 length = bytes(metadata).length;
        require(length <= MAX_METADATA_LENGTH, MetadataTooLong(length, MAX_METADATA_LENGTH));
    }

    function _offered(address provider, NetworkId network) private view returns (Service memory service) {
        service = _services[provider][network];
        require(_isOffered(service.status), ServiceNotFound(provider, network));
    }

    function _isOffered(ServiceStatus status) private pure returns (bool) {
        return status == ServiceStatus.Live || status == ServiceStatus.Paused;
    }

    /// @dev The provider for which an account may pause and resume: its own, or the one it signs for at present.
    function _actsFor(address account) private view returns (address provider) {
        if (_standings[account].registered) return account;
        provider = signerOwner[account];
        require(provider != address(0) && _signers[provider] == account, NotRegistered(account));
    }

    function _isRetiredCourt(address account) private view returns (bool) {
        return account == _retiredCourt && block.timestamp < _retiredUntil;
    }
}
