// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// The counts are for people to read.
// solhint-disable no-console
import {console} from "hardhat/console.sol";
import {Handler} from "./lib/Handler.t.sol";
import {Model} from "./lib/Model.t.sol";

/// @dev A campaign proves nothing about what it never meets. Here the same handler is driven by a fixed sequence, as
/// evenly as the fuzzer drives it, and everything that it should meet is counted, printed and asked for.
contract InvariantsReachTest {
    uint256 private constant RUNS = 6;
    uint256 private constant DEPTH = 500;
    uint256 private constant ACTIONS = uint256(type(Model.Action).max) + 1;
    uint256 private constant SIGHTS = uint256(type(Model.Sight).max) + 1;

    error NeverMet(string what);

    function test_campaignsReachEveryActionBothWaysAndEveryTrap() public {
        uint256[] memory succeeded = new uint256[](ACTIONS);
        uint256[] memory refused = new uint256[](ACTIONS);
        uint256[] memory sights = new uint256[](SIGHTS);
        Handler handler;
        for (uint256 run = 0; run < RUNS; ++run) {
            handler = new Handler();
            play(handler, run);
            for (uint256 i = 0; i < ACTIONS; ++i) {
                (uint128 ok, uint128 not) = handler.counts(Model.Action(i));
                succeeded[i] += ok;
                refused[i] += not;
            }
            for (uint256 i = 0; i < SIGHTS; ++i) {
                sights[i] += handler.sights(Model.Sight(i));
            }
        }
        for (uint256 i = 0; i < ACTIONS; ++i) {
            string memory name = handler.nameOf(Model.Action(i));
            console.log(name, succeeded[i], refused[i]);
        }
        for (uint256 i = 0; i < SIGHTS; ++i) {
            console.log(handler.sightName(Model.Sight(i)), sights[i]);
        }
        for (uint256 i = 0; i < ACTIONS; ++i) {
            require(succeeded[i] > 0, NeverMet(handler.nameOf(Model.Action(i))));
        }
        for (uint256 i = 0; i < SIGHTS; ++i) {
            require(sights[i] > 0, NeverMet(handler.sightName(Model.Sight(i))));
        }
    }

    function play(Handler handler, uint256 run) private {
        bytes4[] memory selectors = handler.actions();
        for (uint256 i = 0; i < DEPTH; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(run, i)));
            (bool ok, bytes memory result) =
                address(handler).call(abi.encodeWithSelector(selectors[seed % selectors.length], seed));
            if (ok) continue;
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
