// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NetworkId, Role} from "../../Types.sol";
import {IProviderRegistry} from "../../interfaces/IProviderRegistry.sol";
import {Model} from "./Model.t.sol";

/// @dev What providers and the governor do with the registry.
abstract contract ServiceActions is Model {
    uint256 private constant SIGNERS = 6;

    function addService(uint256 seed) external {
        address provider = pickProvider(seed);
        NetworkId network = networks[roll(seed, 3, 2)];
        bool offered = isOffered(registry.serviceOf(provider, network).status);
        uint256 required = registry.providerOf(provider).requiredStake
            + registry.networkOf(network).params.minStake;
        bool expected = !offered && activeOf(Role.Provider, provider) >= required;
        bytes memory data = abi.encodeCall(IProviderRegistry.addService, (network, URL, FULL));
        act(Action.AddService, provider, address(registry), data, expected);
    }

    function changeService(uint256 seed) external {
        address provider = pickProvider(seed);
        NetworkId network = networks[roll(seed, 3, 2)];
        IProviderRegistry.ServiceStatus status = registry.serviceOf(provider, network).status;
        uint256 what = roll(seed, 4, 4);
        bytes memory data = [
            abi.encodeCall(IProviderRegistry.pauseService, (network)),
            abi.encodeCall(IProviderRegistry.resumeService, (network)),
            abi.encodeCall(IProviderRegistry.removeService, (network)),
            abi.encodeCall(IProviderRegistry.syncService, (provider, network))
        ][what];
        bool expected = what == 0
            ? status == IProviderRegistry.ServiceStatus.Live
            : what == 1 ? status == IProviderRegistry.ServiceStatus.Paused : isOffered(status);
        act(Action.ChangeService, provider, address(registry), data, expected);
    }

    function updateNetwork(uint256 seed) external {
        NetworkId network = networks[roll(seed, 3, 2)];
        uint96 minStake = uint96(bound(seed, 1, 3 * MIN_STAKE));
        bytes memory data = abi.encodeCall(IProviderRegistry.updateNetwork, (network, networkParams(minStake)));
        act(Action.UpdateNetwork, GOVERNOR, address(registry), data, true);
    }

    function rotateSigner(uint256 seed) external {
        if (roll(seed, 3, 2) == 0) return;
        address provider = pickProvider(seed);
        string memory name = string(abi.encodePacked("signer", roll(seed, 4, SIGNERS)));
        address signer = makeAddress(name);
        bool expected = firstOwner[signer] == address(0) || firstOwner[signer] == provider;
        bytes memory consent = consentOf(keyOf(name), provider, block.timestamp);
        bytes memory data = abi.encodeCall(IProviderRegistry.rotateSigner, (signer, block.timestamp, consent));
        act(Action.RotateSigner, provider, address(registry), data, expected);
        if (expected) noteSigner(signer, provider);
    }

    function isOffered(IProviderRegistry.ServiceStatus status) internal pure returns (bool) {
        return status == IProviderRegistry.ServiceStatus.Live || status == IProviderRegistry.ServiceStatus.Paused;
    }
}
